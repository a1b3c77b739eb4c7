"""``python -m local.smoke``: a fresh stack on free ports, each capability once, a line for each.

Exit code 1 when a line says FAILED, or the stack does not start.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from local.outside import outside

# Imported for the capabilities they register.
from local.smoke import callback, calls, health, live, pool, presence  # noqa: F401
from local.smoke.capabilities import ORDER, CapabilityResult, try_capability
from local.stack.logs import Log
from local.stack.ports import Ports
from local.stack.process import EndedError
from local.stack.settings import ROOT
from local.stack.stack import running

LOG = ROOT / ".run" / "log" / "smoke.jsonl"
"""Kept, unlike everything else, to find out why something failed."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.smoke", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("names", nargs="*", type=_capability, metavar="capability", help="only these")
    names = parser.parse_args().names or ORDER
    with tempfile.TemporaryDirectory(prefix="smoke-") as state, closing(Log(LOG, least="error")) as log:
        try:
            outcomes = asyncio.run(_run(names, Path(state), log))
        except (EndedError, TimeoutError) as error:
            log.show(f"FAILED the stack does not start: {error or 'it takes too long'}")
            return 1
    return int(any(one.failed for one in outcomes))


def _capability(name: str) -> str:
    if name not in ORDER:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(ORDER)}")
    return name


async def _run(names: Sequence[str], state: Path, log: Log) -> list[CapabilityResult]:
    async with running(Ports.free(), state, log) as stack, outside(stack.settings, stack.where.functions) as seen:
        outcomes = []
        for name in names:
            outcomes.append(await try_capability(name, seen))
            log.show(str(outcomes[-1]))
        return outcomes


if __name__ == "__main__":
    sys.exit(main())
