"""Writing Pabulib files (``.pb``), in the order of fields that its checker expects."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from .rules import COST, GREEDY, SHARES, VOTES, Rule

META = (
    "description", "country", "unit", "district", "subunit", "instance", "num_projects",
    "num_votes", "budget", "vote_type", "rule", "date_begin", "date_end", "min_length",
    "max_length", "min_sum_cost", "max_sum_cost", "min_points", "max_points", "min_sum_points",
    "max_sum_points", "default_score", "min_project_cost", "max_project_cost",
    "min_project_score_threshold", "neighborhoods", "subdistricts", "categories", "edition",
    "language", "currency", "fully_funded", "experimental", "comment", "acknowledgments",
)  # fmt: skip
PROJECTS = (
    "project_id", "cost", "votes", "score", "name", "category", "beneficiaries", "selected",
    "neighborhood", "subunit", "district", "description", "proposer", "public_id", "latitude",
    "longitude",
)  # fmt: skip

Value = str | int | float
# A voter's id, the projects chosen, their points (None where there are none).
Vote = tuple[str, Sequence[Value], Sequence[int] | None]


def written(
    meta: Mapping[str, Value], projects: Sequence[Mapping[str, Value]], votes: Sequence[Vote]
) -> bytes:
    """A file in UTF-8 with \\n at the end of each line.

    ``num_projects`` and ``num_votes`` are counted here.  Keys and columns come in Pabulib's order,
    unknown ones after them; a comment must begin with "#1: ".
    """
    out = io.StringIO()
    write = csv.writer(out, delimiter=";", lineterminator="\n")
    said = {**meta, "num_projects": len(projects), "num_votes": len(votes)}
    write.writerows([["META"], ["key", "value"]])
    write.writerows([key, _line(said[key])] for key in _sorted(said, META))
    columns = _sorted(dict.fromkeys(key for project in projects for key in project), PROJECTS)
    write.writerows([["PROJECTS"], columns])
    write.writerows([[_line(project.get(key, "")) for key in columns] for project in projects])
    write.writerow(["VOTES"])
    if any(points is not None for _voter, _ids, points in votes):
        write.writerow(["voter_id", "vote", "points"])
        write.writerows(
            (voter, ",".join(map(str, ids)), ",".join(map(str, points or ())))
            for voter, ids, points in votes
        )
    else:
        write.writerow(["voter_id", "vote"])
        write.writerows((voter, ",".join(map(str, ids))) for voter, ids, _points in votes)
    return out.getvalue().encode()


def _sorted(found: Iterable[str], known: Sequence[str]) -> list[str]:
    place = {key: n for n, key in enumerate(known)}
    return sorted(found, key=lambda key: place.get(key, len(known)))


def _line(value: Value) -> Value:
    """One line without space around it: readers of ``.pb`` files stumble over more."""
    return " ".join(value.split()) if isinstance(value, str) else value


def name_of(rule: Rule) -> str:
    """Pabulib's name of a rule if it is exactly that, else ``unknown``: say it in a comment."""
    if rule.rule == GREEDY and rule.order == VOTES:
        if rule.threshold:
            return "greedy-threshold" if rule.skip else "unknown"
        return "greedy" if rule.skip else "greedy-no-skip"
    alone = rule.step is None and not rule.fill and not rule.threshold
    if rule.rule == SHARES and rule.utility == COST and alone:
        return "equalshares-comparison" if rule.comparison else "equalshares"
    return "unknown"
