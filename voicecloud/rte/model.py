"""Names and numbers of the real-time events."""

EVENT_NAMES = (
    "UserAvailability",
    "UserSetting",
    "UserStatus",
    "UserContactCard",
    "UserCallInComing",
    "UserCallInConnected",
    "UserCallInDisconnected",
    "UserCallOutGoing",
    "UserCallOutConnected",
    "UserCallOutDisconnected",
    "UserCallInArrived",
    "UserCallInUserAllocated",
    "UserCallInUserConnected",
    "UserCallInUserCancelled",
    "UserCallInOverflow",
    "UserCallInUserOverflow",
    "UserCallInTransferStarted",
    "UserCallInTransferConnected",
    "UserCallInTransferCancelled",
    "QueueCallInComing",
    "QueueCallInArrived",
    "QueueCallInUserAllocated",
    "QueueCallInUserConnected",
    "QueueCallInUserCancelled",
    "QueueCallInOverflow",
    "QueueCallInTransferStarted",
    "QueueCallInTransferConnected",
    "QueueCallInTransferCancelled",
    "QueueCallInDisconnected",
    "QueueStatus",
    "CallbackCreated",
    "CallbackUpdated",
    "CallbackClosed",
    "CallbackChanged",
    "UserCallbackChanged",
    "UserAlert",
    "UserQueueAlert",
    "UserAction",
    "UserActionMobileCall",
    "UserWrapUpEnabled",
    "UserWrapUpStarted",
    "UserWrapUpTerminated",
    "UserWrapUpRequestTerminate",
    "UserConfigurationSetNextCLI",
)
"""All that may be subscribed to; not every one of them ever happens here (docs/voice-cloud-api.md)."""

KNOWN_NUMBERS = {
    "UserAvailability": 1,
    "UserCallInComing": 10,
    "QueueCallInUserAllocated": 102,
    "QueueStatus": 140,
    "UserStatus": 141,
}
FIRST_CHOSEN_NUMBER = 1000


def event_number(name: str) -> int:
    """The published number, where one is known; others are numbered from 1000 in the order of ``EVENT_NAMES``."""
    known = KNOWN_NUMBERS.get(name)
    return known if known is not None else FIRST_CHOSEN_NUMBER + EVENT_NAMES.index(name)
