"""The tables of the matrix: who may open what, and who may read which item."""

from __future__ import annotations

from typing import Any

from tests import factories as make

# -- who asks -------------------------------------------------------------------------------

PEOPLE: dict[str, dict[str, Any]] = {
    "newcomer": {"level": 0},
    "resident": {},
    "operator": {"roles": ("operator",)},
    "moderator": {"roles": ("moderator",)},
    "moderator elsewhere": {"roles": ("moderator",), "area_code": make.OTHER_KELURAHAN},
    "validator": {"roles": ("validator",)},
    "officer": {"roles": ("officer",)},
    "officer elsewhere": {"roles": ("officer",), "department_code": make.OTHER_DEPARTMENT},
    "planner": {"roles": ("planner",)},
    "tapd": {"roles": ("tapd",)},
    "coordinator": {"roles": ("coordinator",)},
    "auditor": {"roles": ("auditor",)},
    "admin": {"roles": ("admin",)},
}
EVERYBODY = {"stranger", "author", *PEOPLE}
SIGNED_IN = EVERYBODY - {"stranger"}
COUNTER = {"operator", "moderator", "moderator elsewhere", "coordinator"}  # type for others
KEEPERS = {"coordinator", "admin"}  # of departments, categories and rules
STAFF_HERE = {"moderator", "validator", "officer", "coordinator", "auditor"}

# -- items, and who may read them ----------------------------------------------------------

ITEMS: dict[str, dict[str, Any]] = {
    "public": {"state": "verified"},
    "anonymous": {"state": "verified", "visibility": "anonymous"},
    "confidential": {"state": "verified", "visibility": "confidential"},
    "unpublished": {"published": False},
    "unpublished anonymous": {"published": False, "visibility": "anonymous"},
    "oversight": {
        "state": "verified",
        "visibility": "confidential",
        "oversight": True,
        "subject_department_code": make.OTHER_DEPARTMENT,
    },
}
READERS = {
    "public": EVERYBODY,
    "anonymous": EVERYBODY,
    "confidential": {"author"} | STAFF_HERE,
    "unpublished": {"author"} | STAFF_HERE,
    "unpublished anonymous": {"author"} | STAFF_HERE,
    "oversight": {"author", "officer", "coordinator", "auditor"},
}
TRIAGE = {sort: {"moderator", "coordinator"} for sort in ITEMS} | {"oversight": {"coordinator"}}
# Who may read a reporter's identity, with a reason: never a seat the item is about.
IDENTITY = {sort: {"moderator", "officer", "coordinator", "auditor"} for sort in ITEMS} | {
    "oversight": {"officer", "coordinator", "auditor"}
}
IN_THE_FIELD = {"officer", "officer elsewhere"}
# Who may put an item into hands, write notes about it and print its sheet.
HANDS: dict[str, set[str]] = {
    sort: {"moderator", "validator", "officer", "coordinator"} for sort in ITEMS
} | {"oversight": {"officer", "coordinator"}}
DESKS = {
    "moderator", "moderator elsewhere", "validator", "officer", "officer elsewhere", "planner",
    "coordinator",
}  # fmt: skip
MANY = DESKS - {"validator"}  # who may act on many at once
WRITERS = {"officer", "officer elsewhere", "coordinator"}  # who keeps answer texts
NAMELESS = {sort for sort, values in ITEMS.items() if values.get("visibility")}
OPEN_TO_TALK = {"public", "anonymous", "confidential", "oversight"}  # by their state

# -- pages about no item: the status for whoever the page is for; others get 403 -----------

