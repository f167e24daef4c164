"""Static files are those of the moment, also when somebody edits them while the site runs."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import static_files
from blueprints.page import static_url

ASKS = {"Accept-Encoding": "gzip"}


@pytest.fixture
def site(tmp_path: Path) -> Any:
    """A demo with one sheet and its compressed form, as bin/ leaves them."""
    sheet = tmp_path / "page.css"
    sheet.write_text("a { color: red }\n" * 90)
    small = tmp_path / "page.css.gz"
    small.write_bytes(gzip.compress(sheet.read_bytes()))
    os.utime(sheet, (1_700_000_000, 1_700_000_000))
    os.utime(small, (1_700_000_000, 1_700_000_000))
    made = Flask("site", static_folder=str(tmp_path))
    made.config["DEMO"] = True
    static_files.serve(made)
    return made, sheet


def test_a_sheet_goes_out_compressed_until_it_is_edited_and_then_as_it_is(site: Any) -> None:
    made, sheet = site
    with made.test_client().get("/static/page.css", headers=ASKS) as first:
        assert first.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(first.data) == sheet.read_bytes()
    sheet.write_text("b { color: blue }\n")
    with made.test_client().get("/static/page.css", headers=ASKS) as second:
        assert "Content-Encoding" not in second.headers
        assert second.data == sheet.read_bytes()


def test_a_new_process_does_not_take_an_old_compressed_form_either(site: Any) -> None:
    made, sheet = site
    sheet.write_text("b { color: blue }\n")
    made.config["DEMO"] = False
    again = Flask("again", static_folder=made.static_folder)
    again.config["DEMO"] = False
    static_files.serve(again)
    with again.test_client().get("/static/page.css", headers=ASKS) as answer:
        assert answer.data == sheet.read_bytes()
        assert "31536000" in answer.headers["Cache-Control"]


def test_pages_name_an_edited_file_anew(site: Any) -> None:
    made, sheet = site
    with made.test_request_context():
        before = static_url("page.css")
        sheet.write_text("b { color: blue }\n")
        assert static_url("page.css") != before
        assert static_url("gone.css").endswith("/gone.css")
