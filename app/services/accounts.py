"""Accounts: register, confirm, sign in, new passwords, sign out everywhere.

Nothing here tells whether an address has an account: what is to be said goes there by mail.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import rate_store
from app.forms import clean_line
from app.queue import enqueue
from models import Person, User, db
from models.user import new_epoch

from . import audit, passwords

LIFETIMES = {"confirm": 3 * 86400, "reset": 3600}  # seconds
PAGES = {
    "confirm": "account.confirm",
    "reset": "account.reset",
    "closing": "account.close",
    "export_ready": "privacy.data",
}
TRIES, TRIES_SECONDS = 10, 15 * 60  # passwords tried on one account
MAILS, MAILS_SECONDS = 5, 3600  # letters of one sort to one account


class SignInRefused(Exception):
    """No account has this address and this password."""


class TooManyTries(Exception):
    """Too many passwords were tried on this account; it rests for a quarter of an hour."""


class BadToken(Exception):
    """The link is too old, was used before, or is not one of ours."""


def find(email: str) -> User | None:
    """The open account with this address."""
    address = func.lower(_address(email))
    query = select(User).where(func.lower(User.email) == address, User.closed_at.is_(None))
    return db.session.scalar(query)


def confirmed(email: str) -> User | None:
    """The open account with this address, if its owner has shown that it is theirs."""
    found = find(email)
    return found if found is not None and found.confirmed_at is not None else None


def open_account(
    email: str, password: str | None, name: str, *, language: str = "id", level: int = 0
) -> User:
    """A new account; confirmed from level 1 up; without a password nobody can sign in yet.

    Raises WeakPassword, and IntegrityError when the address is taken.
    """
    if password is not None:
        passwords.check(password, email, name)
    return _insert(email, passwords.hashed(password) if password else "", name, language, level)


def _insert(email: str, stored: str, name: str, language: str, level: int) -> User:
    user = User(
        person=Person(name=name, level=level),
        email=_address(email),
        password_hash=stored,
        language=language,
        confirmed_at=datetime.now(UTC) if level else None,
    )
    with db.session.begin_nested():
        db.session.add(user)
    audit.note("register", f"user:{user.id}", by=user.id)
    return user


def register(email: str, password: str, name: str, *, language: str = "id") -> None:
    """Open an account and mail its confirmation; who has one already hears so by mail.

    An account that waits for its confirmation is left as it is: whoever registers again must not
    put a password of theirs on it.  Raises WeakPassword.
    """
    passwords.check(password, email, name)
    stored = passwords.hashed(password)  # before looking, so that both ways take as long
    user = find(email)
    if user is None:
        try:
            user = _insert(email, stored, name, language, 0)
        except IntegrityError:  # somebody was quicker; they get the letter
            return
    send(user, "exists" if user.confirmed_at else "confirm")


def send(user: User, template: str) -> None:
    """Queue a letter about the account, unless too many went there lately.

    ``template``: confirm, reset, exists, password_changed, closing or export_ready.  The job asks
    ``link_for``.
    """
    if _count(f"mail:{template}:{user.id}", MAILS_SECONDS) <= MAILS:
        enqueue("mail_account", user_id=user.id, template=template)


def link_for(user: User, template: str) -> str:
    """The address a letter leads to; a link that proves something works once and for a while."""
    pages = current_app.url_map.bind("")
    if template in LIFETIMES:
        token = _signer(template).dumps([user.id, _mark(user, template)])
        path = pages.build(PAGES[template], {"token": token})
    else:
        path = pages.build(PAGES.get(template, "account.forgot"))
    return f"{current_app.config['BASE_URL']}{path}"


def user_of(token: str, purpose: str) -> User:
    """Whose link this is; ``purpose`` is confirm or reset.  Raises BadToken."""
    try:
        number, mark = _signer(purpose).loads(token, max_age=LIFETIMES[purpose])
    except (BadData, ValueError, TypeError):
        raise BadToken from None
    user = db.session.get(User, number)
    if user is None or not user.is_active or _mark(user, purpose) != mark:
        raise BadToken
    return user


def confirm(user: User) -> None:
    """The address is theirs: from now on what they write appears at once."""
    if user.confirmed_at is None:
        user.confirmed_at = datetime.now(UTC)
        user.person.level = max(user.person.level, 1)
        audit.note("confirm", f"user:{user.id}", by=user.id)


def authenticate(email: str, password: str) -> User:
    """The account with this address and password.  Raises SignInRefused and TooManyTries.

    Every try is counted first, on accounts that do not exist as well; commit also when it raises.
    """
    tries = _tries(email)
    if _count(tries, TRIES_SECONDS) > TRIES:
        raise TooManyTries
    user = find(email)
    if user is None:
        passwords.spend(password)
        raise SignInRefused
    if not passwords.matches(user.password_hash, password):
        raise SignInRefused
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    db.session.execute(rate_store.CLEAR, {"key": tries})
    audit.note("sign_in", f"user:{user.id}", by=user.id)
    return user


def forgot(email: str) -> None:
    """Mail a link for a new password, if there is such an account."""
    user = find(email)
    if user is not None:
        send(user, "reset")


def set_password(user: User, password: str) -> None:
    """A new password; every session and every link of the account ends.  Raises WeakPassword."""
    passwords.check(password, user.email, user.person.name)
    user.password_hash = passwords.hashed(password)
    user.epoch = new_epoch()
    db.session.execute(rate_store.CLEAR, {"key": _tries(user.email)})
    audit.note("new_password", f"user:{user.id}", by=user.id)
    send(user, "password_changed")


def reset(user: User, password: str) -> None:
    """A new password by a link from a letter, which proves the address too.

    Raises WeakPassword.
    """
    set_password(user, password)
    confirm(user)


def change_password(user: User, present: str, password: str) -> None:
    """A new password for somebody who knows the present one.

    Raises SignInRefused, TooManyTries and WeakPassword.
    """
    set_password(authenticate(user.email, present), password)


def sign_out_everywhere(user: User) -> None:
    """End every session of the account, this one too."""
    user.epoch = new_epoch()
    audit.note("sign_out_everywhere", f"user:{user.id}", by=user.id)


def _address(email: str) -> str:
    return (clean_line(email) or "").lower()


def _mark(user: User, purpose: str) -> str:
    """What ends a link: another address, and for a reset any new password or sign-out."""
    seen = user.email if purpose == "confirm" else user.epoch
    return hashlib.sha256(f"{purpose}:{seen}".encode()).hexdigest()[:16]


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"rembuk-{purpose}")


def _tries(email: str) -> str:
    return f"tries:{hashlib.sha256(_address(email).encode()).hexdigest()[:32]}"


def _count(key: str, seconds: int) -> int:
    values = {"key": key, "amount": 1, "expiry": seconds}
    return int(db.session.scalar(rate_store.HIT, values) or 0)
