"""Where traces of a person stand, and what becomes of each when the person is taken out.

Every column that points to a person or a login stands here; a test says which is missing.  The
copy of one's own data and the erasure both follow this register, so that a new table cannot be
forgotten by one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table

from models import Model

KEEP, DELETE, UNLINK, SPECIAL = "keep", "delete", "unlink", "special"


@dataclass(frozen=True)
class Trace:
    """``erase``: what happens to the row; ``told``: is it part of a person's copy of their data?

    ``keep``: the row stays and points to somebody without a name; ``delete``: the row goes;
    ``unlink``: it stays and no longer says who; ``special``: ``services.anonymise`` sees to it.
    """

    erase: str
    told: bool
    why: str


OFFICE = "an act of office: the seat is known, the name goes"
PUBLIC = "given to the city; stays without the name"

TRACES: dict[str, Trace] = {
    "user_account.person_id": Trace(SPECIAL, False, "the login is emptied and closed"),
    "item.author_id": Trace(KEEP, False, "the report is the city's business; signed Warga"),
    "item.filed_by_id": Trace(KEEP, False, "who typed it may follow it up; nameless afterwards"),
    "comment.person_id": Trace(KEEP, True, PUBLIC),
    "support.person_id": Trace(KEEP, True, "a voice that was counted stays counted"),
    "objection.person_id": Trace(KEEP, True, PUBLIC),
    "proposal_credit.person_id": Trace(KEEP, True, "who proposed it counts; signed Warga"),
    "work_confirmation.person_id": Trace(KEEP, True, "a voice that was counted stays counted"),
    "consent.person_id": Trace(KEEP, True, "shows that we were allowed to; names nobody"),
    "georeport_request.person_id": Trace(UNLINK, True, "came through another system"),
    "identity_reading.person_id": Trace(UNLINK, True, "that somebody looked stays on record"),
    "change_text.actor_id": Trace(SPECIAL, False, "the trail keeps its chain, not who acted"),
    "photo.uploaded_by_id": Trace(UNLINK, False, "photos stay with the report"),
    "draft.user_id": Trace(DELETE, True, "never sent"),
    "follow.user_id": Trace(DELETE, True, "nobody is there to be told"),
    "notification.user_id": Trace(DELETE, True, "an inbox nobody reads"),
    "watch.user_id": Trace(DELETE, True, "nobody is there to be told"),
    "channel.user_id": Trace(DELETE, True, "addresses on other services"),
    "saved_filter.user_id": Trace(DELETE, True, "nobody uses it"),
    "data_export.user_id": Trace(SPECIAL, True, "the files are deleted"),
    "deletion_request.user_id": Trace(KEEP, True, "shows that it was asked for"),
    "mandate.user_id": Trace(SPECIAL, True, "ended; who sat on a seat stays on record"),
    "abuse_report.user_id": Trace(KEEP, True, "moderators still decide on it"),
    "georeport_key.user_id": Trace(UNLINK, True, "a key without a login takes no steps"),
    "audit_event.actor_id": Trace(KEEP, True, "cannot be changed; a number without a name"),
    "intake.user_id": Trace(DELETE, True, "sent at a closing; what became of it is an item"),
    "notice.user_id": Trace(DELETE, True, "an inbox nobody reads"),
    "forum_guest.user_id": Trace(KEEP, True, "who came to a public meeting; its record"),
    "document.uploaded_by_id": Trace(UNLINK, False, "documents stay with the proposal"),
    "document.published_by_id": Trace(KEEP, False, OFFICE),
    "assessor.user_id": Trace(KEEP, False, OFFICE),
    "catalogue_price.made_by_id": Trace(KEEP, False, OFFICE),
    "cycle_window.decided_by_id": Trace(KEEP, False, OFFICE),
    "forum_decision.user_id": Trace(KEEP, False, OFFICE),
    "forum_minute.user_id": Trace(KEEP, False, OFFICE),
    "forum_print.user_id": Trace(KEEP, False, OFFICE),
    "forum_version.user_id": Trace(KEEP, False, OFFICE),
    "rw_limit.made_by_id": Trace(KEEP, False, OFFICE),
    "answer_template.changed_by_id": Trace(UNLINK, False, OFFICE),
    "assignment.user_id": Trace(KEEP, False, OFFICE),
    "assignment.by_id": Trace(KEEP, False, OFFICE),
    "batch.made_by_id": Trace(KEEP, False, OFFICE),
    "breach_notice.made_by_id": Trace(KEEP, False, OFFICE),
    "bulk_act.user_id": Trace(KEEP, False, OFFICE),
    "consent.recorded_by_id": Trace(KEEP, False, OFFICE),
    "disposition_sheet.user_id": Trace(KEEP, False, OFFICE),
    "exchange_permit.given_by_id": Trace(KEEP, False, OFFICE),
    "handover.made_by_id": Trace(KEEP, False, OFFICE),
    "identity_reading.reader_id": Trace(KEEP, True, OFFICE),
    "internal_note.author_id": Trace(KEEP, False, OFFICE),
    "mandate.ended_by_id": Trace(KEEP, False, OFFICE),
    "mandate.given_by_id": Trace(KEEP, False, OFFICE),
    "plan_file.made_by_id": Trace(KEEP, False, OFFICE),
    "past_rule.ended_by_id": Trace(KEEP, False, OFFICE),
    "tracking_code.made_by_id": Trace(KEEP, False, OFFICE),
    "eligible.person_id": Trace(KEEP, True, "the roll of a vote is frozen and counted"),
    "verification.person_id": Trace(KEEP, True, "why somebody could vote; names nobody"),
    "roll_dispute.raised_by_id": Trace(KEEP, True, PUBLIC),
    "roll_dispute.person_id": Trace(KEEP, False, "whose place on a roll was disputed"),
    "incident_person.person_id": Trace(KEEP, False, "whose place on a roll was looked into"),
    "named_ballot.user_id": Trace(KEEP, True, "points given from a seat; they stay counted"),
    "juror.user_id": Trace(KEEP, False, OFFICE),
    "booth_shift.user_id": Trace(KEEP, False, OFFICE),
    "code_batch.user_id": Trace(KEEP, False, OFFICE),
    "contest_consent.user_id": Trace(KEEP, False, OFFICE),
    "contest_decision.user_id": Trace(KEEP, False, OFFICE),
    "incident.raised_by_id": Trace(KEEP, False, OFFICE),
    "paper_ballot.first_by_id": Trace(KEEP, False, OFFICE),
    "paper_ballot.second_by_id": Trace(KEEP, False, OFFICE),
    "paper_ballot.settled_by_id": Trace(KEEP, False, OFFICE),
    "verification.by_id": Trace(KEEP, False, OFFICE),
    "verification.revoked_by_id": Trace(KEEP, False, OFFICE),
}

# Columns without a foreign key that name a person all the same, and who empties them.
FREE_TEXT = {
    "batch_row.data": "names and numbers of people typed for; emptied with the person and by rule",
    "georeport_request.payload": "waits only until a job has filed it",
}
# What a copy of one's data leaves out: keys and hashes, and what is no column of the person's.
SECRET = {"password_hash", "epoch", "nik_hash", "phone_hash", "secret_hash", "search", "step_key"}


def columns() -> Iterator[tuple[str, Column[Any], Table]]:
    """Every column that points to a person or a login, as "table.column"."""
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            targets = {key.column.table.name for key in column.foreign_keys}
            if targets & {"person", "user_account"}:
                yield f"{table.name}.{column.name}", column, table


def points_to(column: Column[Any]) -> str:
    """ "person" or "user_account"."""
    return next(iter(column.foreign_keys)).column.table.name
