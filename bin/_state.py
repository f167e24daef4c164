"""What the database already holds: schema, city and demo, remembered beside the private cluster.

A start that finds its stamps valid asks the database one question and starts no Flask. For a server
of somebody else's nothing is remembered: the (repeatable) commands simply run.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from _cluster import Cluster
from _environment import DATABASE, flask
from _say import CHECKOUT, Stop, alone, digest, log, run, say, write_stamp

VERSIONS = CHECKOUT / "migrations" / "versions"
HEAD = "SELECT string_agg(version_num, ',' ORDER BY version_num) FROM alembic_version"


def migrate(env: dict[str, str], cluster: Cluster | None) -> None:
    """Bring the database to the newest schema: `flask db upgrade`, unless it is there already."""
    with alone("migrate", "Another command is changing the database; waiting for it …"):
        wanted = digest(*sorted(VERSIONS.glob("*.py")))
        facts = remembered(cluster) if cluster else {}
        if cluster and facts.get("migrations") == f"{wanted} {cluster_head(cluster)}":
            return
        say("Bringing the database to the newest schema …")
        step(env, "The schema could not be brought up to date.", "db", "upgrade")
        if cluster:
            remember(cluster, "migrations", f"{wanted} {cluster_head(cluster)}")


def cluster_head(cluster: Cluster) -> str:
    """The revision(s) the database stands at; '' when it was never migrated."""
    try:
        return cluster.psql(HEAD, DATABASE)
    except Stop:
        return ""


def load_city(env: dict[str, str], cluster: Cluster | None) -> None:
    """`flask city load`, when a file of the city's folder changed since the last time."""
    folder = Path(env.get("REMBUK_CITY") or "cities/bandung")
    files = sorted(path for path in (CHECKOUT / folder).rglob("*") if path.is_file())
    wanted = digest(*files, extra=str(folder))
    if cluster and remembered(cluster).get("city") == wanted:
        return
    say(f"Loading the city from {folder} …")
    step(env, "The city's files could not be loaded.", "city", "load", str(folder), show=True)
    if cluster:
        remember(cluster, "city", wanted)


def load_demo(env: dict[str, str], cluster: Cluster | None) -> None:
    """`flask demo load`, once."""
    if cluster and remembered(cluster).get("demo"):
        return
    say("Loading the demonstration (a minute or two) …")
    step(env, "The demonstration could not be loaded.", "demo", "load", show=True)
    if cluster:
        remember(cluster, "demo", "loaded")


def demo_accounts(env: dict[str, str]) -> str:
    """The output of `flask demo accounts`, or where to find it."""
    done = subprocess.run(
        flask("demo", "accounts"),
        cwd=CHECKOUT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log(done.stderr)
        return "`bin/flask demo accounts` lists the accounts of the demonstration."
    return done.stdout.strip()


def step(env: dict[str, str], failure: str, *arguments: str, show: bool = False) -> None:
    """Run a Flask command, its output in var/log/setup.log; Stop with the remedy when it fails."""
    remedy = f"{failure} Correct the cause below, then start again."
    run(flask(*arguments), remedy, env=env, show=show)


def remembered(cluster: Cluster) -> dict[str, Any]:
    """What earlier starts did to this cluster's database; nothing when the database is newer."""
    try:
        kept: dict[str, Any] = json.loads(state_file(cluster).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if kept.get("database") == cluster.oid(DATABASE) else {}


def remember(cluster: Cluster, key: str, value: str) -> None:
    """Add one fact to the file beside the data."""
    facts = {**remembered(cluster), "database": cluster.oid(DATABASE), key: value}
    write_stamp(state_file(cluster), json.dumps(facts, indent=1))


def state_file(cluster: Cluster) -> Path:
    """Where the facts are kept; it goes when the cluster's directory goes."""
    return cluster.place.home / "state.json"
