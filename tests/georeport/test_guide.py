"""The developers' page: it says what is true of this city, and its examples are answers."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests import factories as make
from tests.georeport.conftest import BASE

pytestmark = pytest.mark.usefixtures("session")


def page(client):
    response = client.get("/pengembang/georeport")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    return unescape(response.get_data(as_text=True))


def test_the_about_page_leads_there(client):
    assert "/pengembang/georeport" in client.get("/tentang").get_data(as_text=True)


def test_its_examples_can_be_called_and_say_the_same(client):
    item = make.item("lapor", state="working")
    shown = page(client)
    called = [url.partition(BASE)[2] for url in re.findall(r"curl '([^']+)'", shown)]
    assert f"/requests/{item.number}.xml" in called
    for path in called[:-2]:  # the last two write
        assert client.get(BASE + path).status_code == 200, path
    assert item.number in shown
    assert "<service_request_id>" in shown


def test_without_any_report_it_still_explains(client):
    shown = page(client)
    assert "servicerequestupdates" in shown
    assert "attribute[keadaan]=mati" in shown
    assert "Mati total" in shown


def test_nobody_reads_there_of_what_is_hidden(client):
    hidden = make.item("lapor", state="working", visibility="confidential")
    assert hidden.number not in page(client)
