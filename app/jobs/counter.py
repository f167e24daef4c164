"""Tables brought to a counter: read and tried, then filed in small pieces."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.exchange.entries import Reader
from app.exchange.problems import TableProblem
from app.queries.actors import actor_of
from app.services import behalf_batch
from models import Batch, User, db

from . import jobs
from .retrying import QUICK


@jobs.task(name="batch_read", retry=QUICK)
def batch_read(batch_id: int) -> None:
    """Try every row of a table; nothing is filed."""
    batch = db.session.get(Batch, batch_id)
    if batch is None or batch.status != "reading":
        return
    user = db.session.get_one(User, batch.made_by_id)
    with force_locale(user.language):
        try:
            data = behalf_batch.folder().read(batch.stored_name)
            behalf_batch.checked(batch, Reader(actor_of(user)).entries(data))
        except TableProblem as problem:
            behalf_batch.unread(batch, str(problem))
        except (FileNotFoundError, behalf_batch.TooLarge):
            db.session.rollback()
            batch = db.session.get_one(Batch, batch_id)
            most = behalf_batch.MOST_ROWS
            behalf_batch.unread(batch, _("A table may have %(n)s rows at most.", n=most))


@jobs.task(name="batch_file", retry=QUICK)
def batch_file(batch_id: int) -> None:
    """File the good rows; after a crash it goes on where it stopped."""
    more = True
    while more:
        more = behalf_batch.file_some(batch_id)
        db.session.commit()
