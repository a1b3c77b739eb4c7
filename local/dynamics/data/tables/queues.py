"""Queues and what waits in them."""

from local.dynamics.data.schema import Collection, Column, Type, strings
from local.dynamics.data.tables.common import TWO_STATES, choice, lookup, ownership, read_only, stamps, state, table

QUEUE = table(
    "queue",
    "queues",
    2020,
    "name",
    [
        *strings(("name",), 200),
        *strings(("emailaddress",), 100),
        Column("description", Type.MEMO, 2000),
        choice("queueviewtype", {0: "Public", 1: "Private"}, 0),
        *state(1),
        *stamps(),
        *ownership(),
    ],
    states=TWO_STATES,
    collections={"queue_entries": Collection("queueitem", "queueid")},
)
QUEUEITEM = table(
    "queueitem",
    "queueitems",
    2029,
    "title",
    [
        *strings(("title",), 300),
        lookup("queueid", {"queueid": ("queue",)}),
        lookup("objectid", {"objectid_phonecall": ("phonecall",), "objectid_incident": ("incident",)}, updatable=False),
        Column(
            "objecttypecode",
            Type.PICKLIST,
            labels={4210: "Phone Call", 112: "Case"},
            creatable=False,
            updatable=False,
        ),
        lookup("workerid", {"workerid_systemuser": ("systemuser",), "workerid_team": ("team",)}),
        read_only("workeridmodifiedon", Type.DATETIME),
        read_only("enteredon", Type.DATETIME),
        *state(1),
        *stamps(),
    ],
    states=TWO_STATES,
)
