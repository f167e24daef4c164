"""Ranked lists in public and on the desk that puts them in order."""

from __future__ import annotations

import pytest
from flask_babel import force_locale, gettext
from markupsafe import escape

from app.forms.ranking import arranged
from app.queries.ranking import ListKey, ranked
from app.services import ceilings, ranking
from blueprints import musrenbang_ranking
from models import Whose
from tests import factories as make
from tests.statements import Statements

KEY = ListKey(2027, "kelurahan", make.KELURAHAN)
PUBLIC = f"/musrenbang/prioritas/{make.KELURAHAN}?tahun=2027"
DESK = f"/kerja/musrenbang/prioritas/{make.KELURAHAN}"


def proposal(title, cost=1_000_000, level="kelurahan", **values):
    """A published proposal of 2027."""
    made = make.item("musrenbang", title=title, **values)
    made.plan_year, made.level, made.cost = 2027, level, cost
    return made


@pytest.fixture
def say(app):
    """What a page says in Indonesian for a text of the code."""

    def words(text, **values):
        with app.test_request_context(), force_locale("id"):
            return str(escape(gettext(text, **values)))

    return words


@pytest.fixture
def lists(session):
    """Three proposals in order, one without a rank, and one that is nobody's business."""
    made = [proposal(f"Usulan nomor {n}", n * 1_000_000) for n in (1, 2, 3)]
    made.append(proposal("Belum ada urutannya"))
    proposal("Usulan rahasia", visibility="confidential")
    session.flush()
    clerk = make.actor(make.user(roles=["moderator"]))
    ranking.reorder(clerk, KEY, [one.id for one in made[:3]])
    return made


def ceiling(amount, area=make.KELURAHAN):
    """Publish a ceiling for an area."""
    planner = make.actor(make.user(roles=["planner"]))
    decree = ceilings.Decree("indikatif", "SK 1/2026", None, "Kesepakatan awal.")
    ceilings.save(planner, 2027, {Whose(area): amount}, decree)
    return ceilings.publish(planner, 2027)


def test_a_list_shows_its_order_the_line_and_what_has_no_rank_yet(client, lists, say):
    ceiling(3_500_000)
    text = client.get(PUBLIC).get_data(as_text=True)
    places = [text.index(f"Usulan nomor {n}") for n in (1, 2, 3)]
    assert places == sorted(places)
    assert places[1] < text.index("data-line>") < places[2] < text.index("Belum ada urutannya")
    assert "Rp3.500.000" in text and say("%(sum)s left", sum="Rp500.000") in text
    assert text.count("is-out") == 1 and "Usulan rahasia" not in text


def test_another_ceiling_says_by_name_what_it_would_take_and_lose(client, lists):
    ceiling(3_000_000)
    page = client.get(PUBLIC + "&pagu=1+juta").get_data(as_text=True)
    told = page[page.index("data-crossed>") : page.index("</form>", page.index("data-crossed>"))]
    assert "2. Usulan nomor 2" in told and "nomor 3" not in told and "nomor 1" not in told
    page = client.get(PUBLIC + "&pagu=Rp+6.000.000").get_data(as_text=True)
    told = page[page.index("data-crossed>") : page.index("</form>", page.index("data-crossed>"))]
    assert "3. Usulan nomor 3" in told and "nomor 2" not in told


@pytest.mark.parametrize("nonsense", ["banyak", "-3", "1,5", "9" * 30, "1e9", "%00"])
def test_a_ceiling_that_is_no_amount_is_said_so_and_stays_in_the_field(client, lists, nonsense):
    answer = client.get(PUBLIC + f"&pagu={nonsense}")
    assert answer.status_code == 422
    assert "aria-invalid" in answer.get_data(as_text=True)


def test_without_a_ceiling_there_is_no_line(client, lists):
    text = client.get(PUBLIC).get_data(as_text=True)
    assert "data-line>" not in text and "is-out" not in text


def test_a_long_list_is_read_page_by_page_and_the_line_stands_on_its_own(
    client, lists, monkeypatch
):
    monkeypatch.setattr(musrenbang_ranking, "SHOWN", 1)
    pages = [client.get(f"{PUBLIC}&hal={n}&pagu=1.500.000").text for n in (1, 2, 3)]
    table = [page[page.index('id="urutan"') :].split("</table>")[0] for page in pages]
    assert ["data-line>" in rows for rows in table] == [False, True, False]
    assert [rows.count("<tr id=") for rows in table] == [1, 1, 1]
    assert "data-slide" not in pages[0]
    assert 'rel="next"' in pages[0]
    assert 'rel="prev"' in pages[2] and 'rel="next"' not in pages[2]
    assert client.get(f"{PUBLIC}&hal=99").status_code == 200


def test_a_list_nobody_knows_is_nowhere(client, session):
    assert client.get("/musrenbang/prioritas/32.73.99.9999").status_code == 404
    assert client.get("/musrenbang/prioritas/tidakada").status_code == 404


def test_a_list_asks_the_database_three_times_at_most(app, client, lists):
    ceiling(3_500_000)
    client.get(PUBLIC)
    with Statements() as sent:
        assert client.get(PUBLIC).status_code == 200
    assert len(sent) <= 3, sent


