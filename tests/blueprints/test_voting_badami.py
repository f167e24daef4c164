"""Badami's votes from draft to certified folder: open support, a jury, points by name, a mix.

Everything goes through the pages people use; only the clock is moved by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.jobs import ballots as sealing_job
from app.jobs import tallies as counting_job
from app.jobs.contests import contests_turn
from app.services import casting, contest_keys, contest_spec, contests, named
from models import Contest, Support, Tally, db
from tests import boxes
from tests import factories as make
from tests.blueprints.test_voting import typed
from tests.published import folder, verified

NOW = datetime.now(UTC)
WHY = "Karena paling banyak warga yang terbantu."
DEVIATION = "Sanggarnya sudah dibiayai dana lain; uangnya dipakai untuk gagasan berikutnya."
CRITERIA = "60 Manfaat bagi warga\n40 Siap dijalankan"
TITLES = ("Kebun atap balai RW", "Sanggar anak Dago", "Peta jalan rusak", "Bank sampah keliling")


class Vote:
    """A vote on Badami ideas as its officers, jurors and voters go through it."""

    def __init__(self, client_for: Any, seated: int = 0, **fields: str) -> None:
        self.client_for = client_for
        self.ideas = [make.item("badami", title=t, state="discussion") for t in TITLES]
        self.lurah = make.user(roles=("moderator",))
        self.camat = make.user(roles=("validator",))
        self.seated = [make.user() for _n in range(seated)]
        self.page = client_for(self.lurah)
        sent = typed(kind="badami", title="Gagasan warga Dago", pagu="", plan_year="", **fields)
        made = self.page.post("/kerja/suara/baru", data=sent)
        assert made.status_code == 302, re.findall(r"field-error.*?</p>", made.text)
        self.id = int(re.findall(r"/kerja/suara/(\d+)", made.location)[0])
        self.work = f"/kerja/suara/{self.id}"

    @property
    def contest(self) -> Contest:
        return db.session.get_one(Contest, self.id)

    def announced(self) -> None:
        """Choices picked, jury invited, announced: by the pages."""
        chosen = {"item": [str(one.id) for one in self.ideas]}
        assert self.page.post(f"{self.work}/pilihan", data=chosen).status_code == 302
        for n, user in enumerate(self.seated):
            sent = {"email": user.email, "seat": f"Komunitas {n + 1}"}
            assert self.page.post(f"{self.work}/juri", data=sent).status_code == 302
        draft = self.page.get(self.work)
        assert draft.status_code == 200
        self.page.post(f"{self.work}/umumkan", data={"yakin": "1"})
        assert self.contest.state == "published", contests.unready(self.contest, NOW)

    def opened(self) -> None:
        """It was announced long ago, and opens."""
        boxes.dated(self.contest, opens_at=datetime.now(UTC) - timedelta(hours=1))
        contests_turn.func(0)
        assert self.contest.state == "open"
        page = self.client_for(None).get(f"/suara/{self.id}")
        assert page.status_code == 200
        assert all(title in page.text for title in TITLES)

    def counted(self) -> None:
        """Its time is over; jobs close, seal, count and publish."""
        boxes.dated(self.contest, closes_at=datetime.now(UTC) - timedelta(seconds=1))
        boxes.dated(
            self.contest,
            disputes_until=None,
            spec_hash=contest_spec.digest(db.session, self.contest),
        )
        boxes.dated(self.contest, spec_hash=contest_spec.digest(db.session, self.contest))
        contests_turn.func(0)
        sealing_job.ballots_seal()
        counting_job.votes_count()
        assert self.contest.state == "tallied"

    def result(self) -> str:
        return str(self.client_for(None).get(f"/suara/{self.id}/hasil").text)

    def certified(self, other: int) -> None:
        """Decided otherwise for one of them, with a reason; two people certify."""
        wrong = {f"putusan-{other}": "tidak", f"alasan-{other}": "tidak"}
        assert self.page.post(f"{self.work}/putusan", data=wrong).status_code == 422
        said = {f"putusan-{other}": "tidak", f"alasan-{other}": DEVIATION}
        assert self.page.post(f"{self.work}/putusan", data=said).status_code == 302
        for client in (self.page, self.client_for(self.camat)):
            assert client.get(f"{self.work}/pengesahan").status_code == 200
            assert client.post(f"{self.work}/sahkan").status_code == 302
        assert self.contest.state == "certified"
        assert DEVIATION in self.result()
        assert not contest_keys.exists(self.id)


def holds(vote: Vote, place: Path) -> str:
    """The folder's own verifier finds nothing wrong; what it says."""
    code, said = verified(folder(vote.contest, place))
    assert code == 0, said
    return said


