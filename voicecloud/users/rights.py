"""Who may see and do what (I6). An API user acts for another system, which has rights of its own."""

from collections.abc import Mapping
from typing import Any

from shared.errors import Forbidden
from voicecloud.organisation.model import Role, User
from voicecloud.records.model import Privacy
from voicecloud.routing.platform import Platform


def acts_for(caller: User, user_id: str) -> bool:
    """Whether the caller is that user, or a system that acts for everybody."""
    return caller.id == user_id or Role.API_USER in caller.roles


def require_self(caller: User, user: User) -> None:
    """For what is a person's own, as their phone. Raises Forbidden ``foreign-user``."""
    if not acts_for(caller, user.id):
        raise Forbidden("foreign-user", "this is for the user alone")


def require_self_or_supervisor(caller: User, user: User) -> None:
    """For what supervisors arrange for others, as their availability. Raises Forbidden ``foreign-user``."""
    if caller.id != user.id and not caller.sees_everything:
        raise Forbidden("foreign-user", "this user's data may not be changed by the caller")


def sees_pool(caller: User, pool_id: str, platform: Platform) -> bool:
    """Those who manage see all pools, others the ones they are members of."""
    if caller.manages:
        return True
    known = pool_id in platform.configuration.pools
    return known and any(member.user_id == caller.id for member in platform.members(pool_id))


def sees_list(caller: User, list_id: str, platform: Platform) -> bool:
    """A callback list belongs to the pools that feed it; one that no pool feeds is for those who manage."""
    pools = platform.configuration.pools.values()
    feeding = [pool.id for pool in pools if pool.callback and pool.callback.list_id == list_id]
    return caller.manages or any(sees_pool(caller, pool_id, platform) for pool_id in feeding)


def sees_row(caller: User, row: Mapping[str, Any]) -> bool:
    """A row of ``/calls``: one's own, and to supervisors those of others that are not private (H3)."""
    if acts_for(caller, row["UserID"]):
        return True
    return caller.sees_everything and row["Privacy"] != Privacy.PRIVATE
