"""Every path, field and value of EnreachAPI in one place.

The callback resources are not publicly documented: they follow the manner of the known ones, and a correction is an
edit of this file alone.
"""

DISCOVERY_PARAMETER = "user"
DISCOVERY_ENDPOINT = "apiEndpoint"
SERIALIZER_HEADER = {"X-Json-Serializer": "2"}

AUTHENTICATE = "/authuser/{username}/"
ME = "/users/me"
CALLBACK_LISTS = "/callbacklists"
CALLBACKS = "/callbacks"
CALLBACK = "/callbacks/{id}"
CLOSE_CALLBACK = "/callbacks/{id}/close"

CALLS = "/calls"
SERVICE_CALLS = "/servicecall"
RECORDING = "/calls/recordings/{id}"
USERS = "/users"

USER_NAME = "UserName"
PASSWORD = "Password"  # noqa: S105 (the name of a field)
SECRET_KEY = "SecretKey"  # noqa: S105 (the name of a field)

ID = "Id"
NAME = "Name"
LIST_ID = "ListId"
STATE = "State"
STATE_OPEN = "Open"
CALLER_NUMBER = "CallerNumber"
QUEUE_NAME = "QueueName"
CREATED_TIME = "CreatedTime"
CREATED_AFTER = "CreatedAfter"
MAX_COUNT = "MaxCount"
NOTE = "Note"

CALL_ID = "CallID"
CALL_ID_FILTER = "CallId"
MODIFIED_AFTER = "ModifiedAfter"
MODIFIED_BEFORE = "ModifiedBefore"
START_TIME = "StartTime"
END_TIME = "EndTime"
LONGEST_WINDOW_DAYS = 31
USER_ID = "UserID"
QUEUE_ID = "QueueId"
STARTED = "TimeStamp"
A_NUMBER = "ANum"
B_NUMBER = "BNum"
CALL_TYPE = "CallTypeString"
TYPE_SERVICE = "ServiceCall"
DIRECTION = "Direction"
"""Falsy: towards the user."""
DURATION = "Duration"
END_RESULT = "EndResult"
"""Falsy: answered."""
RECORDING_IDS = "RecordingIds"
PRIVACY = "Privacy"
PRIVACY_WORK = "Work"
TERMINAL = "Terminal"
TERMINAL_WEB = "web"
ARRIVED = "ArrivalTime"
ANSWERED = "AnswerTime"
FIRST_ANSWERED = "FirstAnswerTime"
ENDED = "EndTime"
WAIT_TIME = "WaitTime"
REJECT_REASON = "RejectReason"
END_REASON = "EndReason"
MODIFIED = "ModifiedTime"
CONTENT_TYPE = "ContentType"
URL = "URL"

QUERY_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
"""Times in query strings are UTC in this form."""

WEBHOOK_TOKEN_HEADER = "X-Benemen-Token"  # noqa: S105 (the name of a header)
EVENT_TYPE = "EventType"
EVENT_ENTITY_ID = "EntityId"
EVENT_CALLBACK_ID = "CallbackId"
EVENT_CALLBACK_CREATED = "CallbackCreated"
EVENT_CALLBACK_UPDATED = "CallbackUpdated"
