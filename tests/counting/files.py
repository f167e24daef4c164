"""``.pb`` files for tests: a good one, and the same election written to one."""

from __future__ import annotations

from app.counting import Election, written
from app.counting.pb_writing import Vote

GOOD = '''META
key;value
description;Uji hitung
country;Indonesia
unit;Bandung
instance;2026
num_projects;3
num_votes;4
budget;100
vote_type;approval
rule;greedy
date_begin;01.11.2026
date_end;10.11.2026
max_length;3
language;id
currency;IDR
PROJECTS
project_id;cost;votes;name;selected;kolom_lain
1;60;3;Lampu jalan;1;x
2;50;2;"Taman; dan ""lapangan""";0;y
7;30;2;Drainase;1;z
VOTES
voter_id;age;vote
a;20;1,2
b;;1,7
c;30;2
d;41;7,1
'''


def meta_of(election: Election, **more) -> dict[str, str | int]:
    return {
        "description": "Uji hitung",
        "country": "Indonesia",
        "unit": "Bandung",
        "instance": "2026",
        "budget": election.budget,
        "vote_type": election.form,
        "rule": "unknown",
        "date_begin": "01.11.2026",
        "date_end": "10.11.2026",
        "language": "id",
        "currency": "IDR",
        **more,
    }


def cast(election: Election) -> list[Vote]:
    """Each ballot by itself, as it would be written."""
    ballots = election.ballots
    votes: list[Vote] = []
    for g in range(ballots.patterns):
        entries = slice(ballots.starts[g], ballots.starts[g + 1])
        ids = [election.projects[p].id for p in ballots.choices[entries]]
        points = None if ballots.points is None else ballots.points[entries].tolist()
        if points is not None:
            order = sorted(range(len(ids)), key=lambda n: -points[n])
            ids, points = [ids[n] for n in order], [points[n] for n in order]
        for _copy in range(int(ballots.counts[g])):
            votes.append((f"{len(votes):08x}", ids, points))
    return votes


def file_of(election: Election, winners=(), **more) -> bytes:
    projects = [
        {
            "project_id": project.id,
            "cost": project.cost,
            "votes": int(votes),
            **({"score": int(score)} if election.form == "cumulative" else {}),
            "name": project.name or f"Usulan {project.id}",
            "selected": int(project.id in winners),
        }
        for project, votes, score in zip(
            election.projects, election.votes, election.scores, strict=True
        )
    ]
    return written(meta_of(election, **more), projects, cast(election))
