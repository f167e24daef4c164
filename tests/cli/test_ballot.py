"""Counting a file from the command line: what is printed, and what is refused with exit code 2."""

from __future__ import annotations

import json

import pytest

from tests.counting.cases import city
from tests.counting.files import GOOD, file_of


@pytest.fixture
def run(app, tmp_path):
    def call(content: str | bytes, *words: str):
        path = tmp_path / "suara.pb"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return app.test_cli_runner().invoke(args=["ballot", "count", str(path), *words])

    return call


def winners(result) -> list[str]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["winners"]


def test_the_winners_stand_in_json_in_their_order(run):
    assert winners(run(GOOD, "--rule", "greedy", "--json")) == ["1", "7"]
    assert winners(run(GOOD, "--rule", "equal-shares", "--json")) == ["1"]
    assert winners(run(GOOD, "--completion", "fill", "--json")) == ["1", "7"]
    assert winners(run(GOOD, "--rule", "greedy", "--order", "votes-per-cost", "--json")) == [
        "7",
        "1",
    ]


def test_a_list_without_skipping_ends_where_the_money_ends(run):
    short = GOOD.replace("c;30;2", "c;30;2,1").replace("b;;1,7", "b;;1,2")
    assert winners(run(short, "--rule", "greedy", "--json")) == ["1", "7"]
    assert winners(run(short, "--rule", "greedy-no-skip", "--json")) == ["1"]


def test_a_threshold_is_given_or_stands_in_the_file(run):
    assert winners(run(GOOD, "--rule", "greedy-threshold", "--threshold", "3", "--json")) == ["1"]
    with_it = GOOD.replace("language;id", "min_project_score_threshold;3\nlanguage;id")
    assert winners(run(with_it, "--rule", "greedy-threshold", "--json")) == ["1"]
    refused = run(GOOD, "--rule", "greedy-threshold")
    assert refused.exit_code == 2 and refused.stdout == ""


@pytest.mark.parametrize("form", ["approval", "cumulative", "choose-1"])
@pytest.mark.parametrize("completion", ["none", "steps", "fill", "steps+fill", "comparison"])
def test_every_completion_stays_within_the_budget_and_counts_the_same_again(run, form, completion):
    content = file_of(city(120, 10, seed=4, form=form, k=4))
    words = ("--completion", completion, "--utility", "cost", "--json")
    first, again = run(content, *words), run(content, *words)
    winners(first)
    said = json.loads(first.stdout)
    assert said["spent"] <= said["budget"] and said["left"] == said["budget"] - said["spent"]
    assert said["result_hash"] == json.loads(again.stdout)["result_hash"]
    assert [side["rule"] for side in said["sides"]] in (
        ["equal-shares", "greedy"],
        ["greedy", "equal-shares"],
    )


def test_people_read_the_rule_the_winners_and_who_is_represented(run):
    shown = run(GOOD, "--completion", "fill", "--explain")
    assert shown.exit_code == 0
    assert "SHA-256" in shown.stdout and "60" in shown.stdout
    assert len(shown.stdout.splitlines()) > 10


def test_ranked_ballots_go_with_greedy_only(run):
    ranked = GOOD.replace("approval", "ordinal")
    assert winners(run(ranked, "--rule", "greedy", "--json")) == ["1", "7"]
    refused = run(ranked, "--rule", "equal-shares", "--json")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [
        GOOD[: len(GOOD) // 2],
        GOOD[:-8],
        GOOD.replace("VOTES\n", "VOTES\r\n"),
        GOOD.replace("num_votes;4", "num_votes;7"),
        GOOD.replace("7,1\n", "7,8\n"),
        GOOD.replace("d;41", "a;41"),
        GOOD.replace("7;30;", "7;-30;"),
        GOOD.replace("7;30;", "7;" + "3" * 9000 + ";"),
        GOOD.replace("VOTES\n", "9;1;0;x;0;x\n" * 1_000_000 + "VOTES\n"),
        "",
        b"\xff\xfe\x00",
        b"PK\x03\x04" + bytes(range(256)) * 20,
    ],
    ids=lambda content: f"{len(content)} bytes",
)
def test_a_bad_file_gets_one_sentence_and_exit_code_2(run, content):
    refused = run(content, "--json")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--ties", "cheaper"),
        ("--ties", "dearer,name"),
        ("--ties", "lot"),
        ("--seed", "zz"),
        ("--rule", "greedy", "--completion", "fill"),
        ("--rule", "knapsack"),
        ("--threshold", "-1"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(run, words):
    assert run(GOOD, *words).exit_code == 2


def test_a_file_that_is_not_there_is_said_so(app, tmp_path):
    for path in (tmp_path / "tidak-ada.pb", tmp_path):
        result = app.test_cli_runner().invoke(args=["ballot", "count", str(path)])
        assert result.exit_code == 2 and str(path) in result.stderr


def test_a_lot_is_repeated_from_its_seed(run):
    words = ("--ties", "cheaper,more_votes,lot", "--json", "--seed")
    assert winners(run(GOOD, *words, "ab12")) == winners(run(GOOD, *words, "AB12"))
