"""Every Dataverse name of the product in one place. ``voice_…``: our own, ``infra/dynamics/columns.json``."""

PHONECALLS = "phonecalls"
QUEUES = "queues"
QUEUEITEMS = "queueitems"
ENTITY_SETS = {"contact": "contacts", "account": "accounts", "lead": "leads"}

STATECODE = "statecode"
STATE_OPEN = 0
STATE_COMPLETED = 1
STATUSCODE = "statuscode"
STATUS_OPEN = 1
STATUS_MADE = 2
STATUS_RECEIVED = 4
SUBJECT_LENGTH = 200

INCOMING = False
"""``directioncode``: false is incoming, true is outgoing."""

PHONENUMBER_LENGTH = 200
DESCRIPTION_LENGTH = 2000
"""What a phonecall's columns take: longer texts are refused by Dataverse, so they are cut."""

PARTY_FROM = 1
PARTY_TO = 2
"""``participationtypemask`` of the parties a call comes from and goes to."""

CALLBACK_ID = "voice_callbackid"
CALLBACK_LIST = "voice_callbacklist"
REQUEST_COUNT = "voice_requestcount"
LAST_REQUESTED_ON = "voice_lastrequestedon"
ATTEMPT_COUNT = "voice_attemptcount"
LAST_ATTEMPT_ON = "voice_lastattempton"
CALLBACK_REQUEST = "voice_callbackrequest"
ACTIVITY_SUFFIX = "_PhoneCall"
"""What Dataverse adds to the navigation property of a custom lookup of an activity."""

CALL_ID = "voice_callid"
RECORDING = "voice_recording"
ARRIVED_ON = "voice_arrivedon"
FIRST_ANSWERED_ON = "voice_firstansweredon"
WAIT_TIME = "voice_waittime"
DURATION = "voice_duration"
POOL = "voice_pool"
TERMINAL = "voice_terminal"
RESULT = "voice_result"

CALLBACK_LIST_LENGTH, POOL_LENGTH, TERMINAL_LENGTH = 200, 200, 50
"""What columns of ours take (infra/dynamics/columns.json); what comes from outside is cut."""

CALL_COLUMNS = (
    CALL_ID,
    RECORDING,
    ARRIVED_ON,
    FIRST_ANSWERED_ON,
    WAIT_TIME,
    DURATION,
    POOL,
    TERMINAL,
    RESULT,
    CALLBACK_REQUEST,
)
"""What of a call has columns of our own: an environment may lack some of them."""

CALLBACK_COLUMNS = (CALLBACK_ID, CALLBACK_LIST, REQUEST_COUNT, LAST_REQUESTED_ON, ATTEMPT_COUNT, LAST_ATTEMPT_ON)
PHONECALL_COLUMNS = (*CALLBACK_COLUMNS, *CALL_COLUMNS)

VOICE_USER_ID = "voice_userid"
VOICE_EMAIL = "voice_useremail"
USER_COLUMNS = (VOICE_USER_ID, VOICE_EMAIL)


def read_as(column: str) -> str:
    """The name that a column of ours has in a query: a lookup is read by the id it points to."""
    return f"_{column}_value" if column == CALLBACK_REQUEST else column


AGENT_STATUS = "msdyn_agentstatus"
AGENT_STATUSES = "msdyn_agentstatuses"
AGENT = "msdyn_agentid"
PRESENCE = "msdyn_currentpresenceid"
PRESENCE_SINCE = "msdyn_presencemodifiedon"
PRESENCE_BY = "msdyn_presencemodifiedby"
AGENT_STATUS_HISTORIES = "msdyn_agentstatushistories"
HISTORY_PRESENCE = "msdyn_presenceid"
HISTORY_SINCE = "msdyn_starttime"
PRESENCES = "msdyn_presences"
PRESENCE_ID = "msdyn_presenceid"
PRESENCE_TEXT = "msdyn_presencestatustext"
PRESENCE_BASE = "msdyn_basepresencestatus"
MODIFY_PRESENCE = "CCaaS_ModifyAgentPresence"
PRESENCE_API_VERSION = "1.0"
