"""``python -m lab.play``: plays customers and users of a running voice cloud by command.

    python -m lab.play call +35891000100 --from +358401234567
    python -m lab.play dial <user id> +358401234567 --terminal teams --talk 20
    python -m lab.play transfer <call id> +35891000200 --user <user id>
    python -m lab.play hangup <call id>
    python -m lab.play callback <list id> +358401234567
    python -m lab.play traffic 240

It sends the requests of docs/lab.md, so the voice cloud must run as ``python -m lab``.
"""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from typing import Any

import aiohttp

from lab.people.telephones import How
from voicecloud.vocabulary.calls import Terminal

DEFAULT_URL = "http://localhost:7200"
DEEDS = {
    "answer": "pick up a ringing telephone",
    "reject": "decline a ringing telephone",
    "hangup": "end a call",
    "hold": "put the other party on hold",
    "resume": "take the other party off hold",
    "complete": "hand the call over to whom one has asked",
    "cancel": "go back from whom one has asked",
}
TERMINALS = [one.value for one in Terminal]


@dataclass(frozen=True)
class Request:
    """``path`` is below ``/control/api/``."""

    method: str
    path: str
    body: dict[str, Any]


def request_of(arguments: Namespace) -> Request:
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    body = {name: given[name] for name in given if name[0].isupper()}
    method = arguments.method
    if arguments.what == "terminal" and body["Terminal"] == "none":
        method, body = "DELETE", {}
    return Request(method, arguments.path.format(**given), body)


def parser() -> ArgumentParser:
    made = ArgumentParser(prog="python -m lab.play", description="Play people of a voice cloud.")
    made.add_argument("--url", default=DEFAULT_URL)
    what = made.add_subparsers(dest="what", required=True)
    _calls(what)
    for name, text in DEEDS.items():
        _deed(what, name, text)
    transfer = _deed(what, "transfer", "send the other party on")
    transfer.add_argument("To", metavar="number")
    transfer.add_argument("--consult", dest="Consult", action="store_true", help="ask there first")
    key = _verb(what, "key", "press a key in a call", "calls/{call}/keys")
    key.add_argument("call")
    key.add_argument("Key", metavar="key")
    callback = _verb(what, "callback", "leave a callback", "callbacks")
    callback.set_defaults(Reason="CallerChoice")
    callback.add_argument("ListId", metavar="list")
    callback.add_argument("CallerNumber", metavar="number")
    terminal = _verb(what, "terminal", "give a user a simulated telephone", "agents/{user}/terminal", "PUT")
    terminal.add_argument("user")
    terminal.add_argument("Terminal", metavar="terminal", choices=[*TERMINALS, "none"])
    traffic = _verb(what, "traffic", "simulated callers an hour, 0 for none", "traffic")
    traffic.add_argument("CallsPerHour", metavar="calls-per-hour", type=float)
    return made


def _calls(what: Any) -> None:
    call = _verb(what, "call", "call a number of the organisation", "calls")
    call.add_argument("Number", metavar="number")
    call.add_argument("--from", dest="From", default="", help="the caller's number; without it, withheld")
    dial = _verb(what, "dial", "let a user call anybody", "agents/{user}/calls")
    dial.add_argument("user")
    dial.add_argument("Number", metavar="number")
    dial.add_argument("--terminal", dest="Terminal", choices=TERMINALS)
    dial.add_argument("--show", dest="CallerNumber", help="the number that the other side sees")
    for one in (call, dial):
        one.add_argument("--answer", dest="Answer", choices=[how.value for how in How], help="what who is called does")
        one.add_argument("--answer-after", dest="AnswerAfterS", type=float, metavar="SECONDS")
        one.add_argument("--talk", dest="TalkS", type=float, metavar="SECONDS", help="hang up after so long")
        one.add_argument("--patience", dest="PatienceS", type=float, metavar="SECONDS", help="give up after so long")


def _deed(what: Any, name: str, text: str) -> ArgumentParser:
    made = _verb(what, name, text, f"calls/{{call}}/{name}")
    made.add_argument("call")
    made.add_argument("--user", dest="User", help="which user of ours; without it, the party outside")
    return made


def _verb(what: Any, name: str, text: str, path: str, method: str = "POST") -> ArgumentParser:
    """Arguments in capitals are fields of the body, the others parts of the path."""
    made: ArgumentParser = what.add_parser(name, help=text)
    made.set_defaults(path=path, method=method)
    return made


async def send(url: str, request: Request) -> int:
    """Prints the answer; gives the exit code."""
    address = f"{url}/control/api/{request.path}"
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.request(request.method, address, json=request.body) as answer,
        ):
            sys.stdout.write(await answer.text() + "\n")
            return 0 if answer.ok else 1
    except aiohttp.ClientError as error:
        sys.stderr.write(f"the voice cloud does not answer at {url}: {error}\n")
        return 1


def main() -> int:
    arguments = parser().parse_args()
    return asyncio.run(send(arguments.url, request_of(arguments)))


if __name__ == "__main__":
    sys.exit(main())
