"""The database handle and what every table shares."""

from __future__ import annotations

import select
from datetime import date, datetime
from typing import Annotated, Any

from flask import g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Text, event, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    registry,
    scoped_session,
)
from sqlalchemy.pool import Pool

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

pk = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
ref = Annotated[int, mapped_column(BigInteger)]  # a foreign key to a ``pk``
key = Annotated[str, mapped_column(Text(collation="C"))]  # a natural key: sorted by bytes
key_pk = Annotated[str, mapped_column(Text(collation="C"), primary_key=True)]
now = Annotated[datetime, mapped_column(server_default=func.now())]

READING = "reading"
AnySession = Session | scoped_session[Any]


class Model(DeclarativeBase):
    """The base of every table."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            str: Text(),
            dict[str, Any]: JSONB(),
        },
    )


class Valid:
    """A fact that holds from ``valid_from`` on until ``valid_to``, the first day without it.

    None means always, and until further notice.
    """

    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    def holds(self, day: date) -> bool:
        """Is it so on that day?"""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or self.valid_to > day)


db = SQLAlchemy(model_class=Model)


@event.listens_for(Pool, "checkout")
def still_there(connection: Any, _record: Any, _proxy: Any) -> None:
    """Replace a connection that ended while nobody used it, as when the database was restarted.

    Such a connection has something to read: its end.  Looking costs no question to the server.
    """
    look = select.poll()
    if not connection.closed:
        look.register(connection.fileno(), select.POLLIN)
    if connection.closed or look.poll(0):
        raise DisconnectionError("the server has ended this connection")


def reading() -> Session:
    """A session that only reads, each statement by itself, on an AUTOCOMMIT engine.

    psycopg forgets its prepared statements at every ROLLBACK, so pages that only read are two to
    four times cheaper here.  One per application context; closed with it.
    """
    session: Session | None = g.get("reading_session")
    if session is None:
        session = g.reading_session = Session(db.engines[READING], autoflush=False)
    return session


def close_reading(_error: BaseException | None = None) -> None:
    """Give the reading connection back; runs at the end of every application context."""
    session = g.pop("reading_session", None)
    if session is not None:
        session.close()
