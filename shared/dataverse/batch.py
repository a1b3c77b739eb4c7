"""``$batch`` with one change set: multipart/mixed as OData 4.01 Protocol, section 11.7 describes it."""

import email
import email.policy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from shared.dataverse.model import Change

CRLF = "\r\n"


@dataclass(frozen=True)
class BatchAnswer:
    """One answer within a batch."""

    status: int
    headers: dict[str, str]
    body: str


def compose(base_path: str, changes: Sequence[Change]) -> tuple[str, str]:
    """The content type and body of a batch in which all changes are done or none. ``base_path``: ``/api/data/v9.2``."""
    batch, change_set = f"batch_{uuid4().hex}", f"changeset_{uuid4().hex}"
    lines = [f"--{batch}", f"Content-Type: multipart/mixed;boundary={change_set}", ""]
    for number, change in enumerate(changes, start=1):
        lines += [
            f"--{change_set}",
            "Content-Type: application/http",
            "Content-Transfer-Encoding: binary",
            f"Content-ID: {number}",
            "",
            f"{change.method} {base_path}/{change.path} HTTP/1.1",
            "Content-Type: application/json; charset=utf-8;type=entry",
            *(f"{name}: {value}" for name, value in change.headers.items()),
            "",
            json.dumps(change.body, ensure_ascii=False),
        ]
    lines += [f"--{change_set}--", f"--{batch}--", ""]
    return f"multipart/mixed;boundary={batch}", CRLF.join(lines)


def parse(content_type: str, body: bytes) -> list[BatchAnswer]:
    """The answers of a batch in order; one failed change set answers with its first failure alone."""
    head = f"Content-Type: {content_type}{CRLF}{CRLF}".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    return [_part(leaf) for leaf in message.walk() if leaf.get_content_type() == "application/http"]


def _part(leaf: email.message.Message) -> BatchAnswer:
    raw = leaf.get_payload(decode=True)
    text = raw.decode() if isinstance(raw, bytes) else ""
    head, _, body = text.replace(CRLF, "\n").partition("\n\n")
    status_line, *header_lines = head.split("\n")
    headers = dict(line.split(": ", 1) for line in header_lines if ": " in line)
    return BatchAnswer(int(status_line.split()[1]), headers, body.strip())
