"""Phone calls, their parties, and notes."""

from local.dynamics.data.schema import Collection, Column, Type, strings
from local.dynamics.data.tables.common import (
    choice,
    flag,
    lookup,
    moments,
    ownership,
    read_only,
    stamps,
    state,
    table,
)

OPEN, COMPLETED, CANCELED = 0, 1, 2
PARTIES = "phonecall_activity_parties"
"""The collection of a phonecall's parties, the only one that is written together with its row."""

OWNER_PARTY, REGARDING_PARTY = 9, 8
PARTICIPATION = {
    1: "Sender",
    2: "To Recipient",
    3: "CC Recipient",
    4: "BCC Recipient",
    5: "Required attendee",
    6: "Optional attendee",
    7: "Organizer",
    REGARDING_PARTY: "Regarding",
    OWNER_PARTY: "Owner",
    10: "Resource",
    11: "Customer",
    12: "Chat Participant",
    13: "Related",
}
REGARDING = ("contact", "account", "lead", "incident")
PARTICIPANTS = ("contact", "account", "lead", "incident", "systemuser", "queue")

PHONECALL = table(
    "phonecall",
    "phonecalls",
    4210,
    "subject",
    [
        *strings(("subject",), 200),
        Column("description", Type.MEMO, 2000),
        *strings(("phonenumber",), 200),
        *strings(("category", "subcategory"), 250),
        read_only("activitytypecode", Type.STRING),
        Column("directioncode", Type.BOOLEAN, labels={0: "Incoming", 1: "Outgoing"}, default=1),
        flag("leftvoicemail"),
        flag("isbilled"),
        choice("prioritycode", {0: "Low", 1: "Normal", 2: "High"}, 1),
        *moments("actualstart", "actualend", "scheduledstart", "scheduledend"),
        Column("actualdurationminutes", Type.INTEGER, minimum=0),
        Column("scheduleddurationminutes", Type.INTEGER, minimum=0),
        lookup(
            "regardingobjectid",
            {f"regardingobjectid_{target}{suffix}": (target,) for target in REGARDING for suffix in ("_phonecall", "")},
        ),
        *state(
            1,
            {OPEN: "Open", COMPLETED: "Completed", CANCELED: "Canceled"},
            {1: "Open", 2: "Made", 4: "Received", 3: "Canceled"},
        ),
        *stamps("_phonecall"),
        *ownership("_phonecall"),
    ],
    key="activityid",
    states={1: OPEN, 2: COMPLETED, 4: COMPLETED, 3: CANCELED},
    collections={
        PARTIES: Collection("activityparty", "activityid"),
        "PhoneCall_QueueItem": Collection("queueitem", "objectid"),
        "PhoneCall_Annotation": Collection("annotation", "objectid"),
    },
)
ACTIVITYPARTY = table(
    "activityparty",
    "activityparties",
    135,
    "addressused",
    [
        Column(
            "activityid",
            Type.LOOKUP,
            targets={"activityid_phonecall": ("phonecall",)},
            creatable=False,
            updatable=False,
        ),
        choice("participationtypemask", PARTICIPATION),
        *strings(("addressused",), 320),
        *strings(("unresolvedpartyname",), 200),
        lookup("partyid", {f"partyid_{target}": (target,) for target in PARTICIPANTS}),
        read_only("ispartydeleted", Type.BOOLEAN),
    ],
)
ANNOTATION = table(
    "annotation",
    "annotations",
    5,
    "subject",
    [
        *strings(("subject",), 500),
        Column("notetext", Type.MEMO, 100_000),
        *strings(("filename",), 255),
        *strings(("mimetype",), 256),
        Column("documentbody", Type.MEMO),
        flag("isdocument"),
        lookup("objectid", {f"objectid_{target}": (target,) for target in ("phonecall", *REGARDING)}),
        *stamps(),
        *ownership(),
    ],
)
