"""``flask kinds``: what the kinds of item declare, drawn."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from app.kinds import KINDS, Kind
from app.workflow import State

group = AppGroup("kinds", help="The declared kinds of item.")

HEAD = """# The kinds of item

Written by `bin/flask kinds diagrams` from the declarations beside this page; a test checks that it
is current. A step in brackets leads back to the state before; steps that stay in a state are listed
below each diagram.
"""


def page() -> str:
    """The text of ``app/kinds/README.md``."""
    with force_locale("en"):
        return "\n".join([HEAD, *(_section(kind) for kind in KINDS.values())])


def _section(kind: Kind) -> str:
    stays = [step for step in kind.workflow.steps if step.target is None]
    lines = [f"## {kind.slug} (`{kind.letter}-…`, `{kind.model.__name__}`)", "", "```mermaid"]
    lines += [kind.workflow.mermaid(), "```", ""]
    lines += ["| State | Phase | Held by | Working days | Allows |", "|---|---|---|---|---|"]
    for state in kind.workflow.states:
        days = _days(kind, state)
        allows = ", ".join(sorted(state.allows)) or "–"
        lines.append(
            f"| `{state.name}` | {state.phase} | {state.held_by or '–'} | {days} | {allows} |"
        )
    if stays:
        names = ", ".join(f"`{step.name}`" for step in stays)
        lines += ["", f"Recorded without a change of state: {names}."]
    return "\n".join([*lines, ""])


def _days(kind: Kind, state: State) -> str:
    if state.name in kind.named:
        return "the day that was named"
    if kind.promise is not None and state.clock:
        return f"`{state.clock}_days` of the policy"
    return str(state.within or "–")


@group.command("diagrams")
def diagrams() -> None:
    """Write app/kinds/README.md."""
    path = f"{current_app.root_path}/kinds/README.md"
    with open(path, "w", encoding="utf-8") as file:
        file.write(page())
    click.echo(f"Written: {path}")
