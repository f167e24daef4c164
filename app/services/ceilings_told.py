"""Who hears that a proposal has crossed the line: its author and whoever follows it."""

from __future__ import annotations

from sqlalchemy import text

from app.queue import enqueue
from models import db

LETTERS = 50  # sent by one job

# Only about the list of the level a proposal is at, only of what anybody may read, once each.
TELL = text(
    """
    WITH crossed AS (
      SELECT e.proposal_id, i.author_id, CASE WHEN e.above THEN 'line_above' ELSE 'line_below' END
             AS event
        FROM ceiling_effect e
        JOIN ranking r ON r.id = e.ranking_id
        JOIN proposal p ON p.id = e.proposal_id AND p.level = r.level
        JOIN item i ON i.id = p.id
       WHERE e.version_id = :version
         AND i.published_at IS NOT NULL AND i.visibility <> 'confidential'
    ),
    people AS (
      SELECT c.proposal_id, c.event, f.user_id FROM crossed c
        JOIN follow f ON f.item_id = c.proposal_id
      UNION
      SELECT c.proposal_id, c.event, u.id FROM crossed c
        JOIN user_account u ON u.person_id = c.author_id
    ),
    told AS (
      INSERT INTO notification (user_id, event, item_id, source_id)
      SELECT people.user_id, people.event, people.proposal_id, :version
        FROM people JOIN user_account u ON u.id = people.user_id
       WHERE u.closed_at IS NULL
       ORDER BY people.user_id, people.proposal_id
      ON CONFLICT DO NOTHING
      RETURNING id, user_id
    )
    SELECT told.id FROM told JOIN user_account u ON u.id = told.user_id
     WHERE u.wants_email AND u.mail_pace = 'instant' AND u.confirmed_at IS NOT NULL
        OR EXISTS (SELECT FROM channel WHERE user_id = u.id AND channel.confirmed_at IS NOT NULL)
     ORDER BY told.id
    """
)


def tell(version_id: int) -> int:
    """Lines in the inbox for everybody behind what crossed; their letters are queued.

    Told once, however often this runs.  Returns how many want a letter.
    """
    ids = list(db.session.scalars(TELL, {"version": version_id}))
    for begin in range(0, len(ids), LETTERS):
        round_ = ids[begin : begin + LETTERS]
        enqueue("mail_notifications", queue="mail", notification_ids=round_)
    return len(ids)
