"""What the broker refuses, each with the condition name that Azure Service Bus clients know.

BrokerError                    condition, a message for people
├── EntityNotFound             no queue, topic or subscription of that name
├── NotAllowed                 the entity does not support the request
├── LockLost                   the message lock expired, was settled, or never was
├── SessionLockLost            the same for a session
├── SessionCannotBeLocked      somebody else holds the session
├── MessageNotFound            no message of that sequence number in the wanted state
├── MessageTooLarge            over the entity's maximum
├── TimedOut                   no session became available in the time given
└── NotAuthorised               the token does not open this entity
"""


class BrokerError(Exception):
    """Base of all refusals."""

    condition = "amqp:internal-error"
    status = 500


class EntityNotFound(BrokerError):
    condition = "amqp:not-found"
    status = 404


class NotAllowed(BrokerError):
    condition = "amqp:not-allowed"
    status = 400


class LockLost(BrokerError):
    condition = "com.microsoft:message-lock-lost"
    status = 410


class SessionLockLost(BrokerError):
    condition = "com.microsoft:session-lock-lost"
    status = 410


class SessionCannotBeLocked(BrokerError):
    condition = "com.microsoft:session-cannot-be-locked"
    status = 409


class MessageNotFound(BrokerError):
    condition = "com.microsoft:message-not-found"
    status = 404


class MessageTooLarge(BrokerError):
    condition = "amqp:link:message-size-exceeded"
    status = 403


class TimedOut(BrokerError):
    condition = "com.microsoft:timeout"
    status = 408


class NotAuthorised(BrokerError):
    condition = "amqp:unauthorized-access"
    status = 401
