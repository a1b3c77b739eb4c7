"""``$batch``: multipart/mixed with change sets that are done as one transaction."""

import email
import email.policy
from collections.abc import Callable, Mapping, Sequence
from email.message import Message
from http import HTTPStatus
from uuid import uuid4

from local.dynamics.data.store import Store
from local.dynamics.errors import DataverseError
from local.dynamics.odata.messages import ROOT, ApiAnswer, ApiRequest

MAX_PARTS = 1000
CRLF = "\r\n"

Execute = Callable[[ApiRequest], ApiAnswer]


class _Failed(Exception):
    def __init__(self, answer: ApiAnswer) -> None:
        self.answer = answer


class Batches:
    """Carries out batches part by part."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def run(self, content_type: str, body: bytes, execute: Execute, *, go_on: bool) -> tuple[str, bytes]:
        """The content type and body of the answer. Raises DataverseError for a batch that cannot be read."""
        boundary = f"batchresponse_{uuid4()}"
        lines: list[str] = []
        count = 0
        for part in _parts(content_type, body):
            lines += [f"--{boundary}"]
            if part.get_content_maintype() == "multipart":
                answers, failed = self._change_set(_leaves(part), execute)
                count += len(answers)
                lines += answers
            else:
                answer = execute(_request(part))
                failed = answer.status >= 400
                count += 1
                lines += _shown(answer, None)
            if count > MAX_PARTS:
                raise DataverseError(400, "0x80060888", "A batch can hold at most 1000 requests.")
            if failed and not go_on:
                break
        return f"multipart/mixed; boundary={boundary}", CRLF.join([*lines, f"--{boundary}--", ""]).encode()

    def _change_set(self, parts: Sequence[Message], execute: Execute) -> tuple[list[str], bool]:
        """All parts in one transaction; a failure answers for the whole set."""
        boundary = f"changesetresponse_{uuid4()}"
        lines: list[str] = [f"Content-Type: multipart/mixed; boundary={boundary}", ""]
        references: dict[str, str] = {}
        try:
            with self._store.transaction():
                for part in parts:
                    content_id = str(part.get("Content-ID", ""))
                    answer = execute(_request(part, references, in_change_set=True))
                    if answer.status >= 400:
                        raise _Failed(answer)  # noqa: TRY301 (leaves the transaction, which undoes it)
                    if content_id and "OData-EntityId" in answer.headers:
                        references[f"${content_id}"] = answer.headers["OData-EntityId"]
                    lines += [f"--{boundary}", *_shown(answer, content_id)]
        except _Failed as failed:
            return _shown(failed.answer, None), True
        return [*lines, f"--{boundary}--"], False


def _parts(content_type: str, body: bytes) -> Sequence[Message]:
    if not content_type.startswith("multipart/mixed"):
        raise DataverseError(400, "0x80060888", "A batch is multipart/mixed.")
    message = email.message_from_bytes(f"Content-Type: {content_type}{CRLF}{CRLF}".encode() + body)
    parts = _leaves(message)
    if not parts:
        raise DataverseError(400, "0x80060888", "The batch has no parts, or its boundary is not the one announced.")
    return parts


def _leaves(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _request(part: Message, references: Mapping[str, str] | None = None, *, in_change_set: bool = False) -> ApiRequest:
    raw = part.get_payload(decode=True)
    head, _, body = (raw if isinstance(raw, bytes) else b"").replace(b"\r\n", b"\n").partition(b"\n\n")
    request_line, *header_lines = head.decode().strip().split("\n")
    method, url, *_ = request_line.split(" ")
    if in_change_set and method == "GET":
        raise DataverseError(400, "0x80060888", "A change set cannot hold a GET request.")
    text = body.decode()
    for name, address in (references or {}).items():
        text = text.replace(f'"{name}"', f'"{address}"')
        url = address if url.strip("/") == name else url
    headers = dict(line.split(": ", 1) for line in header_lines if ": " in line)
    return ApiRequest.of(method, url if "/" in url else f"{ROOT}/{url}", headers, text.strip().encode())


def _shown(answer: ApiAnswer, content_id: str | None) -> list[str]:
    content = answer.content().decode()
    return [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        *([f"Content-ID: {content_id}"] if content_id else []),
        "",
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *([f"Content-Type: application/json; odata.metadata=minimal{CRLF}OData-Version: 4.0"] if content else []),
        *(f"{name}: {value}" for name, value in answer.headers.items()),
        "",
        content,
    ]
