"""Incidents: what may have gone wrong is looked into by people, decided by two, told to everybody.

Nobody is shown what anybody chose, nor whether they voted: an incident is about places on the
roll, shifts and papers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.queries import booths as booth_queries
from app.queries import incidents as queries
from app.queries.incidents import Sign
from app.workflow import NotAllowed
from models import (
    INCIDENT_KINDS,
    Booth,
    BoothShift,
    Contest,
    Eligible,
    Incident,
    IncidentPerson,
    db,
)

from . import audit, booth_codes, contest_keys, contests
from .refused import Refused

VOID = text("SELECT void_ballot(:which, :who, :because)")
RELEASE = text("SELECT release_voter(:which, :who)")
SHORTEST = 10  # characters of what everybody reads
BEFORE_SEALING = ("published", "open", "closed")
KINDS = {
    "bulk_accounts": _("Many accounts of one hand"),
    "shared_device": _("Many votes at one booth in a short time"),
    "operator_mistake": _("An officer's mistake"),
    "lost_paper": _("A paper is missing, or one too many"),
    "other": _("Something else"),
}
OUTCOMES = {
    "kept": _("Everything stays as it is"),
    "voided": _("The ballots of these people do not count"),
    "corrected": _("These people begin anew, as if nothing had been given to them"),
}


def seat_for(actor: Actor, contest: Contest) -> str:
    """The seat from which somebody reviews the incidents of a contest; "" for none."""
    return contests.may_consent(actor, contest, "void_ballots")


def raised(
    contest: Contest, actor: Actor, kind: str, words: str, booth_id: int | None = None
) -> Incident:
    """Somebody who serves at a booth, or reviews, reports something.  Raises Refused."""
    if contest.state not in BEFORE_SEALING:
        raise Refused("words", _("Incidents are reported before the ballots are sealed."))
    booth = db.session.get(Booth, booth_id) if booth_id else None
    if kind not in INCIDENT_KINDS or (booth_id and (not booth or booth.contest_id != contest.id)):
        raise Refused("kind", _("Please choose what it is about."))
    seat = seat_for(actor, contest) or next((one.name for one in actor.seats), "")
    made = Incident(contest_id=contest.id, kind=kind, words=words, booth_id=booth_id,
                    raised_by_id=actor.user_id, seat=seat)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.note("raise_incident", f"contest:{contest.id}", by=actor.user_id, detail=kind)
    return made


def looked_into(contest: Contest, actor: Actor, mark: str, at: datetime | None = None) -> Incident:
    """Make an incident of something unusual, with the people it is about.

    Raises NotAllowed; Refused when it is no longer there, or somebody was quicker.
    """
    if not (seat := seat_for(actor, contest)):
        raise NotAllowed("review_incidents")
    db.session.refresh(contest, with_for_update={"of": Contest, "key_share": True})
    found = {one.mark: one for one in queries.signs(db.session(), contest, at)}
    sign: Sign | None = found.get(mark)
    if sign is None or contest.state not in BEFORE_SEALING:
        raise Refused("", _("Somebody looks into this already."))
    made = Incident(contest_id=contest.id, kind=sign.kind, words=str(sign.words), sign=sign.mark,
                    booth_id=sign.booth_id, raised_by_id=actor.user_id, seat=seat)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _add(made, sign.people)
    audit.note("raise_incident", f"contest:{contest.id}", by=actor.user_id, detail=sign.kind)
    return made


def name(incident: Incident, contest: Contest, actor: Actor, person_ids: Iterable[int]) -> int:
    """Say whom of the roll it is about; says how many were added.  Raises NotAllowed, Refused."""
    _undecided(incident, contest, actor)
    on_roll = select(Eligible.person_id).where(
        Eligible.contest_id == contest.id, Eligible.person_id.in_(list(person_ids))
    )
    _nobody_agreed(incident, contest)
    return _add(incident, db.session.scalars(on_roll).all())


def unname(incident: Incident, contest: Contest, actor: Actor, person_id: int) -> None:
    """It is not about this one.  Raises NotAllowed, Refused."""
    _undecided(incident, contest, actor)
    _nobody_agreed(incident, contest)
    row = db.session.get(IncidentPerson, (incident.id, person_id))
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def _add(incident: Incident, person_ids: Iterable[int]) -> int:
    rows = [{"incident_id": incident.id, "person_id": one} for one in person_ids]
    if not rows:
        return 0
    fresh = insert(IncidentPerson).values(rows).on_conflict_do_nothing()
    return len(db.session.scalars(fresh.returning(IncidentPerson.person_id)).all())


def _undecided(incident: Incident, contest: Contest, actor: Actor) -> None:
    if not seat_for(actor, contest):
        raise NotAllowed("review_incidents")
    if incident.contest_id != contest.id or incident.state != "open":
        raise Refused("", _("This incident has been decided."))
    if contest.state not in BEFORE_SEALING:
        raise Refused("", _("The ballots are sealed. Nothing of them changes any more."))


def _nobody_agreed(incident: Incident, contest: Contest) -> None:
    """The second must agree to what the first agreed to."""
    for act in ("void_ballots", "correct"):
        if contests.consents(contest, act, _subject(incident)):
            raise Refused("", _("Somebody has agreed already; whom it is about stays as it is."))


def _subject(incident: Incident) -> str:
    return f"incident:{incident.id}"


# -- deciding ---------------------------------------------------------------------------------


def decide(
    incident: Incident, contest: Contest, actor: Actor, outcome: str, note: str,
    at: datetime | None = None,
) -> bool:  # fmt: skip
    """Decide with a note for everybody: "kept" by one, "voided" and "corrected" by two people.

    True when it is decided; False when another must agree.  The note of the first is published.
    Raises NotAllowed, Refused, KeyGone.
    """
    held = {"with_for_update": True, "populate_existing": True}
    incident = db.session.get_one(Incident, incident.id, **held)  # type: ignore[arg-type]
    _undecided(incident, contest, actor)
    if outcome not in OUTCOMES:
        raise Refused("outcome", _("Please choose one."))
    if len(note) < SHORTEST:
        raise Refused("note", _("Please say why. Everybody reads it."))
    people = [one.id for one in queries.people(db.session(), incident.id)]
    if outcome != "kept":
        act = {"voided": "void_ballots", "corrected": "correct"}[outcome]
        if not people:
            raise Refused("outcome", _("Say first whom of the roll it is about."))
        if not contests.consent(contest, act, _subject(incident), actor, note):
            return False
        note = contests.consents(contest, act, _subject(incident))[0].reason or note
        _apply(incident, contest, outcome, people)
    incident.state, incident.public_note = outcome, note
    incident.voided = len(people) if outcome != "kept" else 0
    incident.decided_at = at or datetime.now(UTC)
    audit.note("decide_incident", f"incident:{incident.id}", by=actor.user_id, detail=outcome)
    db.session.flush()
    return True


def _apply(incident: Incident, contest: Contest, outcome: str, people: list[int]) -> None:
    for person_id in people:
        who = contest_keys.of_person(contest.id, person_id)
        if outcome == "voided":
            _void(incident, contest, who)
        else:
            _release(contest, who)


def _void(incident: Incident, contest: Contest, who: bytes) -> None:
    """Their ballot goes, and none is taken; a paper in the box cannot be told from the others."""
    values = {"which": contest.id, "who": who, "because": incident.id}
    if db.session.scalar(VOID, values) == "closed":
        raise Refused("", _("The ballots are sealed. Nothing of them changes any more."))


def _release(contest: Contest, who: bytes) -> None:
    """They may vote anew; their paper is taken out of what a booth handed out."""
    values = {"which": contest.id, "who": who}
    place = booth_queries.place_of(db.session(), contest.id, who)
    answer = db.session.scalar(RELEASE, values)
    if answer == "closed":
        raise Refused("outcome", _("The vote is closed: nobody can vote anew. Choose another."))
    if place is not None:  # they hold a paper, also when their ballot was voided since
        _taken_back(place)
    card = booth_codes.given_to(contest.id, who)
    if card is not None:
        card.state, card.holder = "spoiled", None
    db.session.flush()


def _taken_back(booth_id: int) -> None:
    """One paper of the booth is worth nothing: there must be one less in its box."""
    last = (
        select(BoothShift.id)
        .where(BoothShift.booth_id == booth_id, BoothShift.papers > BoothShift.spoiled)
        .order_by(BoothShift.id.desc())
        .limit(1)
    )
    row = update(BoothShift).where(BoothShift.id == last.scalar_subquery())
    changed: Any = db.session.execute(
        row.values(spoiled=BoothShift.spoiled + 1).execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:
        raise Refused("outcome", _("The shifts of this booth know of no paper."))
