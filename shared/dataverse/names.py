"""Every Dataverse name of the product in one place. ``voice_…``: our own, ``infra/dynamics/columns.json``."""

PHONECALLS = "phonecalls"
QUEUES = "queues"
QUEUEITEMS = "queueitems"
ENTITY_SETS = {"contact": "contacts", "account": "accounts", "lead": "leads"}

STATECODE = "statecode"
STATE_OPEN = 0

INCOMING = False
"""``directioncode``: false is incoming, true is outgoing."""

PHONENUMBER_LENGTH = 200
DESCRIPTION_LENGTH = 2000
"""What a phonecall's columns take: longer texts are refused by Dataverse, so they are cut."""

PARTY_FROM = 1
"""``participationtypemask`` of the party a call comes from."""

CALLBACK_ID = "voice_callbackid"
CALLBACK_LIST = "voice_callbacklist"
REQUEST_COUNT = "voice_requestcount"
LAST_REQUESTED_ON = "voice_lastrequestedon"
ATTEMPT_COUNT = "voice_attemptcount"
