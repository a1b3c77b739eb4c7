"""Tells Table Storage's own answers from those of something in between: a proxy's page, a firewall, a wrong address.

The SDK reads such an answer by its status: a proxy's 404 would be the absence of a row, its 409 a race that was lost.
"""

from typing import Any

from shared.errors import Unavailable

OWN_HEADERS = "x-ms-"
"""The service names itself by headers of this kind in every answer (*Status and error codes*, Microsoft Learn)."""


def check_answer(response: Any) -> None:
    """A ``raw_response_hook`` of the SDK. Raises Unavailable ``storage-unavailable``."""
    answer = response.http_response
    is_own = any(name.lower().startswith(OWN_HEADERS) for name in answer.headers)
    content_type = str(answer.headers.get("Content-Type") or "")
    if not is_own or content_type.startswith("text/html"):
        raise Unavailable(
            "storage-unavailable",
            f"something other than Table Storage answered {answer.status_code} ({content_type or 'no content type'}): "
            "a proxy or firewall in between, or a wrong address in STORAGE_CONNECTION",
        )
