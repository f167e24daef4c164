"""What changes a roll after its snapshot: objections, late enrolment, one other area chosen."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access import Actor
from app.queries import contests as reads
from app.workflow import NotAllowed
from models import Contest, Eligible, Person, RollDispute, db

from . import audit, contests, rolls, vote_notices
from .contest_checks import Unfit

SHORTEST = 10


def dispute(
    contest: Contest, actor: Actor, claim: str, words: str, at: datetime | None = None
) -> RollDispute:
    """Object to the roll: the actor is missing, or somebody is wrongly on it.

    Raises NotAllowed outside the window, Unfit for too few words or an objection that is open.
    """
    if actor.user_id is None or not reads.disputable(contest, at or datetime.now(UTC)):
        raise NotAllowed("dispute")
    if len(words.strip()) < SHORTEST:
        raise Unfit("words", [_("Please write in a few words what is wrong.")])
    mine = select(RollDispute.id).where(
        RollDispute.contest_id == contest.id,
        RollDispute.raised_by_id == actor.user_id,
        RollDispute.state == "open",
    )
    if db.session.scalar(mine.limit(1)) is not None:
        raise Unfit("words", [_("You have objected already; the answer comes to this page.")])
    missing = claim == "missing"
    made = RollDispute(
        contest_id=contest.id,
        raised_by_id=actor.user_id,
        person_id=actor.person_id if missing else None,
        claim=claim if missing else "wrongly_listed",
        words=words.strip(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def decide(
    found: RollDispute,
    contest: Contest,
    actor: Actor,
    *,
    accept: bool,
    answer: str,
    person_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Answer an objection; an accepted one changes the roll.  ``person_id``: whom it is about.

    Raises NotAllowed, and Unfit when the person does not fulfil what the contest asks, or is to
    be struck off after voting has opened.
    """
    seat, at = contests.keeps(actor, contest), at or datetime.now(UTC)
    db.session.refresh(found, with_for_update={"of": RollDispute})
    standing = reads.standing(contest, at)
    if not seat or found.state != "open" or standing not in ("published", "open"):
        raise NotAllowed("decide")
    if len(answer.strip()) < SHORTEST:
        raise Unfit("answer", [_("Please write an answer; whoever objected reads it.")])
    if accept:
        _change(found, contest, person_id or found.person_id, standing)
    found.state = "accepted" if accept else "refused"
    found.answer, found.seat, found.decided_at = answer.strip(), seat, at
    db.session.flush()
    vote_notices.answered(found, contest)
    if accept:
        rolls.version(contest, seat, "dispute")
        _tell(found, contest, person_id or found.person_id, at)
    audit.note("contest.dispute", f"contest:{contest.id}", by=actor.user_id, detail=found.state)


def _change(found: RollDispute, contest: Contest, person_id: int | None, standing: str) -> None:
    person = db.session.get(Person, person_id) if person_id else None
    if person is None:
        raise Unfit("person", [_("Please say whom it is about.")])
    if found.claim == "missing":
        _fit(contest, person)
        rolls.add(contest, person, "dispute")
        return
    if standing != "published":
        raise Unfit("person", [_("Voting has opened; nobody is struck off the list any more.")])
    row = db.session.get(Eligible, (contest.id, person.id))
    if row is None:
        raise Unfit("person", [_("This person is not on the list.")])
    db.session.delete(row)
    db.session.flush()


def _tell(found: RollDispute, contest: Contest, person_id: int | None, at: datetime) -> None:
    """Whoever came onto the roll or off it by an objection hears of it."""
    if person_id is None:
        return
    if found.claim == "missing":
        vote_notices.joined(contest, person_id, at)
    else:
        vote_notices.struck(found, contest, person_id)


def _fit(contest: Contest, person: Person) -> None:
    if not rolls.fulfils(contest, person.id):
        raise Unfit("person", [_(
            "This person does not fulfil what the vote asks. Check who they are and where they "
            "live at the counter first."
        )])  # fmt: skip


def enrol(contest: Contest, actor: Actor, person_id: int, at: datetime | None = None) -> None:
    """Put somebody on the roll late, where the contest declares that.

    Raises NotAllowed, and Unfit when they stand there already or do not fulfil what is asked.
    """
    seat = contests.keeps(actor, contest)
    open_to_it = reads.standing(contest, at or datetime.now(UTC)) in ("published", "open")
    if not seat or not open_to_it or not contest.terms.get("late"):
        raise NotAllowed("enrol")
    person = db.session.get(Person, person_id)
    if person is None or person.anonymised_at is not None:
        raise Unfit("person", [_("Please say whom it is about.")])
    _fit(contest, person)
    if not rolls.add(contest, person, "late"):
        raise Unfit("person", [_("This person is on the list already.")])
    rolls.version(contest, seat, "late")
    vote_notices.joined(contest, person_id, at)
    audit.note("contest.enrol", f"contest:{contest.id}", by=actor.user_id)


def choose(contest: Contest, actor: Actor, at: datetime | None = None) -> None:
    """Vote in one other area of the series beside one's own; once, and for good.

    Raises NotAllowed where that is not declared, the actor votes there anyway, or the level is
    too low; Unfit when they have chosen another area already.
    """
    at = at or datetime.now(UTC)
    open_to_it = reads.standing(contest, at) in ("published", "open")
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    if person is None or not open_to_it or not contest.series:
        raise NotAllowed("choose")
    at_home = reads.own_in_series(db.session, contest, person.id)
    fits = person.level >= contest.min_level and contest.terms.get("other_area")
    if not fits or at_home is None or at_home.contest_id == contest.id:
        raise NotAllowed("choose")
    try:
        with db.session.begin_nested():
            db.session.add(
                Eligible(
                    contest_id=contest.id,
                    person_id=person.id,
                    area_code=at_home.area_code,
                    rw=None,
                    level=person.level,
                    source="chosen",
                    series=contest.series,
                )
            )
    except IntegrityError:
        raise Unfit("series", [_("You have chosen an area beside your own already.")]) from None
