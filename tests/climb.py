"""The city in which a proposal climbs: its people, the stages, what else lies on the lists."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from flask import current_app

from app.access import SYSTEM, Actor
from app.queries import forum as queries
from app.queries.ranking_keys import ListKey
from app.services import ceilings, cycles, ranking, supports
from app.services import forum as forums
from app.services import forum_attendance as doors
from app.services import scoring as rounds
from app.services.cycles import Wanted
from models import Forum, Proposal, ScoringRound, User, Whose, db
from tests import factories as make

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
YEAR = NOW.year + 1
RW = 7
LURAH, VALIDATOR, PLANNER = (f"{role}@contoh.id" for role in ("moderator", "validator", "planner"))
OPERATOR, NEIGHBOUR = "rw07@contoh.id", "tetangga07@contoh.id"
JUDGES = ("penilai1@contoh.id", "penilai2@contoh.id")
OTHERS = (  # what else lies on the kelurahan's list: title, rupiah, department, RW
    ("Pengaspalan Jalan Cisitu Lama sampai jembatan", 425_000_000, "dsdabm", 2),
    ("Lampu jalan tenaga surya di tangga Dago Pojok", 60_000_000, "dishub", 9),
    ("Pelatihan menjahit dan pemasaran daring untuk ibu-ibu PKK", 25_000_000, None, 11),
    ("Sumur resapan di lima titik rawan banjir sepanjang Gang Kubangsari", 75_000_000, "dsdabm", 4),
    ("Pembangunan posyandu dan ruang baca anak", 350_000_000, "dpkp", 9),
    ("Pagar pengaman tebing sungai Cikapundung", 240_000_000, "dpkp", 1),
)
GROUPS = ("rw", "pkk", "tokoh", "lpm", "perempuan", "lansia", "umum")
FIRST = ("Euis", "Dadang", "Neneng", "Asep", "Siti Nurhayati", "Cecep", "Lilis", "Ujang")
LAST = ("Komariah", "Suryana", "Rohmat", "Permana", "Wulandari")


def actor(email: str) -> Actor:
    """Somebody of the cast, at a request of theirs."""
    return make.actor(db.session.query(User).filter_by(email=email).one())


def found(number: str) -> Proposal:
    """The proposal of that number."""
    return db.session.query(Proposal).filter_by(number=number).one()


def prepare() -> None:
    """People, open stages, and works of the year before."""
    make.user(OPERATOR, roles=("operator",), rw=RW, name="Yeti Rohayati")
    make.user(NEIGHBOUR, name="Dedi Suhendar")
    for n, judge in enumerate(JUDGES, 1):
        make.user(judge, name=f"Penilai {n}")
    cycles.begin(YEAR, SYSTEM)
    stages = ("rembug_warga", "kelurahan", "kecamatan", "forum_opd", "kota")
    windows = [Wanted(stage, "32.73", NOW - DAY, NOW + 30 * DAY) for stage in stages]
    cycles.declare(YEAR, windows, SYSTEM)
    for title, state in (("Paving Gang Kenanga", "done"), ("Atap balai RW 05", "not_realised")):
        one = make.item("musrenbang", state=state, title=title, rw=5)
        one.plan_year, one.cost, one.budget = YEAR - 1, 45_000_000, 40_000_000
        one.spent = 38_500_000 if state == "done" else 0
        one.department_code = "dpkp"


def others_of_the_kelurahan(number: str) -> list[str]:
    """The list of the kelurahan filled, ``number`` at its end; the numbers of the others."""
    made = []
    for title, cost, department, rw in OTHERS:
        one = make.item("musrenbang", title=title, rw=rw, rt=3, unit="m", volume=Decimal(120))
        one.plan_year, one.level, one.state, one.cost = YEAR, "kelurahan", "verified", cost
        one.department_code = department
        made.append(one)
    db.session.flush()
    key = ListKey(YEAR, "kelurahan", make.KELURAHAN)
    ids = [one.id for one in made]
    ranking.reorder(actor(LURAH), key, [*ids, found(number).id])
    supports.support(found(number), actor(NEIGHBOUR))
    numbers = [one.number for one in made]
    db.session.commit()
    return numbers


def people_invited() -> tuple[int, str]:
    """Thirty-six are invited, thirty of them come; the forum and the code of its door."""
    forum, chair = db.session.query(Forum).one(), actor(LURAH)
    names = [f"{FIRST[n % 8]} {LAST[n // 8]}" for n in range(36)]
    people = [
        {"name": name, "body": f"RW {n % 12 + 1:02}", "group": GROUPS[n % 7], "sex": "PL"[n % 2]}
        for n, name in enumerate(names)
    ]
    forums.invite(forum, chair, people)
    for guest in list(queries.guests(db.session, forum.id))[:30]:
        doors.add(forum, chair, {}, uuid.uuid4(), guest)
    asset = {"sort": "fasum", "name": "Taman Dago Asri", "address": "RW 12, Dago Asri",
             "holder": "PT Dago Asri", "size": "1.200 m2", "note": "Surat 2019."}  # fmt: skip
    forums.keep_asset(forum, chair, asset)
    db.session.commit()
    return forum.id, forum.door_code


def rivals_of_the_kecamatan(number: str) -> None:
    """The list of the kecamatan: two others first, and a ceiling that leaves one of them out."""
    made = []
    for title, cost in (("Jembatan Gang Siliwangi", 310_000_000), ("Taman Cisitu", 150_000_000)):
        one = make.item("musrenbang", title=title, rw=2)
        one.plan_year, one.level, one.state, one.cost = YEAR, "kecamatan", "verified", cost
        made.append(one)
    db.session.flush()
    key = ListKey(YEAR, "kecamatan", make.KECAMATAN)
    ranking.reorder(actor(VALIDATOR), key, [*(one.id for one in made), found(number).id])
    amounts = {"32.73": 180 * 10**9, make.KECAMATAN: 400_000_000}
    decree = ceilings.Decree("indikatif", "Keputusan Wali Kota 050/Kep.12", None, "Awal tahun.")
    planner = actor(PLANNER)
    ceilings.save(planner, YEAR, {Whose(o): a for o, a in amounts.items()}, decree)
    ceilings.publish(planner, YEAR)
    db.session.commit()


def scored_by_one(number: str) -> int:
    """A round of the department is open, and one of its two judges is done; the round."""
    keeper = actor(PLANNER)
    place = {"level": "forum_opd", "area_code": None, "department_code": make.DEPARTMENT}
    values = {"plan_year": YEAR, "name": "Forum DSDABM", "least": 2, **place}
    made = rounds.draft(keeper, current_app.config["CITY"], values)
    for judge in JUDGES:
        rounds.invite(made, keeper, judge)
    rounds.publish(made, keeper)
    marks = {c.code: 4 for c in made.criteria if not c.measure}
    rounds.assess(made, actor(JUDGES[0]), found(number), marks, "Sudah dilihat di lapangan.")
    db.session.commit()
    return made.id


def close_round(round_id: int) -> None:
    """Count the marks."""
    left = rounds.close(db.session.get_one(ScoringRound, round_id), actor(PLANNER))
    assert left == []
    db.session.commit()


def at_level(number: str) -> tuple[str, str]:
    """Level and state of a proposal."""
    one = found(number)
    return one.level, one.state
