"""Tables.  They import nothing of ours but the pure engines."""

from .alike import CategoryKinship, CommonWord, Joining
from .area import LEVELS, Area, AreaBoundary, Neighbour, Place
from .base import READING, AnySession, Model, close_reading, db, reading
from .calendar import MARK_LEVELS, ClockMark, ClockSweep, HolidayOverride, SpecialHours
from .complaint import COMPLAINT_CLASSES, PRIORITIES, ROAD_CLASSES, ROAD_OWNERS, Complaint
from .counter import Batch, BatchRow
from .exchange import ExchangePermit, ExternalRef, ImportRun
from .facet import Facet, FacetRefresh
from .figure import ComplaintFact, Figure, FigureMonth, FigureRefresh, WorkingDay
from .filing import Draft, Photo
from .georeport import (
    GeoreportChangeset,
    GeoreportKey,
    GeoreportRequest,
    GeoreportUpdate,
    GeoreportUse,
)
from .grid import MapDelta, MapGrid
from .handover import HAND_OVER_WAYS, Handover, HandoverNote, Hop
from .idea import Idea
from .item import PUBLIC, VISIBILITIES, Item
from .notification import Notification
from .participation import AbuseReport, Comment, Follow, Support
from .privacy import (
    BreachNotice,
    Consent,
    DataExport,
    DeletionRequest,
    IdentityReading,
    RetentionLog,
    TrackingCode,
)
from .proof import ClosingEvent, Objection, PhotoHash, ProofCheck
from .proposal import PROPOSAL_LEVELS, Proposal, ProposalLevel
from .question import DATATYPES, CategoryQuestion
from .rate import RateCount
from .road import RoadLine
from .routing import ORIGINS, CatalogueEntry, Category, Department, PastRule, RoutingRule, SlaPolicy
from .suggestion import SuggestionModel
from .trail import AuditEvent, Change, ChangeText, TrailSeal
from .user import ROLES, Mandate, Person, User
from .watch import PACES, Channel, Watch, WatchNews
from .work import (
    AnswerTemplate,
    Assignment,
    BulkAct,
    BulkActItem,
    DispositionSheet,
    InternalNote,
    SavedFilter,
)

__all__ = [
    "COMPLAINT_CLASSES",
    "DATATYPES",
    "HAND_OVER_WAYS",
    "LEVELS",
    "MARK_LEVELS",
    "ORIGINS",
    "PACES",
    "PRIORITIES",
    "PROPOSAL_LEVELS",
    "PUBLIC",
    "READING",
    "ROAD_CLASSES",
    "ROAD_OWNERS",
    "ROLES",
    "VISIBILITIES",
    "AbuseReport",
    "AnswerTemplate",
    "AnySession",
    "Area",
    "AreaBoundary",
    "Assignment",
    "AuditEvent",
    "Batch",
    "BatchRow",
    "BreachNotice",
    "BulkAct",
    "BulkActItem",
    "CatalogueEntry",
    "Category",
    "CategoryKinship",
    "CategoryQuestion",
    "Change",
    "ChangeText",
    "Channel",
    "ClockMark",
    "ClockSweep",
    "ClosingEvent",
    "Comment",
    "CommonWord",
    "Complaint",
    "ComplaintFact",
    "Consent",
    "DataExport",
    "DeletionRequest",
    "Department",
    "DispositionSheet",
    "Draft",
    "ExchangePermit",
    "ExternalRef",
    "Facet",
    "FacetRefresh",
    "Figure",
    "FigureMonth",
    "FigureRefresh",
    "Follow",
    "GeoreportChangeset",
    "GeoreportKey",
    "GeoreportRequest",
    "GeoreportUpdate",
    "GeoreportUse",
    "Handover",
    "HandoverNote",
    "HolidayOverride",
    "Hop",
    "Idea",
    "IdentityReading",
    "ImportRun",
    "InternalNote",
    "Item",
    "Joining",
    "Mandate",
    "MapDelta",
    "MapGrid",
    "Model",
    "Neighbour",
    "Notification",
    "Objection",
    "PastRule",
    "Person",
    "Photo",
    "PhotoHash",
    "Place",
    "ProofCheck",
    "Proposal",
    "ProposalLevel",
    "RateCount",
    "RetentionLog",
    "RoadLine",
    "RoutingRule",
    "SavedFilter",
    "SlaPolicy",
    "SpecialHours",
    "SuggestionModel",
    "Support",
    "TrackingCode",
    "TrailSeal",
    "User",
    "Watch",
    "WatchNews",
    "WorkingDay",
    "close_reading",
    "db",
    "reading",
]
