"""Flask extensions, unbound; create_app binds them."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from flask import g, request
from flask_babel import Babel, get_locale
from flask_limiter import Limiter
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from geoalchemy2 import alembic_helpers
from limits import parse_many

babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()


SHARED = 25  # guests of one address may do so many times what one device may


def _signed_in() -> bool:
    return bool(current_user.is_authenticated)


def _client() -> str:
    """Whose acts are counted together: the login, wherever it is; of guests the device."""
    return f"u{current_user.id}" if _signed_in() else _device()


def _device() -> str:
    """A guest's device as far as it shows without a cookie: its network and what it says it is.

    Whoever changes that for every request still meets the limit of the network.
    """
    said = (request.headers.get(name, "") for name in ("User-Agent", "Accept-Language"))
    return f"d{hashlib.sha256(chr(0).join((_network(), *said)).encode()).hexdigest()[:24]}"


def _network() -> str:
    """The address; of IPv6 the half that a household or a phone is given."""
    address = request.remote_addr or "-"
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def wider(limit: str, times: int) -> str:
    """So many times a limit: "10/hour;40/day" times 25 is 250 an hour and 1,000 a day."""
    return ";".join(
        f"{one.amount * times} per {one.multiples} {one.GRANULARITY.name}"
        for one in parse_many(limit)
    )


class FairLimiter(Limiter):
    """Counts people by their login and guests by their device, since carriers share addresses.

    All guests of one network together may do ``shared`` times what a device may.
    """

    def limit(self, limit_value: Any, *, shared: int | None = None, **how: Any) -> Any:
        """As the library's, with a second limit for the network of guests."""
        narrow: Any = super().limit(limit_value, **how)
        if "key_func" in how:
            return narrow

        def widely() -> str:
            said = limit_value() if callable(limit_value) else limit_value
            return wider(said, shared or SHARED)

        wide = super().limit(widely, key_func=_network, exempt_when=_signed_in, **how)
        return lambda view: wide(narrow(view))


limiter = FairLimiter(_client, storage_uri="rembuk://", strategy="fixed-window")


def include_object(
    thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any
) -> bool:
    """Leave alone what PostGIS and procrastinate own."""
    if (name or "").startswith(("procrastinate_", "idx_procrastinate_")):
        return False
    of_postgis: Callable[..., bool] = alembic_helpers.include_object
    return of_postgis(thing, name, kind, reflected, compare_to)


migrate = Migrate(
    include_object=include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    compare_type=True,
)


def spoken() -> str:
    """The language in which words are said now: the page's, or of a letter its reader's."""
    locale = get_locale()
    return locale.language if locale else ""


def translated(words: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the city says, in the language of now: ``text_en`` stands for ``text``, where it is."""
    end = f"_{spoken()}"
    theirs = {name.removesuffix(end): words[name] for name in words if name.endswith(end)}
    return {**words, **theirs} if theirs else words


def language() -> str:
    """The page's language: asked for, remembered by the login, else the city's."""
    from flask import current_app

    if "language" not in g:
        languages = current_app.config["LANGUAGES"]
        asked = request.args.get("bahasa") if request else None
        if asked not in languages:
            asked = request.cookies.get("bahasa") if request else None
        if asked not in languages and current_user and current_user.is_authenticated:
            asked = current_user.language
        g.language = asked if asked in languages else languages[0]
    return str(g.language)
