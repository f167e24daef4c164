"""Ballots: secret, by name, on paper, at booths

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()
SMALL = sa.SmallInteger()
SMALLS = postgresql.ARRAY(SMALL)
KEY = sa.Text(collation="C")
WHEN = sa.DateTime(timezone=True)
JSON = postgresql.JSONB()
NOW = sa.func.now()


VALID = """
CREATE FUNCTION ballot_is_valid(
  choices smallint[], points smallint[], fewest smallint, most smallint, total smallint,
  items smallint
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  before smallint := 0;
  one smallint;
  given int := 0;
BEGIN
  IF cardinality(choices) NOT BETWEEN fewest AND most OR array_ndims(choices) <> 1 THEN
    RETURN false;
  END IF;
  FOREACH one IN ARRAY choices LOOP
    IF one IS NULL OR one <= before OR one > items THEN RETURN false; END IF;
    before := one;
  END LOOP;
  IF total = 0 THEN RETURN cardinality(points) = 0; END IF;
  IF cardinality(points) <> cardinality(choices) OR array_ndims(points) <> 1 THEN
    RETURN false;
  END IF;
  FOREACH one IN ARRAY points LOOP
    IF one IS NULL OR one < 1 THEN RETURN false; END IF;
    given := given + one;
  END LOOP;
  RETURN given = total;
END $$;
"""

# The one way to a secret ballot.  Every cast holds the contest's lock shared; closing takes it
# alone, so that what was accepted is there to be counted.  The second lock is the voter's.
CAST = """
CREATE FUNCTION contest_lock(which bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT hashtextextended('contest', which) $$;

CREATE FUNCTION cast_ballot(
  which bigint, who bytea, chosen smallint[], shares smallint[], way text, fresh bytea
) RETURNS TABLE (answer text, rev integer, nonce bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c contest;
  lock text;
  moment timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(contest_lock(which));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(who, 'hex'), which));
  SELECT * INTO c FROM contest WHERE id = which AND mode IN ('approval', 'points');
  moment := clock_timestamp();
  IF c.id IS NULL OR c.state NOT IN ('published', 'open', 'closed')
     OR (way <> 'paper' AND (c.state = 'closed' OR moment >= c.closes_at)) THEN
    RETURN QUERY SELECT 'closed'::text, 0, NULL::bytea; RETURN;
  ELSIF moment < c.opens_at THEN
    RETURN QUERY SELECT 'early'::text, 0, NULL::bytea; RETURN;
  END IF;
  SELECT why INTO lock FROM ballot_lock WHERE contest_id = which AND pseud = who;
  IF lock = 'void' OR (lock = 'paper' AND way <> 'paper') THEN
    RETURN QUERY SELECT lock, 0, NULL::bytea; RETURN;
  END IF;
  RETURN QUERY
    INSERT INTO ballot AS b (contest_id, pseud, choices, points, least, most, total, items,
                             channel, nonce)
    VALUES (which, who, chosen, shares, c.least, c.most, c.points, c.items, way, fresh)
    ON CONFLICT (contest_id, pseud) DO UPDATE
      SET choices = excluded.choices, points = excluded.points, channel = excluded.channel,
          nonce = excluded.nonce, rev = b.rev + 1
      WHERE (b.choices, b.points, b.channel) <> (excluded.choices, excluded.points, excluded.channel)
    RETURNING CASE WHEN b.rev = 1 THEN 'accepted' ELSE 'replaced' END, b.rev, b.nonce;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'same'::text, b.rev, b.nonce FROM ballot b
      WHERE b.contest_id = which AND b.pseud = who;
  END IF;
END $$;

CREATE FUNCTION hand_out(which bigint, who bytea, what text, at_booth bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  c contest;
  lock text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(contest_lock(which));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(who, 'hex'), which));
  SELECT * INTO c FROM contest WHERE id = which;
  IF c.id IS NULL OR c.state NOT IN ('published', 'open') OR clock_timestamp() >= c.closes_at THEN
    RETURN 'closed';
  ELSIF clock_timestamp() < c.opens_at THEN
    RETURN 'early';
  END IF;
  SELECT why INTO lock FROM ballot_lock WHERE contest_id = which AND pseud = who;
  IF lock IN ('void', 'paper') OR lock = what THEN RETURN lock; END IF;
  IF what = 'paper' AND EXISTS (SELECT FROM ballot WHERE contest_id = which AND pseud = who) THEN
    IF c.precedence = 'online' THEN RETURN 'voted'; END IF;
    DELETE FROM ballot WHERE contest_id = which AND pseud = who;
  END IF;
  INSERT INTO ballot_lock (contest_id, pseud, why, booth_id) VALUES (which, who, what, at_booth)
    ON CONFLICT (contest_id, pseud) DO UPDATE SET why = what, booth_id = at_booth;
  RETURN 'given';
