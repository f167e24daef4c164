"""The conventions of the house, as tests: read the source and say what departs from them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from werkzeug.routing import UnicodeConverter

from app.kinds import KINDS
from app.workflow import Phase
from tests.sources import ROOT, name_of, sources, templates, trees, under

LONGEST = 400

# URL parts that are text because nothing narrower says more; each is looked up, never run.
FREE_TEXT = {"number", "step", "token", "name", "filename", "mark"}
# Parts of URLs that are what they are everywhere.
NOT_INDONESIAN = {"static", "healthz", "readyz", "admin", "opd", "api"}


# -- addresses ------------------------------------------------------------------------------


def test_every_endpoint_has_exactly_one_guard(app):
    bare = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "guard")
    ]
    assert not bare
    twice = []
    for path, tree in under("blueprints"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [_decorator(d) for d in node.decorator_list]
                guards = [n for n in names if n in ("public", "signed_in", "may")]
                views = [n for n in names if n in ("get", "post", "route")]
                if bool(views) != bool(guards) or len(guards) > 1:
                    twice.append((name_of(path), node.name))
    assert not twice


def _decorator(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_addresses_are_kebab_case_with_typed_parts(app):
    for rule in app.url_map.iter_rules():
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        parts = [part for part in re.split(r"[/.]", fixed) if part]
        for part in parts:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", part), rule.rule
        for name, converter in rule._converters.items():
            loose = type(converter) is UnicodeConverter and converter.part_isolating
            assert not loose or name in FREE_TEXT, (rule.rule, name)


ENGLISH = {
    "new", "edit", "delete", "update", "list", "search", "item", "items", "user", "users", "login",
    "logout", "register", "profile", "inbox", "map", "report", "comment", "support", "follow",
    "step", "about", "help", "privacy", "password", "work", "queue", "place", "photo", "photos",
    "sign-in", "sign-out", "confirm", "reset", "close", "area",
}  # fmt: skip


def test_addresses_are_indonesian(app):
    for rule in app.url_map.iter_rules():
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        parts = {part for part in re.split(r"[/.]", fixed) if part}
        assert not (parts - NOT_INDONESIAN) & ENGLISH, rule.rule


# -- states ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_state_and_step_is_labelled_phased_and_translated(kind):
    known = catalogue()
    for state in kind.workflow.states:
        assert state.phase in Phase
        assert str(state.label._args[0]) in known, state.name
    for step in kind.workflow.steps:
        assert str(step.label._args[0]) in known, step.name


@cache
def catalogue() -> dict[str, str]:
    """What the Indonesian catalogue translates."""
    path = ROOT / "app" / "translations" / "id" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: message.string
            for message in read_po(file)
            if message.id and message.string
        }


# -- templates ------------------------------------------------------------------------------


def test_every_template_is_rendered_somewhere():
    said = "\n".join(
        [text for path, text in sources().items() if "tests" not in path.parts]
        + list(templates().values())
    )
    lost = []
    for name in templates():
        folder, _slash, file = name.rpartition("/")
        stem = file.rpartition(".")[0]
        if f'"{name}"' in said or f"'{name}'" in said or f"/{file}" in said:
            continue
        if folder == "items/panels" and f'"{file}"' in said:
            continue
        if re.search(rf'f"{re.escape(folder)}/\{{', said) or stem in _paged():
            continue
        lost.append(name)
    assert not lost


def _paged() -> set[str]:
    """Names of pages that make the name of a template."""
    from blueprints.filing import PAGES

    return set(PAGES)


FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)", re.I),
    "inline style": re.compile(r"<style(?![^>]*nonce)|\sstyle\s*=", re.I),
    "inline handler": re.compile(r"""\son[a-z]+\s*=\s*["'{]""", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
    "another host": re.compile(r"""(?:src|action)=["']?https?://""", re.I),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape\s+false", re.I),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds_what_the_policy_forbids(what):
    found = [name for name, text in templates().items() if FORBIDDEN[what].search(text)]
    if what in ("inline script", "inline style", "unescaped text"):  # folium's own, by nonce
        found = [name for name in found if not name.startswith("maps/report")]
    assert not found


NO_SESSION = {
    "watching/stop.html",  # its address carries a signed token instead (RFC 8058)
    *(f"voting/booth_{page}.html" for page in ("start", "pick", "confirm")),  # the card's code
}


def test_every_form_that_changes_something_carries_the_token():
    form = re.compile(r"<form\b[^>]*\bmethod=.post.[^>]*>(.*?)</form>", re.I | re.S)
    bare = []
    for name, text in templates().items():
        forms = re.findall(r"<form\b[^>]*\bmethod=.post", text, re.I)
        bodies = form.findall(text)
        assert len(forms) == len(bodies), f"{name}: a form is not closed"
        if name in NO_SESSION:
            continue
        for body in bodies:
            if "csrf_token" not in body and not re.search(r"\bhidden\(", body):
                bare.append(name)
    assert not bare


def test_nothing_is_marked_safe_in_code():
    # folium's map; parts and options their own templates escaped; words of the catalogue
    allowed = {"maps/report.py", "blueprints/page.py", "blueprints/options.py", "app/templating.py"}
    found = []
    for path, tree in under("app", "blueprints", "maps"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                if name == "Markup" and name_of(path) not in allowed:
                    found.append(name_of(path))
    assert not found


# -- code -----------------------------------------------------------------------------------


def test_only_the_one_mover_and_bulk_assign_a_state():
    allowed = {"app/services/items.py", "app/services/fill_walk.py"}  # rows for bulk.py
    # States of votes, of objections to their rolls, of cards, papers and incidents.
    votes = "contests roll_changes named_count booths booth_codes papers certifying tallies"
    allowed |= {f"app/services/{name}.py" for name in (*votes.split(), "incidents")}
    found = []
    for path, tree in under("app", "blueprints", "models", "maps"):
        for node in ast.walk(tree):
            targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
            if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                continue
            flat = [t for target in targets for t in ast.walk(target)] if targets[0] else []
            if any(isinstance(t, ast.Attribute) and t.attr == "state" for t in flat):
                found.append(name_of(path))
    assert set(found) <= allowed, found


def _touches_kind(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and node.attr in ("kind", "slug"):
        owner = node.value
        name = owner.id if isinstance(owner, ast.Name) else ""
        return not name[:1].isupper() and name not in KIND_OF_OTHER_THINGS
    return isinstance(node, ast.Name) and node.id == "kind"


# ``.kind`` of a category, a place found by name, a facet: columns of other things.
KIND_OF_OTHER_THINGS = {"c", "category", "hit", "place", "facet", "row", "found", "entry"}
SLUGS = {"lapor", "musrenbang", "badami"}


def test_nobody_outside_the_kinds_asks_which_kind_it_is():
    found = []
    for path, tree in under("app", "blueprints", "maps"):
        if name_of(path).startswith(("app/kinds/", "app/services/demo_")):  # a told story
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                said = {s.value for s in sides if isinstance(s, ast.Constant)}
                if said & SLUGS and any(_touches_kind(side) for side in sides):
                    found.append(f"{name_of(path)}:{node.lineno}")
    assert not found


def test_every_module_says_what_it_is():
    silent = [
        name_of(path)
        for path, tree in trees().items()
        if tree.body and not ast.get_docstring(tree) and "versions" not in path.parts
    ]
    assert not silent


def test_no_file_is_longer_than_a_reader_can_bear():
    long = {
        name_of(path): text.count("\n")
        for path, text in sources().items()
        if text.count("\n") > LONGEST and "versions" not in path.parts
    }
    assert not long


def test_nobody_but_the_server_and_tests_makes_the_application():
    for path, text in sources().items():
        name = name_of(path)
        if name in ("app/__init__.py", "wsgi.py") or name.startswith(("tests/", "bench/")):
            continue
        assert not re.search(r"\bimport\b.*\bcreate_app\b|from wsgi|import wsgi\b", text), name


def test_postgis_is_spoken_in_three_rooms_only():
    rooms = ("models/", "app/queries/", "maps/", "migrations/", "tests/", "bench/")
    found = [
        name_of(path)
        for path, text in sources().items()
        if re.search(r"\bST_[A-Z]\w+", text) and not name_of(path).startswith(rooms)
    ]
    assert not found


def test_services_never_commit():
    """Views, jobs and commands commit.  ``evidence`` and the bulk roads are no exception."""
    found = []
    for path, tree in under("app"):
        if not name_of(path).startswith("app/services/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = ast.unparse(node.func)
                if of in ("db.session.commit", "session.commit"):
                    found.append(f"{name_of(path)}:{node.lineno}")
    assert not found


def test_what_a_ballot_says_is_read_where_it_is_sealed_and_nowhere_else():
    """Neither by the model nor by a statement of its own; the database's functions write it."""
    column = re.compile(
        r"(?<!\w)(Ballot\.(choices|points)\b|select\(\s*Ballot\s*[,)]|get(_one)?\(Ballot\b)"
    )
    row = re.compile(r"\b(from|join|update)\s+ballot\b", re.I)
    found = set()
    for path, tree in under("app", "blueprints", "models", "maps"):
        text = sources()[path]
        if not (column.search(text) or row.search(text)):
            continue
        said = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        docs = {ast.get_docstring(n, clean=False) for n in ast.walk(tree)
                if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)}  # fmt: skip
        spoken = [s for s in said if isinstance(s, str) and s not in docs and row.search(s)]
        if column.search(text) or spoken:
            found.add(name_of(path))
    assert found == {"app/services/sealing.py"}


def test_nothing_committed_points_outside_the_checkout():
    folders = ["/".join(("", "work", name)) for name in ("main", "shared")]
    words = ("../shared", *folders, "artifactory", "pypi." + "corp")
    found = []
    for path in _committed():
        text = path.read_text("utf-8", "ignore")
        for word in words:
            if word in text and path.name not in ("test_rules.py", "CONTRIBUTING.md"):
                found.append((name_of(path), word))
    assert not found


def test_lock_files_name_no_registry():
    for name in ("requirements.lock", "requirements-test.lock", "requirements-node.lock"):
        path = ROOT / name
        lines = [line for line in path.read_text("utf-8").splitlines() if line[:1] != "#"]
        assert not re.search(r"index-url|https?://", "\n".join(lines)), name
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "package-lock.json").read_text("utf-8")))
    assert hosts <= FUNDING, hosts


