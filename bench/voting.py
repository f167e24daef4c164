"""``bin/bench voting``: what counting costs, beside pabutools in the same run.

Each line is measured in a process of its own, so that its peak memory is its own.  Times are CPU
seconds, memory MiB above what the process had before.  ``MEASURES`` is the list of what is run;
casting and closings (``bench.casting``) come after it.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from app.counting import Election, Project, Rule, count, parse, read, written

TIES = ("cheaper", "more_votes", "name")
ONE = Rule(ties=TIES)
FULL = Rule(step=Fraction(1, 100), fill=True, comparison=True, ties=TIES)


def city(voters: int, projects: int, seed: int = 1, k: int = 5) -> Election:
    """Ballots of up to k projects, some far more popular than others; a third can be paid."""
    dice = np.random.default_rng(seed)
    costs = np.round(dice.lognormal(17, 0.8, projects), -5).astype(np.int64) + 100_000
    popular = np.log(dice.pareto(1.3, projects) + 0.2)
    chosen: list[list[int]] = []
    for begin in range(0, voters, 5_000):  # few at a time, so that the peak is the count's own
        keys = dice.gumbel(size=(min(5_000, voters - begin), projects)) + popular
        chosen += np.argpartition(-keys, k, axis=1)[:, :k].tolist()
    sizes = dice.integers(1, k + 1, voters).tolist()
    patterns = [(row[:n], None, 1) for row, n in zip(chosen, sizes, strict=True)]
    asked = [Project(str(n), int(cost)) for n, cost in enumerate(costs)]
    return Election.of(asked, patterns, int(costs.sum() // 3))


Measured = dict[str, Any]


def timed(work: Callable[[], Any]) -> Measured:
    """CPU seconds, and MiB of memory at the peak beyond what there was before."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    found = work()
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "mib": (peak - before) / 1024, "all": peak / 1024, "found": found}


def as_file(voters: int, projects: int) -> Path:
    """The election as a ``.pb`` file, written by another process so that its memory is not ours."""
    path = Path(tempfile.gettempdir()) / f"rembuk-bench-{voters}-{projects}.pb"
    code = "import sys; from bench import voting; voting.save(*sys.argv[1:])"
    subprocess.run([sys.executable, "-c", code, path, str(voters), str(projects)], check=True)
    return path


def save(path: str, voters: str, projects: str) -> None:
    """Write the election of that size."""
    from tests.counting.files import file_of

    Path(path).write_bytes(file_of(city(int(voters), int(projects))))


def ours(voters: int, projects: int) -> Measured:
    """One run of Equal Shares on a file; the time is the rule's alone, the memory everything's."""
    election = read(as_file(voters, projects)).election
    return timed(lambda: list(count(election, ONE, both=False).winners))


def theirs(voters: int, projects: int) -> Measured:
    """The same in pabutools, read by its own reader."""
    from tests.counting.oracle import read_and_share

    share = read_and_share(as_file(voters, projects))
    return timed(share)


def full(voters: int, projects: int) -> Measured:
    """The full tally: 1 % steps, fill, comparison, and greedy beside it."""
    election = city(voters, projects)
    return timed(lambda: len(count(election, FULL).winners))


def kelurahan(voters: int, projects: int) -> Measured:
    """The full tally of thirty kelurahan: median and worst."""
    times = []
    for seed in range(30):
        tally = partial(count, city(voters, projects, seed), FULL)
        times.append(timed(tally)["seconds"])
    return {"seconds": statistics.median(times), "worst": max(times), "mib": 0, "all": 0}


def file(voters: int, projects: int) -> Measured:
    """A ``.pb`` file written, and read."""
    dice = random.Random(1)
    election = city(voters, projects)
    asked: list[dict[str, str | int | float]] = [
        {"project_id": p.id, "cost": p.cost, "name": f"Usulan {p.id}"} for p in election.projects
    ]
    votes = [
        (f"{n:032x}", dice.sample(range(projects), dice.randint(1, 5)), None) for n in range(voters)
    ]
    meta: dict[str, str | int | float] = {
        "budget": election.budget,
        "vote_type": "approval",
        "rule": "unknown",
    }
    writing = timed(lambda: written(meta, asked, votes))
    reading = timed(lambda: parse(writing["found"]).election.voters)
    return {**reading, "worst": writing["seconds"]}


@dataclass(frozen=True)
class Measure:
    """One line: its name, what is run, and how large."""

    name: str
    work: Callable[[int, int], Measured]
    voters: int
    projects: int
    goal: str


MEASURES = (
    Measure("Equal Shares, pabutools", theirs, 60_000, 80, ""),
    Measure("Equal Shares, ours", ours, 60_000, 80, "time ≤ 1/50, memory ≤ 1/8"),
    Measure("full tally", full, 100_000, 200, "≤ 5 s, ≤ 300 MiB in all"),
    Measure("kelurahan (median, worst of 30)", kelurahan, 2_000, 60, "≤ 0.3 s, ≤ 2 s"),
    Measure(".pb (read, written)", file, 100_000, 200, "≤ 1 s each"),
)


def alone(measure: Measure) -> Measured:
    """Run one measure in a process of its own."""
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from bench import voting; voting.main(sys.argv[1:])",
            "--only",
            measure.name,
            "--raw",
        ],  # nothing else of the bench in its memory
        check=True,
        capture_output=True,
        text=True,
    )
    found: Measured = json.loads(answer.stdout.splitlines()[-1])
    return found


def line(measure: Measure, found: Measured) -> str:
    """A line of the table."""
    worst = f"{found['worst']:>9.2f}" if "worst" in found else " " * 9
    return (
        f"{measure.name:<34}{measure.voters:>9,} × {measure.projects:<4}{found['seconds']:>9.2f}"
        f"{worst}{found['mib']:>8.0f}{found['all']:>8.0f}  {measure.goal}"
    )


def main(arguments: list[str]) -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="bin/bench voting", description=__doc__)
    options.add_argument("--only", help="the name of one measure")
    options.add_argument("--raw", action="store_true", help="its figures as JSON, in this process")
    asked = options.parse_args(arguments)
    chosen = [m for m in MEASURES if asked.only in (None, m.name)]
    if asked.raw:
        print(json.dumps(chosen[0].work(chosen[0].voters, chosen[0].projects)))
        return 0
    print(f"{'':<34}{'voters × projects':>16}{'CPU s':>9}{'worst':>9}{'MiB +':>8}{'MiB':>8}  goal")
    found = {}
    for measure in chosen:
        found[measure.name] = alone(measure)
        print(line(measure, found[measure.name]), flush=True)
    counted = ratios(found)
    if asked.only:
        return counted
    from . import casting

    return max(counted, casting.main([]))


def ratios(found: dict[str, Measured]) -> int:
    """How Equal Shares compares; fails when the winners differ."""
    other, mine = found.get("Equal Shares, pabutools"), found.get("Equal Shares, ours")
    if other is None or mine is None:
        return 0
    times, memory = other["seconds"] / mine["seconds"], other["all"] / mine["all"]
    print(f"\nEqual Shares: {times:.0f} × faster than pabutools, memory 1/{memory:.1f}")
    same = other["found"] == mine["found"]
    print("the same winners in the same order" if same else "THE WINNERS DIFFER")
    return 0 if same else 1