END $$;

-- A card of a booth is good for one ballot.  Nothing is written but the ballot: a row that said
-- "used" would carry the number of the same transaction, and lead from the card to the choices.
CREATE FUNCTION cast_once(
  which bigint, who bytea, chosen smallint[], shares smallint[], fresh bytea
) RETURNS TABLE (answer text, rev integer, nonce bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock_shared(contest_lock(which));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(who, 'hex'), which));
  IF EXISTS (SELECT FROM ballot WHERE contest_id = which AND pseud = who AND channel = 'booth') THEN
    RETURN QUERY SELECT 'used'::text, 0, NULL::bytea; RETURN;
  END IF;
  RETURN QUERY SELECT * FROM cast_ballot(which, who, chosen, shares, 'booth', fresh);
END $$;

-- May somebody be given a card now?  The voter's lock is held until the giving is committed.
CREATE FUNCTION card_open(which bigint, who bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  c contest;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(contest_lock(which));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(who, 'hex'), which));
  SELECT * INTO c FROM contest WHERE id = which;
  IF c.id IS NULL OR c.state NOT IN ('published', 'open') OR clock_timestamp() >= c.closes_at THEN
    RETURN 'closed';
  ELSIF clock_timestamp() < c.opens_at THEN
    RETURN 'early';
  END IF;
  RETURN coalesce((SELECT why FROM ballot_lock WHERE contest_id = which AND pseud = who), 'open');
END $$;

CREATE FUNCTION release_voter(which bigint, who bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lock text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(contest_lock(which));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(who, 'hex'), which));
  IF (SELECT state FROM contest WHERE id = which) NOT IN ('published', 'open') THEN
    RETURN 'closed';
  END IF;
  DELETE FROM ballot WHERE contest_id = which AND pseud = who;
  DELETE FROM ballot_lock WHERE contest_id = which AND pseud = who RETURNING why INTO lock;
  RETURN coalesce(lock, 'none');
END $$;

CREATE FUNCTION void_ballot(which bigint, who bytea, because bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  gone boolean;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(contest_lock(which));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(who, 'hex'), which));
  IF (SELECT state FROM contest WHERE id = which) NOT IN ('published', 'open', 'closed') THEN
    RETURN 'closed';
  END IF;
  DELETE FROM ballot WHERE contest_id = which AND pseud = who;
  gone := FOUND;
  INSERT INTO ballot_lock (contest_id, pseud, why, incident_id) VALUES (which, who, 'void', because)
    ON CONFLICT (contest_id, pseud) DO UPDATE SET why = 'void', incident_id = because;
  RETURN CASE WHEN gone THEN 'voided' ELSE 'barred' END;
END $$;

CREATE FUNCTION close_contest(which bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(contest_lock(which));
  UPDATE contest SET state = 'closed', closed_at = clock_timestamp()
   WHERE id = which AND state IN ('published', 'open') AND closes_at <= clock_timestamp();
  RETURN FOUND;
END $$;

CREATE FUNCTION sealed_while_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM contest WHERE id IN (SELECT contest_id FROM added)
               AND state <> 'closed') THEN
    RAISE EXCEPTION 'ballots are sealed once, when their contest has closed'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION eligible_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM contest WHERE id = coalesce(NEW.contest_id, OLD.contest_id))
     IN ('draft', 'published', 'open') THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'the roll of a closed contest does not change: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
