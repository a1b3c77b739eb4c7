"""The tables that are served, with the columns that a telephone and its users touch. Names as in Dataverse."""

from collections.abc import Mapping, Sequence

from local.dynamics.data.schema import Column, Table, Type, strings

PHONES = ("telephone1", "telephone2", "telephone3", "fax")
OPEN, COMPLETED, CANCELED = 0, 1, 2


def _common(owned: bool = True) -> list[Column]:
    user = {"systemuser": "systemuser"}
    columns = [
        Column("createdon", Type.DATETIME, writable=False),
        Column("modifiedon", Type.DATETIME, writable=False),
        Column("createdby", Type.LOOKUP, targets={"createdby": user["systemuser"]}, writable=False),
        Column("modifiedby", Type.LOOKUP, targets={"modifiedby": user["systemuser"]}, writable=False),
        Column("createdonbehalfby", Type.LOOKUP, targets={"createdonbehalfby": user["systemuser"]}, writable=False),
        Column("overriddencreatedon", Type.DATETIME),
    ]
    if owned:
        columns.append(Column("ownerid", Type.LOOKUP, targets={"ownerid": "systemuser|team"}))
    return columns


def _state(default_status: int) -> list[Column]:
    return [
        Column("statecode", Type.PICKLIST, default=OPEN),
        Column("statuscode", Type.PICKLIST, default=default_status),
    ]


def _addresses(count: int, phones: int) -> list[Column]:
    names = [f"address{n}_telephone{m}" for n in range(1, count + 1) for m in range(1, phones + 1)]
    return [*strings(names, 50), *strings(("address1_line1",), 250), *strings(("address1_city",), 80)]


def _table(
    name: str,
    set_name: str,
    primary_name: str,
    columns: Sequence[Column],
    *,
    key: str = "",
    states: Mapping[int, int] | None = None,
) -> Table:
    key = key or f"{name}id"
    listed = [Column(key, Type.GUID), *columns]
    return Table(name, set_name, key, {column.name: column for column in listed}, primary_name, states or {})


TWO_STATES = {1: 0, 2: 1}

