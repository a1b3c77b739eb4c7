"""``python -m local.stack``: everything on this machine, with a demo organisation, until Ctrl-C."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

from local.stack.addresses import table
from local.stack.logs import LEVELS, Log
from local.stack.ports import PortError, Ports
from local.stack.process import EndedError
from local.stack.settings import ROOT
from local.stack.stack import running
from local.stack.state import StateInUseError, claimed
from local.stack.supervisor import START_WITHIN_S


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__)
    parser.add_argument("--free-ports", action="store_true", help="ports nobody uses instead of the usual ones")
    parser.add_argument("--state", type=Path, default=ROOT / ".run", help="the folder where everything is kept")
    parser.add_argument("--log", choices=LEVELS, default="info", help="what the console shows; the file has all")
    arguments = parser.parse_args()
    try:
        with claimed(arguments.state):
            ports = Ports.free() if arguments.free_ports else Ports.from_environment(os.environ)
            with closing(Log(arguments.state / "log" / "stack.jsonl", least=arguments.log)) as log:
                return asyncio.run(_run(ports, arguments.state, log))
    except (PortError, StateInUseError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        return 1


async def _run(ports: Ports, state: Path, log: Log) -> int:
    """Exit code 0 when asked to stop, 1 when a process ended or would not start."""
    serving = asyncio.create_task(_serve(ports, state, log))

    def stop() -> None:
        """Once: `make` and the terminal may both pass the same wish on."""
        if not serving.cancelling():
            serving.cancel()

    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop)
    try:
        await serving
    except asyncio.CancelledError:
        return 0
    except EndedError as error:
        log.show(f"\nTHE STACK HAS STOPPED: {error}. What it said last:\n\n{log.tail(error.process)}\n")
        return 1
    except TimeoutError:
        log.show(f"\nTHE STACK HAS STOPPED: it was not well within {START_WITHIN_S:.0f} s.\n")
        return 1
    return 0


async def _serve(ports: Ports, state: Path, log: Log) -> None:
    async with running(ports, state, log) as stack:
        log.show(table(stack.where, state, stack.supervisor.elapsed_s))
        try:
            await stack.supervisor.watch()
        except EndedError as error:
            log.say(f"{error}; stopping everything", "critical")
            raise


if __name__ == "__main__":
    sys.exit(main())
