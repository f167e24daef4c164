"""Count the numbers of Lapor! beforehand: facts of changed complaints, then every office's figures.

A job does it (``app.jobs.upkeep``).  What each number means stands in ``app.queries.numbers``, in
the words people read.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import current_app
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.kinds import KINDS, OFFICE
from app.queries.calendar import city_calendar, city_day
from app.queries.numbers import ANSWER_DAYS, DAYS, VERIFY_DAYS
from app.workflow import Phase
from models import AnySession, Change, FigureRefresh, Item, WorkingDay

ONE = 1
BATCH = 50_000  # changes read at a time
# Changes get their ids before they are committed: the latest are read again, so that one whose
# transaction took longer than others is not passed over.
AGAIN = 20_000
MONTHS = 12

# Steps with which an office says for the first time what it does about a complaint.
ANSWERS = ("plan", "start", "answer", "submit_proof", "refer", "make_proposal", "divide")

FACTS = text(
    """
    INSERT INTO complaint_fact (item_id, area_code, department_code, whole, divided, received_at,
      decided_at, routed_at, answered_at, resolved_at, due_at, state, returned_by, disputes,
      appeals, upheld, rating)
    SELECT item.id, item.area_code, item.department_code, complaint.parent_id IS NULL,
      bool_or(step = 'divide'), item.created_at,
      min(at) FILTER (WHERE source IN ('received', 'need_info')
                        AND target NOT IN ('received', 'need_info')),
      min(at) FILTER (WHERE target = 'routed' AND source <> target),
      min(at) FILTER (WHERE step IN :answers),
      max(at) FILTER (WHERE target = 'resolved' AND source <> target),
      complaint.whole_due_at, item.state,
      coalesce(array_agg(split_part(seat, ':', 2)) FILTER (WHERE step = 'return'), '{}'),
      count(*) FILTER (WHERE step IN ('dispute', 'contest')),
      count(*) FILTER (WHERE step = 'appeal'),
      count(*) FILTER (WHERE step = 'uphold'), complaint.rating
    FROM item JOIN complaint USING (id) JOIN change ON change.item_id = item.id
    WHERE item.id IN (SELECT item_id FROM change WHERE id > :after AND id <= :upto)
    GROUP BY item.id, complaint.id
    ON CONFLICT (item_id) DO UPDATE SET
      (area_code, department_code, divided, decided_at, routed_at, answered_at, resolved_at,
       due_at, state, returned_by, disputes, appeals, upheld, rating) =
      (excluded.area_code, excluded.department_code, excluded.divided, excluded.decided_at,
       excluded.routed_at, excluded.answered_at, excluded.resolved_at, excluded.due_at,
       excluded.state, excluded.returned_by, excluded.disputes, excluded.appeals,
       excluded.upheld, excluded.rating)
    """
).bindparams(bindparam("answers", expanding=True))

FIGURES = text(
    """
    WITH told AS (
      SELECT fact.*, came.number AS came, decided.number AS decided, routed.number AS routed,
        answered.number AS answered, done.number AS done,
        fact.state IN ('resolved', 'closed') AS stands
      FROM complaint_fact AS fact
      JOIN working_day AS came ON came.day = (received_at AT TIME ZONE :zone)::date
      LEFT JOIN working_day AS decided ON decided.day = (decided_at AT TIME ZONE :zone)::date
      LEFT JOIN working_day AS routed ON routed.day = (routed_at AT TIME ZONE :zone)::date
      LEFT JOIN working_day AS answered ON answered.day = (answered_at AT TIME ZONE :zone)::date
      LEFT JOIN working_day AS done ON done.day = (resolved_at AT TIME ZONE :zone)::date
      WHERE greatest(received_at, resolved_at, due_at) >= :begin
    ), answer AS (
      -- What an office answered, and what it met with, counts for that office, whoever has it now.
      SELECT item_id, event.department_code AS code,
        max(at) FILTER (WHERE event = 'resolved') AS declared_at,
        count(*) FILTER (WHERE event = 'disputed') AS disputes,
        count(*) FILTER (WHERE event = 'appealed') AS appeals,
        count(*) FILTER (WHERE event = 'upheld') AS upheld,
        (array_agg(event.rating ORDER BY change_id DESC)
          FILTER (WHERE event = 'rated'))[1] AS rating
      FROM closing_event AS event JOIN told USING (item_id)
      WHERE event.department_code IS NOT NULL GROUP BY item_id, event.department_code
    ), office AS (
      SELECT item_id, answer.code, answer.code IS NOT DISTINCT FROM told.department_code AS holds,
        answer.declared_at, answer.disputes, answer.appeals, answer.upheld, answer.rating
      FROM answer JOIN told USING (item_id)
      UNION ALL
      SELECT item_id, told.department_code, true, CASE WHEN first.code IS NULL THEN resolved_at END,
        CASE WHEN first.code IS NULL THEN told.disputes ELSE 0 END,
        CASE WHEN first.code IS NULL THEN told.appeals ELSE 0 END,
        CASE WHEN first.code IS NULL THEN told.upheld ELSE 0 END,
        CASE WHEN first.code IS NULL THEN told.rating END
      FROM told LEFT JOIN LATERAL (
        SELECT code FROM answer WHERE answer.item_id = told.item_id LIMIT 1
      ) AS first ON true
      WHERE told.department_code IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM answer
        WHERE answer.item_id = told.item_id AND answer.code = told.department_code
      )
    ), scoped AS (
      SELECT scope, code, true AS holds, received_at, decided_at, routed_at, answered_at, due_at,
        resolved_at, came, decided, routed, answered, stands, resolved_at AS declared_at, done,
        stands AS solved, disputes, appeals, upheld, rating
      FROM told CROSS JOIN LATERAL (VALUES
        ('city', CAST(:city AS text)), ('district', left(area_code, 8)), ('area', area_code)
      ) AS scopes (scope, code) WHERE whole AND code IS NOT NULL
      UNION ALL
      SELECT 'department', office.code, office.holds, received_at, decided_at, routed_at,
        answered_at, due_at, resolved_at, came, decided, routed, answered, stands,
        office.declared_at, done, stands AND office.declared_at = resolved_at, office.disputes,
        office.appeals, office.upheld, office.rating
      FROM told JOIN office USING (item_id) WHERE NOT divided
    )
    INSERT INTO figure (scope, code, days, received, decided, decided_due, decided_in_time,
      answered, answered_due, answered_in_time, declared, resolved, resolved_due,
      resolved_in_time, disputed, appealed, upheld, rated, rating_sum, decided_days,
      answered_days, resolved_days)
    SELECT scope, code, :days,
      count(*) FILTER (WHERE holds AND received_at >= :since),
      count(*) FILTER (WHERE holds AND decided_at >= :since),
      count(*) FILTER (WHERE holds AND received_at >= :since
                         AND (decided_at IS NOT NULL OR :today - came > :verify)),
      count(*) FILTER (WHERE holds AND received_at >= :since AND decided - came <= :verify),
      count(*) FILTER (WHERE holds AND answered_at >= :since),
      count(*) FILTER (WHERE holds AND routed_at >= :since
                         AND (answered_at IS NOT NULL OR :today - routed > :answer)),
      count(*) FILTER (WHERE holds AND routed_at >= :since AND answered - routed <= :answer),
      count(*) FILTER (WHERE declared_at >= :since),
      count(*) FILTER (WHERE declared_at >= :since AND solved),
      count(*) FILTER (WHERE holds AND due_at >= :since AND due_at < :now),
      count(*) FILTER (WHERE holds AND due_at >= :since AND due_at < :now AND stands
                         AND resolved_at <= due_at),
      count(*) FILTER (WHERE declared_at >= :since AND disputes > 0),
      count(*) FILTER (WHERE declared_at >= :since AND appeals > 0),
      count(*) FILTER (WHERE declared_at >= :since AND upheld > 0),
      count(rating) FILTER (WHERE declared_at >= :since),
      coalesce(sum(rating) FILTER (WHERE declared_at >= :since), 0),
      percentile_cont(ARRAY[.25, .5, .75]) WITHIN GROUP (ORDER BY decided - came)
        FILTER (WHERE holds AND decided_at >= :since),
      percentile_cont(ARRAY[.25, .5, .75]) WITHIN GROUP (ORDER BY answered - routed)
        FILTER (WHERE holds AND answered_at >= :since AND answered >= routed),
      percentile_cont(ARRAY[.25, .5, .75]) WITHIN GROUP (ORDER BY done - came)
        FILTER (WHERE declared_at >= :since AND solved)
    FROM scoped GROUP BY scope, code
    """
)

RETURNED = text(
    """
    INSERT INTO figure (scope, code, days, returned)
    SELECT 'department', code, :days, count(*)
    FROM complaint_fact CROSS JOIN LATERAL unnest(returned_by) AS code
    WHERE received_at >= :since AND code <> '' GROUP BY code
    ON CONFLICT (scope, code, days) DO UPDATE SET returned = excluded.returned
    """
)

NOW = text(
    """
    INSERT INTO figure (scope, code, days, open_now, late_now)
    SELECT scope, code, days, number, late FROM (
      SELECT scope, code, count(DISTINCT matter) AS number,
        count(DISTINCT matter) FILTER (WHERE late) AS late
      FROM (
        -- A divided one counts once for a place, and each part for its department.
        SELECT id, area_code, coalesce(parent_id, id) AS whole,
          CASE WHEN state <> 'divided' THEN department_code END AS department_code,
          due_on < :day AND state IN :held AS late
        FROM item JOIN complaint USING (id) WHERE kind = 'lapor' AND state IN :open
      ) AS open CROSS JOIN LATERAL (VALUES
        ('city', CAST(:city AS text), whole), ('district', left(area_code, 8), whole),
        ('area', area_code, whole), ('department', department_code, id)
      ) AS scopes (scope, code, matter)
      WHERE code IS NOT NULL GROUP BY scope, code
    ) AS now CROSS JOIN unnest(CAST(:windows AS int[])) AS days
    ON CONFLICT (scope, code, days) DO UPDATE
      SET (open_now, late_now) = (excluded.open_now, excluded.late_now)
    """
).bindparams(bindparam("open", expanding=True), bindparam("held", expanding=True))

BY_MONTH = text(
    """
    WITH told AS (
      SELECT area_code, department_code, whole, divided, 1 AS received, 0 AS resolved,
        date_trunc('month', received_at AT TIME ZONE :zone)::date AS month
      FROM complaint_fact WHERE received_at >= :begin
      UNION ALL
      SELECT area_code, coalesce(last.code, department_code), whole, divided, 0, 1,
        date_trunc('month', resolved_at AT TIME ZONE :zone)::date
      FROM complaint_fact AS fact LEFT JOIN LATERAL (
        SELECT event.department_code AS code FROM closing_event AS event
        WHERE event.item_id = fact.item_id AND event = 'resolved'
        ORDER BY change_id DESC LIMIT 1
      ) AS last ON true
      WHERE resolved_at >= :begin AND state IN ('resolved', 'closed')
    )
    INSERT INTO figure_month (scope, code, month, received, resolved)
    SELECT scope, code, month, sum(received), sum(resolved)
    FROM told CROSS JOIN LATERAL (VALUES
      ('city', CAST(:city AS text), whole), ('district', left(area_code, 8), whole),
      ('area', area_code, whole), ('department', department_code, NOT divided)
    ) AS scopes (scope, code, counts)
    WHERE counts AND code IS NOT NULL GROUP BY scope, code, month
    """
)


def refresh(session: AnySession, now: datetime | None = None) -> int:
    """Bring the facts of changed complaints up to date and count anew; returns changes read.

    Two refreshes at once wait for each other; readers see the old numbers until the commit.
    """
    now = now or datetime.now(UTC)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("figure"))))
    _number_days(session, city_day(now))
    last = session.scalar(select(FigureRefresh.change_id)) or 0
    upto = session.scalar(select(func.max(Change.id))) or 0
    for after in range(max(last - AGAIN, 0), upto, BATCH):
        values = {"after": after, "upto": min(after + BATCH, upto), "answers": ANSWERS}
        session.execute(FACTS, values)
    _count(session, now)
    row = insert(FigureRefresh).values(id=ONE, at=now, change_id=upto)
    fresh = {"at": now, "change_id": upto}
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=fresh))
    return upto - last


def _number_days(session: AnySession, today: date) -> None:
    """Number the working days from the first complaint on; the calendar may have changed."""
    first = session.scalar(select(func.min(Item.created_at)).where(Item.kind == "lapor"))
    day, number, rows = (city_day(first) if first else today), 0, []
    calendar = city_calendar()
    while day <= today:
        number += calendar.is_working(day)
        rows.append({"day": day, "number": number})
        day += timedelta(days=1)
    session.execute(text("DELETE FROM working_day"))
    session.execute(insert(WorkingDay), rows)


def _count(session: AnySession, now: datetime) -> None:
    city = current_app.config["CITY"]
    today = city_day(now)
    known = {"city": city.code, "zone": city.timezone, "now": now}
    number = session.scalar(select(WorkingDay.number).where(WorkingDay.day == today))
    session.execute(text("DELETE FROM figure"))
    session.execute(text("DELETE FROM figure_month"))
    limits = {"verify": VERIFY_DAYS, "answer": ANSWER_DAYS, "today": number}
    for days in DAYS:
        since = now - timedelta(days=days)
        window = {"days": days, "since": since}
        session.execute(FIGURES, known | limits | window | {"begin": since})
        session.execute(RETURNED, window)
    lapor = KINDS["lapor"].workflow
    states = lapor.in_phase(Phase.NEW, Phase.OPEN)
    held = [state.name for state in lapor.states if state.held_by in OFFICE]  # as everywhere
    now_open = {"day": today, "city": city.code, "open": states, "held": held}
    now_open["windows"] = list(DAYS)
    session.execute(NOW, now_open)
    begin = city.midnight(_months_before(today.replace(day=1), MONTHS - 1))
    session.execute(BY_MONTH, known | {"begin": begin})


def _months_before(first: date, months: int) -> date:
    """The first day of a month so many months earlier."""
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
