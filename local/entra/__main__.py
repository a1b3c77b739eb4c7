"""``python -m local.entra``: the token issuer as a process."""

import argparse
import asyncio
from pathlib import Path

from local import logs
from local.certificates import ensure_certificates
from local.entra.app import Entra
from local.entra.directory import Tenant
from local.entra.keys import SigningKeys
from local.free_ports import free_port
from local.serving import listen, server_tls, until_stopped

DEMO = Path(__file__).parents[1] / "demo" / "entra.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.entra", description=__doc__)
    parser.add_argument("--port", type=int, default=7400)
    parser.add_argument("--https-port", type=int, default=7443)
    parser.add_argument("--tls-dir", type=Path, required=True)
    parser.add_argument("--people", type=Path, default=DEMO, help="people and applications of the tenant")
    arguments = parser.parse_args()
    logs.set_up()
    asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> None:
    ensure_certificates(arguments.tls_dir)
    https_port = arguments.https_port or free_port()
    keys = SigningKeys(arguments.tls_dir / "signing-keys.json")
    entra = Entra(Tenant.read(arguments.people), keys, f"https://localhost:{https_port}")
    ports = {"port": (arguments.port, None), "https_port": (https_port, server_tls(arguments.tls_dir))}
    runner, found = await listen(entra.application(), ports)
    await until_stopped("entra", found)
    await runner.cleanup()


if __name__ == "__main__":
    main()