PAGES: dict[tuple[str, str], tuple[set[str], int]] = {
    ("GET", "front.index"): (EVERYBODY, 200),
    ("GET", "front.about"): (EVERYBODY, 200),
    ("GET", "front.privacy"): (EVERYBODY, 200),
    ("GET", "front.help"): (EVERYBODY, 200),
    ("GET", "promises.rules"): (EVERYBODY, 200),
    ("GET", "health.alive"): (EVERYBODY, 200),
    ("GET", "health.ready"): (EVERYBODY, 200),
    ("GET", "static"): (EVERYBODY, 200),
    ("GET", "items.index"): (EVERYBODY, 200),
    ("GET", "items.search"): (EVERYBODY, 200),
    ("GET", "map.city"): (EVERYBODY, 200),
    ("GET", "map.clusters"): (EVERYBODY, 200),
    ("GET", "map.outlines"): (EVERYBODY, 200),
    ("GET", "map.progress"): (EVERYBODY, 200),
    ("GET", "map.locate"): (EVERYBODY, 200),
    ("GET", "map.search"): (EVERYBODY, 200),
    ("GET", "channels.index"): (SIGNED_IN, 200),
    ("POST", "channels.begin"): (SIGNED_IN, 404),
    ("POST", "channels.confirm"): (SIGNED_IN, 404),
    ("POST", "channels.remove"): (SIGNED_IN, 404),
    ("GET", "watching.mine"): (SIGNED_IN, 200),
    ("POST", "watching.mine"): (SIGNED_IN, 422),
    ("POST", "watching.remove"): (SIGNED_IN, 404),
    ("POST", "watching.pace"): (SIGNED_IN, 302),
    ("GET", "watching.leaving"): (EVERYBODY, 404),
    ("POST", "watching.leave"): (EVERYBODY, 404),
    ("GET", "watching.latest"): (EVERYBODY, 200),
    ("GET", "watching.watched"): (EVERYBODY, 404),
    ("GET", "numbers.city"): (EVERYBODY, 200),
    ("GET", "numbers.department"): (EVERYBODY, 200),
    ("GET", "numbers.area"): (EVERYBODY, 200),
    ("GET", "numbers.download"): (EVERYBODY, 200),
    ("GET", "filing.start"): (EVERYBODY, 200),
    ("GET", "filing.resume"): (EVERYBODY, 302),
    ("GET", "filing.step"): (EVERYBODY, 200),
    ("GET", "filing.questions"): (EVERYBODY, 200),
    ("GET", "offline.manifest"): (EVERYBODY, 200),
    ("GET", "offline.icon"): (EVERYBODY, 200),
    ("GET", "offline.page"): (EVERYBODY, 200),
    ("GET", "offline.worker"): (EVERYBODY, 200),
    ("GET", "quick.page"): (EVERYBODY, 200),
    ("GET", "quick.queue"): (EVERYBODY, 200),
    ("GET", "quick.begin"): (EVERYBODY, 200),
    ("POST", "quick.photo"): (EVERYBODY, 400),
    ("POST", "quick.send"): (EVERYBODY, 400),
    ("POST", "filing.autosave"): (EVERYBODY, 204),
    ("POST", "filing.add_photos"): (EVERYBODY, 302),
    ("POST", "filing.set_place"): (EVERYBODY, 422),
    ("POST", "filing.set_content"): (EVERYBODY, 422),
    ("POST", "filing.send"): (SIGNED_IN, 302),
    ("GET", "musrenbang_intake.waiting"): (SIGNED_IN, 404),
    ("GET", "musrenbang_cycle.calendar"): (EVERYBODY, 200),
    ("GET", "musrenbang_cycle.feed"): (EVERYBODY, 200),
    ("POST", "suggesting.hint"): (EVERYBODY, 200),
    ("POST", "suggesting.choose"): (EVERYBODY, 302),
    ("GET", "tracking.send"): (EVERYBODY, 302),
    ("POST", "tracking.send"): (EVERYBODY, 302),
    ("GET", "tracking.enter"): (EVERYBODY, 200),
    ("POST", "tracking.enter"): (EVERYBODY, 422),
    ("GET", "tracking.show"): (EVERYBODY, 302),
    ("GET", "tracking.step"): (EVERYBODY, 302),
    ("POST", "tracking.step"): (EVERYBODY, 302),
    ("GET", "tracking.photo"): (EVERYBODY, 404),
    ("POST", "tracking.forget_contact"): (EVERYBODY, 302),
    ("POST", "tracking.leave"): (EVERYBODY, 302),
    ("GET", "georeport.discovery"): (EVERYBODY, 200),
    ("GET", "georeport.services"): (EVERYBODY, 200),
    ("GET", "georeport.service"): (EVERYBODY, 404),
    ("GET", "georeport.requests"): (EVERYBODY, 200),
    ("GET", "georeport.token"): (EVERYBODY, 404),
    ("GET", "georeport.updates"): (EVERYBODY, 200),
    ("GET", "georeport.bulk"): (EVERYBODY, 200),
    ("POST", "georeport_write.create"): (EVERYBODY, 403),
    ("POST", "georeport_write.create_update"): (EVERYBODY, 403),
    ("GET", "georeport_docs.guide"): (EVERYBODY, 200),
    ("GET", "account.confirm"): (EVERYBODY, 410),
    ("POST", "account.confirm"): (EVERYBODY, 410),
    ("GET", "account.reset"): (EVERYBODY, 410),
    ("POST", "account.reset"): (EVERYBODY, 410),
    ("GET", "account.forgot"): (EVERYBODY, 200),
    ("POST", "account.forgot"): (EVERYBODY, 422),
    ("GET", "account.sign_in"): ({"stranger"}, 200),
    ("POST", "account.sign_in"): ({"stranger"}, 422),
    ("GET", "account.register"): ({"stranger"}, 200),
    ("POST", "account.register"): ({"stranger"}, 422),
    ("GET", "account.mine"): (SIGNED_IN, 200),
    ("GET", "account.inbox"): (SIGNED_IN, 200),
    ("POST", "account.read_all"): (SIGNED_IN, 302),
    ("POST", "account.read_one"): (SIGNED_IN, 302),
    ("GET", "account.profile"): (SIGNED_IN, 200),
    ("POST", "account.profile"): (SIGNED_IN, 422),
    ("GET", "account.password"): (SIGNED_IN, 200),
    ("POST", "account.password"): (SIGNED_IN, 422),
    ("GET", "account.close"): (SIGNED_IN, 200),
    ("POST", "account.close"): (SIGNED_IN, 422),
    ("POST", "account.resend"): (SIGNED_IN, 302),
    ("GET", "privacy.data"): (SIGNED_IN, 200),
    ("POST", "privacy.data"): (SIGNED_IN, 422),
    ("POST", "privacy.ask"): (SIGNED_IN, 302),
    ("GET", "privacy.fetch"): (SIGNED_IN, 302),
    ("POST", "privacy.keep_account"): (SIGNED_IN, 302),
    ("GET", "privacy.breach"): ({"admin"}, 200),
    ("POST", "privacy.breach"): ({"admin"}, 422),
    ("POST", "account.sign_out"): (EVERYBODY, 302),
    ("POST", "account.sign_out_everywhere"): (SIGNED_IN, 302),
    ("GET", "work.triage"): (
        {"moderator", "moderator elsewhere", "validator", "coordinator"},
        200,
    ),
    ("GET", "work.department"): ({"officer", "officer elsewhere"}, 200),
    ("GET", "work.planning"): ({"planner", "coordinator", "tapd"}, 200),
    ("GET", "outside.to_decide"): ({"coordinator"}, 200),
    ("GET", "work.following"): (DESKS, 302),
    ("POST", "work_filters.save"): (DESKS, 400),
    ("POST", "work_filters.remove"): (DESKS, 302),
    ("GET", "work_hands.hand_over"): (DESKS, 200),
    ("POST", "work_hands.move_all"): (DESKS, 400),
    ("GET", "work_bulk.act"): (MANY, 404),
    ("POST", "work_bulk.act"): (MANY, 404),
    ("GET", "work_bulk.mine"): (MANY, 200),
    ("GET", "work_bulk.show"): (MANY, 404),
    ("POST", "work_bulk.cancel"): (MANY, 404),
    ("GET", "musrenbang_levels.surveys"): ({"validator", "coordinator"}, 200),
    ("POST", "musrenbang_levels.surveys"): ({"validator", "coordinator"}, 200),
    ("GET", "musrenbang_scoring.index"): (EVERYBODY, 200),
    ("GET", "musrenbang_scoring.show"): (EVERYBODY, 404),
    ("GET", "musrenbang_scoring.download"): (EVERYBODY, 404),
    ("GET", "work_scoring.index"): (DESKS, 200),
    ("GET", "work_scoring.create"): (DESKS, 200),
    ("POST", "work_scoring.create"): (DESKS, 422),
    ("GET", "work_scoring.edit"): (DESKS, 404),
    ("POST", "work_scoring.edit"): (DESKS, 404),
    ("POST", "work_scoring.compare"): (DESKS, 404),
    ("POST", "work_scoring.invite"): (DESKS, 404),
    ("POST", "work_scoring.publish"): (DESKS, 404),
    ("POST", "work_scoring.close"): (DESKS, 404),
    ("GET", "work_scoring.tasks"): (SIGNED_IN, 200),
    ("GET", "work_scoring.judging"): (SIGNED_IN, 404),
    ("GET", "work_scoring.judge"): (SIGNED_IN, 404),
    ("POST", "work_scoring.judge"): (SIGNED_IN, 404),
    ("GET", "work_templates.index"): (DESKS, 200),
    ("GET", "work_templates.create"): (WRITERS, 200),
    ("POST", "work_templates.create"): (WRITERS, 422),
    ("GET", "work_templates.edit"): (WRITERS, 404),
    ("POST", "work_templates.edit"): (WRITERS, 404),
    ("POST", "work_templates.retire"): (WRITERS, 404),
    ("GET", "work_field.cards"): ({"officer", "officer elsewhere"}, 200),
    ("POST", "work_field.cards"): ({"officer", "officer elsewhere"}, 200),
    ("GET", "counter.begin"): (COUNTER, 302),
    ("GET", "counter.entry"): (COUNTER, 200),
    ("POST", "counter.entry"): (COUNTER, 422),
    ("POST", "counter.lookup"): (COUNTER, 200),
    ("GET", "counter.tables"): (COUNTER, 200),
    ("POST", "counter.tables"): (COUNTER, 422),
    ("GET", "counter.table"): (COUNTER, 404),
    ("POST", "counter.start"): (COUNTER, 404),
    ("POST", "counter.receipts"): (COUNTER, 404),
    ("GET", "counter.refused"): (COUNTER, 404),
    ("GET", "counter.example"): (COUNTER, 200),
    ("GET", "admin_rules.index"): (KEEPERS, 200),
    ("GET", "admin_rules.add"): (KEEPERS, 200),
    ("POST", "admin_rules.add"): (KEEPERS, 422),
    ("GET", "admin_rules.edit"): (KEEPERS, 200),
    ("POST", "admin_rules.edit"): (KEEPERS, 422),
    ("GET", "admin_rules.remove"): (KEEPERS, 200),
    ("POST", "admin_rules.remove"): (KEEPERS, 422),
    ("GET", "admin_departments.index"): (KEEPERS, 200),
    ("GET", "admin_departments.add"): (KEEPERS, 200),
    ("POST", "admin_departments.add"): (KEEPERS, 422),
    ("GET", "admin_departments.edit"): (KEEPERS, 200),
    ("POST", "admin_departments.edit"): (KEEPERS, 422),
    ("GET", "admin_departments.end"): (KEEPERS, 200),
    ("POST", "admin_departments.end"): (KEEPERS, 422),
    ("POST", "admin_departments.resume"): (KEEPERS, 302),
    ("GET", "admin_categories.index"): (KEEPERS, 200),
    ("GET", "admin_categories.add"): (KEEPERS, 200),
    ("POST", "admin_categories.add"): (KEEPERS, 422),
    ("GET", "admin_categories.edit"): (KEEPERS, 200),
    ("POST", "admin_categories.edit"): (KEEPERS, 422),
    ("GET", "admin_categories.end"): (KEEPERS, 200),
    ("POST", "admin_categories.end"): (KEEPERS, 422),
    ("POST", "admin_categories.resume"): (KEEPERS, 302),
    ("GET", "admin.mandates"): ({"admin"}, 200),
    ("GET", "admin.give"): ({"admin"}, 200),
    ("POST", "admin.give"): ({"admin"}, 422),
    ("GET", "admin.end"): ({"admin"}, 200),
    ("POST", "admin.end"): ({"admin"}, 422),
}
# Doors that lead people who are in already on to their own page.
LED_ON = {"account.sign_in", "account.register"}
# What knows nobody, whoever asks: a stranger's answer for all.
SAME_FOR_ALL = {"georeport.request_one"}
ENDS_THE_SESSION = {"account.sign_out", "account.sign_out_everywhere"}

