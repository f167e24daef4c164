"""Which states the demo shows, how often, and by which steps its items came there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Goal:
    """A state to be shown: by these steps, ``times`` items.

    ``scene`` narrows the material: ``spot`` (happens at a spot, so proof is asked), ``outside``
    (has an owner outside the city), ``pair`` (doubles another item).  ``hero``: the first one
    is by the resident whose account visitors try.
    """

    steps: Steps
    times: int
    scene: str = ""
    hero: bool = False


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


BUDGET = f"{_climb(4)} verify agree agree_budget enter_rkpd"
WORKS = f"{BUDGET} enter_apbd procure award start_works"
MUSRENBANG = (
    Goal((), 9),
    Goal(_path(_climb(1)), 6, hero=True),
    Goal(_path(_climb(2)), 4),
    Goal(_path(_climb(3)), 3),
    Goal(_path(_climb(4)), 2),
    Goal(_path("verify"), 4),
    Goal(_path(f"{_climb(1)} verify"), 5),
    Goal(_path(f"{_climb(2)} survey verify route"), 3),
    Goal(_path(f"{_climb(1)} verify agree"), 4),
    Goal(_path(f"{_climb(2)} survey verify route agree"), 3),
    Goal(_path(f"{_climb(4)} verify agree"), 2),
    Goal(_path("return"), 2, hero=True),
    Goal(_path("return resubmit verify"), 2),
    Goal(_path(f"{_climb(1)} return"), 2),
    Goal(_path(f"{_climb(1)} verify defer"), 4),
    Goal(_path(f"{_climb(2)} send_back"), 2),
    Goal(_path(f"{_climb(3)} redirect"), 3),
    Goal(_path(BUDGET), 4),
    Goal(_path(f"{BUDGET} enter_apbd"), 3),
    Goal(_path(f"{BUDGET} enter_apbd procure"), 3),
    Goal(_path(WORKS), 2),
    Goal(_path(f"{WORKS} report_progress report_progress"), 3, hero=True),
    Goal(_path(f"{WORKS} report_progress report_progress finish"), 3),
    Goal(_path(f"{WORKS} report_progress report_progress finish hand_over confirm_works"), 2),
    Goal(_path(f"{_climb(1)} refuse"), 4),
    Goal(_path(f"{_climb(2)} verify route refuse"), 3),
    Goal(_path("merge"), 3, "pair"),
    Goal(_path("withdraw"), 2),
    Goal(_path(f"{BUDGET} enter_apbd procure drop"), 2),
)
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
