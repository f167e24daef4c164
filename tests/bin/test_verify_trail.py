"""bin/verify-trail believes nothing it has not computed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.services import items, trail
from tests import factories as make
from tests.verifier import VERIFIER, script


def test_the_script_checks_seals_and_keeps_quiet_about_what_is_not_public(
    session: Any, tmp_path: Path
) -> None:
    make.item(state="routed")
    secret = make.item(visibility="confidential", state="verified")
    hidden = make.item(published=False)
    made = trail.seal(session())
    assert made is not None
    records = list(trail.export(session(), texts=True))
    assert secret.number not in json.dumps(records)
    assert hidden.number not in json.dumps(records)
    code, said = script(tmp_path, records, "--root", made.root.hex())
    assert code == 0, said
    assert f"{made.leaves} changes, 1 seals confirmed: whole" in said
    assert script(tmp_path, records, "--root", "ab" * 32)[0] == 1


def without(number: int) -> Callable[[list[Any]], list[Any]]:
    return lambda records: records[:number] + records[number + 1 :]


def changed(name: str, value: Any) -> Callable[[list[Any]], list[Any]]:
    def change(records: list[Any]) -> list[Any]:
        one = next(r for r in records if r.get("seq") == 2)
        one[name] = value
        return records

    return change


@pytest.mark.parametrize(
    "damage",
    [
        changed("seat", "system"),
        changed("target", "closed"),
        changed("reason", "spam"),
        changed("at", "2020-01-01T00:00:00.000000Z"),
        changed("text", "lain"),
        changed("previous_hash", "00" * 32),
        changed("hash", "00" * 32),
        without(2),
        without(3),
    ],
)
def test_the_script_finds_a_change_in_an_export(
    session: Any, tmp_path: Path, damage: Callable[[list[Any]], list[Any]]
) -> None:
    make.item(state="routed")
    trail.seal(session())
    records = damage(list(trail.export(session(), texts=True)))
    code, said = script(tmp_path, records)
    assert code == 1, said


@pytest.mark.parametrize("content", ["", "no json", '{"format": "other"}', "[]", '{"seq": 1}'])
def test_the_script_says_when_a_file_is_no_export(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x"
    file.write_text(content)
    run = subprocess.run([sys.executable, str(VERIFIER), str(file)], capture_output=True, text=True)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_one_items_export_leads_up_to_the_citys_seals(session: Any, tmp_path: Path) -> None:
    for _ in range(3):
        make.item(state="verified")
    item = make.item(state="routed")
    for _ in range(2):
        make.item()
    first = trail.seal(session())
    items.move(item, "accept", make.everybody(item), {})
    second = trail.seal(session())
    items.move(item, "start", make.everybody(item), {})
    assert first is not None
    assert second is not None
    records = list(trail.export(session(), item))
    assert sum("proof" in record for record in records) == 4  # the last is not sealed yet
    for made in (first, second):
        code, said = script(tmp_path, records, "--root", made.root.hex())
        assert (code, "2 seals confirmed: whole" in said) == (0, True), said
    forged = json.loads(json.dumps(records))
    one = next(record for record in forged if "proof" in record)
    one["proof"]["path"][0] = "R" + "00" * 32
    code, said = script(tmp_path, forged)
    assert (code, "is not in its seal" in said) == (1, True)
    without_proofs = [{k: v for k, v in r.items() if k != "proof"} for r in records]
    assert script(tmp_path, without_proofs, "--root", first.root.hex())[0] == 1
