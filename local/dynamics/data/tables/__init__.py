"""The tables that are served, with the columns that a telephone and its users touch. Names as in Dataverse."""

from local.dynamics.data.tables.activities import (
    ACTIVITYPARTY,
    ANNOTATION,
    CANCELED,
    COMPLETED,
    OPEN,
    OWNER_PARTY,
    PARTIES,
    PHONECALL,
    REGARDING_PARTY,
)
from local.dynamics.data.tables.customers import ACCOUNT, CONTACT, INCIDENT, LEAD
from local.dynamics.data.tables.people import SYSTEMUSER, TEAM
from local.dynamics.data.tables.presence import AGENT_STATUS, AGENT_STATUS_HISTORY, PRESENCE
from local.dynamics.data.tables.queues import QUEUE, QUEUEITEM

__all__ = ["CANCELED", "COMPLETED", "OPEN", "OWNER_PARTY", "PARTIES", "REGARDING_PARTY", "TABLES"]

TABLES = {
    table.name: table
    for table in (
        SYSTEMUSER,
        TEAM,
        ACCOUNT,
        CONTACT,
        LEAD,
        INCIDENT,
        QUEUE,
        PHONECALL,
        ACTIVITYPARTY,
        QUEUEITEM,
        ANNOTATION,
        PRESENCE,
        AGENT_STATUS,
        AGENT_STATUS_HISTORY,
    )
}
