"""Partners' keys: ``flask georeport key create | list | revoke``."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.services import accounts
from app.services import georeport_keys as keys
from models import db

group = AppGroup("georeport", help="Open311 GeoReport v2.")
key_group = AppGroup("key", help="Keys by which partners write.")
group.add_command(key_group)


@key_group.command("create")
@click.argument("name")
@click.option("--daily", default=keys.DAILY, show_default=True, help="Writes a day.")
@click.option("--login", metavar="EMAIL", help="Act from this login's seats: for updates.")
def create(name: str, daily: int, login: str | None) -> None:
    """Give a partner NAME a key; it is shown once."""
    if daily < 0:
        raise click.ClickException("Writes a day are a number from 0.")
    user = accounts.find(login) if login else None
    if login and user is None:
        raise click.ClickException("No open account has this address.")
    key, secret = keys.create(name, daily, user)
    db.session.commit()
    click.echo(f"Key {key.id} for {name}, {daily} writes a day. Keep it; it is not shown again:")
    click.echo(secret)


@key_group.command("list")
def list_keys() -> None:
    """Every key, without its secret."""
    used = keys.used_today()
    for key in keys.every():
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in force"
        login = f", acts for login {key.user_id}" if key.user_id else ""
        today = f"{used.get(key.id, 0)}/{key.daily} today"
        click.echo(f"{key.id}\t{key.hint}…\t{key.name}\t{state}, {today}{login}")


@key_group.command("revoke")
@click.argument("key_id", type=int)
def revoke(key_id: int) -> None:
    """End the key with this number at once."""
    try:
        key = keys.revoke(key_id)
    except keys.NoSuchKey:
        raise click.ClickException("No key in force has this number.") from None
    db.session.commit()
    click.echo(f"Key {key.id} for {key.name} is revoked.")
