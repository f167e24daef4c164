"""The pages of items: what they show, what they lead to."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.kinds import KINDS
from app.services import items
from blueprints.panels import proof
from models import Figure, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
every_kind = pytest.mark.parametrize("kind", KINDS)


def text(response) -> str:
    assert response.status_code == 200, response.status
    return unescape(response.get_data(as_text=True))


def has(page: str, *words: str) -> bool:
    """All of these; a plain truth, so that a failure does not print the page."""
    return all(word in page for word in words)


@every_kind
def test_every_state_of_every_kind_has_a_page_for_everybody(kind, client, client_for):
    author = make.user()
    for state in KINDS[kind].workflow.states:
        item = make.item(kind, author, state.name)
        for visitor in (client, client_for(author)):
            page = text(visitor.get(f"/{kind}/{item.number}"))
            assert has(page, item.title, item.number), state.name


@every_kind
def test_every_step_open_to_somebody_has_a_form_that_opens(kind, client_for):
    staff = client_for(
        make.user(roles=("moderator", "validator", "officer", "planner", "coordinator"))
    )
    for state in KINDS[kind].workflow.states:
        author = make.user()
        item = make.item(kind, author, state.name, department_code=make.DEPARTMENT)
        for client, login in ((staff, None), (client_for(author), author)):
            page = text(client.get(f"/{kind}/{item.number}"))
            for name in set(re.findall(r"/langkah/([a-z_]+)\"", page)):
                address = f"/{kind}/{item.number}/langkah/{name}"
                form = text(client.get(address))
                assert has(form, 'name="seen"', 'name="key"'), (state.name, name, login)


def test_a_page_says_who_holds_the_item_and_by_when(client):
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    page = text(client.get(f"/lapor/{item.number}"))
    assert has(page, make.department().name, str(item.due_on.year))


def test_a_page_tells_each_step_with_its_seat_and_reason_and_never_the_persons_name(client):
    moderator = make.user(roles=("moderator",), name="Pak Lurah Asli")
    item = make.item("lapor", state="verified")
    answers = {"reason": "unclear", "note": "Kami tidak menemukan tempatnya."}
    items.move(item, "reject", make.actor(moderator), answers)
    db.session.commit()
    page = text(client.get(f"/lapor/{item.number}"))
    assert has(page, "Kelurahan Dago", "Kami tidak menemukan tempatnya.")
    assert not has(page, "Pak Lurah Asli")


def test_why_this_department_is_told(client):
    item = make.item("lapor", state="routed")
    page = text(client.get(f"/lapor/{item.number}"))
    assert has(page, "<details")


def test_an_answer_stands_beside_how_often_residents_disputed_the_offices_answers(client):
    item = make.item("lapor", state="resolved", department_code=make.DEPARTMENT)
    counted = {"scope": "department", "code": make.DEPARTMENT, "days": 365}
    figure = Figure(**counted, declared=9, disputed=2)
    for declared, said in ((9, False), (40, True)):
        proof.published.cache_clear()
        figure.declared = declared
        db.session.add(figure)
        db.session.commit()
        page = text(client.get(f"/lapor/{item.number}"))
        assert ("Dalam 365 hari terakhir, 5% dari 40 jawaban" in page) == said
    proof.published.cache_clear()


def test_an_unpublished_item_asks_search_engines_to_stay_away(client_for):
    author = make.user()
    item = make.item("lapor", author, published=False)
    assert has(text(client_for(author).get(f"/lapor/{item.number}")), "noindex")


def test_a_number_leads_to_its_item(client):
    item = make.item("badami")
    assert client.get(f"/nomor/{item.number}").location == f"/badami/{item.number}"
    assert client.get(f"/cari?q={item.number.lower()}").location == f"/nomor/{item.number}"


def test_supporting_from_the_page_and_taking_it_back(client_for):
    item, client = make.item("lapor", state="verified"), client_for(make.user())
    address = f"/lapor/{item.number}/dukung"
    assert client.post(address).status_code == 302
    db.session.refresh(item)
    assert item.support_count == 1
    part = text(client.post(address, data={"batal": "1"}, headers={"HX-Request": "true"}))
    assert has(part, 'id="dukungan"')
    assert not has(part, "<html")
    db.session.refresh(item)
    assert item.support_count == 0


def test_whoever_supports_without_a_login_is_led_to_it_and_back(client):
    item = make.item("lapor", state="verified")
    response = client.post(f"/lapor/{item.number}/dukung")
    assert response.location.startswith("/masuk?lanjut=")


def test_the_discussion_shows_words_in_threads_and_hides_what_is_hidden(client, client_for):
    item = make.item("lapor", state="verified")
    top = make.comment(item, body="Kata pertama")
    make.comment(item, body="Balasan padanya", parent_id=top.id)
    make.comment(item, body="Kata kasar", status="hidden", hidden_reason="Menyerang orang")
    make.comment(item, body="Kata yang menunggu", status="held")
    page = text(client.get(f"/lapor/{item.number}"))
    assert has(page, "Kata pertama", "Balasan padanya", "Menyerang orang")
    assert not has(page, "Kata kasar")
    assert not has(page, "Kata yang menunggu")
    moderator = client_for(make.user(roles=("moderator",)))
    page = text(moderator.get(f"/lapor/{item.number}"))
    assert has(page, "Kata kasar", "Kata yang menunggu")


def test_a_moderator_shows_what_was_held(client, client_for):
    item = make.item("lapor", state="verified")
    comment = make.comment(item, body="Kata yang menunggu", status="held")
    moderator = client_for(make.user(roles=("moderator",)))
    address = f"/lapor/{item.number}/komentar/{comment.id}/putuskan"
    assert moderator.post(address, data={"act": "publish"}).status_code == 302
    assert has(text(client.get(f"/lapor/{item.number}")), "Kata yang menunggu")


def test_markup_in_what_people_write_is_text(client):
    nasty = '<img src=x onerror="alert(1)">'
    item = make.item("lapor", state="verified", title=f"Judul {nasty}", body=f"Isi {nasty} panjang")
    make.comment(item, body=nasty)
    raw = client.get(f"/lapor/{item.number}").get_data(as_text=True)
    assert not has(raw, "<img src=x")
    listed = client.get("/lapor/").get_data(as_text=True)
    assert not has(listed, "<img src=x")


@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_speak_both_languages(client, language):
    item = make.item("lapor", state="verified")
    page = text(client.get(f"/lapor/{item.number}?bahasa={language}"))
    assert has(page, f'lang="{language}"')
    assert has(page, "Belum ada" if language == "id" else "Nobody has said")


def test_an_empty_list_says_what_to_do(client):
    page = text(client.get("/badami/?q=takadakatainidimanapun"))
    assert has(page, "/badami/")


def test_whoever_routes_a_report_reads_why_the_rule_names_that_department(client_for):
    item = make.item("lapor", state="verified")
    page = client_for(make.user(roles=("moderator",))).get(f"/lapor/{item.number}/langkah/route")
    said = unescape(page.get_data(as_text=True))
    assert "Mengapa dinas ini?" in said
    assert "Aturan kota no." in said
