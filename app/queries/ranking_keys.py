"""Which ranked list is meant: of a plan year, a level, and an RW, an area or a department."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, literal_column, not_, or_, true

from app.access import in_area, public_items
from models import PROPOSAL_LEVELS, Item, Proposal, Ranking

LEFT = ("refused", "merged", "withdrawn")  # at the level where it happens it leaves the list
IS_PROPOSAL: ColumnElement[bool] = literal_column(
    "item.kind = 'musrenbang'"
)  # in the words of the index


@dataclass(frozen=True)
class ListKey:
    """One list.  ``rw`` goes with the level ``rw``, ``department_code`` with ``forum_opd``."""

    plan_year: int
    level: str
    area_code: str | None = None
    department_code: str | None = None
    rw: int | None = None

    def __post_init__(self) -> None:
        of_rw = self.level == "rw"
        of_department = self.level == "forum_opd"
        if (
            self.level not in PROPOSAL_LEVELS
            or of_rw != (self.rw is not None)
            or of_department != (self.department_code is not None)
            or of_department == (self.area_code is not None)
        ):
            raise ValueError(f"no such list: {self}")

    @classmethod
    def of(cls, found: Ranking) -> ListKey:
        """The key of a stored list."""
        return cls(found.plan_year, found.level, found.area_code, found.department_code, found.rw)


def key_of(item: Proposal, city_code: str, level: str = "") -> ListKey | None:
    """The list on which a proposal stands at a level (the one it has reached).

    None when it names no RW, or no department where that decides.
    """
    level = level or item.level
    match level:
        case "rw" if item.rw is not None:
            return ListKey(item.plan_year, level, item.area_code, rw=item.rw)
        case "kelurahan":
            return ListKey(item.plan_year, level, item.area_code)
        case "kecamatan" if item.area_code.count(".") >= 2:
            return ListKey(item.plan_year, level, ".".join(item.area_code.split(".")[:3]))
        case "forum_opd" if item.department_code:
            return ListKey(item.plan_year, level, department_code=item.department_code)
        case "kota":
            return ListKey(item.plan_year, level, city_code)
        case _:
            return None


def scope(key: ListKey) -> ColumnElement[bool]:
    """The proposals of a list's area, RW or department, whatever their level and state."""
    match key.level:
        case "rw":
            return and_(Item.area_code == key.area_code, Item.rw == key.rw)
        case "kelurahan":
            return Item.area_code == key.area_code
        case "kecamatan":
            return in_area(key.area_code)
        case "forum_opd":
            return Item.department_code == key.department_code
        case _:
            return true()


def members(key: ListKey) -> ColumnElement[bool]:
    """What stands on a list: public, of this level or gone beyond it, and not gone at it."""
    reached = PROPOSAL_LEVELS[PROPOSAL_LEVELS.index(key.level) :]
    here = or_(*(Proposal.level == level for level in reached))
    gone = and_(Proposal.level == key.level, Item.state.in_(LEFT))
    return and_(
        IS_PROPOSAL,
        Proposal.plan_year == key.plan_year,
        here,
        not_(gone),
        public_items(),
        scope(key),
    )


def is_member(item: Proposal, key: ListKey, city_code: str) -> bool:
    """``members`` for one proposal in memory."""
    reached = PROPOSAL_LEVELS.index(item.level) >= PROPOSAL_LEVELS.index(key.level)
    gone = item.level == key.level and item.state in LEFT
    public = item.published_at is not None and item.visibility != "confidential"
    return reached and not gone and public and key_of(item, city_code, key.level) == key


def same(key: ListKey) -> ColumnElement[bool]:
    """The stored list of a key."""
    return and_(
        Ranking.plan_year == key.plan_year,
        Ranking.level == key.level,
        Ranking.area_code.is_not_distinct_from(key.area_code),
        Ranking.rw.is_not_distinct_from(key.rw),
        Ranking.department_code.is_not_distinct_from(key.department_code),
    )
