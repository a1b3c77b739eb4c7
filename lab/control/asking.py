"""Where the handlers of the control page find the lab."""

from aiohttp import web

from lab.laboratory import Lab

LAB = web.AppKey("lab", Lab)


def lab(request: web.Request) -> Lab:
    return request.app[LAB]
