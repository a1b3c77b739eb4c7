"""Omnichannel: what a representative can be set to, and is set to."""

from local.dynamics.data.schema import Column, Type, strings
from local.dynamics.data.tables.common import TWO_STATES, choice, flag, lookup, ownership, stamps, state, table

AVAILABLE, BUSY, BUSY_DND, AWAY, OFFLINE = range(192360000, 192360005)
BASES = {AVAILABLE: "Available", BUSY: "Busy", BUSY_DND: "Busy - DND", AWAY: "Away", OFFLINE: "Offline"}

BUILT_IN = {
    AVAILABLE: ("f523f628-c07a-e811-8162-000d3aa11f50", "Available"),
    BUSY: ("efdeb843-c07a-e811-8162-000d3aa11f50", "Busy"),
    BUSY_DND: ("08971864-c07a-e811-8162-000d3aa11f50", "Do not disturb"),
    AWAY: ("3dacae76-c07a-e811-8162-000d3aa11f50", "Appear away"),
    OFFLINE: ("70139190-c07a-e811-8162-000d3aa11f50", "Offline"),
}
"""The presences every environment has, by base status: id and text."""

PRESENCE = table(
    "msdyn_presence",
    "msdyn_presences",
    10101,
    "msdyn_name",
    [
        *strings(("msdyn_name", "msdyn_presencestatustext"), 100),
        choice("msdyn_basepresencestatus", BASES),
        flag("msdyn_canuserset", default=True),
        *strings(("msdyn_description",), 100),
        *state(1),
        *stamps(),
    ],
    states=TWO_STATES,
)
AGENT_STATUS = table(
    "msdyn_agentstatus",
    "msdyn_agentstatuses",
    10102,
    "msdyn_name",
    [
        *strings(("msdyn_name",), 100),
        lookup("msdyn_agentid", {"msdyn_agentid": ("systemuser",)}),
        lookup("msdyn_currentpresenceid", {"msdyn_currentpresenceid": ("msdyn_presence",)}),
        flag("msdyn_isagentloggedin"),
        Column("msdyn_presencemodifiedon", Type.DATETIME),
        *strings(("msdyn_presencemodifiedby",), 100),
        Column("msdyn_availableunitscapacity", Type.INTEGER),
        Column("msdyn_capacitymodifiedon", Type.DATETIME),
        flag("msdyn_isblockedbysomeprofile"),
        *state(1),
        *stamps(),
        *ownership(),
    ],
    states=TWO_STATES,
)

AGENT_STATUS_HISTORY = table(
    "msdyn_agentstatushistory",
    "msdyn_agentstatushistories",
    10103,
    "msdyn_name",
    [
        *strings(("msdyn_name",), 100),
        lookup("msdyn_agentid", {"msdyn_agentid": ("systemuser",)}),
        lookup("msdyn_presenceid", {"msdyn_presenceid": ("msdyn_presence",)}),
        Column("msdyn_starttime", Type.DATETIME),
        Column("msdyn_endtime", Type.DATETIME),
        Column("msdyn_availablecapacity", Type.INTEGER),
        *state(1),
        *stamps(),
        *ownership(),
    ],
    states=TWO_STATES,
)
"""One row for each change of presence or capacity; the last of a representative has no end."""
