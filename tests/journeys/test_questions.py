"""Questions of a category in a browser, and the developers' page, at both widths."""

from __future__ import annotations

import uuid


def test_questions_appear_when_their_category_is_chosen(meet):
    person = meet("warga", 390)
    person.go(f"/lapor/baru/{uuid.uuid4()}/isi")
    person.choose("category_code", "Lampu jalan")
    person.page.wait_for_selector("[name='tanya-keadaan']")
    person.look("isi-dengan-pertanyaan")
    person.choose("category_code", "Kebisingan")
    person.page.wait_for_selector("[name='tanya-keadaan']", state="detached")


def test_developers_read_how_to_ask_for_reports(meet):
    person = meet("pengembang", 1280)
    person.go("/pengembang/georeport")
    for part in person.page.locator("main details").all():
        part.evaluate("part => { part.open = true }")
    person.look("pengembang-georeport")
