"""Pabulib files as cities publish them: read by us and by pabutools alike, counted alike.

``REMBUK_PABULIB_DIR`` names a folder of real ones.  Without it a folder is written here with the
quirks they have: marks of byte order, both kinds of line ends, columns about voters, districts,
costs with cents, comments, names with semicolons.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from pabulib.checker import Checker

from app.counting import BadFile, Election, Rule, read
from tests.counting.cases import city
from tests.counting.files import file_of
from tests.counting.oracle import votes_by_pabutools
from tests.counting.test_oracle import disagreement

TIES = ("cheaper", "more_votes", "name")
RULES = (
    Rule(rule="greedy", ties=TIES),
    Rule(rule="greedy", order="votes-per-cost", ties=TIES),
    Rule(ties=TIES),
    Rule(step=Fraction(1, 10), fill=True, ties=TIES),
)
FORMS = ("approval", "choose-1", "cumulative", "ordinal")
MORE = {
    "country": "Poland",
    "unit": "Warszawa",
    "district": "Praga-Południe",
    "subunit": "Grochów",
    "neighborhoods": "Grochów, Gocław",
    "edition": "12",
    "min_length": 1,
    "comment": "#1: two projects were withdrawn; #2: paper ballots were typed by hand",
}
CITIES = {
    "kota": (120, 16, 5),
    "kelurahan": (60, 10, 3),
    "sedikit": (7, 4, 2),
}


def about_voters(text: str) -> str:
    """Age, sex and the way of voting, in columns before and after the vote."""
    head, _mark, votes = text.partition("VOTES\n")
    names, *rows = votes.splitlines()
    lines = [f"{names};age;sex;voting_method;neighborhood"]
    for n, row in enumerate(rows):
        age = "" if n % 7 == 0 else str(15 + n % 70)
        sex = "" if n % 5 == 0 else "MF"[n % 2]
        lines.append(f"{row};{age};{sex};{'internet' if n % 3 else 'paper'};Grochów")
    return f"{head}VOTES\n" + "\n".join(lines) + "\n"


def with_cents(text: str) -> str:
    """Some costs and the budget have hundredths, as euros and zlotys do."""
    meta, _mark, rest = text.partition("PROJECTS\n")
    head, *rows = rest.partition("VOTES\n")[0].splitlines()
    votes = rest.partition("VOTES\n")[2]
    place = head.split(";").index("cost")
    lines = []
    for n, row in enumerate(rows):
        cells = row.split(";")
        cells[place] += (".50", "", ".99")[n % 3]
        lines.append(";".join(cells))
    budget = next(line for line in meta.splitlines() if line.startswith("budget;"))
    body = "\n".join([head, *lines])
    return f"{meta.replace(budget, budget + '.25')}PROJECTS\n{body}\nVOTES\n{votes}"


def named_awkwardly(text: str) -> str:
    return text.replace("Usulan 3;", '"Skwer ""Pod dębem""; etap 2";').replace("Usulan 1;", '" ";')


QUIRKS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "voters": about_voters,
    "cents": with_cents,
    "names": named_awkwardly,
    "all": lambda text: about_voters(with_cents(named_awkwardly(text))),
}


def written(folder: Path) -> None:
    """A folder as a city might publish it: every form of ballot, with every quirk."""
    for form in FORMS:
        for size, (voters, projects, most) in CITIES.items():
            election = city(voters, projects, seed=len(form) + voters, form=form, k=most)
            for n, (quirk, change) in enumerate(QUIRKS.items()):
                if size != "kelurahan" and quirk not in ("plain", "all"):
                    continue
                text = change(file_of(election, **MORE).decode())
                data = text.encode("utf-8-sig" if n % 2 else "utf-8")
                if n % 3 == 2:
                    data = data.replace(b"\n", b"\r\n")
                place = folder / form / f"{size}_{quirk}.pb"
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(data)


def checked(path: Path) -> Election | None:
    """One file, counted by us and by pabutools; None where it is refused for a good reason."""
    try:
        election = read(path).election
    except BadFile as refused:
        if not Checker().process_files([str(path)])["metadata"]["invalid"]:
            pytest.fail(f"{path} is refused, yet the checker takes it: {refused}")
        return None
    theirs = votes_by_pabutools(path)
    ours = {p.id: int(n) for p, n in zip(election.projects, election.votes, strict=True)}
    assert theirs is None or ours == theirs, path
    for rule in RULES if election.form != "ordinal" else RULES[:2]:
        if election.form == "cumulative" and rule.rule != "greedy":
            rule = Rule(utility="cardinality", step=rule.step, fill=rule.fill, ties=TIES)
        assert not disagreement(election, rule), (path, rule)
    return election


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of real files, or the one that is written here."""
    if real := os.environ.get("REMBUK_PABULIB_DIR"):
        return Path(real)
    made = tmp_path_factory.mktemp("pabulib")
    written(made)
    return made


def test_every_file_is_read_and_counted_as_pabutools_does(folder):
    paths = sorted(folder.rglob("*.pb"))
    counted = [path for path in paths if checked(path) is not None]
    assert len(counted) > len(paths) / 2, f"only {len(counted)} of {len(paths)} could be counted"


def test_the_folder_has_what_real_files_have(tmp_path):
    written(tmp_path)
    found = {path: path.read_bytes() for path in tmp_path.rglob("*.pb")}
    assert len(found) == 4 * (5 + 2 + 2)
    for sign in (b"\xef\xbb\xbf", b"\r\n", b";sex;voting_method", b".99;", b'""Pod', b"#2: "):
        assert any(sign in data for data in found.values()), sign
    forms = {read(path).election.form for path in found}
    assert forms == set(FORMS)
    assert {read(path).election.unit for path in found} == {1, 100}
