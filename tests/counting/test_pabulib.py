"""Pabulib files: read with all their quirks, refused in one sentence, written without fault."""

from __future__ import annotations

import pytest
from pabulib.checker import Checker

from app.counting import BadFile, Election, Project, Rule, count, name_of, parse
from tests.counting.cases import city
from tests.counting.files import GOOD, file_of


def test_a_file_is_read_with_its_own_columns_and_quoted_cells():
    found = parse(GOOD.encode(), votes=True)
    assert found.meta["unit"] == "Bandung"
    assert found.projects[1]["name"] == 'Taman; dan "lapangan"'
    assert [project["kolom_lain"] for project in found.projects] == ["x", "y", "z"]
    assert found.votes[3] == {"voter_id": "d", "age": "41", "vote": "7,1"}
    election = found.election
    assert election.voters == 4
    assert election.ballots.patterns == 3
    assert election.votes.tolist() == [3, 2, 2]
    assert election.projects[1] == Project("2", 50, 'Taman; dan "lapangan"')


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace("PROJECTS\n", "\nprojects\n"),
        lambda text: text.replace("VOTES\n", "VOTES;;\n"),
        lambda text: text.replace("budget;100", "budget;100.0").replace("1;60;", "1;60,00;"),
        lambda text: text.replace("a;20;1,2", 'a;20;"1,2"'),
        lambda text: text.replace("1,7", " 7 , 1"),
        lambda text: text.replace("Drainase", '"Drainase\r\nutama"'),
    ],
)
def test_what_differs_only_in_writing_is_the_same_election(change):
    one, other = parse(GOOD.encode()).election, parse(change(GOOD).encode()).election
    rule = Rule(fill=True, ties=("cheaper", "name"))
    assert count(one, rule).result_hash == count(other, rule).result_hash


def test_hundredths_of_the_currency_are_counted_exactly():
    text = GOOD.replace("1;60;", "1;60.01;").replace("7;30;", "7;39,99;")
    election = parse(text.encode()).election
    assert (election.unit, election.budget) == (100, 10_000)
    assert count(election, Rule(rule="greedy", ties=("name",))).winners == ("1", "7")


def test_an_empty_ballot_counts_among_the_voters():
    text = GOOD.replace("c;30;2", "c;30;").replace("2;50;2;", "2;50;1;")
    assert parse(text.encode()).election.voters == 4


POINTS = (
    GOOD.replace("vote_type;approval", "vote_type;cumulative")
    .replace("voter_id;age;vote", "voter_id;vote;points")
    .replace("a;20;1,2", "a;1,2;3,2")
    .replace("b;;1,7", "b;1,7;1.5,0")
    .replace("c;30;2", "c;2;5")
    .replace("d;41;7,1", "d;7,1;4,1")
)


def test_points_may_have_decimals_and_be_none():
    found = parse(POINTS.encode())
    assert found.point == 10
    assert found.election.scores.tolist() == [55, 70, 40]
    assert found.election.votes.tolist() == [3, 2, 1]


