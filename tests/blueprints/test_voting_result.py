"""A result page explains; its folder is downloaded; two officials close the book."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest

from app.services import contest_keys
from models import Contest, db
from tests import contests, elections, factories
from tests.statements import Statements

WHY = "Tanahnya masih dalam sengketa; diusulkan lagi tahun depan."


@pytest.fixture
def vote(session: Any) -> Contest:
    return elections.counted(elections.ballots(60, 6))[0]


def test_a_stranger_reads_what_won_for_whom_and_what_others_lacked(
    vote: Contest, client: Any
) -> None:
    page = client.get(f"/suara/{vote.id}/hasil").text
    assert "60" in page
    assert "Equal Shares" in page
    assert page.count('class="result-line is-won"') >= 1
    assert vote.sealed_root in page
    assert client.get(f"/suara/{vote.id}/hasil").status_code == 200
    assert "Set-Cookie" not in client.get(f"/suara/{vote.id}/hasil").headers


@pytest.mark.parametrize("state", ["published", "open", "closed", "sealed", "void"])
def test_there_is_no_result_before_it_is_counted(session: Any, client: Any, state: str) -> None:
    contest = contests.contest("published" if state == "void" else state)
    if state == "void":
        contest.void_reason, contest.state = "Listrik padam di semua bilik.", "void"
        db.session.flush()
    assert client.get(f"/suara/{contest.id}/hasil").status_code == 404
    assert client.get(f"/suara/{contest.id}/berkas/semua.zip").status_code == 404


def test_the_folder_comes_file_by_file_and_whole(vote: Contest, client: Any) -> None:
    whole = client.get(f"/suara/{vote.id}/berkas/semua.zip")
    packed = zipfile.ZipFile(io.BytesIO(whole.data))
    names = {name.rpartition("/")[2] for name in packed.namelist()}
    assert {"ballots.pb", "tally.json", "verify.py", "SHA256SUMS", "result.sig"} <= names
    one = client.get(f"/suara/{vote.id}/berkas/ballots.pb")
    assert one.data == packed.read(f"suara-{vote.id}/ballots.pb")
    assert client.get(f"/suara/{vote.id}/berkas/rahasia.txt").status_code == 404
    key = client.get("/suara/kunci").text.strip()
    assert packed.read(f"suara-{vote.id}/key.pub").decode().strip() == key


def test_of_few_ballots_no_number_stands_on_the_page(session: Any, client: Any) -> None:
    contest, tally = elections.counted(elections.ballots(7, 6))
    page = client.get(f"/suara/{contest.id}/hasil").text
    votes = max(one["votes"] for one in tally.outcome["results"])
    assert f">{votes} suara<" not in page
    assert "result-near" not in page
    assert "result-bar" not in page  # a bar is a number, too
    others = page.partition('id="belum"')[2].partition("</section>")[0]
    numbers = [int(no) for no in re.findall(r'id="no-(\d+)"', others)]
    assert numbers == sorted(numbers)  # in no order that says who had more


def test_officials_are_told_no_more_of_few_ballots(session: Any, client_for: Any) -> None:
    contest, tally = elections.counted(elections.ballots(7, 6))
    lurah = factories.user(roles=["moderator"], area_code=factories.KELURAHAN)
    page = client_for(lurah).get(f"/kerja/suara/{contest.id}/pengesahan").text
    assert tally.outcome["results"][0]["votes"] < 8
    assert not re.search(r"\d+ suara\b", page)


def test_reading_a_result_asks_little(vote: Contest, client: Any) -> None:
    client.get(f"/suara/{vote.id}/hasil")
    with Statements() as sent:
        client.get(f"/suara/{vote.id}/hasil")
    assert len(sent) <= 8


def test_the_lurah_decides_with_a_reason_and_two_certify(vote: Contest, client_for: Any) -> None:
    lurah = factories.user(roles=["moderator"], area_code=factories.KELURAHAN)
    camat = factories.user(roles=["validator"], area_code=factories.KECAMATAN)
    first, other = client_for(lurah), client_for(camat)
    base = f"/kerja/suara/{vote.id}"
    assert first.get(f"{base}/pengesahan").status_code == 200
    bad = first.post(f"{base}/putusan", data={"putusan-1": "tidak", "putusan-4": "tidak",
                                              "alasan-1": "tidak", "alasan-4": "ya"})  # fmt: skip
    assert bad.status_code == 422
    assert "alasan-1" in bad.text
    done = first.post(f"{base}/putusan", data={
        **{f"putusan-{no}": "tidak" for no in range(1, 7)},
        **{f"alasan-{no}": WHY for no in range(1, 7)},
    })  # fmt: skip
    assert done.status_code == 302
    assert WHY in client_for(None).get(f"/suara/{vote.id}/hasil").text
    assert first.post(f"{base}/sahkan").status_code == 302
    assert contest_keys.exists(vote.id)
    assert other.post(f"{base}/sahkan").status_code == 302
    assert not contest_keys.exists(vote.id)
    assert vote.state == "certified"
    assert other.get(f"{base}/pengesahan").status_code == 200
