"""The rows of the matrix for ballots, booths and incidents: who may open what."""

from __future__ import annotations


def booth_pages(
    everybody: set[str], runners: set[str], reviewers: set[str]
) -> dict[tuple[str, str], tuple[set[str], int]]:
    """Pages of booths; whoever may serve somewhere finds none under the matrix's number."""
    return {
        ("GET", "voting_booth.start"): (everybody, 200),
        ("POST", "voting_booth.vote"): (everybody, 422),
        ("GET", "work_booth.index"): (runners, 200),
        ("GET", "work_booth.contest"): (runners, 404),
        ("POST", "work_booth.contest"): (runners, 404),
        ("POST", "work_booth.order"): (runners, 404),
        ("POST", "work_booth.fetch"): (runners, 404),
        ("GET", "work_booth.desk"): (runners, 404),
        ("POST", "work_booth.shift"): (runners, 404),
        ("POST", "work_booth.search"): (runners, 404),
        ("POST", "work_booth.hand"): (runners, 404),
        ("POST", "work_booth.spoil"): (runners, 404),
        ("GET", "work_booth.report"): (runners, 404),
        ("POST", "work_booth.report"): (runners, 404),
        ("GET", "work_booth_end.record"): (runners, 404),
        ("POST", "work_booth_end.record"): (runners, 404),
        ("GET", "work_booth_end.validation"): (runners, 404),
        ("GET", "work_paper.key"): (runners, 404),
        ("POST", "work_paper.key"): (runners, 404),
        ("GET", "work_paper.settle"): (runners, 404),
        ("POST", "work_paper.settle"): (runners, 404),
        ("GET", "work_incident.index"): (reviewers, 404),
        ("POST", "work_incident.index"): (reviewers, 404),
        ("POST", "work_incident.look_into"): (reviewers, 404),
        ("GET", "work_incident.show"): (reviewers, 404),
        ("POST", "work_incident.show"): (reviewers, 404),
        ("POST", "work_incident.people"): (reviewers, 404),
    }
