"""What helps to answer a question, and what can be chosen, in English as well

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and room for a second name; the city's files fill both at the next load."""
    op.add_column(
        "category_question", sa.Column("help_en", sa.Text(), server_default="", nullable=False)
    )
    op.execute(
        "UPDATE category_question SET choices = (SELECT coalesce(jsonb_agg("
        "pair || '[\"\"]' ORDER BY n), '[]') FROM jsonb_array_elements(choices) "
        "WITH ORDINALITY AS one (pair, n)) WHERE choices <> '[]'"
    )


def downgrade() -> None:
    """Take them away."""
    op.execute(
        "UPDATE category_question SET choices = (SELECT coalesce(jsonb_agg("
        "pair - 2 ORDER BY n), '[]') FROM jsonb_array_elements(choices) "
        "WITH ORDINALITY AS one (pair, n)) WHERE choices <> '[]'"
    )
    op.drop_column("category_question", "help_en")
