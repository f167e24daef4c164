"""The administration changes who owns what: it sees what follows, and nothing is left ownerless."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.queries import reroute, routing, rulebook
from app.queries.calendar import city_day
from app.queries.rules import Line
from app.services import register as service
from models import AuditEvent, Category, Department, PastRule, RoutingRule
from tests import factories as make
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
LAMP = "pju-mati"


@pytest.fixture
def keeper(client_for: Any) -> Any:
    """The city's coordinator in a browser."""
    return client_for(make.user(roles=("coordinator",)))


def rule_of(session: Any, category: str) -> RoutingRule:
    """The last rule of a category: it takes what is left."""
    query = select(RoutingRule).filter_by(category_code=category)
    return session.scalars(query.order_by(RoutingRule.position.desc())).first()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def values(**changes: Any) -> dict[str, Any]:
    usual = {"category_code": LAMP, "keyword": "kunang", "department_code": "dpkp", "note": ""}
    return usual | {"area_code": "", "road_class": "", "before": ""} | changes


def previewed(client: Any, url: str, data: dict[str, Any]) -> str:
    page = client.post(url, data=data)
    assert page.status_code == 200, page.text[-2000:]
    return page.text


def saved(client: Any, url: str, data: dict[str, Any]) -> Any:
    seen = hidden(previewed(client, url, data), "seen")
    return client.post(url, data=data | {"seen": seen, "sure": "1"})


def test_a_new_rule_is_shown_with_what_would_follow_before_it_is_saved(session, keeper):
    first = session.scalar(select(func.min(RoutingRule.position)).filter_by(category_code=LAMP))
    for n in range(3):
        make.item("lapor", state="verified", category_code=LAMP, title=f"Lampu kunang mati {n}")
    make.item("lapor", state="verified", category_code=LAMP, title="Lampu biasa mati")
    before = session.scalar(select(func.count()).select_from(RoutingRule))
    page = previewed(keeper, "/admin/aturan/baru", values(before=first))
    assert "Dishub → DPKP" in page
    assert "</b>: 3" in page
    assert "Lampu kunang mati" in page
    assert "Lampu biasa mati" not in page
    assert session.scalar(select(func.count()).select_from(RoutingRule)) == before


def test_a_saved_rule_decides_from_then_on_and_is_written_down(session, keeper):
    first = session.scalar(select(func.min(RoutingRule.position)).filter_by(category_code=LAMP))
    done = saved(keeper, "/admin/aturan/baru", values(before=first))
    assert done.status_code == 302
    found = routing.owner(session, LAMP, make.KELURAHAN, None, "lampu kunang-kunang")
    assert found is not None
    assert found.department_code == "dpkp"
    rule = session.scalars(select(RoutingRule).filter_by(keyword="kunang")).one()
    assert rule.origin == "admin"
    assert session.scalars(select(AuditEvent).filter_by(act="add_rule")).one().detail


def test_a_gap_is_refused_and_named(session, keeper):
    last = rule_of(session, LAMP)
    page = keeper.get(f"/admin/aturan/{last.id}/hapus").text
    assert "notice-bad" in page
    seen = hidden(page, "seen")
    refused = keeper.post(f"/admin/aturan/{last.id}/hapus", data={"seen": seen})
    assert refused.status_code == 422
    assert rule_of(session, LAMP).id == last.id


def test_a_deleted_rule_is_kept_as_it_was(session, keeper):
    rule = session.scalars(select(RoutingRule).filter_by(keyword="lampu taman")).first()
    number, position = rule.id, rule.position
    seen = hidden(keeper.get(f"/admin/aturan/{number}/hapus").text, "seen")
    assert keeper.post(f"/admin/aturan/{number}/hapus", data={"seen": seen}).status_code == 302
    assert session.get(RoutingRule, number) is None
    kept = session.scalars(select(PastRule).filter_by(position=position)).one()
    assert (kept.keyword, kept.department_code) == ("lampu taman", "dpkp")
    assert kept.ended_by_id is not None


def test_who_previewed_older_rules_must_look_again(session, keeper):
    data = values()
    seen = hidden(previewed(keeper, "/admin/aturan/baru", data), "seen")
    rule_of(session, "lainnya").department_code = "setda"
    session.commit()
    answer = keeper.post("/admin/aturan/baru", data=data | {"seen": seen, "sure": "1"})
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).where(RoutingRule.keyword == "kunang")) == 0


def test_a_rule_that_can_never_decide_is_pointed_out(keeper):
    page = previewed(keeper, "/admin/aturan/baru", values(before=""))
    assert "notice-warn" in page