BAD = {
    "nothing": ("", "META"),
    "words": ("halo\ndunia\n", "Line 1"),
    "no votes section": (GOOD[: GOOD.index("VOTES")], "VOTES"),
    "cut in the projects": (GOOD[: GOOD.index("Taman")], "Line 20"),
    "cut in the votes": (GOOD[: GOOD.index("c;30")], "says 4 ballots, but the file has 2"),
    "cut in a line": (GOOD[: GOOD.index("0;2\nd")], "Line 26 has 2 columns"),
    "mixed line ends": (GOOD.replace("VOTES\n", "VOTES\r\n"), "Line 22"),
    "mixed line ends, mac": (GOOD.replace("\n", "\r\n", 3), "Line 4"),
    "wrong count of ballots": (GOOD.replace("num_votes;4", "num_votes;5"), "5 ballots"),
    "wrong count of projects": (GOOD.replace("num_projects;3", "num_projects;2"), "2 projects"),
    "count no number": (GOOD.replace("num_votes;4", "num_votes;empat"), "empat"),
    "unknown id": (
        GOOD.replace("7,1\n", "7,9\n"),
        "Line 27: the ballot of d names the project “9”",
    ),
    "project twice on a ballot": (GOOD.replace("7,1\n", "7,7\n"), "Line 27"),
    "voter twice": (
        GOOD.replace("d;41", "a;41"),
        "voter a has voted already in line 24",
    ),
    "project twice": (GOOD.replace("7;30", "2;30"), "Line 21: the project 2"),
    "negative cost": (
        GOOD.replace("7;30", "7;-30"),
        "the cost of project 7 is below zero",
    ),
    "no cost": (GOOD.replace("7;30", "7;0"), "Line 21"),
    "cost in words": (GOOD.replace("7;30", "7;tiga"), "tiga"),
    "cost not finite": (GOOD.replace("7;30", "7;nan"), "nan"),
    "huge cost": (GOOD.replace("7;30", "7;" + "9" * 25), "Line 21"),
    "endless cost": (GOOD.replace("7;30", "7;" + "9" * 5000), "Line 21"),
    "budget below zero": (GOOD.replace("budget;100", "budget;-1"), "budget"),
    "no budget": (GOOD.replace("budget;100\n", ""), "budget"),
    "no type": (GOOD.replace("vote_type;approval\n", ""), "vote_type"),
    "strange type": (GOOD.replace("approval", "rebutan"), "rebutan"),
    "no vote column": (GOOD.replace("age;vote", "age;suara"), "vote"),
    "no cost column": (GOOD.replace("project_id;cost", "project_id;harga"), "cost"),
    "votes before projects": ("META\nkey;value\nVOTES\n", "PROJECTS"),
    "section twice": (GOOD + "VOTES\nvoter_id;age;vote\n", "VOTES"),
    "no ballots": (GOOD[: GOOD.index("a;20")].replace("votes;4", "votes;0"), "no ballots"),
    "open quotation": (GOOD.replace("Drainase", '"Drainase'), "Line 21"),
    "nul": (GOOD.replace("Drainase", "Drai\0nase"), "Line 21"),
    "two in one choice": (GOOD.replace("approval", "choose-1"), "Line 24"),
    "points missing": (GOOD.replace("approval", "cumulative"), "points"),
    "points below zero": (POINTS.replace("4,1\n", "4,-1\n"), "Line 27"),
    "too few points": (POINTS.replace("7,1;4,1", "7,1;4"), "Line 27"),
    "points in words": (POINTS.replace("4,1\n", "4,satu\n"), "satu"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence(name):
    text, said = BAD[name]
    with pytest.raises(BadFile) as refused:
        parse(text.encode())
    sentence = str(refused.value)
    assert said in sentence
    assert "\n" not in sentence and len(sentence) < 200


def test_text_that_is_not_utf_8_is_named_by_its_line():
    with pytest.raises(BadFile, match="Line 19"):
        parse(GOOD.replace("Lampu", "L\u00e4mpu").encode("latin-1"))


def test_a_million_projects_are_no_ballot():
    many = "".join(f"{n};5;0;x;0;x\n" for n in range(8, 1_000_008))
    with pytest.raises(BadFile, match="more than 10000 projects"):
        parse(GOOD.replace("VOTES\n", many + "VOTES\n").encode())


@pytest.mark.parametrize("form", ["approval", "cumulative", "choose-1", "ordinal"])
def test_what_is_written_is_read_as_the_same_election(form):
    election = city(400, 12, seed=5, form=form, k=4)
    again = parse(file_of(election)).election
    rule = Rule(rule="greedy", ties=("cheaper", "more_votes", "name"))
    assert count(again, rule).result_hash == count(election, rule).result_hash


@pytest.mark.parametrize(
    ("form", "rule", "more"),
    [
        ("approval", Rule(rule="greedy", ties=("cheaper", "name")), {"max_length": 4}),
        ("approval", Rule(rule="greedy", skip=False, ties=("cheaper", "name")), {}),
        (
            "approval",
            Rule(rule="greedy", threshold=60, ties=("cheaper", "name")),
            {"min_project_score_threshold": 60},
        ),
        ("approval", Rule(ties=("cheaper", "more_votes", "name")), {"min_length": 1}),
        ("approval", Rule(fill=True, ties=("name",)), {"comment": "#1: Equal Shares, filled"}),
        ("choose-1", Rule(rule="greedy", ties=("cheaper", "name")), {}),
        ("cumulative", Rule(fill=True, ties=("name",)), {"max_points": 5, "max_sum_points": 20}),
    ],
)
def test_what_is_written_has_no_error_for_the_checker_of_pabulib(form, rule, more):
    election = fitting(city(300, 14, seed=3, form=form, k=4))
    outcome = count(election, rule, both=False)
    text = file_of(election, outcome.winners, rule=name_of(rule), **more).decode()
    results = Checker().process_files([text])
    assert results["metadata"]["invalid"] == 0, results


def fitting(election: Election) -> Election:
    """The same with no project above the budget, which the checker takes for a mistake."""
    projects = [Project(p.id, min(p.cost, election.budget), p.name) for p in election.projects]
    return Election(tuple(projects), election.ballots, election.budget, election.form)
