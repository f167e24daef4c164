"""The project's own files, read once: for tests that look at the source itself."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "blueprints", "models", "maps", "bin", "tests", "bench", "migrations")
TEMPLATES = ROOT / "app" / "templates"


@cache
def sources() -> dict[Path, str]:
    """Every Python file of ours."""
    found = {ROOT / "wsgi.py": (ROOT / "wsgi.py").read_text("utf-8")}
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"node_modules", "vendor", "__pycache__"} & set(path.parts):
                found[path] = path.read_text("utf-8")
    return found


@cache
def trees() -> dict[Path, ast.Module]:
    """Each of them as Python reads it."""
    gc.disable()  # a million new nodes, none of them garbage: looking for it costs twice the rest
    try:
        return {path: ast.parse(text) for path, text in sources().items()}
    finally:
        gc.enable()


@cache
def templates() -> dict[str, str]:
    """Every template by its name."""
    paths = (p for p in sorted(TEMPLATES.rglob("*")) if p.suffix in (".html", ".txt", ".xml"))
    return {p.relative_to(TEMPLATES).as_posix(): p.read_text("utf-8") for p in paths}


def under(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Those in some folders."""
    for path, tree in trees().items():
        if path.relative_to(ROOT).parts[0] in folders:
            yield path, tree


def name_of(path: Path) -> str:
    """Its path from the checkout."""
    return path.relative_to(ROOT).as_posix()
