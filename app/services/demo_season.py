"""The demo's two cycles: windows, ceilings, forums, a round of scoring, the list that is ranked.

One cycle is over, with works to look at; the other is at the kecamatan today.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select, text, update

from app.queries import cycle_work
from app.queries.cycles import city_code
from app.queries.labels import labels
from app.queries.ranking_keys import ListKey
from models import Assessment, Proposal, ReadinessQuestion, ScoringRound, User, Whose, db

from . import ceilings, cycle_files, cycles, demo_cast, ranking, rw_limits, scoring
from .cycles import Wanted
from .demo_calendar import Bound, Timetable, years
from .demo_cast import Cast
from .demo_forums import LASTS, Forums, Meeting
from .demo_paths import CENTRE, SIDE, Goal
from .demo_plan import Story
from .demo_play import Play
from .fill_walk import City

BEGINS = time(9)
STEP = 5_000_000  # rupiah; ceilings are round
TIGHT = 0.58  # share of what is asked that the ceiling has room for
CUT = 0.92  # what the adjustment leaves
LAST_YEAR = 0.9
RW_MOST = 15  # proposals an RW may hand in
LAST_FORUM, FORUMS = -7, 5  # of the kelurahan, one a day until so many days ago
CARRIED = Goal(("verify", "agree", "advance"), 1)


def timetable(city: City, cast: Cast) -> Timetable:
    """The calendar of both cycles, and when what is decided together is decided."""
    past, now = years(city.now.astimezone(city.zone))
    home = cast.hero.area_code
    found = Timetable(city, past, now, cycle_work.below(city_code(), "kecamatan"), home[:8])
    path = current_app.config["CITY"].folder / "cycles.csv"
    zone = current_app.config["CITY"].zone
    found.lay({year: cycle_files.read(path, year, zone) for year in range(past, now)})
    begins = found.day(LAST_FORUM, BEGINS) + timedelta(days=1)
    for area in cycle_work.below(found.centre, "kelurahan")[:FORUMS]:
        begins = found.office_day(begins - timedelta(days=1), -1)
        found.bounds[now, "kelurahan", area] = Bound(begins - LASTS, begins + LASTS)
    opens, _closes = found.span(past, "kecamatan", found.centre)
    begins = found.office_day(opens + timedelta(days=2, hours=1))
    found.bounds[past, "kecamatan", found.centre] = Bound(begins - LASTS, begins + LASTS)
    judged = found.day(-3, time(12))
    found.bounds[now, "kecamatan", found.centre] = Bound(judged, judged, agrees=False)
    found.bounds[now, "kecamatan", found.side] = Bound(judged, judged, agrees=False)
    return found


@dataclass
class Season:
    """What happens around the proposals; ``said`` is the city's ``forum.toml``."""

    play: Play
    calendar: Timetable
    stories: list[Story]  # those that were carried over join them
    said: Mapping[str, Any]
    people: Sequence[Mapping[str, Any]]  # the accounts visitors try
    pagu: dict[int, dict[Whose, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, play: Play, calendar: Timetable, stories: Iterable[Story], folder: Path) -> Season:
        """With what the city says."""
        path = folder / "forum.toml"
        said = tomllib.loads(path.read_text("utf-8"))
        planned = [story for story in stories if story.kind.filed_in]
        return cls(play, calendar, planned, said, demo_cast.listed(folder)[1])

    @property
    def desks(self) -> dict[str, Any]:
        """Whoever acts for the city."""
        return self.play.cast.desks

    def begin(self) -> None:
        """Declare the cycles at once; put everything else on the stage."""
        play, planner = self.play, self.desks["planner"]
        play.asked = db.session.scalars(select(ReadinessQuestion)).all()
        play.on_carried = self._carried
        for year, windows in sorted(self.calendar.windows.items()):
            cycles.begin(year, planner, self.said["theme"] if year == self.calendar.now else "")
            first = min(want.opens_at for want in windows)
            cycles.declare(year, windows, planner, at=first - timedelta(days=14))
        rw_limits.agree(planner, self.calendar.now, city_code(), RW_MOST, None)
        self._ceilings()
        self._forums()
        self._reopen()
        self._scoring()

    def _at(self, days: int, hour: int, act: Callable[[datetime], Any]) -> None:
        """Let something happen so many days ago (``days`` < 0)."""
        at = self.calendar.day(days, time(hour))
        self.play.at(at, lambda: act(at))

    # -- ceilings --------------------------------------------------------------------------------

    def _ceilings(self) -> None:
        now, past = self.calendar.now, self.calendar.past
        self.pagu[now] = self._amounts(now)
        self.pagu[past] = {
            one: _round(amount * LAST_YEAR) for one, amount in self._amounts(past).items()
        }
        cut = self._cut(self.pagu[now])
        centre = self.calendar.centre
        self._at(-36, 10, lambda at: self._publish(now, self.pagu[now], "indicative", at))
        self._at(-1, 14, lambda at: self._publish(now, cut, "adjusted", at, centre))
        opens = self.calendar.span(past, "rembug_warga", city_code())[0]
        begun = opens + timedelta(days=5)
        final = self.calendar.span(past, "apbd", city_code())[1] - timedelta(days=3)
        self.play.at(begun, lambda: self._publish(past, self.pagu[past], "indicative", begun))
        self.play.at(final, lambda: self._publish(past, self._final(past), "final", final))

    def _amounts(self, year: int) -> dict[Whose, int]:
        """Every kelurahan, kecamatan and department, and the city; parts fit into their whole."""
        rng, made = self.play.rng, dict[Whose, int]()
        for district in self.calendar.districts:
            below = {
                area: self._room(year, area) or _round(rng.uniform(110, 310) * 1e6)
                for area in cycle_work.below(district, "kelurahan")
            }
            made |= {Whose(area): amount for area, amount in below.items()}
            made[Whose(district)] = sum(below.values())
        whole = _round(sum(made[Whose(d)] for d in self.calendar.districts) * 1.06)
        made[Whose(city_code())] = whole
        shares = self.said["ceilings"]["departments"]
        for code, share in shares.items():
            amount = _round(whole * 0.94 * share / sum(shares.values()))
            made[Whose(department_code=code)] = amount
        return made

    def _room(self, year: int, area_code: str) -> int:
        """A ceiling through which the line goes, where a list is shown."""
        if area_code[:8] not in (self.calendar.centre, self.calendar.side):
            return 0
        asked = sum(
            story.template["cost"]
            for story in self.stories
            if story.year == year and story.area_code == area_code and len(story.steps) > 4
        )
        return _round(asked * TIGHT)

    def _cut(self, before: Mapping[Whose, int]) -> dict[Whose, int]:
        """The centre has less; kelurahan and kecamatan alike."""
        areas = cycle_work.below(self.calendar.centre, "kelurahan")
        after = {Whose(area): _round(before[Whose(area)] * CUT) for area in areas}
        return {**before, **after, Whose(self.calendar.centre): sum(after.values())}

    def _final(self, year: int) -> dict[Whose, int]:
        """The final one gives the departments a little more, and the city with them."""
        before = self.pagu[year]
        after = {one: _round(a * 1.05) for one, a in before.items() if one.department_code}
        return {**before, **after}

    def _publish(
        self, year: int, amounts: Mapping[Whose, int], kind: str, at: datetime, area: str = ""
    ) -> None:
        said = self.said["ceilings"][kind]
        words = {"tahun": year, "wilayah": labels().areas.get(area, "")}
        decree = ceilings.Decree(
            said["kind"],
            said["decree"].format_map(words),
            at.date(),
            said["reason"].format_map(words),
        )
        ceilings.save(self.desks["planner"], year, amounts, decree, at=at)
        found = ceilings.publish(self.desks["planner"], year, at=at)
        found.made_at = found.changed_at = at

    # -- forums ----------------------------------------------------------------------------------

    def _forums(self) -> None:
        forums, cast = Forums(self.play, self.said), self.play.cast
        for (year, level, area), bound in self.calendar.bounds.items():
            if not bound.agrees:
                continue
            here = [s for s in self.stories if s.year == year and s.area_code.startswith(area)]
            if not any(level in story.forums for story in here):
                continue
            seats = cast.moderators if level == "kelurahan" else cast.validators
            key = ListKey(year, level, area)
            meeting = Meeting(key, bound.begins + LASTS, seats[area], self.stories)
            meeting.ceiling = self.pagu[year].get(Whose(area), 0)
            meeting.prints = level == "kecamatan" or area == cast.hero.area_code
            forums.hold(meeting)
        centre = self.calendar.centre
        key = ListKey(self.calendar.now, "kecamatan", centre)
        coming = Meeting(key, self.calendar.working(2, BEGINS), cast.validators[centre], ())
        coming.closes, coming.also = False, self._known_guests()
        forums.hold(coming)

    def _known_guests(self) -> list[dict[str, Any]]:
        """The accounts visitors try are invited to the forum that is still to come."""
        groups = {"operator": "rw", "resident": "delegasi", "moderator": "kelurahan",
                  "officer": "opd", "planner": "opd"}  # fmt: skip
        return [
            {"name": one["name"], "group": groups[one["role"]], "email": one["email"]}
            for one in self.people
            if one["role"] in groups
        ]

    def _reopen(self) -> None:
        """Who could not meet in time may still propose: by decision, with its reason."""
        home, year = self.play.cast.hero.area_code, self.calendar.now
        at = self.calendar.day(-2, time(15))
        for stage, days in (("rembug_warga", 6), ("kelurahan", 9)):
            want = Wanted(stage, home, self.calendar.day(-1), self.calendar.day(days, time(16)))
            cycles.reopen(year, want, self.desks["planner"], self.said["reopened"], at=at)

    def _carried(self, story: Story, at: datetime) -> None:
        """What was carried over goes through its kelurahan once more."""
        new = db.session.scalar(
            select(Proposal.id).where(Proposal.carried_from_id == story.item_id)
        )
        if new is None:
            return
        goal = replace(CARRIED, where=CENTRE)
        steps, levels = self.calendar.moments(self.play.rng, goal, story.area_code, level=1)
        again = Story(**{**story.__dict__, "item_id": new, "goal": goal, "steps": steps})
        again.year, again.forums = self.calendar.now, levels
        self.stories.append(again)
        for name, moment in steps:
            if moment > at:
                self.play.step_at(again, name, moment)

    # -- scoring and ranking ---------------------------------------------------------------------

    def _scoring(self) -> None:
        emails = {one["role"]: one["email"] for one in self.people}
        judges = [emails["planner"], emails["moderator"], emails["resident"]]
        centre, side = self.calendar.centre, self.calendar.side
        if not any(s.goal.where == CENTRE and not s.goal.past for s in self.stories):
            return
        self._at(-3, 13, lambda at: self._round(centre, judges, at))
        self._at(-2, 10, lambda at: self._judge(centre, judges, at))
        self._at(-2, 15, lambda at: self._count(centre, at))
        self._at(-2, 16, lambda at: self._rank(centre, at))
        if any(s.goal.where == SIDE for s in self.stories):
            others = [emails["officer"], emails["planner"]]
            self._at(-2, 11, lambda at: self._round(side, others, at))
            self._at(-1, 11, lambda at: self._judge(side, others[:1], at))

    def _found(self, area: str) -> ScoringRound:
        wanted = select(ScoringRound).where(ScoringRound.area_code == area)
        return db.session.scalars(wanted).one()

    def _round(self, area: str, emails: Sequence[str], at: datetime) -> None:
        words = {"wilayah": labels().areas[area], "tahun": self.calendar.now}
        values = {
            "plan_year": self.calendar.now,
            "level": "kecamatan",
            "area_code": area,
            "department_code": None,
            "name": self.said["scoring"]["name"].format_map(words),
            "least": 2,
        }
        actor = self.play.cast.validators[area]
        found = scoring.draft(actor, current_app.config["CITY"], values)
        found.created_at = at - timedelta(hours=3)
        for email in emails:
            scoring.invite(found, actor, email)
        scoring.publish(found, actor, at)

    def _judge(self, area: str, emails: Sequence[str], at: datetime) -> None:
        """Everybody judges alone; nobody what they proposed themselves."""
        from app.queries import scoring as asked

        found, said, rng = self._found(area), self.said["scoring"], self.play.rng
        listed = asked.candidates(db.session, found)
        for email in emails:
            actor = self._actor(email)
            for proposal in listed[: len(listed) if len(emails) > 1 else 3]:
                own = scoring.in_conflict(actor, proposal)
                worth = said["worth"].get(proposal.category_code, said["usual"])
                marks = {
                    c.code: max(c.low, min(c.high, round(worth + rng.uniform(-1.1, 1.1))))
                    for c in found.criteria
                    if not c.measure
                }
                note = rng.choice(said["notes"]) if rng.random() < 0.3 and not own else ""
                scoring.assess(found, actor, proposal, marks, note, said["recused"] if own else "")
        written = update(Assessment).where(Assessment.round_id == found.id)
        db.session.execute(written.values(at=at))

    def _actor(self, email: str) -> Any:
        cast = self.play.cast
        user = db.session.scalars(select(User).where(User.email == email)).one()
        known = [*cast.desks.values(), *cast.moderators.values(), *cast.officers.values()]
        known += [one.actor for one in cast.residents if one.actor]
        return next(actor for actor in known if actor.user_id == user.id)

    def _count(self, area: str, at: datetime) -> None:
        found = self._found(area)
        scoring.close(found, self.play.cast.validators[area], incomplete=True, at=at)

    def _rank(self, area: str, at: datetime) -> None:
        """The list follows the scores; it is still open."""
        places = "SELECT proposal_id FROM scoring_result WHERE round_id = :round ORDER BY place"
        order = db.session.scalars(text(places), {"round": self._found(area).id}).all()
        key = ListKey(self.calendar.now, "kecamatan", area)
        ranking.reorder(self.play.cast.validators[area], key, order, at)


def _round(amount: float) -> int:
    return int(amount // STEP * STEP)
