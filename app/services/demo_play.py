"""Play the demo's stories: every act through the real services, in the order of time."""

from __future__ import annotations

import heapq
import io
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from app.access import Actor
from app.queries import routing
from app.workflow import NotAllowed, Phase, Step
from models import Change, Department, ReadinessQuestion, db

from . import comments, demo_proof, items, photos, supports
from .demo_answers import CORRECTED, PlanAnswers, ready
from .demo_cast import Cast
from .demo_plan import Story
from .demo_scenes import SHOWN, paint
from .demo_texts import Texts, chances, day_in_words, filled
from .fill_walk import City
from .realisation import HALF

SEEDS = 4  # different pictures of one scene
WITH_PHOTO = {"lapor": 0.42, "musrenbang": 0.22, "badami": 0.18}
PROOF = ("submit_proof", "finish")
WORK = ("start_works", "report_progress", "monitor", "start")
DESKS = {"loket": 0.5, "whatsapp": 0.3, "telepon": 0.2}
THANKS = re.compile(
    r"terima kasih|nuhun|akhirnya|sekarang|alhamdulillah|beres|jadi (aman|terang|bersih|lancar)",
    re.IGNORECASE,
)  # said of what has been put right
NOTE = "Sudah kami periksa bersama ketua RW setempat."

NEAREST = {  # offices whose matters are much alike
    "dsdabm": "dpkp",
    "dpkp": "dsdabm",
    "dishub": "dsdabm",
    "dlh": "dpkp",
    "dinkes": "dlh",
    "kecamatan": "satpol-pp",
}

Act = Callable[[], None]


def another(code: str | None) -> str:
    """Another office that could be meant."""
    return NEAREST.get(code or "", "kecamatan")


