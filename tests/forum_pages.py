"""The rows of the matrix for forums: who may open what."""

from __future__ import annotations


def forum_pages(
    everybody: set[str], runners: set[str]
) -> dict[tuple[str, str], tuple[set[str], int]]:
    """Pages of forums; ``runners`` may run one somewhere, and find none under the matrix's id."""
    return {
        ("GET", "musrenbang_forum.index"): (everybody, 200),
        ("GET", "musrenbang_exports.forums"): (everybody, 200),
        ("GET", "musrenbang_forum.show"): (everybody, 404),
        ("GET", "musrenbang_forum.text"): (everybody, 404),
        ("GET", "musrenbang_forum.download"): (everybody, 404),
        ("GET", "musrenbang_forum.door"): (everybody, 404),
        ("POST", "musrenbang_forum.door"): (everybody, 404),
        ("GET", "work_forum.index"): (runners, 200),
        ("GET", "work_forum.create"): (runners, 200),
        ("POST", "work_forum.create"): (runners, 422),
        ("GET", "work_forum.show"): (runners, 404),
        ("GET", "work_forum.edit"): (runners, 404),
        ("POST", "work_forum.edit"): (runners, 404),
        ("POST", "work_forum.cancel"): (runners, 404),
        ("GET", "work_forum.guests"): (runners, 404),
        ("POST", "work_forum.guests"): (runners, 404),
        ("POST", "work_forum.send_letters"): (runners, 404),
        ("POST", "work_forum.uninvite"): (runners, 404),
        ("GET", "work_forum_hall.attendance"): (runners, 404),
        ("POST", "work_forum_hall.attendance"): (runners, 404),
        ("POST", "work_forum_hall.change_attendance"): (runners, 404),
        ("GET", "work_forum_hall.door"): (runners, 404),
        ("POST", "work_forum_hall.door"): (runners, 404),
        ("GET", "work_forum_hall.notes"): (runners, 404),
        ("POST", "work_forum_hall.notes"): (runners, 404),
        ("GET", "work_forum_hall.proposals"): (runners, 404),
        ("GET", "work_forum_hall.decide"): (runners, 404),
        ("POST", "work_forum_hall.decide"): (runners, 404),
        ("GET", "work_forum_hall.assets"): (runners, 404),
        ("POST", "work_forum_hall.assets"): (runners, 404),
        ("GET", "work_forum_end.close"): (runners, 404),
        ("POST", "work_forum_end.close"): (runners, 404),
        ("GET", "work_forum_end.correct"): (runners, 404),
        ("POST", "work_forum_end.correct"): (runners, 404),
        ("GET", "work_forum_end.files"): (runners, 404),
        ("POST", "work_forum_end.files"): (runners, 404),
        ("GET", "work_forum_end.download"): (runners, 404),
    }