FUNDING = {"github.com", "opencollective.com", "www.patreon.com", "tidelift.com", "paulmillr.com"}


def _committed() -> Iterator[Path]:
    folders = ("app", "blueprints", "models", "maps", "migrations", "bin", "cities", "docs", ".ci")
    for folder in (*folders, "tests", "bench"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in TEXT and "vendor" not in path.parts:
                yield path
    yield from (p for p in ROOT.iterdir() if p.is_file() and p.suffix in TEXT)


TEXT = {".py", ".html", ".js", ".css", ".toml", ".md", ".csv", ".txt", ".lock", ".json", ".sh", ""}


def test_no_vague_names():
    vague = re.compile(r"(Manager|Helper|Util|Utils)$")
    known = {"LoginManager"}
    for path, tree in under("app", "blueprints", "models", "maps"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                assert not vague.search(node.name) or node.name in known, name_of(path)
        assert path.stem not in ("utils", "helpers", "common", "core", "misc"), name_of(path)


def test_functions_stay_within_sight():
    """Thirty lines is the habit; sixty is where this test stops a longer one."""
    long = []
    for path, tree in under("app", "blueprints", "models", "maps"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno
                if length > 60:
                    long.append(f"{name_of(path)}:{node.name} ({length})")
    assert not long


def test_the_frames_own_macros_do_not_hide_what_a_page_is_given():
    """Jinja shows a parent's macros to its pages, in place of variables of the same name."""
    for name in ("base.html", *(n for n in templates() if n.endswith("_frame.html"))):
        macros = re.findall(r"macro\s+(\w+)\(", templates()[name])
        assert all(macro.startswith("_") for macro in macros), (name, macros)