# Pages of an item that only some seats may knock at; for all others 403, whatever the item.
_TRIAGING = {"moderator", "moderator elsewhere", "coordinator"}
KNOCKING = {
    "work_queued.photo": IN_THE_FIELD,
    "work_queued.send": IN_THE_FIELD,
    "counter.join": COUNTER,
    "comments.judge": _TRIAGING,
    "identity.reporter": _TRIAGING | {"officer", "officer elsewhere", "auditor"},
    "identity.new_code": _TRIAGING,
}

# -- pages about an item: (whom, status); other readers get 403, all others 404 ------------

ITEM_PAGES: dict[tuple[str, str], tuple[Any, int]] = {
    ("GET", "items.show"): (EVERYBODY, 200),
    ("GET", "items.by_number"): (EVERYBODY, 302),
    ("GET", "watching.steps"): (EVERYBODY, 200),
    ("GET", "items.step"): (TRIAGE, 200),
    ("GET", "outside.letter"): (TRIAGE, 200),
    # the items of this table are reports: proposals alone have these pages
    ("GET", "musrenbang_levels.why"): (EVERYBODY, 404),
    ("GET", "musrenbang_levels.confirm"): (SIGNED_IN, 404),
    ("POST", "musrenbang_levels.confirm"): (SIGNED_IN, 404),
    ("POST", "items.step"): (TRIAGE, 422),
    ("POST", "items.support"): (SIGNED_IN, 302),
    ("POST", "items.follow"): (SIGNED_IN, 302),
    ("POST", "comments.add"): (SIGNED_IN, 302),
    ("POST", "comments.report"): (SIGNED_IN, 302),
    ("POST", "comments.judge"): (TRIAGE, 400),
    ("POST", "counter.join"): (COUNTER, 400),
    ("POST", "work_queued.photo"): (IN_THE_FIELD, 400),
    ("POST", "work_queued.send"): (IN_THE_FIELD, 400),
    ("GET", "identity.reporter"): (IDENTITY, 200),
    ("POST", "identity.reporter"): (IDENTITY, 422),
    ("POST", "identity.new_code"): (TRIAGE, 403),
    ("POST", "objections.add"): (SIGNED_IN, 409),
    ("GET", "filing.received"): (SIGNED_IN, 200),
    ("POST", "work_hands.change"): (HANDS, 400),
    ("POST", "work_notes.add"): (HANDS, 422),
    ("GET", "work_sheets.index"): (HANDS, 200),
    ("POST", "work_sheets.index"): (HANDS, 302),
    ("GET", "work_sheets.show"): (HANDS, 404),
    ("GET", "work_sheets.file"): (HANDS, 404),
    ("GET", "georeport.request_one"): (EVERYBODY, 200),
    ("GET", "photos.large"): (EVERYBODY, 200),
    ("GET", "photos.small"): (EVERYBODY, 200),
}
