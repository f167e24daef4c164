"""The folder published about a count: all that somebody needs to check it and to count again.

Made when the result is there, and once more when it is certified; each time listed, hashed and
signed.  Small electorates are protected: no single ballots below 50 of them or below a kelurahan,
no votes per project below 10.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from app.cells import guarded
from app.config import ROOT
from app.counting import Rule, canonical
from app.counting.pb_writing import Vote, name_of, written
from app.counting.words import words as letter_of
from app.queries.ballots import PUBLISHED_FROM
from models import (
    Contest,
    ContestConsent,
    ContestDecision,
    ContestFile,
    ContestItem,
    Item,
    RollVersion,
    SealedBallot,
    Tally,
    db,
)

from . import contest_spec, named, signing

TOTALS_FROM = 10  # ballots; below that only what won is said
COUNTED, CERTIFIED = 1, 2  # versions
VERIFIER = ROOT / "bin" / "verify-contest"
GUIDE = ROOT / "docs" / "verify-a-vote.md"


def publish(contest: Contest, version: int) -> list[ContestFile]:
    """Write the folder of a counted contest; the same version is never written twice."""
    made = [
        ContestFile(contest_id=contest.id, version=version, name=name, data=data, size=len(data))
        for name, data in sorted(signed(files(contest)).items())
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def signed(found: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with their list of sums, and the city's signature under that list."""
    listed = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(found.items())
    ).encode()
    return {
        **found,
        "SHA256SUMS": listed,
        "result.sig": signing.sign(listed).hex().encode() + b"\n",
        "key.pub": signing.public_key().encode() + b"\n",
    }


def files(contest: Contest) -> dict[str, bytes]:
    """What is signed: {name: bytes}."""
    tally = db.session.get_one(Tally, contest.id)
    ballots = _ballots(contest)
    shown = single_ballots(contest, len(ballots))
    found = {
        "spec.json": contest_spec.canonical(db.session, contest).encode(),
        "tally.json": _tally(contest, tally, len(ballots)),
        "items.geojson": _items(contest),
        "roll_counts.csv": _roll(contest),
        "checkpoints.jsonl": _checkpoints(contest),
        "decision.csv": _decision(contest),
        "verify.py": VERIFIER.read_bytes(),
        "VERIFY.md": GUIDE.read_bytes(),
    }
    if contest.is_secret:
        found["leaves.txt"] = "".join(f"{one.leaf.hex()}\n" for one in ballots).encode()
    else:
        found["lines.txt"] = _lines(named.lines(db.session, contest))
    if contest.is_secret and contest.has_jury:
        found["marks.txt"] = _lines(named.mark_lines(db.session, contest))
    if shown:
        found["ballots.pb"] = _pb(contest, tally, ballots)
        found["validation.csv"] = _validation(contest, ballots)
    return found


def _lines(said: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in said).encode()


def single_ballots(contest: Contest, number: int) -> bool:
    """May each ballot be published by itself?"""
    return contest.is_secret and number >= PUBLISHED_FROM and not contest.terms.get("rw")


def few(contest: Contest, number: int) -> bool:
    """Were there so few secret ballots that nobody may be told how many each choice has?"""
    return contest.is_secret and number < TOTALS_FROM


def shown(outcome: Mapping[str, Any], number: int, secret: bool = True) -> dict[str, Any] | None:
    """The outcome as everybody may see it; None for a secret vote of fewer than ten."""
    return None if secret and number < TOTALS_FROM else dict(outcome)


def _ballots(contest: Contest) -> Sequence[SealedBallot]:
    if not contest.is_secret:
        return ()
    query = select(SealedBallot).where(SealedBallot.contest_id == contest.id)
    return db.session.scalars(query.order_by(SealedBallot.no)).all()


