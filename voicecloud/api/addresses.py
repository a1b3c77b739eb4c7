"""Whose request it is, by address."""

from collections.abc import Sequence
from ipaddress import ip_address

from aiohttp import web

from voicecloud.settings.model import Network


def client_address(request: web.Request, proxies: Sequence[Network]) -> str:
    """The peer; behind reverse proxies of ours, the last address in ``X-Forwarded-For`` that is none of theirs."""
    forwarded = [one.strip() for given in request.headers.getall("X-Forwarded-For", []) for one in given.split(",")]
    chain = [*forwarded, request.remote or ""]
    while len(chain) > 1 and _is_in(chain[-1], proxies):
        chain.pop()
    return chain[-1]


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        read = ip_address(address)
    except ValueError:
        return False
    return any(read in network for network in networks)
