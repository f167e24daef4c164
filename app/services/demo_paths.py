"""Which states the demo shows, how often, and by which steps its items came there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Steps = tuple[str, ...]
CENTRE, SIDE = "centre", "side"  # the kecamatan where visitors are at home, and one beside it


@dataclass(frozen=True)
class Goal:
    """A state to be shown: by these steps, ``times`` items.

    ``scene`` narrows the material: ``spot`` (happens at a spot, so proof is asked), ``outside``
    (has an owner outside the city), ``pair`` (doubles another item), ``again`` (comes again and
    again at one place).  ``hero``: the first one
    is by the resident whose account visitors try.  ``past``: of the cycle that is over, else of the
    present one.  ``where``: one of the two kecamatan whose lists and forums are shown.
    """

    steps: Steps
    times: int
    scene: str = ""
    hero: bool = False
    past: bool = False
    where: str = ""


def _path(words: str) -> Steps:
    return tuple(words.split())


TAKEN = "verify route accept"
PROVEN = f"{TAKEN} plan start submit_proof"
AGAIN = f"{PROVEN} resolve dispute accept start submit_proof resolve"
LAPOR = (
    Goal((), 13, hero=True),
    Goal(_path("ask_info"), 4, hero=True),
    Goal(_path("ask_info give_info"), 2),
    Goal(_path("verify"), 7),
    Goal(_path("verify route"), 15, hero=True),
    Goal(_path(TAKEN), 11),
    Goal(_path("verify route return"), 4),
    Goal(_path("verify route return reverify route accept"), 3),
    Goal(_path("verify route return reverify"), 2),
    Goal(_path("verify route return reverify route return"), 2),
    Goal(_path("verify route return reverify route return decide_owner accept"), 2),
    Goal(_path(f"{TAKEN} plan"), 11),
    Goal(_path(f"{TAKEN} plan start"), 8, hero=True),
    Goal(_path(f"{TAKEN} start"), 7),
    Goal(_path(PROVEN), 5, "spot"),
    Goal(_path(f"{PROVEN} refuse_proof"), 2, "spot"),
    Goal(_path(f"{PROVEN} resolve dispute"), 4, "spot"),
    Goal(_path(f"{PROVEN} resolve dispute accept start submit_proof resolve confirm"), 3, "spot"),
    Goal(_path(f"{AGAIN} appeal"), 2, "spot"),
    Goal(_path(f"{AGAIN} appeal uphold"), 1, "spot"),
    Goal(_path(f"{AGAIN} appeal dismiss"), 1, "spot"),
    Goal(_path("verify refer"), 6, "outside"),
    Goal(_path("verify refer external_done lapse"), 5, "outside"),
    Goal(_path(f"{PROVEN} resolve"), 9, "spot", hero=True),
    Goal(_path(f"{TAKEN} answer"), 5, "answer"),
    Goal(_path(f"{PROVEN} resolve confirm"), 22, "spot", hero=True),
    Goal(_path(f"{TAKEN} start submit_proof resolve confirm"), 10, "spot"),
    Goal(_path(f"{PROVEN} refuse_proof submit_proof resolve confirm"), 3, "spot"),
    Goal(_path(f"{PROVEN} resolve lapse"), 8, "spot"),
    Goal(_path(f"{TAKEN} answer confirm"), 8, "answer"),
    Goal(_path(f"{TAKEN} answer lapse"), 6, "answer"),
    Goal(_path("ask_info give_info verify route accept answer confirm"), 2, "answer"),
    Goal(_path("reject"), 6),
    Goal(_path("verify reject"), 2),
    Goal(_path(f"{PROVEN} resolve confirm"), 4, "again"),
    Goal(_path("merge"), 6, "pair"),
    Goal(_path("verify divide"), 2, "spot"),
    Goal(_path("verify route accept make_proposal"), 3),
    Goal(_path("verify make_proposal"), 2),
    Goal(_path("withdraw"), 2),
    Goal(_path("archive"), 2),
    Goal(_path("ask_info archive"), 2),
)


def _climb(levels: int) -> str:
    """Through so many levels of musrenbang: the third surveys, the fourth is the department's."""
    each = (
        "verify agree",
        "verify agree",
        "survey verify route agree",
        "judge agree",
    )
    return " ".join(f"{steps} advance" for steps in each[:levels])


def _goal(steps: str, times: int, **how: Any) -> Goal:
    return Goal(_path(steps), times, **how)


