"""Catalogues of translations: compiling what is stale, and proof that none is incomplete.

`check` needs Babel and therefore runs with .venv's Python; compiling is left to pybabel.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _say import CHECKOUT, Stop, run

TRANSLATIONS = CHECKOUT / "app" / "translations"
PYBABEL = CHECKOUT / ".venv" / "bin" / "pybabel"
SOURCES = ("app", "blueprints", "models", "maps")
KEYWORDS = (
    "_", "_l", "gettext", "lazy_gettext", "ngettext:1,2", "lazy_ngettext:1,2", "pgettext:1c,2",
)  # fmt: skip
COMPLETE = ("id",)  # locales in which a missing message fails the build
KEPT = ("id", "en")


def catalogue(locale: str) -> Path:
    """The .po file of `locale`."""
    return TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"


def compile_stale() -> None:
    """Compile each .po whose .mo is missing or older (compiled catalogues are not committed)."""
    for po in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        run(
            [PYBABEL, "-q", "compile", "-i", po, "-o", mo, "-l", po.parent.parent.name],
            f"{po.relative_to(CHECKOUT)} is not a valid catalogue: correct the line named here.",
        )


def extract(template: Path) -> None:
    """Collect every message of the sources into the file `template`, without dates or authors."""
    words = [item for keyword in KEYWORDS for item in ("-k", keyword)]
    sources = [name for name in SOURCES if (CHECKOUT / name).is_dir()]
    run(
        [PYBABEL, "-q", "extract", "-F", "babel.cfg", "--no-default-keywords", *words,
         "--no-location", "--sort-output", "--omit-header", "--project", "Rembuk",
         "--ignore-dirs", ".*",  # the default leaves out folders like _macros, too
         "-o", template, *sources],
        "The messages could not be collected: correct the file named here.",
    )  # fmt: skip


def read(path: Path) -> Any:
    """The catalogue of a .po or .pot file (babel.messages.Catalog)."""
    from babel.messages.pofile import read_po

    with path.open("rb") as source:
        return read_po(source)


def gaps(template: Path, po: Path) -> list[str]:
    """The message ids of `template` that `po` lacks, leaves empty, marks fuzzy or breaks."""
    wanted = [message for message in read(template) if message.id]
    have = {key(message): message for message in read(po) if message.id} if po.exists() else {}
    return [first(message) for message in wanted if not translated(message, have.get(key(message)))]


def key(message: Any) -> tuple[str, str]:
    """What makes a message unique: its context and its (singular) id."""
    return (message.context or "", first(message))


def first(message: Any) -> str:
    """The id, or the singular of a plural's pair."""
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def translated(wanted: Any, found: Any) -> bool:
    """Whether `found` says `wanted` in full: not fuzzy, each form there, the same placeholders."""
    if found is None or found.fuzzy:
        return False
    forms = found.string if isinstance(found.string, tuple | list) else [found.string]
    found.flags.update(wanted.flags)
    return bool(forms) and all(forms) and not list(found.check())


def check() -> int:
    """Print what each catalogue of COMPLETE lacks; 1 when there is something."""
    missing = 0
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        for locale in COMPLETE:
            for text in gaps(template, catalogue(locale)):
                print(f"{locale}: not translated: {json.dumps(text, ensure_ascii=False)}")
                missing += 1
    print(f"{missing} messages lack a translation." if missing else "Catalogues are complete.")
    return min(missing, 1)


if __name__ == "__main__":
    try:
        sys.exit(check())
    except (Stop, subprocess.SubprocessError) as error:
        sys.exit(str(error))
