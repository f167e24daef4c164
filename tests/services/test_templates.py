"""Texts to answer with: whose they are, what they say, and how they come into a step."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import current_app
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from app.kinds import KINDS
from app.queries import templates as texts
from app.services import city_files, items, templates
from app.services.templates import Draft
from app.workflow import NotAllowed
from models import AnswerTemplate, Complaint, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
BODY = "Terima kasih. Laporan {number} ({title}) kami teruskan ke {department}."


@pytest.fixture(autouse=True)
def _no_texts(session):
    """The texts the city begins with are put aside."""
    session.execute(delete(AnswerTemplate))


@pytest.fixture
def boss():
    """The coordinator."""
    return make.user(roles=("coordinator",))


def keep(by, **draft):
    return templates.keep(Draft(**{"name": "Teks", "body": BODY} | draft), make.actor(by))


def offered(item, step, by):
    named = KINDS[item.kind].workflow.named(step)
    return [text.name for text in texts.for_step(item, named, make.actor(by))]


def test_what_stands_in_braces_is_put_in():
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    said = texts.filled(BODY, item)
    assert item.number in said
    assert item.title in said
    assert "Dinas" in said
    assert "{" not in said


def test_the_words_in_braces_are_indonesian_and_the_earlier_ones_are_understood():
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    body = "{{nomor}} {{ judul }} {{kategori}} {{wilayah}} {{alamat}} {{dinas}} {{batas_waktu}}"
    before = "{number} {title} {category} {area} {address} {department} {due}"
    assert texts.filled(body, item) == texts.filled(before, item)
    assert "{" not in texts.filled(body + " {{nama_pelapor}} {{kota}} {Nomor}", item)
    assert texts.unknown("{{nomor}} {nomer} {{apa}} {reporter}") == ["apa", "nomer"]
    assert texts.filled("{{apa}}", item) == "{{apa}}"
    assert set(texts.EARLIER.values()) == set(texts.PLACEHOLDERS)


@pytest.mark.parametrize(("visibility", "named"), [("public", True), ("anonymous", False)])
def test_a_reporters_name_stands_only_where_it_is_public_anyway(visibility, named):
    author = make.user(name="Nining Rahasia")
    item = make.item("lapor", author, state="verified", visibility=visibility)
    assert ("Nining Rahasia" in texts.filled("Yth. {reporter}", item)) is named


def test_a_title_with_braces_is_not_filled_again():
    item = make.item("lapor", state="verified", title="Lubang {reporter} di {number}")
    assert texts.filled("{title}", item) == item.title


@given(st.text(alphabet=st.sampled_from("{}ab_ 1\n"), max_size=60))
def test_braces_that_mean_nothing_stay_as_they_were_typed(body):
    assert texts.filled(body, Complaint(number="L-1")) == body


def test_a_placeholder_nobody_knows_is_refused(boss):
    with pytest.raises(templates.Unfit, match="nomer"):
        keep(boss, body="Laporan {nomer}")


def test_the_citys_texts_are_the_coordinators_and_an_offices_its_officers(boss):
    officer = make.user(roles=("officer",))
    clerk = make.user(roles=("moderator",))
    keep(boss)
    own = keep(officer, department_code=make.DEPARTMENT)
    for by, department in ((officer, None), (officer, make.OTHER_DEPARTMENT), (clerk, None),
                           (boss, make.DEPARTMENT)):  # fmt: skip
        with pytest.raises(NotAllowed):
            keep(by, department_code=department)
    with pytest.raises(NotAllowed):
        templates.retire(own, make.actor(boss))


def test_texts_are_offered_where_they_fit_the_narrower_first(boss):
    officer, other = make.user(roles=("officer",)), make.user(
        roles=("officer",), department_code=make.OTHER_DEPARTMENT
    )  # fmt: skip
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    keep(boss, name="Umum")
    keep(boss, name="Kategori", kind="lapor", category_code=item.category_code)
    keep(boss, name="Langkah lain", kind="lapor", step="reject")
    keep(boss, name="Layanan lain", kind="badami")
    keep(officer, name="Dinas", department_code=make.DEPARTMENT, kind="lapor", step="accept")
    retired = keep(boss, name="Lama")
    templates.retire(retired, make.actor(boss))
    assert offered(item, "accept", officer) == ["Dinas", "Kategori", "Umum"]
    assert offered(item, "accept", other) == ["Kategori", "Umum"]


def test_a_chosen_text_comes_below_what_was_typed_and_nothing_is_lost(client_for, boss):
    clerk = make.user(roles=("moderator",))
    item = make.item("lapor", state="verified")
    text = keep(boss, body="Diteruskan: {number}.")
    db.session.commit()
    client, address = client_for(clerk), f"/lapor/{item.number}/langkah/route"
    assert "Teks" in client.get(address).get_data(as_text=True)
    form = {"isi-teks": "1", "teks": text.id, "note": "Sudah dicek.", "department": make.DEPARTMENT}
    page = client.post(address, data=form)
    said = page.get_data(as_text=True)
    assert page.status_code == 200
    assert f"Sudah dicek.\n\nDiteruskan: {item.number}." in said.replace("\r\n", "\n")
    assert f'<option selected value="{make.DEPARTMENT}"' in said
    assert item.state == "verified"
    part = client.post(address, data=form, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith('<div id="isi-note">')


def test_a_text_of_another_office_is_not_put_in(client_for):
    officer = make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    text = keep(officer, department_code=make.OTHER_DEPARTMENT, body="Rahasia kantor lain")
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    db.session.commit()
    client = client_for(make.user(roles=("officer",)))
    form = {"isi-teks": "1", "teks": text.id}
    page = client.post(f"/lapor/{item.number}/langkah/accept", data=form)
    assert "Rahasia kantor lain" not in page.get_data(as_text=True)


def test_texts_are_written_and_seen_filled_in_by_their_page(client_for, boss):
    item = make.item("lapor", state="verified")
    db.session.commit()
    client = client_for(boss)
    form = {"name": "Sapaan", "body": "Halo {number}", "use": "lapor.route", "position": "10"}
    form |= {"department_code": "", "category_code": ""}
    seen = client.post("/kerja/templat/baru", data=form | {"lihat": "1", "contoh": item.number})
    assert f"Halo {item.number}" in seen.get_data(as_text=True)
    assert client.post("/kerja/templat/baru", data=form | {"body": "{apa}"}).status_code == 422
    assert client.post("/kerja/templat/baru", data=form).status_code == 302
    kept = texts.editable(make.actor(boss))
    assert [(text.name, text.kind, text.step) for text in kept] == [("Sapaan", "lapor", "route")]
    client.post(f"/kerja/templat/{kept[0].id}/pensiun")
    assert items.open_steps(item, make.actor(make.user(roles=("moderator",))))
    assert texts.editable(make.actor(boss))[0].retired_at is not None


def test_the_texts_a_city_begins_with_can_be_filled_and_fit_a_step(boss):
    folder = Path(current_app.config["CITY"].folder)
    rows = city_files.read(folder).rows["answers"]
    assert rows
    for row in rows:
        assert not texts.unknown(row["body"]), row["name"]
        if row["step"]:
            assert "note" in KINDS[row["kind"]].workflow.named(row["step"]).answers, row["name"]


def test_a_city_begins_with_its_texts_once_and_then_keeps_its_own(session, boss):
    rows = [{"kind": "lapor", "step": "route", "name": "Awal", "body": "Halo", "position": 1}]
    templates.begin_with(rows)
    (first,) = texts.editable(make.actor(boss))
    templates.retire(first, make.actor(boss))
    templates.begin_with(rows)
    assert len(texts.editable(make.actor(boss))) == 1
