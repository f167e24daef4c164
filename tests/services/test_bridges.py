"""An item that goes on as one of another kind: both name each other, nobody is lost, once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.kinds import KINDS
from app.queries import bridges as reads
from app.queries import repeated as places
from app.queries import trail
from app.services import bridges, items, repeated, supports
from app.workflow import NotAllowed
from models import Bridge, Change, ChangeText, Draft, Follow, Item, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
WISH, REPORT = KINDS["musrenbang"], KINDS["lapor"]


def report(**values: Any) -> Item:
    return make.item("lapor", state="verified", **values)


def file_draft(actor: Any, key: Any, kind: Any) -> Item:
    """File what stands in a draft as the last page would."""
    draft = db.session.get_one(Draft, key)
    typed = {**draft.data["lokasi"], **draft.data["isi"]}
    usual = make.values(kind.slug, typed["area_code"])
    words = {n: v for n, v in typed.items() if n in ("title", "body")}
    return items.file(kind, actor, key, usual | words)


def words_of(item: Item) -> list[str]:
    query = (
        select(ChangeText.text)
        .join(Change, Change.id == ChangeText.change_id)
        .where(Change.item_id == item.id, Change.step == "connect")
    )
    return list(db.session.scalars(query.order_by(Change.seq)))


def test_reports_become_one_proposal_and_their_reporters_follow_it(session):
    first, second = report(title="Saluran mampet depan pasar"), report()
    supporter = make.user()
    supports.support(second, make.actor(supporter))
    keeper = make.actor(make.user(roles=("moderator",)))
    key = bridges.begin(keeper, [first, second], WISH)
    made = file_draft(keeper, key, WISH)
    session.flush()
    assert made.title == "Saluran mampet depan pasar"
    assert second.number in made.body
    assert {row.from_id for row in session.scalars(select(Bridge))} == {first.id, second.id}
    assert (first.state, second.state) == ("to_proposal", "to_proposal")
    assert words_of(first) == [made.number]
    assert sorted(words_of(made)) == sorted([first.number, second.number])
    followers = set(session.scalars(select(Follow.user_id).where(Follow.item_id == made.id)))
    assert {first.filed_by_id, second.filed_by_id, supporter.id} <= followers
    assert {tie.number for tie in reads.ties(session, made)} == {first.number, second.number}
    assert trail.verify(session).problems == []


def test_a_resident_goes_on_with_a_report_that_stays_where_it_is(session):
    source = report()
    resident = make.actor(make.user())
    made = file_draft(resident, bridges.begin(resident, [source], WISH), WISH)
    assert source.state == "verified"
    assert source.bridged and made.bridged


def test_an_urgent_small_proposal_becomes_a_report_and_is_refused_as_such(session):
    source = make.item("musrenbang", state="submitted", rw=3)
    source.level = "kelurahan"
    session.flush()
    keeper = make.actor(make.user(roles=("moderator",)))
    made = file_draft(keeper, bridges.begin(keeper, [source], REPORT), REPORT)
    assert (source.state, made.kind) == ("refused", "lapor")
    last = session.scalars(
        select(Change).where(Change.item_id == source.id).order_by(Change.seq.desc())
    ).first()
    assert last.reason == "urgent_repair"


def test_an_idea_becomes_a_proposal(session):
    source = make.item("badami", state="discussion")
    author = make.actor(make.user())
    made = file_draft(author, bridges.begin(author, [source], WISH), WISH)
    assert [tie.comes_from for tie in reads.ties(session, made)] == [True]
    assert source.state == "discussion"


def test_what_is_not_public_leads_nowhere_and_is_named_nowhere(session):
    secret = report(visibility="confidential")
    unseen = make.item("lapor", published=False)
    keeper = make.actor(make.user(roles=("moderator",)))
    for source in (secret, unseen):
        with pytest.raises(NotAllowed):
            bridges.begin(keeper, [source], WISH)
    with pytest.raises(NotAllowed):
        bridges.begin(keeper, [report()], REPORT)
    open_one = report()
    made = file_draft(keeper, bridges.begin(keeper, [open_one], WISH), WISH)
    open_one.visibility = "confidential"
    session.flush()
    assert reads.ties(session, made) == []


def again(area: str = "") -> list[Any]:
    """The places found now that touch an area."""
    repeated.refresh(db.session)
    return list(places.places(db.session, [area] if area else []).rows)


def test_the_parts_of_one_report_are_not_three_reports(session):
    whole = report()
    for _n in range(2):
        report().parent_id = whole.id  # type: ignore[attr-defined]
    session.flush()
    assert again(make.KELURAHAN) == []


def test_places_that_come_again_are_found_and_only_those(session):
    for _n in range(3):
        report()
    report(category_code="pju-mati")
    (row,) = again(make.KELURAHAN)
    assert (row.rank, row.reports) == (1, 3)
    assert [place.rank for place in again(make.KELURAHAN.rpartition(".")[0])] == [1]
    assert [place.rank for place in again()] == [1]
    assert again(make.OTHER_KELURAHAN) == []


def test_the_place_with_the_most_reports_comes_first(session):
    for category, count in (("pju-mati", 3), ("jalan-berlubang", 5)):
        for _n in range(count):
            report(category_code=category)
    assert [(p.category_code, p.reports) for p in again()] == [
        ("jalan-berlubang", 5),
        ("pju-mati", 3),
    ]
    assert [place.rank for place in places.places(session, [], after=1).rows] == [2]


def test_what_is_hidden_or_a_proposal_since_the_count_is_not_told(session):
    found = [report(title=f"Lubang nomor {n}") for n in range(5)]
    assert [place.reports for place in again()] == [5]
    found[0].visibility = "confidential"
    found[1].bridged = True
    session.flush()
    (left,) = places.places(session, []).rows
    assert left.reports == 3
    assert sorted(left.numbers) == sorted(one.number for one in found[2:])
    assert "Lubang nomor 0" not in left.titles
    found[2].state = "rejected"
    session.flush()
    assert places.places(session, []).rows == []


def test_by_the_pages_from_a_place_to_a_filled_form(session, client_for, client):
    found = [report(title="Lubang di tikungan") for _n in range(3)]
    keeper = client_for(make.user(roles=("moderator",)))
    assert "Not counted yet" in keeper.get("/kerja/musrenbang/berulang?bahasa=en").text
    repeated.refresh(session)
    page = keeper.get("/kerja/musrenbang/berulang?bahasa=en").text
    assert "as counted on" in page
    assert all(one.number in page for one in found)
    answer = keeper.post("/kerja/musrenbang/berulang", data={"nomor": [i.number for i in found]})
    form = keeper.get(answer.location).text
    assert "Lubang di tikungan" in form
    assert keeper.post("/kerja/musrenbang/berulang", data={}).status_code == 404
    resident = client_for(make.user())
    shown = resident.get(f"/lapor/{found[0].number}").text
    assert f"/lapor/{found[0].number}/lanjutkan/musrenbang" in shown
    assert "/lanjutkan/" not in client.get(f"/lapor/{found[0].number}").text
    began = resident.post(f"/lapor/{found[0].number}/lanjutkan/musrenbang")
    assert "/musrenbang/baru/" in began.location