def winners(vote: Vote) -> list[str]:
    page = vote.result().split('id="terpilih"')[1].split('id="belum"')[0].split('id="cara"')[0]
    return re.findall(r"<b><a[^>]*>([^<]+)</a></b>", page)


def supported(idea: Any, people: int) -> None:
    for _n in range(people):
        before = NOW - timedelta(minutes=5)  # votes close a second ago
        row = Support(item_id=idea.id, person_id=make.person().id, created_at=before)
        db.session.add(row)
    db.session.flush()


def judge(vote: Vote, marks: Sequence[Sequence[int]], recused: dict[int, int]) -> None:
    """Each juror marks each idea (criterion by criterion), or steps back from one."""
    for n, user in enumerate(vote.seated):
        client = vote.client_for(user)
        assert client.get(f"/suara/{vote.id}/beri").status_code == 200
        for no, (one, other) in enumerate(marks, start=1):
            sent = {"k1": str(max(1, one - n % 2)), "k2": str(other), "alasan": WHY}
            if recused.get(n) == no:
                sent = {"mundur": "Saya ikut menulis gagasan ini."}
            answer = client.post(f"/suara/{vote.id}/beri/{no}", data=sent)
            assert answer.status_code == 302, answer.text


def test_open_support_puts_ideas_in_order_and_takes_as_many_as_were_declared(
    client_for: Any, tmp_path: Path
) -> None:
    vote = Vote(client_for, mode="support", places="2")
    vote.announced()
    vote.opened()
    for idea, people in zip(vote.ideas, (2, 5, 0, 3), strict=True):
        supported(idea, people)
    vote.counted()
    assert winners(vote) == [TITLES[1], TITLES[3]]
    assert "5 dukungan" in vote.result()
    said = holds(vote, tmp_path / "1")
    assert "segel atas 4 baris" in said and "2 pemenang dan urutannya" in said
    vote.certified(other=2)
    holds(vote, tmp_path / "2")


def test_a_support_nobody_cast_is_found_in_the_folder(client_for: Any, tmp_path: Path) -> None:
    vote = Vote(client_for, mode="support")
    vote.announced()
    vote.opened()
    supported(vote.ideas[0], 2)
    vote.counted()
    place = folder(vote.contest, tmp_path)
    assert verified(place)[0] == 0
    lines = (place / "lines.txt").read_text()
    (place / "lines.txt").write_text(lines.replace("|1|2", "|1|9"))
    code, said = verified(place)
    assert code == 1
    assert any("SALAH" in line and "segel" in line for line in said.splitlines())


def test_a_jury_marks_by_weights_steps_back_and_shows_how_far_apart_it_is(
    client_for: Any, tmp_path: Path
) -> None:
    vote = Vote(client_for, seated=4, mode="jury", criteria=CRITERIA, places="2")
    vote.announced()
    vote.opened()
    assert named.verdicts(db.session, vote.contest) == {}
    judge(vote, [(3, 3), (5, 4), (4, 5), (2, 1)], {0: 4, 1: 4})
    assert WHY not in client_for(None).get(f"/suara/{vote.id}").text
    vote.counted()
    assert winners(vote) == [TITLES[1], TITLES[2]]
    page = vote.result()
    assert "82,5 dari 100" in page  # two say 90, two say 75
    assert re.search(r"82,5\D+100\D+75\D+90\D", page)
    assert WHY in client_for(None).get(f"/suara/{vote.id}").text
    assert "nilai akhir tiap pilihan" in holds(vote, tmp_path / "1")
    vote.certified(other=2)
    said = holds(vote, tmp_path / "2")
    assert "tiap nilai juri ada pada skalanya" in said