def test_reports_that_were_sent_stay_and_those_not_sent_move_only_when_asked(session, keeper):
    lamp = {"category_code": LAMP, "department_code": "dishub", "title": "Lampu kunang mati"}
    named = make.item("lapor", state="verified", **lamp)
    sent = make.item("lapor", state="routed", **lamp)
    first = session.scalar(select(func.min(RoutingRule.position)).filter_by(category_code=LAMP))
    assert saved(keeper, "/admin/aturan/baru", values(before=first)).status_code == 302
    session.expire_all()
    assert (named.department_code, sent.department_code) == ("dishub", "dishub")
    back = values(before=1, keyword="lampu kunang", department_code="dsdabm", reroute="y")
    named.department_code = "dpkp"
    session.commit()
    assert saved(keeper, "/admin/aturan/baru", back).status_code == 302
    session.expire_all()
    assert (named.department_code, sent.department_code) == ("dsdabm", "dishub")
    assert named.state == "verified"


def test_ending_a_department_leads_its_rules_to_whoever_follows(session, keeper):
    url = "/admin/opd/dishub/akhiri"
    data = {"valid_to": "2026-01-01", "successor_code": ""}
    assert "notice-bad" in previewed(keeper, url, data)
    data["successor_code"] = "dsdabm"
    page = previewed(keeper, url, data)
    assert "notice-bad" not in page
    sure = data | {"seen": hidden(page, "seen"), "sure": "1"}
    assert keeper.post(url, data=sure).status_code == 302
    found = routing.owner(session, LAMP, make.KELURAHAN, "besar")
    assert found is not None
    assert (found.department_code, found.successor_of) == ("dsdabm", "dishub")
    assert session.get(Department, "dishub") is not None


def test_a_new_category_has_an_owner_from_the_first_day(session, keeper):
    page = keeper.get("/admin/kategori/baru").text
    data = {
        "code": "uji-baru", "kind": "lapor", "name": "Uji baru", "position": "999",
        "department_code": "", "seen": hidden(page, "seen"), "sure": "1", "place_bound": "y",
    }  # fmt: skip
    assert keeper.post("/admin/kategori/baru", data=data).status_code == 422
    data["department_code"] = "dlh"
    assert keeper.post("/admin/kategori/baru", data=data).status_code == 302
    assert session.get(Category, "uji-baru").origin == "admin"
    assert routing.coverage(session).gaps == ()


def test_words_of_a_department_change_and_the_change_is_written_down(session, keeper):
    page = keeper.get("/admin/opd/pln")
    assert page.status_code == 200
    data = {"code": "pln", "name": "PT PLN", "abbreviation": "PLN", "external": "y", "phone": "123"}
    assert keeper.post("/admin/opd/pln", data=data).status_code == 302
    assert session.get(Department, "pln").name == "PT PLN"
    noted = session.scalars(select(AuditEvent).filter_by(subject="department:pln")).one()
    assert "PT PLN" in noted.detail


@pytest.mark.parametrize("position", ["-5", "99999999999999999999999", "x"])
def test_nonsense_is_said_and_nothing_typed_is_lost(keeper, position):
    page = keeper.post("/admin/aturan/baru", data=values(before=position))
    assert page.status_code == 422
    assert "kunang" in page.text


def test_open_reports_are_compared_in_few_statements_however_many_there_are(session, app):
    about = [
        make.item("lapor", state="verified", category_code=LAMP, title=f"Lampu kunang {n}")
        for n in range(20)
    ]
    book = rulebook.read(session)
    line = Line(0, LAMP, None, None, "kunang", "dpkp")
    after = book.with_lines(service.placed(book.lines, line, 1))
    with Statements() as asked:
        found = reroute.preview(session(), book, after, make.everybody(about[0]), city_day())
    assert [(move.old, move.new, move.items) for move in found.moves] == [("dishub", "dpkp", 20)]
    assert len(asked) <= 10  # four of them read the names of things


@given(
    st.lists(st.integers(1, 60), unique=True, max_size=12),
    st.integers(0, 70) | st.none(),
    st.integers(0, 12),
)
def test_a_rule_lands_where_it_was_put_and_others_keep_their_order(positions, before, which):
    lines = tuple(Line(p, None, None, None, f"k{p}", "d", "", p) for p in sorted(positions))
    line = lines[which] if which < len(lines) else Line(0, None, None, None, "new", "d")
    after = service.placed(lines, line, before)
    order = [other.keyword for other in after if other.keyword != line.keyword]
    assert order == [other.keyword for other in lines if other.keyword != line.keyword]
    spots = [other.position for other in after]
    assert spots == sorted(set(spots))
    behind = [other.keyword for other in after][
        [other.keyword for other in after].index(line.keyword) + 1 :
    ]
    wanted = [o.keyword for o in lines if o.keyword != line.keyword]
    follow = [
        o.keyword for o in lines
        if o.keyword != line.keyword and before is not None and o.position >= before
    ]  # fmt: skip
    assert behind == follow
    assert set(behind) <= set(wanted)
