"""The canonical text of what a forum signed: readable, the same everywhere, without names.

Lines of UTF-8, Indonesian, whole rupiah without dots, moments in UTC.  Who came stands in it in
numbers and as one digest of the attendance list; the minutes as a digest of each point.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from app.queries import forum as queries
from app.queries import ranking as lists
from app.queries.forum import Result, key_of
from models import Forum, ForumVersion, db

FORMAT = "REMBUK BERITA ACARA 1"
DIGEST = "sha256 daftar hadir: "


def canonical(forum: Forum, versions: Sequence[ForumVersion]) -> str:
    """The text of the last of these versions."""
    return "\n".join(_lines(forum, versions)) + "\n"


def _lines(forum: Forum, versions: Sequence[ForumVersion]) -> Iterator[str]:
    last = versions[-1]
    yield FORMAT
    yield f"forum: {forum.id}"
    yield f"versi: {last.number}"
    yield f"versi sebelumnya: {versions[-2].sha256.hex() if len(versions) > 1 else '-'}"
    yield f"tahun rencana: {forum.plan_year}"
    yield f"tingkat: {forum.level}"
    yield f"wilayah: {forum.area_code or '-'}"
    yield f"rw: {forum.rw or '-'}"
    yield f"perangkat daerah: {forum.department_code or '-'}"
    yield f"tema: {forum.theme or '-'}"
    yield f"mulai: {_moment(forum.starts_at)}"
    yield f"tempat: {_line(forum.venue)}"
    yield f"ditutup oleh: {versions[0].seat}"
    yield f"ditutup pada: {_moment(versions[0].at)}"
    yield from _came(forum, versions[-2].text if len(versions) > 1 else "")
    yield from _decided(forum)
    yield from _rest(forum)
    for one in versions[1:]:
        yield f"ralat {one.number}: {one.part} | {_line(one.correction)} | {_line(one.reason)}"
        yield f"ralat {one.number} oleh: {one.seat} | {_moment(one.at)}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _line(text: str) -> str:
    """On one line, so that nothing typed can look like a line of ours."""
    return json.dumps(text, ensure_ascii=False)


def _came(forum: Forum, before: str) -> Iterator[str]:
    found = queries.turnout(db.session, forum.id)
    yield f"diundang: {found.invited}"
    yield f"undangan yang hadir: {found.invited_here}"
    yield f"kuorum: {forum.quorum_rule} {forum.quorum}"
    yield f"hadir: {found.present}"
    for line in found.lines:
        yield f"hadir {line.group}: L {line.men} P {line.women} tidak disebut {line.unsaid}"
    yield f"penyandang disabilitas: {found.disability}"
    yield f"anak: {found.children}"
    yield f"{DIGEST}{attendance_digest(forum, before)}"


def attendance_digest(forum: Forum, before: str = "") -> str:
    """One digest over the attendance list, keyed with the forum's salt: names cannot be guessed.

    Names are erased some years later: then what the version before (its text) says holds.
    """
    came = queries.attendance(db.session, forum.id)
    signed = next((line for line in before.split("\n") if line.startswith(DIGEST)), "")
    if signed and not all(one.name for one in came):
        return signed.removeprefix(DIGEST)
    rows = [
        [a.name, a.body, a.group, a.sex, a.disability, a.child, a.delegate, a.how, _moment(a.at)]
        for a in came
    ]
    told = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return hmac.new(forum.salt, told, "sha256").hexdigest()


def results(forum: Forum) -> tuple[list[Result], list[Result]]:
    """What was agreed, in order, and what was not."""
    rows = list(lists.ranked(db.session, key_of(forum)))
    costs = {row.id: row.cost for row in rows}
    return queries.results(db.session, forum, [row.id for row in rows], costs)


def _decided(forum: Forum) -> Iterator[str]:
    agreed, others = results(forum)
    yield f"disepakati: {len(agreed)}"
    for one in agreed:
        yield f"disepakati {one.place}: {_proposal(one)}"
    yield f"belum disepakati: {len(others)}"
    for one in others:
        said = one.decision
        yield f"belum disepakati: {_proposal(one)} | {said.reason} | {_line(said.note)}"


def _proposal(one: Result) -> str:
    said, item = one.decision, one.proposal
    way = said.way
    if way == "suara":
        way = f"suara {said.votes_for}/{said.votes_against}/{said.abstained}"
    volume = f"{item.volume:f} {item.unit}".strip() if item.volume is not None else "-"
    cost = "-" if one.cost is None else one.cost
    return f"{item.number} | {_line(item.title)} | {volume} | {cost} | {way}"


def _rest(forum: Forum) -> Iterator[str]:
    ranking = lists.ranking_of(db.session, key_of(forum))
    if forum.is_binding and ranking is not None:
        head = lists.history(db.session, ranking.id)[0]
        yield f"sha256 daftar prioritas: {head.sha256.hex()}"
    for point, one in sorted(queries.minutes(db.session, forum.id).items()):
        digest = hashlib.sha256(one.text.encode()).hexdigest()
        yield f"sha256 notulen {point}: {digest}"
    found = queries.assets(db.session, forum.id)
    yield f"aset: {len(found)}"
    for asset in found:
        cells = (asset.name, asset.address, asset.holder, asset.size, asset.note)
        yield f"aset {asset.sort}: " + " | ".join(_line(cell) for cell in cells)
