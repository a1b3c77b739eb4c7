"""Users and teams."""

from local.dynamics.data.schema import Column, Type, strings
from local.dynamics.data.tables.common import flag, lookup, read_only, stamps, table

SYSTEMUSER = table(
    "systemuser",
    "systemusers",
    8,
    "fullname",
    [
        *strings(("firstname", "middlename", "lastname"), 256),
        read_only("fullname", Type.STRING, 200),
        *strings(("domainname",), 1024),
        *strings(("internalemailaddress",), 100),
        *strings(("jobtitle",), 100),
        *strings(("title",), 128),
        *strings(("mobilephone",), 64),
        *strings(("homephone",), 50),
        *strings([f"address{n}_telephone{m}" for n in (1, 2) for m in (1, 2, 3)], 50),
        Column("azureactivedirectoryobjectid", Type.GUID),
        Column("applicationid", Type.GUID),
        flag("isdisabled"),
        lookup("queueid", {"queueid": ("queue",)}),
        *stamps(),
    ],
)
TEAM = table(
    "team",
    "teams",
    9,
    "name",
    [
        *strings(("name",), 160),
        *strings(("emailaddress",), 100),
        Column("description", Type.MEMO, 2000),
        lookup("administratorid", {"administratorid": ("systemuser",)}),
        lookup("queueid", {"queueid": ("queue",)}),
        *stamps(),
    ],
)
