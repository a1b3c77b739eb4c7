"""Pure: which calls of mobiles, Teams and desk phones become activities (H1-H4).

Only calls with customers (H2), of users who are set up for it, and not shorter than the limit (H4); that a call is work
(H3) was seen to before.
"""

from collections.abc import Mapping

from shared.calls.model import CallFacts
from shared.identity.model import Identification
from shared.settings.model import CallSync
from shared.users.model import LinkedUser

UNDECIDED = "Dynamics lacks the column that says whether its user is set up for enterprise calls"
"""The call would be written but for an e-mail that cannot be read: nothing is decided then."""


def why_not(facts: CallFacts, users: Mapping[str, LinkedUser], identified: Identification, settings: CallSync) -> str:
    """Why an answered call becomes no activity, without personal data; empty where it becomes one."""
    if not settings.enterprise:
        return "enterprise calls are not synchronised"
    talkers = [users[talk.user_id] for talk in facts.talks if talk.user_id in users]
    if not any(user.may_sync_enterprise_calls for user in talkers):
        return "its user is not set up for enterprise calls"
    if facts.dialler or not any(customer.kind in settings.customer_kinds for customer in identified.customers):
        return "the other party is no customer"
    if facts.duration_s < settings.duration_limit_s:
        return "shorter than the limit"
    if not any(user.syncs_enterprise_calls for user in talkers):
        return UNDECIDED
    return ""
