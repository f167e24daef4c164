"""Accounts: ``flask account anonymise`` and ``flask account create-admin``."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.access import SYSTEM
from app.services import accounts, mandates
from app.services.anonymise import anonymise as erase
from models import db

group = AppGroup("account", help="Accounts.")


@group.command("anonymise")
@click.argument("email")
@click.option("--reason", required=True, help="Why; it stands in the audit, so name nobody.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def anonymise(email: str, reason: str, yes: bool) -> None:
    """Erase the person behind EMAIL; what they filed stays without their name."""
    user = accounts.find(email)
    if user is None:
        raise click.ClickException("No open account has this address.")
    if not yes:
        click.confirm("This cannot be undone. Erase this person?", abort=True)
    erase(user.person, SYSTEM, reason)
    db.session.commit()
    click.echo("Done: name, contact and address are erased, the account is closed.")


@group.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True)
def create_admin(email: str, name: str) -> None:
    """Seat EMAIL as administrator, with a new account if there is none; prints a link."""
    user = accounts.find(email)
    if user is None:
        user = accounts.open_account(email, None, name, level=1)
    elif user.confirmed_at is None:
        raise click.ClickException("This account has not confirmed its e-mail address yet.")
    try:
        mandates.give(user, "admin", SYSTEM)
    except mandates.Unfit as unfit:
        raise click.ClickException(str(unfit)) from None
    db.session.commit()
    click.echo("The account is an administrator's.")
    if not user.password_hash:
        click.echo(f"Set its password within an hour: {accounts.link_for(user, 'reset')}")
