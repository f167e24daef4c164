"""A forum in a browser: called, entered by phone, written down, decided, closed, read by all."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.queries.forum import ListKey
from app.services import forum as service
from app.services import ranking
from models import Forum, User, db
from tests import factories as make

YEAR = 2031
WORK = "/kerja/musrenbang/forum"


@pytest.fixture(scope="module")
def proposals(site):
    """Three verified proposals of a year of their own, in order; their numbers."""
    with site.app.app_context():
        made = []
        for title in ("Saluran Gang Mawar", "Lampu tangga Dago Pojok", "Taman bermain RW 03"):
            one = make.item("musrenbang", title=title, rw=3)
            one.plan_year, one.level, one.state, one.cost = (
                YEAR,
                "kelurahan",
                "verified",
                60_000_000,
            )
            made.append(one)
        db.session.flush()
        chair = make.actor(db.session.query(User).filter_by(email="moderator@contoh.id").one())
        ranking.reorder(chair, ListKey(YEAR, "kelurahan", make.KELURAHAN), [one.id for one in made])
        db.session.commit()
        return [one.number for one in made]


def test_a_forum_from_its_call_to_its_public_page(site, meet, proposals):
    lurah = meet("lurah", 1280)
    lurah.known("moderator@contoh.id")
    lurah.go(f"{WORK}/baru?tahun={YEAR}")
    lurah.type("venue", "Aula Kelurahan Dago")
    lurah.type("starts_at", "2026-11-22T09:00")
    lurah.look("forum-baru")
    lurah.send()
    page = lurah.page.url.split("?")[0]
    with site.app.app_context():
        forum = db.session.query(Forum).filter_by(plan_year=YEAR).one()
        forum_id, code = forum.id, forum.door_code
        chair = make.actor(db.session.query(User).filter_by(email="moderator@contoh.id").one())
        guests = [{"name": "Ibu Euis Komariah", "body": "PKK RW 03", "group": "pkk", "sex": "P"},
                  {"name": "Pak Dadang", "body": "Ketua RW 03", "group": "rw"}]  # fmt: skip
        service.invite(forum, chair, guests)
        db.session.commit()

    resident = meet("warga", 390)
    resident.go(f"/hadir/{code}")
    resident.look("forum-pintu")
    resident.type("name", "Teh Nining")
    resident.pick("sex", "P")
    resident.send()
    resident.look("forum-tercatat")

    for name in ("", "/undangan", "/hadir", "/kode", "/aset"):
        lurah.go(page + name)
        lurah.look(f"forum{name.replace('/', '-')}-meja")
    lurah.go(f"{page}/notulen")
    lurah.page.locator("textarea[name=text]").first.fill("Dibuka pukul sembilan.")
    lurah.until("document.querySelector('[data-note-said]').textContent !== ''")
    lurah.look("forum-notulen")
    lurah.go(f"{page}/notulen")
    assert lurah.page.locator("textarea[name=text]").first.input_value() == "Dibuka pukul sembilan."

    for n, number in enumerate(proposals):
        lurah.go(f"{page}/usulan/{number}")
        if n == 2:
            lurah.pick("outcome", "not_agreed")
            lurah.choose(
                "reason", str(lurah.page.locator("select[name=reason] option").nth(1).inner_text())
            )
            lurah.type("note", "Suratnya belum lengkap.")
        else:
            lurah.pick("outcome", "agreed")
        lurah.look("forum-putusan")
        lurah.send()
    lurah.look("forum-usulan")
    lurah.go(f"{page}/tutup")
    lurah.look("forum-tutup")
    with lurah.page.expect_navigation():
        lurah.page.locator("main form[method=post] button").last.click()
    site.work()
    resident.go(f"/musrenbang/forum/{forum_id}")
    resident.look("forum-publik")
    words = resident.page.locator("main").inner_text()
    assert "Saluran Gang Mawar" in words
    assert "Suratnya belum lengkap." in words
    assert "Nining" not in words
    expect(resident.page.locator("a[href*='/berkas/']")).to_have_count(2)
    lurah.go(f"{page}/berkas")
    lurah.look("forum-berkas")
