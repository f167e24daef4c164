"""Tables.  They import nothing of ours but the pure engines."""

from .alike import CategoryKinship, CommonWord, Joining
from .area import LEVELS, Area, AreaBoundary, Neighbour, Place
from .base import READING, AnySession, Model, close_reading, db, reading
from .calendar import MARK_LEVELS, ClockMark, ClockSweep, HolidayOverride, SpecialHours
from .catalogue import CatalogueEntry, CataloguePrice, ReadinessQuestion, RwLimit
from .ceiling import CEILING_KINDS, Ceiling, CeilingEffect, CeilingVersion, Whose
from .complaint import COMPLAINT_CLASSES, PRIORITIES, ROAD_CLASSES, ROAD_OWNERS, Complaint
from .counter import Batch, BatchRow
from .cycle import (
    INTAKE_STATES,
    STAGES,
    WINDOW_ACTS,
    Cycle,
    CycleReminder,
    CycleWindow,
    Intake,
    Notice,
)
from .document import DOCUMENT_LARGEST, DOCUMENT_SORTS, DOCUMENT_TYPES, Document
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
from .proposal import CATALOGUE_REVIEWS, FUNDING, PROPOSAL_LEVELS, Proposal, ProposalLevel
from .question import DATATYPES, CategoryQuestion
from .ranking import LIST_RULES, Ranking, RankingVersion
from .rate import RateCount
from .realisation import (
    BODIES,
    VERDICTS,
    HandoverRecord,
    OfficeVerdict,
    ProposalCredit,
    Realisation,
    Survey,
    WorkConfirmation,
)
from .road import RoadLine
from .routing import ORIGINS, Category, Department, PastRule, RoutingRule, SlaPolicy
from .scoring import (
    MEASURES,
    Assessment,
    Assessor,
    ScoringCriterion,
    ScoringResult,
    ScoringRound,
)
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
    "MEASURES",
    "BODIES",
    "CATALOGUE_REVIEWS",
    "CEILING_KINDS",
    "COMPLAINT_CLASSES",
    "DATATYPES",
    "DOCUMENT_LARGEST",
    "DOCUMENT_SORTS",
    "DOCUMENT_TYPES",
    "FUNDING",
    "HAND_OVER_WAYS",
    "INTAKE_STATES",
    "LEVELS",
    "LIST_RULES",
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
    "STAGES",
    "VERDICTS",
    "VISIBILITIES",
    "WINDOW_ACTS",
    "AbuseReport",
    "AnswerTemplate",
    "AnySession",
    "Area",
    "AreaBoundary",
    "Assignment",
    "Assessment",
    "Assessor",
    "AuditEvent",
    "Batch",
    "BatchRow",
    "BreachNotice",
    "BulkAct",
    "BulkActItem",
    "CatalogueEntry",
    "CataloguePrice",
    "Category",
    "CategoryKinship",
    "CategoryQuestion",
    "Ceiling",
    "CeilingEffect",
    "CeilingVersion",
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
    "Cycle",
    "CycleReminder",
    "CycleWindow",
    "DataExport",
    "DeletionRequest",
    "Department",
    "DispositionSheet",
    "Document",
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
    "HandoverRecord",
    "HolidayOverride",
    "Hop",
    "Idea",
    "IdentityReading",
    "ImportRun",
    "Intake",
    "InternalNote",
    "Item",
    "Joining",
    "Mandate",
    "MapDelta",
    "MapGrid",
    "Model",
    "Neighbour",
    "Notice",
    "Notification",
    "Objection",
    "OfficeVerdict",
    "PastRule",
    "Person",
    "Photo",
    "PhotoHash",
    "Place",
    "ProofCheck",
    "Proposal",
    "ProposalCredit",
    "ProposalLevel",
    "Ranking",
    "RankingVersion",
    "RateCount",
    "ReadinessQuestion",
    "Realisation",
    "RetentionLog",
    "RoadLine",
    "RoutingRule",
    "RwLimit",
    "SavedFilter",
    "ScoringCriterion",
    "ScoringResult",
    "ScoringRound",
    "SlaPolicy",
    "SpecialHours",
    "SuggestionModel",
    "Support",
    "Survey",
    "TrackingCode",
    "TrailSeal",
    "User",
    "Watch",
    "WatchNews",
    "WorkConfirmation",
    "Whose",
    "WorkingDay",
    "close_reading",
    "db",
    "reading",
]
