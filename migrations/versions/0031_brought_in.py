"""No RW's limit holds for proposals that are brought in from earlier years or another system

The database looked for a channel of another name than the one they come by.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

WITHIN_LIMIT = """
CREATE OR REPLACE FUNCTION proposal_within_rw_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  here record;
  most_here integer;
  taken integer;
BEGIN
  IF NEW.carried_from_id IS NOT NULL OR NEW.funding <> 'musrenbang' THEN
    RETURN NULL;
  END IF;
  SELECT area_code, rw, channel INTO here FROM item WHERE id = NEW.id;
  IF here.rw IS NULL OR here.channel = '{channel}' THEN
    RETURN NULL;
  END IF;
  SELECT most INTO most_here FROM rw_limit
    WHERE plan_year = NEW.plan_year
      AND (here.area_code = area_code OR here.area_code LIKE area_code || '.%')
    ORDER BY length(area_code) DESC LIMIT 1;
  IF most_here IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(
    hashtextextended(concat_ws('/', 'rw_limit', NEW.plan_year, here.area_code, here.rw), 0));
  SELECT count(*) INTO taken FROM item JOIN proposal USING (id)
    WHERE area_code = here.area_code AND rw = here.rw AND plan_year = NEW.plan_year
      AND carried_from_id IS NULL AND funding = 'musrenbang'
      AND state NOT IN ('withdrawn', 'merged', 'refused');
  IF taken > most_here THEN
    RAISE EXCEPTION 'This RW has handed in all % proposals of the year', most_here
      USING ERRCODE = 'check_violation', CONSTRAINT = 'rw_limit';
  END IF;
  RETURN NULL;
END $$;
"""


def upgrade() -> None:
    """Look for the channel they come by."""
    op.execute(WITHIN_LIMIT.replace("{channel}", "impor"))


def downgrade() -> None:
    """Look for the other one again."""
    op.execute(WITHIN_LIMIT.replace("{channel}", "import"))
