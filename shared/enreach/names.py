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

QUERY_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
"""Times in query strings are UTC in this form."""

WEBHOOK_TOKEN_HEADER = "X-Benemen-Token"  # noqa: S105 (the name of a header)
EVENT_TYPE = "EventType"
EVENT_ENTITY_ID = "EntityId"
EVENT_CALLBACK_ID = "CallbackId"
EVENT_CALLBACK_CREATED = "CallbackCreated"
EVENT_CALLBACK_UPDATED = "CallbackUpdated"
