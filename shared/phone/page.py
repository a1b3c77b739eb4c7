"""The web phone's files, with what a browser may do with them (A2; Content Security Policy Level 3)."""

import gzip
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from shared.entra.sign_in import SignIn
from shared.errors import Missing
from shared.settings.service import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "webphone"
ELSEWHERE = {"transitions.json": ROOT / "shared" / "calls" / "transitions.json"}
"""Files of the page that Python reads too."""
UNSERVED = {"tsconfig.json"}
"""What developers need, and no browser."""
INDEX = "index.html"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
}
PACKED = {".html", ".js", ".css", ".json", ".webmanifest", ".svg"}
HEADERS = {
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
}
_COMMENT = re.compile(rb"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*$", re.MULTILINE | re.DOTALL)
POLICY = (
    "default-src 'none'; script-src 'self' {ancestors}; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " media-src 'self' blob: mediastream:; connect-src 'self' {connect}; worker-src 'self'; manifest-src 'self';"
    " frame-src 'self' {authority}; base-uri 'none'; form-action 'none'; frame-ancestors 'self' {ancestors}"
)


@dataclass(frozen=True)
class File:
    """``etag`` is that of the content, whether packed or not."""

    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


class WebPhonePage:
    """``voicecloud_url``: where browsers reach the voice cloud; ``dynamics_url``: whose pages may frame the phone."""

    def __init__(self, *, sign_in: SignIn, settings: Settings, voicecloud_url: str, dynamics_url: str) -> None:
        self._sign_in = sign_in
        self._settings = settings
        self._voicecloud = _origin(voicecloud_url)
        self._dynamics = _origin(dynamics_url)

    def config(self) -> dict[str, str]:
        """What the phone signs people in with."""
        return self._sign_in.to_json()

    @property
    def version(self) -> str:
        """Another one for every change of the page: an open phone learns by it that there is a newer one."""
        return _version()

    def file(self, path: str) -> File:
        """A file by its path, the page itself for an empty one. Raises Missing ``page-missing``."""
        found = _located(path or INDEX)
        if found is None:
            raise Missing("page-missing", "there is no such page")
        return _read(found, found.stat().st_mtime_ns)

    async def headers(self, file: File) -> dict[str, str]:
        """Of every answer; a page also says what it may load, whom it may speak to and who may frame it."""
        headers = {**HEADERS, "ETag": file.etag}
        if not file.content_type.startswith("text/html"):
            return headers
        ancestors = " ".join(filter(None, [self._dynamics, *(await self._settings.phone()).frame_ancestors]))
        authority = self._sign_in.origin
        connect = " ".join(filter(None, [authority, self._voicecloud]))
        policy = POLICY.format(connect=connect, authority=authority, ancestors=ancestors)
        return {
            **headers,
            "Content-Security-Policy": policy.strip(),
            "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        }


def _located(path: str) -> Path | None:
    """Plain names only: nothing hidden, nothing above, nothing that no browser needs, no name that no file can have."""
    parts = PurePosixPath(path).parts
    plain = all(part[0] not in "./\\" and "\\" not in part and "\0" not in part for part in parts)
    if not parts or not plain or PurePosixPath(path).suffix not in TYPES or parts[-1] in UNSERVED:
        return None
    try:
        found = ELSEWHERE.get(path, FOLDER.joinpath(*parts)).resolve()
        inside = found.is_relative_to(FOLDER.resolve()) or found in ELSEWHERE.values()
        return found if inside and found.is_file() else None
    except (OSError, ValueError):
        return None


def without_comments(module: bytes) -> bytes:
    """Without the documentation comments that have lines of their own; each line stays where it is."""
    return _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), module)


@lru_cache(maxsize=500)
def _read(path: Path, _changed_ns: int) -> File:
    """Read and packed once, until it changes. Modules are sent without what only their readers need."""
    body = path.read_bytes()
    if path.suffix == ".js":
        body = without_comments(body)
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in PACKED else None
    return File(body, packed, TYPES[path.suffix], f'W/"{sha256(body).hexdigest()[:32]}"')


@cache
def _version() -> str:
    """Of all that is served; a process serves the same as long as it lives."""
    files = sorted(path for path in (*FOLDER.rglob("*"), *ELSEWHERE.values()) if path.is_file())
    return sha256(b"\0".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:16]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
