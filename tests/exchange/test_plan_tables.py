"""Catalogue and ceilings from tables: what is new, what changed, what does not add up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.exchange import plan_files
from app.exchange.reports import Outcome
from app.queries import ceilings
from app.services import ceilings as service
from models import CatalogueEntry, Whose, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
YEAR = 2031


@pytest.fixture
def planner():
    return make.actor(make.user(roles=("planner",)))


@pytest.fixture
def bring(planner):
    """Take the lines of a table over; what became of each."""

    def take(sort, *lines, keep=True, **options):
        db.session.commit()
        data = "\n".join(lines).encode()
        return plan_files.go_through(sort, data, planner, options, keep=keep)

    return take


# -- the catalogue --------------------------------------------------------------------------

HEAD = "kode;nama;satuan;harga satuan;bidang;opd;foto"
NEW = "Z01;Pos ronda baru;unit;Rp 12.500.000,00;fisik;dsdabm;2"


def entry(code):
    return db.session.get(CatalogueEntry, code)


def test_a_new_line_comes_in_once(bring):
    (first,) = bring("catalogue", HEAD, NEW)
    assert (first.outcome, first.item) == (Outcome.ACCEPTED, "Z01")
    made = entry("Z01")
    assert (made.unit, made.department_code, made.photos_wanted) == ("unit", "dsdabm", 2)
    assert made.price_on(date.today() + timedelta(days=1)) == 12_500_000
    assert bring("catalogue", HEAD, NEW)[0].outcome is Outcome.KNOWN


def test_a_code_in_small_letters_is_no_second_line(bring):
    bring("catalogue", HEAD, NEW)
    (again,) = bring("catalogue", HEAD, NEW.replace("Z01", "z01"))
    assert (again.outcome, again.item) == (Outcome.KNOWN, "Z01")
    assert entry("z01") is None


def test_the_catalogue_that_is_taken_along_comes_back_as_nothing_new(client, bring):
    answer = client.get("/musrenbang/kamus?unduh=csv")
    assert answer.mimetype == "text/csv"
    verdicts = bring("catalogue", *answer.data.decode().splitlines())
    assert len(verdicts) > 50
    assert {v.outcome for v in verdicts} == {Outcome.KNOWN}, [v.why for v in verdicts if v.why]
    assert "unduh=csv" in client.get("/musrenbang/kamus?q=lampu").text


def test_a_price_changes_from_a_day_on_and_never_for_the_past(bring):
    day = date.today() + timedelta(days=40)
    line = entry("F01")
    old = line.price_on(date.today())
    row = f"F01;{line.name};{line.unit};300.000;;;"
    (changed,) = bring("catalogue", HEAD, row, day=day.isoformat())
    assert changed.outcome is Outcome.ACCEPTED
    db.session.expire_all()
    assert (entry("F01").price_on(date.today()), entry("F01").price_on(day)) == (old, 300_000)
    past = (date.today() - timedelta(days=400)).isoformat()
    (refused,) = bring("catalogue", HEAD, row.replace("300.000", "310.000"), day=past)
    assert refused.outcome is Outcome.REFUSED


def test_what_the_table_does_not_name_stays(bring):
    bring("catalogue", HEAD, NEW)
    assert entry("F02").valid_to is None


@pytest.mark.parametrize(
    "row",
    [
        "F01;Paving;buah;300.000;;;",
        "Z02;Pos;unit;nol;;;",
        "Z02;Pos;unit;0;;;",
        "Z02;Pos;unit;9.000.000.000.000;;;",
        "Z02;Pos;unit;100.000;entah;;",
        "Z02;Pos;unit;100.000;;dinas khayal;",
        "Z02;;unit;100.000;;;",
        "Z 02;Pos;unit;100.000;;;",
        "Z02;Pos;unit;100.000;;;9",
        ";Pos;unit;100.000;;;",
    ],
)
def test_a_wrong_line_says_why_and_holds_up_no_other(bring, row):
    bad, good = bring("catalogue", HEAD, row, NEW)
    assert (bad.outcome, good.outcome) == (Outcome.REFUSED, Outcome.ACCEPTED)
    assert bad.why
    assert entry("Z02") is None


def test_a_code_that_stands_there_twice_is_taken_once(bring):
    outcomes = [v.outcome for v in bring("catalogue", HEAD, NEW, NEW)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.REFUSED]


# -- ceilings -------------------------------------------------------------------------------

AMOUNTS = "nama;pagu"


def test_amounts_come_into_a_draft_that_nobody_else_sees(bring):
    verdicts = bring(
        "ceilings", AMOUNTS, "Kec. Coblong;Rp 6 miliar", "Kelurahan Dago;1.500.000.000",
        year=YEAR, version="penyesuaian",
    )  # fmt: skip
    assert [v.outcome for v in verdicts] == [Outcome.ACCEPTED] * 2
    draft = service.draft(YEAR)
    assert draft.kind == "penyesuaian"
    assert service.amounts_of(draft) == {
        Whose(make.KECAMATAN): 6 * 10**9,
        Whose(make.KELURAHAN): 15 * 10**8,
    }
    assert ceilings.in_force(db.session, YEAR) == {}


def test_a_second_table_adds_to_the_draft_and_the_same_is_known(bring):
    bring("ceilings", AMOUNTS, "Kecamatan Coblong;6000000000", year=YEAR)
    verdicts = bring(
        "ceilings", "kode;pagu", "32.73.02;6.000.000.000", "dsdabm;900.000.000", year=YEAR
    )
    assert [v.outcome for v in verdicts] == [Outcome.KNOWN, Outcome.ACCEPTED]
    assert len(service.amounts_of(service.draft(YEAR))) == 2


def test_parts_that_are_more_than_the_whole_are_told_on_the_row(bring):
    whole, _part = bring(
        "ceilings", AMOUNTS, "Kecamatan Coblong;1.000.000", "Kelurahan Dago;1.500.000", year=YEAR
    )
    assert whole.outcome is Outcome.CONFLICT
    assert "500.000" in whole.why
    (part,) = bring("ceilings", AMOUNTS, "Kelurahan Dago;1.700.000", year=YEAR)
    assert part.outcome is Outcome.CONFLICT
    assert "700.000" in part.why


def test_names_and_amounts_that_say_nothing_are_refused(bring):
    verdicts = bring(
        "ceilings", AMOUNTS, "Kecamatan Antah;5", "Kelurahan Dago;banyak", "Kelurahan Dago;",
        "Kecamatan Coblong;7", "Kec Coblong;8", year=YEAR,
    )  # fmt: skip
    assert [v.outcome.value for v in verdicts] == [*["refused"] * 3, "accepted", "refused"]


def test_a_rehearsal_makes_no_draft(bring):
    bring("ceilings", AMOUNTS, "Kecamatan Coblong;7", year=YEAR, keep=False)
    assert service.draft(YEAR) is None