ACCOUNT = _table(
    "account",
    "accounts",
    "name",
    [
        *strings(("name",), 160),
        *strings(("accountnumber",), 20),
        *strings(("emailaddress1",), 100),
        *strings(PHONES, 50),
        *_addresses(2, 3),
        Column("websiteurl", Type.URL, 200),
        Column("description", Type.MEMO, 2000),
        Column("primarycontactid", Type.LOOKUP, targets={"primarycontactid": "contact"}),
        *_state(1),
        *_common(),
    ],
    states=TWO_STATES,
)
CONTACT = _table(
    "contact",
    "contacts",
    "fullname",
    [
        *strings(("firstname", "lastname"), 50),
        Column("fullname", Type.STRING, 160, writable=False),
        *strings(("jobtitle",), 100),
        *strings(("emailaddress1", "emailaddress2"), 100),
        *strings((*PHONES, "mobilephone", "pager", "assistantphone", "managerphone", "callback"), 50),
        *_addresses(3, 3),
        Column("description", Type.MEMO, 2000),
        Column(
            "parentcustomerid",
            Type.LOOKUP,
            targets={"parentcustomerid_account": "account", "parentcustomerid_contact": "contact"},
        ),
        *_state(1),
        *_common(),
    ],
    states=TWO_STATES,
)
LEAD = _table(
    "lead",
    "leads",
    "fullname",
    [
        *strings(("firstname", "lastname"), 50),
        Column("fullname", Type.STRING, 160, writable=False),
        *strings(("subject",), 300),
        *strings(("companyname", "emailaddress1"), 100),
        *strings((*PHONES, "mobilephone", "pager"), 50),
        *_addresses(2, 3),
        Column("description", Type.MEMO, 2000),
        *_state(1),
        *_common(),
    ],
    states={1: 0, 2: 0, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2},
)
INCIDENT = _table(
    "incident",
    "incidents",
    "title",
    [
        *strings(("title",), 200),
        *strings(("ticketnumber",), 100),
        Column("description", Type.MEMO, 2000),
        Column("customerid", Type.LOOKUP, targets={"customerid_account": "account", "customerid_contact": "contact"}),
        *_state(1),
        *_common(),
    ],
    states={1: 0, 2: 0, 3: 0, 4: 0, 5: 1, 1000: 1, 6: 2, 2000: 2},
)
PHONECALL = _table(
    "phonecall",
    "phonecalls",
    "subject",
    [
        *strings(("subject",), 400),
        Column("description", Type.MEMO, 2000),
        *strings(("phonenumber",), 200),
        *strings(("category", "subcategory"), 250),
        Column("directioncode", Type.BOOLEAN, default=1),
        Column("leftvoicemail", Type.BOOLEAN, default=0),
        Column("prioritycode", Type.PICKLIST, default=1),
        Column("actualstart", Type.DATETIME),
        Column("actualend", Type.DATETIME),
        Column("actualdurationminutes", Type.INTEGER),
        Column("scheduledstart", Type.DATETIME),
        Column("scheduledend", Type.DATETIME),
        Column("scheduleddurationminutes", Type.INTEGER),
        Column(
            "regardingobjectid",
            Type.LOOKUP,
            targets={
                f"regardingobjectid_{target}_phonecall": target for target in ("contact", "account", "lead", "incident")
            },
        ),
        *_state(1),
        *_common(),
    ],
    key="activityid",
    states={1: OPEN, 2: COMPLETED, 4: COMPLETED, 3: CANCELED},
)
ACTIVITYPARTY = _table(
    "activityparty",
    "activityparties",
    "addressused",
    [
        Column("activityid", Type.LOOKUP, targets={"activityid_phonecall": "phonecall"}, writable=False),
        Column("participationtypemask", Type.PICKLIST),
        *strings(("addressused", "unresolvedpartyname"), 200),
        Column(
            "partyid",
            Type.LOOKUP,
            targets={f"partyid_{target}": target for target in ("contact", "account", "lead", "systemuser", "queue")},
        ),
    ],
)
QUEUE = _table(
    "queue",
    "queues",
    "name",
    [
        *strings(("name",), 200),
        *strings(("emailaddress",), 100),
        Column("description", Type.MEMO, 2000),
        Column("queueviewtype", Type.PICKLIST, default=0),
        *_state(1),
        *_common(),
    ],
    states=TWO_STATES,
)
QUEUEITEM = _table(
    "queueitem",
    "queueitems",
    "title",
    [
        *strings(("title",), 300),
        Column("queueid", Type.LOOKUP, targets={"queueid": "queue"}),
        Column("objectid", Type.LOOKUP, targets={"objectid_phonecall": "phonecall", "objectid_incident": "incident"}),
        Column("objecttypecode", Type.STRING, writable=False),
        Column("workerid", Type.LOOKUP, targets={"workerid_systemuser": "systemuser", "workerid_team": "team"}),
        Column("workeridmodifiedon", Type.DATETIME, writable=False),
        Column("enteredon", Type.DATETIME, writable=False),
        Column("priority", Type.INTEGER),
        *_state(1),
        *_common(owned=False),
    ],
    states=TWO_STATES,
)
SYSTEMUSER = _table(
    "systemuser",
    "systemusers",
    "fullname",
    [
        *strings(("firstname", "lastname"), 256),
        Column("fullname", Type.STRING, 200, writable=False),
        *strings(("domainname",), 1024),
        *strings(("internalemailaddress",), 100),
        *strings(("mobilephone",), 64),
        *strings(("homephone",), 50),
        *strings(("address1_telephone1",), 64),
        Column("azureactivedirectoryobjectid", Type.GUID),
        Column("applicationid", Type.GUID),
        Column("isdisabled", Type.BOOLEAN, default=0),
        *_common(owned=False),
    ],
)
TEAM = _table("team", "teams", "name", [*strings(("name",), 160), *_common(owned=False)])
ANNOTATION = _table(
    "annotation",
    "annotations",
    "subject",
    [
        *strings(("subject",), 500),
        Column("notetext", Type.MEMO, 100_000),
        Column(
            "objectid",
            Type.LOOKUP,
            targets={
                f"objectid_{target}": target for target in ("phonecall", "contact", "account", "lead", "incident")
            },
        ),
        *_common(),
    ],
)

TABLES = {
    table.name: table
    for table in (
        ACCOUNT,
        CONTACT,
        LEAD,
        INCIDENT,
        PHONECALL,
        ACTIVITYPARTY,
        QUEUE,
        QUEUEITEM,
        SYSTEMUSER,
        TEAM,
        ANNOTATION,
    )
}
PARTIES = "phonecall_activity_parties"
"""The collection of a phonecall's parties."""