@dataclass
class Play(PlanAnswers):
    """The stage: what is still to happen, by time."""

    rng: random.Random
    city: City
    texts: Texts
    cast: Cast
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    on_carried: Callable[[Story, datetime], None] | None = None  # it begins again in another cycle
    asked: Sequence[ReadinessQuestion] = ()
    _order: Iterator[int] = field(default_factory=count)

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self.acts, (moment, next(self._order), act))

    def tell(self, story: Story) -> None:
        """Put a story's acts on the stage; the later ones follow from the filing."""
        self.at(story.created_at, lambda: self._file(story))

    def run(self) -> Iterator[int]:
        """Let everything happen, in order; yields how many acts are done."""
        while self.acts:
            _moment, _n, act = heapq.heappop(self.acts)
            act()
            self.done["acts"] += 1
            yield self.done["acts"]

    # Filing ----------------------------------------------------------------------------------

    def _file(self, story: Story) -> None:
        author, channel = story.author.actor, "web"
        if author is None:
            (channel,) = self.rng.choices(list(DESKS), list(DESKS.values()))
        actor = author or self.cast.operator(story.area_code, story.rw)
        item = items.file(
            story.kind,
            actor,
            uuid.uuid4(),
            self._values(story),
            author_id=story.author.person_id,
            channel=channel,
            at=story.created_at,
        )
        story.item_id = item.id
        self.done[story.kind.slug] += 1
        if self.rng.random() < WITH_PHOTO[story.kind.slug] and story.category.code in SHOWN:
            change = db.session.query(Change).filter_by(item_id=item.id).one()
            photos.stage(self._picture(story, False), actor=actor, item=item, change=change)
            self.done["photos"] += 1
        for name, moment in story.steps:
            self.at(moment, self._step_act(story, name, moment))
        self._company(story)

    def _values(self, story: Story) -> dict[str, Any]:
        template, day = story.template, story.created_at.astimezone(self.city.zone).date()
        shown = "public" if self.rng.random() < 0.6 else "anonymous"
        own = ("road_class", "bidang", "volume", "unit", "unit_price", "beneficiaries", "group",
               "land_status", "swadaya", "form", "digital")  # fmt: skip
        return {
            **{name: template[name] for name in own if name in template},
            **{
                name: filled(template.get(name, ""), story.values)
                for name in ("benefit", "novelty")
            },
            "catalogue_code": template.get("catalogue") or None,
            "readiness": ready(self.asked, template),
            "title": story.title,
            "body": story.text,
            "category_code": story.category.code,
            "visibility": template.get("visibility") or shown,
            "happened_on": day - timedelta(days=self.rng.randrange(3)),
            "lon": story.lon,
            "lat": story.lat,
            "area_code": story.area_code,
            "area_basis": story.basis,
            "rw": story.rw,
            "rt": story.rt,
            "address": story.address,
        }

    def _picture(self, story: Story, after: bool, scene: str = "") -> io.BytesIO:
        scene = scene or SHOWN.get(story.category.code, "works")
        return io.BytesIO(paint(scene, story.seed % SEEDS, after))

    # Steps -----------------------------------------------------------------------------------

    def _step_act(self, story: Story, name: str, moment: datetime) -> Act:
        return lambda: self._step(story, name, moment)

    def _step(self, story: Story, name: str, moment: datetime) -> None:
        item = self._item(story)
        step = story.kind.workflow.named(name)
        author = story.author.actor or self.cast.operator(story.area_code, story.rw)
        if story.author.actor is None and item.filed_by_id != author.user_id:
            author = Actor(item.filed_by_id, None, "", 1)
        actor = self.cast.for_step(step, item, author)
        answers = self._answers(story, item, step, actor, moment)
        items.move(item, name, actor, answers, key=uuid.uuid4(), at=moment)
        self.done["steps"] += 1
        if name == "carry_over" and self.on_carried:
            self.on_carried(story, moment)

    def step_at(self, story: Story, name: str, moment: datetime) -> None:
        """Let a step of a story that was filed be taken at a moment."""
        self.at(moment, self._step_act(story, name, moment))

    def _item(self, story: Story) -> Any:
        return db.session.get_one(story.kind.model, story.item_id)

    def _answers(
        self, story: Story, item: Any, step: Step, actor: Actor, at: datetime
    ) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if step.reasons and step.name != "report_progress":  # no number falls here
            given["reason"] = self._reason(story, step)
        for name in step.answers:
            wanted = name in step.required
            make = getattr(self, f"_{name}", None)
            if make and name != "reason" and (wanted or name not in ("photos", "note")):
                given[name] = make(story, item, step, actor, at)
        if "other_department" in step.answers:
            given["other_department"] = self._named(story, item, given["reason"])
        if given.get("volume") is not None:
            given["note"] = CORRECTED.format(measured=given["volume"], unit=item.unit)
        elif "note" in step.answers and (said := self._said(story, item, step, given, at)):
            given["note"] = said
        elif "note" in step.required:
            given["note"] = NOTE
        if step.proves and given.get("photos"):
            given["explanations"] = demo_proof.EXPLAINED
        shows = step.name in WORK and "photos" in step.answers and "photos" not in given
        half = given.get("progress", 0) >= HALF  # must be seen
        if shows and (half or self.rng.random() < 0.4):
            given["photos"] = self._photos(story, item, step, actor, at)
        return given

    def _reason(self, story: Story, step: Step) -> str:
        """A reason for which somebody wrote a sentence, where there is one."""
        known = [
            code
            for code in step.reasons
            if (story.kind.slug, step.name, code) in self.texts.reasons
        ]
        return self.rng.choice(known or list(step.reasons))

    def _said(
        self, story: Story, item: Any, step: Step, given: dict[str, Any], at: datetime
    ) -> str:
        said = self.texts.note(
            self.rng, story.kind.slug, step.name, story.category.code, given.get("reason", "")
        )
        answers = story.template.get("answers") or [NOTE]
        day = given.get("date") or at.astimezone(self.city.zone).date() + timedelta(days=6)
        named = (given.get(n) for n in ("department", "external", "other_department"))
        owner = next(filter(None, named), item.department_code)
        values = {
            **story.values,
            "tanggal": day_in_words(day),
            "opd": self._short(item.department_code or owner),
            "opd_tujuan": self._short(owner),
            "jawaban": filled(self.rng.choice(answers), story.values),
        }
        if step.name in (*PROOF, "answer") and (not said or self.rng.random() < 0.8):
            said = "{jawaban}"
        return filled(said, values)

    def _short(self, code: str | None) -> str:
        found = db.session.get(Department, code) if code else None
        return found.abbreviation if found else "dinas terkait"

    def _department(self, story: Story, item: Any, step: Step, *_rest: Any) -> str:
        if sponsor := story.template.get("sponsor"):
            return str(sponsor)
        if step.name == "route" and getattr(item, "returns", False):
            return str(item.department_code)  # who was named when it came back
        found = routing.suggest(db.session, item)
        code = found.department_code if found else ""
        if code not in self.cast.officers:
            code = "kecamatan"
        if step.name == "reverify" and code != item.department_code:
            return str(item.department_code)  # as the office that sent it back says
        if step.name in ("redirect", "reverify") and code == item.department_code:
            code = another(code)
        return code

    def _named(self, story: Story, item: Any, reason: str) -> str | None:
        """Whom an office names that sends something back: private land is nobody's of the city."""
        sure = reason == "wrong_department"
        named = sure or (reason != "private_land" and story.seed % 3)
        return another(item.department_code) if named else None

    def _external(self, story: Story, item: Any, *_rest: Any) -> str:
        return story.outside

    def _how(self, story: Story, *_rest: Any) -> str:
        return self.rng.choice(("letter", "portal", "phone"))

    def _parts(self, story: Story, item: Any, *_rest: Any) -> list[tuple[str, str]]:
        return [
            ("dsdabm", "Memperbaiki jalan dan salurannya"),
            ("dishub", "Mengatur lalu lintas dan memasang rambu"),
        ]

    def _into(self, story: Story, *_rest: Any) -> str:
        assert story.twin is not None
        return str(self._item(story.twin).number)

    def _date(self, story: Story, item: Any, step: Step, actor: Actor, at: datetime) -> date:
        begin = at.astimezone(self.city.zone).date()
        late = [moment for name, moment in story.steps if moment > at]
        if late:
            return max(late[0].astimezone(self.city.zone).date(), begin)
        today = self.city.now.astimezone(self.city.zone).date()
        return self.city.calendar.add(max(begin, today), self.rng.randrange(2, 15))

    def _photos(self, story: Story, item: Any, step: Step, actor: Actor, at: datetime) -> list[int]:
        after = step.name in PROOF
        if step.proves:
            picture = demo_proof.taken(story.category.code, item, at)
            photo = photos.stage(picture, actor=actor)
            photos.process(photo.id)  # it is checked before it goes on
            self.done["photos"] += 1
            return [photo.id]
        picture = self._picture(story, after, "" if after else "works")
        photo = photos.stage(picture, actor=actor)
        self.done["photos"] += 1
        return [photo.id]

    def _rating(self, *_rest: Any) -> int:
        return self.rng.choices((2, 3, 4, 5), (1, 2, 5, 5))[0]

    def _period(
        self, story: Story, item: Any, step: Step, actor: Actor, at: datetime
    ) -> tuple[date, date]:
        begin = at.astimezone(self.city.zone).date() + timedelta(days=7)
        return begin, begin + timedelta(days=90)

    def _indicators(self, story: Story, *_rest: Any) -> str:
        return "\n".join(story.template.get("indicators", ())) or "Jumlah warga yang terlayani"

    def _decree(self, story: Story, item: Any, step: Step, actor: Actor, at: datetime) -> str:
        return f"Keputusan Wali Kota Nomor 050/{self.rng.randrange(100, 900)}/{at.year}"

    def _mentor(self, *_rest: Any) -> str:
        return "Tim inovasi Bapperida"

    # What others add -------------------------------------------------------------------------

    def _company(self, story: Story) -> None:
        """People who stand behind it, talk about it, and officers who answer."""
        last = story.steps[-1][1] if story.steps else self.city.now
        end = min(self.city.now, last + timedelta(days=10))
        begin = story.steps[0][1] if story.steps else story.created_at
        window = max((end - begin).total_seconds(), 60)

        def moment() -> datetime:
            return begin + timedelta(seconds=60 + window * self.rng.random() ** 1.6)

        people = [r.actor for r in self.cast.residents if r.actor and r is not story.author]
        number = min(int(self.rng.paretovariate(1.0)) - 1, 24)
        for actor in self.rng.sample(people, number):
            self.at(moment(), lambda actor=actor: self._support(story, actor))  # type: ignore[misc]
        for body, stance in self._words(story):
            actor, at = self.rng.choice(people), moment()
            if THANKS.search(body):
                at = max(at, last + timedelta(hours=self.rng.uniform(1, 70)))
            if at >= self.city.now:
                continue
            self.at(at, lambda a=actor, b=body, s=stance, at=at: self._speak(story, a, b, s, at))  # type: ignore[misc]
        if self.rng.random() < 0.35:
            at = moment()
            self.at(at, lambda: self._answer(story, at))

    def _words(self, story: Story) -> list[tuple[str, str]]:
        template, kind = story.template, story.kind.slug
        own = [(text, "") for text in template.get("comments", ())]
        own += [(text, "for") for text in template.get("comments_for", ())]
        own += [(text, "against") for text in template.get("comments_against", ())]
        over = self._is_done(story)
        chosen = [
            pair for pair in own if self.rng.random() < 0.6 and (over or not THANKS.search(pair[0]))
        ]
        if over and (thanks := self.texts.comments.get((kind, "terima_kasih"))):
            chosen.append((self.rng.choice(thanks), ""))
        tones = {"dukung": "for", "kritik": "against", "tanya": ""}
        for _n in range(self.rng.choices((0, 1, 2, 3), (6, 4, 2, 1))[0]):
            (tone,) = self.rng.choices(list(tones), (5, 2, 3))
            if said := self.texts.comments.get((kind, tone)):
                chosen.append((self.rng.choice(said), tones[tone]))
        values = chances(self.rng) | story.values
        return [(filled(text, values), stance) for text, stance in chosen]

    def _is_done(self, story: Story) -> bool:
        last = story.kind.workflow.named(story.steps[-1][0]).target if story.steps else None
        return last is not None and last in story.kind.workflow.in_phase(Phase.DONE)

    def _support(self, story: Story, actor: Actor) -> None:
        try:
            supports.support(self._item(story), actor)
        except NotAllowed:
            return
        self.done["supports"] += 1

    def _speak(
        self, story: Story, actor: Actor, body: str, stance: str, at: datetime, parent: int = 0
    ) -> None:
        item = self._item(story)
        if body in story.said:
            return
        try:
            made = comments.add(
                item, actor, body, key=uuid.uuid4(), parent_id=parent or None, stance=stance, at=at
            )
        except NotAllowed:
            return
        story.said.append(body)
        self.done["comments"] += 1
        if "?" in body and item.department_code and not parent:
            later = self.city.working(self.rng, at + timedelta(hours=self.rng.uniform(2, 60)))
            if later < self.city.now:
                self.at(later, lambda: self._answer(story, later, made.id))

    def _answer(self, story: Story, at: datetime, parent: int = 0) -> None:
        item = self._item(story)
        actor = self.cast.officers.get(item.department_code or "")
        said = self.texts.note(self.rng, story.kind.slug, "official", story.category.code)
        if actor is None or not said:
            return
        values = {**story.values, "opd": self._short(item.department_code)}
        values["tanggal"] = day_in_words((at + timedelta(days=5)).date())
        values["jawaban"] = ""
        self._speak(story, actor, filled(said, values), "", at, parent)
