"""Accounts, contacts, leads and cases."""

from local.dynamics.data.schema import Collection, Column, Type, strings
from local.dynamics.data.tables.common import (
    PHONES,
    TWO_STATES,
    addresses,
    choice,
    flag,
    lookup,
    ownership,
    read_only,
    stamps,
    state,
    table,
)

EMAILS = ("emailaddress1", "emailaddress2", "emailaddress3")
CUSTOMERS = ("account", "contact")

ACCOUNT = table(
    "account",
    "accounts",
    1,
    "name",
    [
        *strings(("name",), 160),
        *strings(("accountnumber",), 20),
        *strings(EMAILS, 100),
        *strings(PHONES, 50),
        *addresses(2),
        Column("websiteurl", Type.URL, 200),
        Column("description", Type.MEMO, 2000),
        flag("donotphone"),
        lookup("primarycontactid", {"primarycontactid": ("contact",)}),
        lookup("parentaccountid", {"parentaccountid": ("account",)}),
        *state(1),
        *stamps(),
        *ownership(),
    ],
    states=TWO_STATES,
    collections={
        "Account_Phonecalls": Collection("phonecall", "regardingobjectid"),
        "Account_Annotation": Collection("annotation", "objectid"),
        "contact_customer_accounts": Collection("contact", "parentcustomerid"),
    },
)
CONTACT = table(
    "contact",
    "contacts",
    2,
    "fullname",
    [
        *strings(("firstname", "middlename", "lastname"), 50),
        read_only("fullname", Type.STRING, 160),
        *strings(("jobtitle", "department", "company"), 100),
        *strings(EMAILS, 100),
        *strings((*PHONES, "mobilephone", "pager", "assistantphone", "managerphone", "callback"), 50),
        *strings(("business2", "home2"), 50),
        *addresses(3),
        Column("description", Type.MEMO, 2000),
        flag("donotphone"),
        lookup(
            "parentcustomerid",
            {"parentcustomerid_account": ("account",), "parentcustomerid_contact": ("contact",)},
        ),
        *state(1),
        *stamps(),
        *ownership(),
    ],
    states=TWO_STATES,
    collections={
        "Contact_Phonecalls": Collection("phonecall", "regardingobjectid"),
        "Contact_Annotation": Collection("annotation", "objectid"),
    },
)
LEAD = table(
    "lead",
    "leads",
    4,
    "fullname",
    [
        *strings(("firstname", "middlename", "lastname"), 50),
        read_only("fullname", Type.STRING, 160),
        *strings(("subject",), 300),
        *strings(("companyname", "jobtitle"), 100),
        *strings(EMAILS, 100),
        *strings((*PHONES, "mobilephone", "pager"), 50),
        *addresses(2),
        Column("description", Type.MEMO, 2000),
        flag("donotphone"),
        lookup("parentaccountid", {"parentaccountid": ("account",)}),
        lookup("parentcontactid", {"parentcontactid": ("contact",)}),
        *state(
            1,
            {0: "Open", 1: "Qualified", 2: "Disqualified"},
            {
                1: "New",
                2: "Contacted",
                3: "Qualified",
                4: "Lost",
                5: "Cannot Contact",
                6: "No Longer Interested",
                7: "Canceled",
            },
        ),
        *stamps(),
        *ownership(),
    ],
    states={1: 0, 2: 0, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2},
    collections={
        "Lead_Phonecalls": Collection("phonecall", "regardingobjectid"),
        "Lead_Annotation": Collection("annotation", "objectid"),
    },
)
INCIDENT = table(
    "incident",
    "incidents",
    112,
    "title",
    [
        *strings(("title",), 200),
        *strings(("ticketnumber",), 100),
        Column("description", Type.MEMO, 2000),
        choice("prioritycode", {1: "High", 2: "Normal", 3: "Low"}, 2),
        choice(
            "caseorigincode", {1: "Phone", 2: "Email", 3: "Web", 2483: "Facebook", 3986: "Twitter", 700610000: "IoT"}
        ),
        lookup("customerid", {"customerid_account": ("account",), "customerid_contact": ("contact",)}),
        lookup("primarycontactid", {"primarycontactid": ("contact",)}),
        *state(
            1,
            {0: "Active", 1: "Resolved", 2: "Canceled"},
            {
                1: "In Progress",
                2: "On Hold",
                3: "Waiting for Details",
                4: "Researching",
                5: "Problem Solved",
                1000: "Information Provided",
                6: "Canceled",
                2000: "Merged",
            },
        ),
        *stamps(),
        *ownership(),
    ],
    states={1: 0, 2: 0, 3: 0, 4: 0, 5: 1, 1000: 1, 6: 2, 2000: 2},
    collections={
        "Incident_Phonecalls": Collection("phonecall", "regardingobjectid"),
        "Incident_QueueItem": Collection("queueitem", "objectid"),
        "Incident_Annotation": Collection("annotation", "objectid"),
    },
)