BUDGET = f"{_climb(4)} verify agree agree_budget enter_rkpd"
WORKS = f"{BUDGET} enter_apbd procure award start_works"
HALFWAY = f"{WORKS} report_progress report_progress"
HANDED = f"{HALFWAY} finish hand_over confirm_works"
LISTED = f"{_climb(2)} survey verify route"  # on the list of its kecamatan
DROPPED = f"{BUDGET} enter_apbd procure drop"
MUSRENBANG_NOW = (
    _goal("", 9),
    _goal(_climb(1), 6),
    _goal(_climb(2), 2),
    _goal(_climb(3), 2),
    _goal("verify", 4),
    _goal(f"{_climb(1)} verify", 5),
    _goal(f"{_climb(1)} verify agree", 4),
    _goal(LISTED, 2),
    _goal(f"{LISTED} agree", 2),
    _goal("return", 2, hero=True),
    _goal("return resubmit verify", 2),
    _goal(f"{_climb(1)} return", 2),
    _goal(f"{_climb(1)} verify defer", 2),
    _goal(f"{_climb(2)} send_back", 1),
    _goal(f"{_climb(3)} redirect", 2),
    _goal(f"{_climb(1)} refuse", 3),
    _goal(f"{_climb(2)} verify route refuse", 2),
    _goal("merge", 3, scene="pair"),
    _goal("withdraw", 2),
    # Where the forums are shown.
    _goal(LISTED, 12, where=CENTRE, hero=True),
    _goal(_climb(2), 2, where=CENTRE),
    _goal(f"{_climb(2)} verify route refuse", 1, where=CENTRE),
    _goal(f"{_climb(1)} verify", 5, where=CENTRE),  # not agreed by the forum
    _goal(f"{_climb(1)} refuse", 1, where=CENTRE),
    _goal(LISTED, 5, where=SIDE),
)
MUSRENBANG_PAST = (
    _goal(BUDGET, 2),
    _goal(f"{BUDGET} enter_apbd", 2),
    _goal(f"{BUDGET} enter_apbd procure", 2),
    _goal(WORKS, 2),
    _goal(HALFWAY, 2),
    _goal(f"{HALFWAY} finish", 2),
    _goal(DROPPED, 1),
    _goal(f"{_climb(2)} verify route refuse", 1),
    _goal(f"{_climb(1)} verify defer carry_over", 1),
    _goal(f"{_climb(4)} verify agree object", 1),
    # Where the forums are shown.
    _goal(BUDGET, 1, where=CENTRE),
    _goal(f"{BUDGET} enter_apbd", 1, where=CENTRE),
    _goal(f"{WORKS} report_progress", 1, where=CENTRE, hero=True),
    _goal(HALFWAY, 1, where=CENTRE),
    _goal(f"{HALFWAY} finish", 1, where=CENTRE),
    _goal(HANDED, 3, where=CENTRE),
    _goal(f"{DROPPED} carry_over", 1, where=CENTRE),
    _goal(f"{_climb(2)} survey verify route", 2, where=CENTRE),  # not agreed by the forum
)
MUSRENBANG = (*(replace(goal, past=True) for goal in MUSRENBANG_PAST), *MUSRENBANG_NOW)
HATCHED = "open_discussion curate incubate"
BADAMI = (
    Goal((), 5),
    Goal(_path("open_discussion"), 15, hero=True),
    Goal(_path("open_discussion curate"), 6),
    Goal(_path(HATCHED), 6),
    Goal(_path(f"{HATCHED} pilot"), 4),
    Goal(_path(f"{HATCHED} pilot monitor monitor"), 4),
    Goal(_path(f"{HATCHED} pilot monitor evaluate"), 4),
    Goal(_path(f"{HATCHED} pilot monitor evaluate adopt"), 4),
    Goal(_path(f"{HATCHED} pilot evaluate adopt monitor"), 2),
    Goal(_path(f"{HATCHED} pilot monitor evaluate adopt replicate"), 3),
    Goal(_path("open_discussion curate stop"), 3),
    Goal(_path(f"{HATCHED} pilot evaluate stop"), 2),
    Goal(_path("archive"), 2),
    Goal(_path("withdraw"), 1),
)
GOALS: Mapping[str, tuple[Goal, ...]] = {"lapor": LAPOR, "musrenbang": MUSRENBANG, "badami": BADAMI}