def test_the_moderator_types_ranks_and_the_others_make_room(client_for, lists, say):
    desk = client_for(make.user(roles=["moderator"]))
    page = desk.get(DESK + "?tahun=2027").get_data(as_text=True)
    assert 'name="seen" value="1"' in page
    cells = {f"r-{one.id}": n for n, one in enumerate(lists[:3], 1)}
    cells[f"r-{lists[2].id}"] = 1
    cells[f"r-{lists[3].id}"] = ""
    answer = desk.post(DESK + "?tahun=2027", data={"seen": 1, "reason": "Banjir", **cells})
    assert answer.status_code == 302
    text = desk.get(PUBLIC + "").get_data(as_text=True)
    assert text.index("Usulan nomor 3") < text.index("Usulan nomor 1")
    history = desk.get(f"/musrenbang/prioritas/{make.KELURAHAN}/riwayat?tahun=2027")
    words = history.get_data(as_text=True)
    assert (
        "Banjir" in words
        and say("from %(a)s to %(b)s", a=3, b=1) in words
        and "Kelurahan Dago" in words
    )


@pytest.mark.parametrize("typed", ["nol", "0", "-1", "1.5", "99999999"])
def test_a_rank_that_is_none_is_said_so_and_nothing_typed_is_lost(client_for, lists, typed):
    desk = client_for(make.user(roles=["moderator"]))
    answer = desk.post(DESK + "?tahun=2027", data={"seen": 1, f"r-{lists[0].id}": typed})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f'value="{typed}"' in text


def test_whoever_is_slower_sees_both_orders_and_can_keep_theirs(client_for, lists, session):
    desk = client_for(make.user(roles=["moderator"]))
    cells = {f"r-{one.id}": 4 - n for n, one in enumerate(lists[:3], 1)}
    clerk = make.actor(make.user(roles=["moderator"]))
    ranking.reorder(clerk, KEY, [one.id for one in (lists[1], lists[0])])
    answer = desk.post(DESK + "?tahun=2027", data={"seen": 1, **cells})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert [row.id for row in ranked(session, KEY)] == [lists[1].id, lists[0].id]
    order = ",".join(str(one.id) for one in reversed(lists[:3]))
    assert f'name="order" value="{order}"' in text
    answer = desk.post(DESK + "?tahun=2027", data={"seen": 2, "order": order})
    assert answer.status_code == 302
    assert [row.id for row in ranked(session, KEY)] == [one.id for one in reversed(lists[:3])]


def test_a_signed_list_refuses_and_says_so(client_for, lists, say):
    ranking.freeze(KEY, "moderator:" + make.KELURAHAN)
    desk = client_for(make.user(roles=["moderator"]))
    answer = desk.post(DESK + "?tahun=2027", data={"seen": 2, f"r-{lists[3].id}": 1})
    assert answer.status_code == 422
    told = say("The forum has signed this list. Its order stays as it is.")
    assert told in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("roles", "where"),
    [
        (["moderator"], make.OTHER_KELURAHAN),
        (["validator"], make.KELURAHAN),
        (["officer"], make.KELURAHAN),
        (["moderator"], make.KECAMATAN),
        (["moderator"], "32.73"),
    ],
)
def test_a_list_is_put_in_order_by_its_level_alone(client_for, session, roles, where):
    desk = client_for(make.user(roles=roles))
    assert desk.get(f"/kerja/musrenbang/prioritas/{where}?tahun=2027").status_code == 403


def test_the_rule_at_the_line_is_declared_and_shown(client_for, client, lists, say):
    ceiling(4_500_000)
    desk = client_for(make.user(roles=["moderator"]))
    answer = desk.post(DESK + "/aturan?tahun=2027", data={"seen": 1, "rule": "skip"})
    assert answer.status_code == 302
    told = say("A proposal that does not fit is left out; smaller ones behind it may still fit.")
    assert told in client.get(PUBLIC).get_data(as_text=True)
    assert desk.post(DESK + "/aturan?tahun=2027", data={"rule": "anders"}).status_code == 422


def test_every_list_of_a_seat_is_one_tap_away(client_for, session):
    desk = client_for(make.user(mandate=("operator", {"area_code": make.KELURAHAN, "rw": 4})))
    text = desk.get("/kerja/musrenbang/prioritas?tahun=2027").get_data(as_text=True)
    assert "RW 04, Kelurahan Dago" in text.replace("&nbsp;", " ")
    answer = desk.get(DESK + "?tahun=2027&rw=4")
    assert answer.status_code == 200
    assert desk.get(DESK + "?tahun=2027&rw=5").status_code == 403


def test_the_way_to_a_list_leads_there(client, lists):
    text = client.get("/musrenbang/prioritas?tahun=2027").get_data(as_text=True)
    assert f"/{make.KELURAHAN}?tahun=2027" in text
    there = client.get(f"/musrenbang/prioritas?tahun=2027&wilayah={make.KELURAHAN}")
    assert there.status_code == 302 and make.KELURAHAN in there.location


def arrangements(text, before):
    """What ``arranged`` makes of cells like "a=1 b=2", given an order before."""
    cells = dict(cell.split("=") for cell in text.split())
    numbers = {name: n for n, name in enumerate("abcdef")}
    ranks = {numbers[name]: rank for rank, name in enumerate(before, 1)}
    made = arranged({numbers[name]: cell for name, cell in cells.items()}, ranks)
    return "".join("abcdef"[n] for n in made)


@pytest.mark.parametrize(
    ("typed", "before", "order"),
    [
        ("a=1 b=2 c=3", "abc", "abc"),
        ("a=1 b=2 c=1", "abc", "cab"),  # moved up: it takes the place
        ("a=3 b=2 c=3", "abc", "bca"),  # moved down: what was there goes up
        ("a=1 b=2 c=3 d=2", "abc", "adbc"),  # new on the list
        ("a=1 b= c=3", "abc", "ac"),  # off the list
        ("a=9 b=2 c=3", "abc", "bca"),
    ],
)
def test_numbers_typed_mean_the_order_people_expect(typed, before, order):
    assert arrangements(typed, before) == order
