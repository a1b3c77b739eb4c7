"""``python -m voicecloud.simulate``: plays customers and agents of a running voice cloud by command.

    python -m voicecloud.simulate call +35891000100 --from +358401234567
    python -m voicecloud.simulate hangup <call id>
    python -m voicecloud.simulate key <call id> 1
    python -m voicecloud.simulate callback <list id> +358401234567
    python -m voicecloud.simulate traffic 240

It asks the control page's requests, so the voice cloud must run with VOICECLOUD_CONTROL=1.
"""

import argparse
import asyncio
import sys

import aiohttp

DEFAULT_URL = "http://localhost:7200"


def request_of(arguments: argparse.Namespace) -> tuple[str, dict[str, object]]:
    """The path below ``/control/api/`` and the body."""
    if arguments.what == "call":
        return "calls", {"Number": arguments.number, "From": arguments.caller}
    if arguments.what == "hangup":
        return f"calls/{arguments.call}/hangup", {}
    if arguments.what == "key":
        return f"calls/{arguments.call}/keys", {"Key": arguments.key}
    if arguments.what == "callback":
        return "callbacks", {"ListId": arguments.list, "CallerNumber": arguments.number, "Reason": "CallerChoice"}
    return "traffic", {"CallsPerHour": arguments.calls_per_hour}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m voicecloud.simulate", description="Play customers of a voice cloud.")
    made.add_argument("--url", default=DEFAULT_URL)
    what = made.add_subparsers(dest="what", required=True)
    call = what.add_parser("call", help="call a number of the organisation")
    call.add_argument("number")
    call.add_argument("--from", dest="caller", default="", help="the caller's number; without it, withheld")
    what.add_parser("hangup", help="end a call").add_argument("call")
    key = what.add_parser("key", help="press a key in a call")
    key.add_argument("call")
    key.add_argument("key")
    callback = what.add_parser("callback", help="leave a callback")
    callback.add_argument("list")
    callback.add_argument("number")
    what.add_parser("traffic", help="simulated callers an hour, 0 for none").add_argument("calls_per_hour", type=float)
    return made


async def send(url: str, path: str, body: dict[str, object]) -> int:
    """Prints the answer; gives the exit code."""
    try:
        async with aiohttp.ClientSession() as http, http.post(f"{url}/control/api/{path}", json=body) as answer:
            sys.stdout.write(await answer.text() + "\n")
            return 0 if answer.ok else 1
    except aiohttp.ClientError as error:
        sys.stderr.write(f"the voice cloud does not answer at {url}: {error}\n")
        return 1


def main() -> int:
    arguments = parser().parse_args()
    return asyncio.run(send(arguments.url, *request_of(arguments)))


if __name__ == "__main__":
    sys.exit(main())
