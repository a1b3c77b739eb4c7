"""``$batch``: multipart/mixed with change sets that are done as one transaction (OData 4.0 Protocol, 11.7)."""

import email
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from uuid import uuid4

from local.dynamics.data.store import Store
from local.dynamics.errors import DataverseError, bad_query, invalid
from local.dynamics.odata.messages import ROOT, ApiAnswer, ApiRequest

MAX_PARTS = 1000
MAX_URL = 65_536
CRLF = "\r\n"
_LONE_LF = re.compile(rb"(?<!\r)\n")
_STATED_TYPE = re.compile(r"multipart/mixed\s*;\s*boundary=", re.IGNORECASE)

Execute = Callable[[ApiRequest], ApiAnswer]


class _Failed(Exception):
    def __init__(self, answer: ApiAnswer) -> None:
        self.answer = answer


@dataclass(eq=False, repr=False)
class Batches:
    """Carries out batches part by part."""

    store: Store

    def run(self, content_type: str, body: bytes, execute: Execute, *, go_on: bool) -> tuple[str, bytes]:
        """The content type and body of the answer; the first failure ends it unless ``go_on``.

        Raises DataverseError for a batch that cannot be read or is too large; then nothing of it is done.
        """
        boundary = f"batchresponse_{uuid4()}"
        lines: list[str] = []
        for part in _parts(content_type, body):
            lines += [f"--{boundary}"]
            if part.get_content_maintype() == "multipart":
                answers, failed = self._change_set(_leaves(part), execute)
                lines += answers
            else:
                answer = execute(_request(part))
                failed = answer.status >= 400
                lines += _shown(answer, None)
            if failed and not go_on:
                break
        return f"multipart/mixed; boundary={boundary}", CRLF.join([*lines, f"--{boundary}--", ""]).encode()

    def _change_set(self, parts: Sequence[Message], execute: Execute) -> tuple[list[str], bool]:
        """All parts in one transaction; a failure answers for the whole set."""
        boundary = f"changesetresponse_{uuid4()}"
        lines: list[str] = [f"Content-Type: multipart/mixed; boundary={boundary}", ""]
        references: dict[str, str] = {}
        try:
            with self.store.transaction():
                for part in parts:
                    content_id, answer = self._in_change_set(part, references, execute)
                    lines += [f"--{boundary}", *_shown(answer, content_id)]
        except _Failed as failed:
            return _shown(failed.answer, None), True
        return [*lines, f"--{boundary}--"], False

    def _in_change_set(self, part: Message, references: dict[str, str], execute: Execute) -> tuple[str, ApiAnswer]:
        content_id = str(part.get("Content-ID", ""))
        if not content_id:
            raise _Failed(ApiAnswer.refused(bad_query("Content-ID header is not present in a change set request.")))
        if f"${content_id}" in references:
            raise _Failed(ApiAnswer.refused(bad_query(f"The content id '{content_id}' is used more than once.")))
        answer = execute(_request(part, references))
        if answer.status >= 400:
            raise _Failed(answer)
        references[f"${content_id}"] = answer.headers.get("OData-EntityId", "")
        return content_id, answer


def request_lines(body: bytes) -> list[str]:
    """The first lines of the requests within a batch: ``PATCH /api/… HTTP/1.1``."""
    found = re.findall(rb"^(?:GET|POST|PATCH|PUT|DELETE) [^\r\n]+", body, re.MULTILINE)
    return [line.decode(errors="replace") for line in found]


def _parts(content_type: str, body: bytes) -> Sequence[Message]:
    if not _STATED_TYPE.match(content_type):
        raise DataverseError(400, "0x80060888", "The content type of a batch must be multipart/mixed with a boundary.")
    if _LONE_LF.search(body):
        raise invalid("", "System.ArgumentException: Stream was not readable.")
    message = email.message_from_bytes(f"Content-Type: {content_type}{CRLF}{CRLF}".encode() + body)
    parts = _leaves(message)
    if not parts:
        raise bad_query("The batch has no parts, or its boundary is not the one that was announced.")
    _check_parts(parts)
    return parts


def _check_parts(parts: Sequence[Message]) -> None:
    leaves = [leaf for part in parts for leaf in (_leaves(part) or [part])]
    if len(leaves) > MAX_PARTS:
        raise bad_query("The batch request operation exceeds the maximum limit of 1000 batch items.")
    for part in parts:
        inside = _leaves(part)
        for leaf in inside or [part]:
            _check_leaf(leaf, in_change_set=bool(inside))


def _check_leaf(leaf: Message, *, in_change_set: bool) -> None:
    if leaf.get_content_type() != "application/http":
        raise bad_query("A part of a batch must be of the content type application/http.")
    try:
        _raw(leaf).decode()
    except UnicodeDecodeError:
        raise bad_query("A part of a batch must be encoded in UTF-8.") from None
    method, url = _request_line(leaf)
    if in_change_set and method == "GET":
        raise bad_query("A GET request cannot be part of a change set.")
    if "$batch" in url:
        raise bad_query("A batch cannot contain a batch.")
    if len(url) > MAX_URL:
        raise DataverseError(414, "", "The address of a part is too long.")


def _leaves(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _raw(part: Message) -> bytes:
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def _request_line(part: Message) -> tuple[str, str]:
    line = _raw(part).lstrip().split(b"\r\n", 1)[0].decode(errors="replace")
    method, _, rest = line.partition(" ")
    url, _, version = rest.rpartition(" ")
    if not method.isalpha() or not url or not version.startswith("HTTP/"):
        raise bad_query(f"The request line '{line}' of a part is not valid.")
    return method.upper(), url


def _request(part: Message, references: Mapping[str, str] | None = None) -> ApiRequest:
    method, url = _request_line(part)
    head, _, body = _raw(part).lstrip().partition(b"\r\n\r\n")
    text = body.decode()
    for name, address in (references or {}).items():
        text = text.replace(f'"{name}"', f'"{address}"')
        if url.strip("/") == name or url.strip("/").startswith(f"{name}/"):
            url = address + url.strip("/").removeprefix(name)
    header_lines = head.decode().split(CRLF)[1:]
    headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in header_lines)}
    return ApiRequest.of(
        method, url if "/api/data/" in url else f"{ROOT}/{url.lstrip('/')}", headers, text.strip().encode()
    )


def _shown(answer: ApiAnswer, content_id: str | None) -> list[str]:
    return [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        *([f"Content-ID: {content_id}"] if content_id else []),
        "",
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *([f"Content-Type: {answer.content_type}"] if answer.content_type else []),
        *([] if "OData-Version" in answer.headers else ["OData-Version: 4.0"]),
        *(f"{name}: {value}" for name, value in answer.headers.items()),
        "",
        answer.content().decode(),
    ]
