"""Cross-origin requests, which the platform in front of a Functions app answers, not the app."""

from dataclasses import dataclass

from aiohttp import web

ANY = "*"


@dataclass(frozen=True)
class Cors:
    """``origins`` may be ``*``; ``credentials`` lets browsers send cookies."""

    origins: frozenset[str] = frozenset()
    credentials: bool = False

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a browser's question before a request, None when this is no such question."""
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers or not self.origins:
            return None
        return web.Response(status=204, headers=self.headers(request))

    def headers(self, request: web.Request) -> dict[str, str]:
        """What a response to this request carries; nothing for a foreign origin."""
        origin = request.headers.get("Origin", "")
        if not origin or not self.origins & {ANY, origin}:
            return {}
        named = self.credentials or ANY not in self.origins
        allowed = {
            "Access-Control-Allow-Origin": origin if named else ANY,
            "Access-Control-Allow-Methods": request.headers.get("Access-Control-Request-Method", ANY),
            "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers", ANY),
            "Access-Control-Expose-Headers": ANY,
            "Vary": "Origin",
        }
        return allowed | ({"Access-Control-Allow-Credentials": "true"} if self.credentials else {})