def test_delegates_share_points_by_name(client_for: Any, tmp_path: Path) -> None:
    vote = Vote(client_for, seated=3, mode="named_points", rule="ranked", places="1", most="2")
    vote.announced()
    vote.opened()
    for user, (one, other) in zip(vote.seated, ((6, 4), (7, 3), (2, 8)), strict=True):
        sent = {"poin-1": str(one), "poin-3": str(other), "alasan": WHY}
        answer = vote.client_for(user).post(f"/suara/{vote.id}/beri", data=sent)
        assert answer.status_code == 302, answer.text
    vote.counted()
    (won,) = winners(vote)  # two have 15 points and three delegates each: the lot decides
    assert won in (TITLES[0], TITLES[2])
    said = holds(vote, tmp_path / "1")
    assert "poin tiap utusan memenuhi batas" in said
    vote.certified(other=TITLES.index(won) + 1)
    holds(vote, tmp_path / "2")


@pytest.mark.parametrize("voters", [12, 55])
def test_a_jury_s_marks_and_a_secret_ballot_are_mixed_as_declared(
    client_for: Any, tmp_path: Path, voters: int
) -> None:
    people = [make.person(area_code=make.KELURAHAN) for _n in range(voters)]
    fields = {"mode": "approval", "min_level": "1", "jury": "40", "criteria": CRITERIA}
    vote = Vote(client_for, seated=3, places="2", **fields)
    vote.announced()
    assert vote.contest.rule["jury"] == "2/5"
    vote.opened()
    page = client_for(vote.seated[0]).get(f"/suara/{vote.id}").text
    assert f"/suara/{vote.id}/beri" in page
    assert "40%" in page.replace(" ", "")
    judge(vote, [(5, 5), (3, 3), (2, 2), (1, 1)], {0: 4})
    for n, person in enumerate(people):
        who = contest_keys.of_person(vote.id, person.id)
        assert casting.cast(vote.id, who, [2, 3] if n % 3 else [1, 4]).stored
    vote.counted()
    outcome = db.session.get_one(Tally, vote.id).outcome
    assert [one["points"] != "" for one in outcome["results"]] == [True, True, True, False]
    assert outcome["results"][3]["why"] == "unjudged"
    assert len(winners(vote)) == 2
    assert str(vote.contest.pagu) == "None" and "Rp" not in vote.result().split("<main")[1]
    said = holds(vote, tmp_path / "1")
    assert ("jumlah suara yang diterbitkan" in said) is (voters < 50)
    assert "nilai akhir tiap pilihan" in said
    place = folder(vote.contest, tmp_path / "3")
    marks = (place / "marks.txt").read_text()
    (place / "marks.txt").write_text(marks.replace("|1|5,5", "|1|1,1"))
    assert any("nilai akhir" in line and "SALAH" in line
               for line in verified(place)[1].splitlines())  # fmt: skip
    vote.certified(other=int(outcome["winners"][0]))
    holds(vote, tmp_path / "2")


def test_a_draft_without_money_says_how_many_are_taken_up_or_has_a_pagu(client_for: Any) -> None:
    vote = Vote(client_for, mode="approval", min_level="1")
    chosen = {"item": [str(one.id) for one in vote.ideas]}
    vote.page.post(f"{vote.work}/pilihan", data=chosen)
    assert "pagu" in " ".join(contests.unready(vote.contest, NOW))
    fields = typed(kind="badami", pagu="", mode="approval", min_level="1", places="9")
    assert vote.page.post(vote.work, data=fields).status_code == 302
    assert len(contests.unready(vote.contest, NOW)) == 1  # more than stand on the ballot
    assert vote.page.post(vote.work, data={**fields, "places": "2"}).status_code == 302
    assert contests.unready(vote.contest, NOW) == []


def test_only_ideas_of_its_area_are_offered_that_are_still_alive(client_for: Any) -> None:
    vote = Vote(client_for, mode="support")
    make.item("badami", state="discussion", area_code=make.OTHER_KELURAHAN)
    vote.ideas[0].state = "archived"
    db.session.flush()
    offered = {row.id for row in contests.on_offer(vote.contest)}
    assert offered == {one.id for one in vote.ideas[1:]}
