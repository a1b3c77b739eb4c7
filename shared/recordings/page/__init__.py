"""The static page behind the link: signs the reader in, lists what there is to hear, plays it."""

from pathlib import Path

from shared.errors import Missing

FOLDER = Path(__file__).parent
TYPES = {
    "index.html": "text/html",
    "page.js": "text/javascript",
    "sign-in.js": "text/javascript",
    "page.css": "text/css",
}
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; connect-src 'self' {authority};"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def asset(name: str) -> tuple[bytes, str]:
    """A file of the page and its type. Raises Missing ``page-missing``."""
    if name not in TYPES:
        raise Missing("page-missing", "there is no such page")
    return (FOLDER / name).read_bytes(), TYPES[name]