def _tally(contest: Contest, tally: Tally, number: int) -> bytes:
    told = {
        "contest": contest.id,
        "state": contest.state,
        "engine": tally.engine,
        "spec_hash": contest.spec_hash,
        "sealed_root": contest.sealed_root,
        "rule_hash": tally.rule_hash,
        "result_hash": tally.result_hash,
        "winners": tally.outcome["winners"],
        "outcome": shown(tally.outcome, number, contest.is_secret),
        "near": tally.near if number >= TOTALS_FROM or not contest.is_secret else [],
    }
    return json.dumps(told, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def _items(contest: Contest) -> bytes:
    """Places as GeoJSON: lon, lat; EPSG:4326."""
    numbers = select(ContestItem.no, Item.number).join(Item, Item.id == ContestItem.item_id)
    named = dict(list(db.session.execute(numbers.where(ContestItem.contest_id == contest.id))))
    features = [
        {
            "type": "Feature",
            "id": one.no,
            "geometry": None
            if one.lon is None
            else {"type": "Point", "coordinates": [one.lon, one.lat]},
            "properties": {
                "no": one.no,
                "number": named[one.no],
                "title": one.title,
                "cost": one.cost,
                "area": one.area_code,
                "department": one.department_code,
            },
        }
        for one in contest.choices
    ]
    return canonical({"type": "FeatureCollection", "features": features}) + b"\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(head)
    write.writerows(rows)
    return out.getvalue().encode()


def _guarded(words: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line."""
    return guarded(" ".join(words.split()))


def _roll(contest: Contest) -> bytes:
    rows = [
        (version.no, row["area"], row["rw"] or "", "" if row["n"] is None else row["n"])
        for version in _versions(contest)
        for row in version.counts.get("rows", ())
    ]
    return _table(("version", "area", "rw", "people"), rows)


def _versions(contest: Contest) -> Sequence[RollVersion]:
    query = select(RollVersion).where(RollVersion.contest_id == contest.id)
    return db.session.scalars(query.order_by(RollVersion.no)).all()


def _checkpoints(contest: Contest) -> bytes:
    """What was fixed when: roll, specification, seal, and who agreed to certify."""
    lines: list[dict[str, Any]] = [
        {"what": "roll", "no": one.no, "size": one.size, "root": one.root, "at": _utc(one.at)}
        for one in _versions(contest)
    ]
    moments = {
        "specification": (contest.published_at, contest.spec_hash),
        "seal": (contest.sealed_at, contest.sealed_root),
    }
    lines += [
        {"what": what, "root": root, "at": _utc(at)}
        for what, (at, root) in moments.items()
        if at is not None
    ]
    agreed = select(ContestConsent).where(
        ContestConsent.contest_id == contest.id, ContestConsent.act == "certify"
    )
    lines += [
        {"what": "certify", "seat": one.seat, "at": _utc(one.at)}
        for one in db.session.scalars(agreed.order_by(ContestConsent.at))
    ]
    lines.sort(key=lambda line: line["at"])
    return b"".join(canonical(line) + b"\n" for line in lines)


def _utc(moment: Any) -> str:
    return str(moment.astimezone(current_app.config["CITY"].zone).isoformat(timespec="seconds"))


def _decision(contest: Contest) -> bytes:
    query = select(ContestDecision).where(ContestDecision.contest_id == contest.id)
    rows = [
        (one.no, int(one.computed), int(one.decided), _guarded(one.reason), one.seat)
        for one in db.session.scalars(query.order_by(ContestDecision.no))
    ]
    return _table(("no", "computed", "decided", "reason", "seat"), rows)


def _validation(contest: Contest, ballots: Sequence[SealedBallot]) -> bytes:
    """Each ballot that was counted, and that it keeps to the limits of the specification."""
    fits = func.ballot_is_valid(
        SealedBallot.choices, SealedBallot.points, Contest.least, Contest.most, Contest.points,
        Contest.items,
    )  # fmt: skip
    query = select(SealedBallot.no, fits).join(Contest, Contest.id == SealedBallot.contest_id)
    query = query.where(SealedBallot.contest_id == contest.id)
    valid = {no for no, fine in db.session.execute(query) if fine}
    rows = [(one.no, one.channel, "valid" if one.no in valid else "invalid") for one in ballots]
    return _table(("no", "channel", "state"), rows)


def _pb(contest: Contest, tally: Tally, ballots: Sequence[SealedBallot]) -> bytes:
    rule, points = Rule.from_json(contest.rule), contest.mode == "points"
    results = {result["id"]: result for result in tally.outcome["results"]}
    projects = [_project(one, results[str(one.no)], points) for one in contest.choices]
    votes: list[Vote] = [
        (
            one.nonce.hex() if contest.receipts else str(one.no),
            one.choices,
            one.points if points else None,
        )
        for one in ballots
    ]
    meta = _meta(contest, rule, points) | {"budget": tally.outcome["budget"]}
    return written(meta, projects, votes)


def _project(
    one: ContestItem, result: Mapping[str, Any], points: bool
) -> dict[str, str | int | float]:
    told: dict[str, str | int | float] = {
        "project_id": one.no,
        "cost": result["cost"],
        "votes": result["votes"],
        "name": _guarded(one.title),
        "selected": int(result["won"]),
    }
    if points:
        told["score"] = result["score"]
    if one.lon is not None and one.lat is not None:
        told |= {"latitude": one.lat, "longitude": one.lon}
    return told


def _meta(contest: Contest, rule: Rule, points: bool) -> dict[str, str | int | float]:
    city = current_app.config["CITY"]
    letter = " ".join(str(said) for said in letter_of(rule))
    limits: dict[str, str | int | float] = {"min_length": contest.least, "max_length": contest.most}
    if points:
        limits |= {"min_sum_points": contest.points, "max_sum_points": contest.points}
    return {
        "description": contest.title,
        "country": "Indonesia",
        "unit": city.name,
        "subunit": contest.area.name,
        "instance": str(contest.plan_year or city.day(contest.closes_at).year),
        "vote_type": "cumulative" if points else "approval",
        "rule": name_of(rule),
        "date_begin": city.day(contest.opens_at).strftime("%d.%m.%Y"),
        "date_end": city.day(contest.closes_at).strftime("%d.%m.%Y"),
        **limits,
        "currency": "IDR",
        "language": "id",
        "comment": f"#1: {letter}",
    }