"""


def upgrade() -> None:
    """Make the tables, and what keeps them."""
    op.execute(VALID)
    _booth()
    _booth_shift()
    _code_batch()
    _voting_code()
    _paper_ballot()
    _incident()
    _incident_person()
    _ballot()
    _ballot_lock()
    _sealed_ballot()
    _named_ballot()
    _juror()
    _juror_mark()
    op.execute(CAST)
    op.execute(
        "CREATE TRIGGER juror_kept BEFORE INSERT OR UPDATE OR DELETE ON juror "
        "FOR EACH ROW EXECUTE FUNCTION contest_part_kept()"
    )
    op.execute(
        "CREATE TRIGGER eligible_kept BEFORE UPDATE OR DELETE ON eligible "
        "FOR EACH ROW EXECUTE FUNCTION eligible_kept()"
    )
    op.execute(
        "CREATE TRIGGER sealed_ballot_once AFTER INSERT ON sealed_ballot "
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sealed_while_closed()"
    )
    op.execute(
        "CREATE TRIGGER sealed_ballot_never_changed "
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed_ballot "
        "FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
    )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("juror_mark")
    op.drop_table("juror")
    op.drop_table("named_ballot")
    op.drop_table("sealed_ballot")
    op.drop_table("ballot_lock")
    op.drop_table("ballot")
    op.drop_table("incident_person")
    op.drop_table("incident")
    op.drop_table("paper_ballot")
    op.drop_table("voting_code")
    op.drop_table("code_batch")
    op.drop_table("booth_shift")
    op.drop_table("booth")
    op.execute(
        "DROP FUNCTION cast_once, card_open, release_voter, cast_ballot, hand_out, void_ballot, close_contest, contest_lock, "
        "sealed_while_closed, ballot_is_valid"
    )
    op.execute("DROP FUNCTION eligible_kept CASCADE")


def _booth() -> None:
    op.create_table(
        "booth",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("boxed", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", WHEN, server_default=NOW, nullable=False),
        sa.CheckConstraint("boxed >= 0", name="ck_booth_boxed"),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name="fk_booth_area_code_area"),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_booth_contest_id_contest"),
        sa.PrimaryKeyConstraint("id", name="pk_booth"),
        sa.UniqueConstraint("contest_id", "name", name="uq_booth_contest_id_name"),
    )


def _booth_shift() -> None:
    op.create_table(
        "booth_shift",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("booth_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("codes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("papers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("spoiled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", WHEN, server_default=NOW, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.CheckConstraint("least(codes, papers, spoiled) >= 0", name="ck_booth_shift_counts"),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name="fk_booth_shift_booth_id_booth"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_booth_shift_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_booth_shift"),
    )
    op.create_index(
        "uq_booth_shift_running",
        "booth_shift",
        ["booth_id", "user_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )


def _code_batch() -> None:
    op.create_table(
        "code_batch",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("booth_id", BIG, nullable=True),
        sa.Column("sort", KEY, server_default="codes", nullable=False),
        sa.Column("size", SMALL, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.Column("status", KEY, server_default="waiting", nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("ready_at", WHEN, nullable=True),
        sa.CheckConstraint("size BETWEEN 1 AND 1000", name="ck_code_batch_size"),
        sa.CheckConstraint("sort IN ('codes', 'papers')", name="ck_code_batch_sort"),
        sa.CheckConstraint(
            "status IN ('waiting', 'ready', 'fetched', 'gone', 'failed')",
            name="ck_code_batch_status",
        ),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name="fk_code_batch_booth_id_booth"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_code_batch_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_code_batch_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_code_batch"),
    )
    op.create_index("ix_code_batch_contest_id", "code_batch", ["contest_id"], unique=False)


def _voting_code() -> None:
    op.create_table(
        "voting_code",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("card", KEY, nullable=False),
        sa.Column("state", KEY, server_default="printed", nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'given') = (holder IS NOT NULL)", name="ck_voting_code_given"),
        sa.CheckConstraint("state IN ('printed', 'given', 'spoiled')", name="ck_voting_code_state"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["code_batch.id"], name="fk_voting_code_batch_id_code_batch"
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_voting_code_contest_id_contest"
        ),
        sa.PrimaryKeyConstraint("contest_id", "hash", name="pk_voting_code"),
        sa.UniqueConstraint("contest_id", "card", name="uq_voting_code_contest_id_card"),
    )
    op.create_index("ix_voting_code_batch_id", "voting_code", ["batch_id"], unique=False)


def _paper_ballot() -> None:
    op.create_table(
        "paper_ballot",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("booth_id", BIG, nullable=False),
        sa.Column("serial", KEY, nullable=False),
        sa.Column("first", SMALLS, nullable=True),
        sa.Column("first_points", SMALLS, nullable=True),
        sa.Column("first_by_id", BIG, nullable=False),
        sa.Column("second", SMALLS, nullable=True),
        sa.Column("second_points", SMALLS, nullable=True),
        sa.Column("second_by_id", BIG, nullable=True),
        sa.Column("settled_by_id", BIG, nullable=True),
        sa.Column("state", KEY, server_default="once", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('once', 'matched', 'differs', 'settled', 'invalid')",
            name="ck_paper_ballot_state",
        ),
        sa.CheckConstraint(
            "second_by_id IS NULL OR second_by_id <> first_by_id", name="ck_paper_ballot_two"
        ),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name="fk_paper_ballot_booth_id_booth"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_paper_ballot_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["first_by_id"], ["user_account.id"], name="fk_paper_ballot_first_by_id_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["second_by_id"], ["user_account.id"], name="fk_paper_ballot_second_by_id_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["user_account.id"],
            name="fk_paper_ballot_settled_by_id_user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_paper_ballot"),
        sa.UniqueConstraint("contest_id", "serial", name="uq_paper_ballot_contest_id_serial"),
    )
    op.create_index("ix_paper_ballot_booth_id", "paper_ballot", ["booth_id"], unique=False)


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("booth_id", BIG, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sign", KEY, server_default="", nullable=False),
        sa.Column("raised_by_id", BIG, nullable=True),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.Column("state", KEY, server_default="open", nullable=False),
        sa.Column("public_note", sa.Text(), server_default="", nullable=False),
        sa.Column("voided", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.CheckConstraint(
            "kind IN ('bulk_accounts', 'shared_device', 'operator_mistake', 'lost_paper', 'other')",
            name="ck_incident_kind",
        ),
        sa.CheckConstraint("state = 'open' OR public_note <> ''", name="ck_incident_note"),
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'voided', 'corrected')", name="ck_incident_state"
        ),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name="fk_incident_booth_id_booth"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_incident_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_id"], ["user_account.id"], name="fk_incident_raised_by_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_contest_id", "incident", ["contest_id", "state"], unique=False)
    op.create_index(
        "uq_incident_sign",
        "incident",
        ["contest_id", "sign"],
        unique=True,
        postgresql_where="sign <> ''",
    )


def _incident_person() -> None:
    op.create_table(
        "incident_person",
        sa.Column("incident_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_incident_person_incident_id_incident"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_incident_person_person_id_person"
        ),
        sa.PrimaryKeyConstraint("incident_id", "person_id", name="pk_incident_person"),
    )
    op.create_index("ix_incident_person_person_id", "incident_person", ["person_id"], unique=False)


def _ballot() -> None:
    op.create_table(
        "ballot",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("pseud", sa.LargeBinary(), nullable=False),
        sa.Column("choices", SMALLS, nullable=False),
        sa.Column("points", SMALLS, server_default="{}", nullable=False),
        sa.Column("least", SMALL, nullable=False),
        sa.Column("most", SMALL, nullable=False),
        sa.Column("total", SMALL, nullable=False),
        sa.Column("items", SMALL, nullable=False),
        sa.Column("channel", KEY, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("channel IN ('online', 'booth', 'paper')", name="ck_ballot_channel"),
        sa.CheckConstraint(
            "ballot_is_valid(choices, points, least, most, total, items)", name="ck_ballot_valid"
        ),
        sa.CheckConstraint("octet_length(nonce) = 16", name="ck_ballot_nonce"),
        sa.CheckConstraint("octet_length(pseud) = 32", name="ck_ballot_pseud"),
        sa.PrimaryKeyConstraint("contest_id", "pseud", name="pk_ballot"),
    )


def _ballot_lock() -> None:
    op.create_table(
        "ballot_lock",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("pseud", sa.LargeBinary(), nullable=False),
        sa.Column("why", KEY, nullable=False),
        sa.Column("booth_id", BIG, nullable=True),
        sa.Column("incident_id", BIG, nullable=True),
        sa.CheckConstraint("why IN ('paper', 'booth', 'void')", name="ck_ballot_lock_why"),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name="fk_ballot_lock_booth_id_booth"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_ballot_lock_incident_id_incident"
        ),
        sa.PrimaryKeyConstraint("contest_id", "pseud", name="pk_ballot_lock"),
    )


def _sealed_ballot() -> None:
    op.create_table(
        "sealed_ballot",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("choices", SMALLS, nullable=False),
        sa.Column("points", SMALLS, server_default="{}", nullable=False),
        sa.Column("channel", KEY, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_sealed_ballot_contest_id_contest"
        ),
        sa.PrimaryKeyConstraint("contest_id", "no", name="pk_sealed_ballot"),
        sa.UniqueConstraint("contest_id", "leaf", name="uq_sealed_ballot_contest_id_leaf"),
    )


def _named_ballot() -> None:
    op.create_table(
        "named_ballot",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("choices", SMALLS, nullable=False),
        sa.Column("points", SMALLS, nullable=False),
        sa.Column("least", SMALL, nullable=False),
        sa.Column("most", SMALL, nullable=False),
        sa.Column("total", SMALL, nullable=False),
        sa.Column("items", SMALL, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("rev", sa.Integer(), server_default="1", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "ballot_is_valid(choices, points, least, most, total, items)",
            name="ck_named_ballot_valid",
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_named_ballot_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_named_ballot_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("contest_id", "user_id", name="pk_named_ballot"),
        sa.UniqueConstraint("contest_id", "seat", name="uq_named_ballot_contest_id_seat"),
    )
    op.create_index("ix_named_ballot_user_id", "named_ballot", ["user_id"], unique=False)


def _juror() -> None:
    op.create_table(
        "juror",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_juror_contest_id_contest"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_juror_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("contest_id", "user_id", name="pk_juror"),
    )
    op.create_index("ix_juror_user_id", "juror", ["user_id"], unique=False)


def _juror_mark() -> None:
    op.create_table(
        "juror_mark",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("no", SMALL, nullable=False),
        sa.Column("marks", SMALLS, server_default="{}", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("recused", sa.Text(), server_default="", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.CheckConstraint("recused <> '' OR reason <> ''", name="ck_juror_mark_reason"),
        sa.ForeignKeyConstraint(
            ["contest_id", "no"],
            ["contest_item.contest_id", "contest_item.no"],
            name="fk_juror_mark_contest_item",
        ),
        sa.ForeignKeyConstraint(
            ["contest_id", "user_id"],
            ["juror.contest_id", "juror.user_id"],
            name="fk_juror_mark_juror",
        ),
        sa.PrimaryKeyConstraint("contest_id", "user_id", "no", name="pk_juror_mark"),
    )
