"""bin/translate: collect the messages, update the catalogues, fill in translations, compile.

Each argument is a JSON file {message: translation} for Bahasa Indonesia; it fills what is empty
and, with --replace, what is not. Runs with .venv's Python because it needs Babel.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _catalogues import COMPLETE, KEPT, catalogue, compile_stale, extract, first, gaps, read
from _ensure import ensure
from _say import CHECKOUT, main
from _venv import PYTHON

# Indonesian has one form; Babel believes two.
PLURALS = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}


def translate(arguments: list[str]) -> int:
    """Update all catalogues; prints how many messages still lack a translation."""
    files = [Path(name) for name in arguments if name != "--replace"]
    given: dict[str, str] = {}
    for file in files:
        given |= {text: said for text, said in json.loads(file.read_text("utf-8")).items() if said}
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        for locale in KEPT:
            update(template, locale, given if locale == "id" else {}, "--replace" in arguments)
        missing = {locale: len(gaps(template, catalogue(locale))) for locale in COMPLETE}
    compile_stale()
    for locale, count in missing.items():
        print(f"{locale}: {count} messages lack a translation (bin/lint catalogues lists them).")
    return 0


def update(template: Path, locale: str, given: dict[str, str], replace: bool) -> None:
    """Write the catalogue of `locale`: the messages of `template`, what was said, what is given."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    po = catalogue(locale)
    old = read(po) if po.exists() else Catalog()
    new = Catalog(locale=locale, fuzzy=False)
    new.mime_headers = [("Plural-Forms", PLURALS[locale])]
    for message in read(template):
        if not message.id:
            continue
        kept = old.get(message.id, message.context)
        said = None if kept is None or kept.fuzzy else kept.string
        if first(message) in given and (replace or empty(said)):
            said = given[first(message)]
        new.add(
            message.id,
            fitted(message, said, new.num_plurals),
            context=message.context,
            flags=message.flags,
        )
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as out:
        write_po(out, new, omit_header=True, sort_output=True, width=100)
    body = po.read_text(encoding="utf-8")
    po.write_text(header(locale) + body, encoding="utf-8")


def header(locale: str) -> str:
    """The catalogue's header, without dates, so that it changes only when a message does."""
    lines = (
        f"Language: {locale}", f"Plural-Forms: {PLURALS[locale]}", "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
    )  # fmt: skip
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def empty(said: Any) -> bool:
    """Whether a translation says nothing."""
    return not said or (isinstance(said, tuple | list) and not any(said))


def fitted(message: Any, said: Any, forms: int) -> Any:
    """The translation in the shape the message needs: a text, or one per plural form."""
    if not isinstance(message.id, tuple):
        return said if isinstance(said, str) else ""
    if isinstance(said, str):
        return (said,) * forms
    return tuple(said)[:forms] if said else ("",) * forms


def with_babel(arguments: list[str]) -> int:
    """Install what is missing, then go on in .venv's Python, which has Babel."""
    ensure()
    if Path(sys.prefix) == PYTHON.parent.parent:
        return translate(arguments)
    absolute = [name if name.startswith("--") else os.path.abspath(name) for name in arguments]
    return subprocess.call([PYTHON, "-B", __file__, *absolute], cwd=CHECKOUT)


if __name__ == "__main__":
    try:
        main(with_babel)
    except (OSError, ValueError) as error:
        sys.exit(f"A file of translations could not be read: {error}")
