"""Reading the ``scope`` of a request: which resource, which permissions. One token is for one resource."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from local.entra.claims import Resource
from local.entra.directory import Tenant
from local.entra.errors import OAuthError

OPENID = frozenset({"openid", "profile", "email", "offline_access"})
DEFAULT = ".default"
GRAPH = Resource("00000003-0000-0000-c000-000000000000")
"""Who signs in and asks for nothing more gets a token for Microsoft Graph, which nobody here takes."""


@dataclass(frozen=True)
class RequestedScope:
    """What a scope asks for: permissions at a resource, and what OpenID Connect names."""

    resource: Resource
    permissions: tuple[str, ...]
    openid: frozenset[str]

    def granted(self) -> str:
        """The scope as the token answer repeats it."""
        prefix = self.resource.api.identifier_uri if self.resource.api else self.resource.audience
        own = [f"{prefix}/{name}" for name in self.permissions]
        return " ".join([*own, *sorted(self.openid - {"offline_access"})])


def read_scope(scope: str, directory: Tenant) -> RequestedScope:
    """Raises OAuthError for unknown permissions, unknown resources, or two resources at once."""
    words = scope.split()
    wanted = [word.rpartition("/") for word in words if word not in OPENID]
    addresses = {address for address, _, _ in wanted}
    openid = frozenset(words) & OPENID
    if not words or "" in addresses:
        raise OAuthError("invalid_scope", 70011, f"The provided value for the scope '{scope}' is not valid.")
    if len(addresses) > 1:
        raise OAuthError("invalid_request", 28000, "The scope is not valid: it contains more than one resource.")
    if not addresses:
        return RequestedScope(GRAPH, (), openid)
    resource = find_resource(addresses.pop(), directory)
    return RequestedScope(resource, _permissions([name for _, _, name in wanted], resource), openid)


def find_resource(address: str, directory: Tenant) -> Resource:
    """One of our APIs, or any https address for a resource of Microsoft's. Raises OAuthError 500011."""
    if api := directory.api(address):
        return Resource(api.client_id, api)
    if urlsplit(address).scheme != "https":
        reason = f"The resource principal named {address} was not found in the tenant {directory.tenant_id}."
        raise OAuthError("invalid_resource", 500011, reason)
    return Resource(address)


def _permissions(names: list[str], resource: Resource) -> tuple[str, ...]:
    """``.default`` is every permission there is."""
    published = tuple(resource.api.scopes) if resource.api else ("user_impersonation",)
    if DEFAULT in names:
        return published
    if unknown := set(names) - set(published):
        reason = f"The application asked for scopes that do not exist on {resource.audience}: {sorted(unknown)}."
        raise OAuthError("invalid_client", 650053, reason)
    return tuple(names)
