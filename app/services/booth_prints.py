"""What is printed for a booth: cards to cut and fold, and paper ballots; as one page of HTML."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from models import CodeBatch, Contest, ContestItem, db

from . import booth_codes, papers
from .qr import squares

PAGES = {
    "codes": "voting/booth_print_codes.html",
    "papers": "voting/booth_print_papers.html",
}


def page(batch: CodeBatch) -> str:
    """A package, in the language of the city's paper; cards get their codes here."""
    contest = db.session.get_one(Contest, batch.contest_id)
    with force_locale("id"):
        template = current_app.jinja_env.get_template(PAGES[batch.sort])
        if batch.sort == "codes":
            made = [(card, squares(card.address)) for card in booth_codes.cards(batch)]
            return template.render(contest=contest, batch=batch, cards=made, base=_base())
        listed = select(ContestItem).where(ContestItem.contest_id == contest.id)
        items = db.session.scalars(listed.order_by(ContestItem.no)).all()
        numbers = papers.serials(batch)
        return template.render(contest=contest, batch=batch, serials=numbers, items=items,
                               base=_base())  # fmt: skip


def _base() -> str:
    address: str = current_app.config["BASE_URL"]
    return address.partition("://")[2]
