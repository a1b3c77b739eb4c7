"""``python -m local.dynamics``: the environment as a process."""

import argparse
import asyncio
import ssl
from pathlib import Path

from local.certificates import ensure_certificates
from local.dynamics.auth import PublishedKeys
from local.dynamics.environment import Environment
from local.dynamics.http.app import application
from local.dynamics.http.first_call import FirstCall
from local.free_ports import free_port
from local.serving import listen, server_tls, until_stopped


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.dynamics", description=__doc__)
    parser.add_argument("--port", type=int, default=7300, help="pages, for people")
    parser.add_argument("--https-port", type=int, default=7343, help="the Web API")
    parser.add_argument("--tls-dir", type=Path, required=True)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--columns", type=Path, help="the columns a solution adds")
    parser.add_argument("--seed", type=Path, help="rows to begin with")
    parser.add_argument("--channel-url", default="", help="the panel of a channel provider, shown beside the page")
    parser.add_argument("--first-call", type=Path, help="whom the page that opens first leads to a first call")
    parser.add_argument("--sign-in-url", default="", help="where that person signs in")
    parser.add_argument("--customers-url", default="", help="the control page whose customer calls")
    parser.add_argument("--authority", required=True, help="whose tokens are taken: https://host/{tenant}")
    parser.add_argument(
        "--faults", action=argparse.BooleanOptionalAction, default=True, help="whether it can be broken on purpose"
    )
    asyncio.run(_run(parser.parse_args()))


async def _run(arguments: argparse.Namespace) -> None:
    authority = ssl.create_default_context(cafile=ensure_certificates(arguments.tls_dir))
    https_port = arguments.https_port or free_port()
    keys = PublishedKeys(arguments.authority, authority)
    environment = Environment(
        arguments.db,
        keys,
        origin=f"https://localhost:{https_port}",
        columns=arguments.columns,
        seed_file=arguments.seed,
    )
    web_api = application(environment, pages=False, faults=arguments.faults)
    first_call = (
        FirstCall.read(arguments.first_call, arguments.sign_in_url, arguments.customers_url)
        if arguments.first_call
        else None
    )
    with_pages = application(
        environment, pages=True, faults=arguments.faults, channel_url=arguments.channel_url, first_call=first_call
    )
    api, https = await listen(web_api, {"https_port": (https_port, server_tls(arguments.tls_dir))})
    pages, http = await listen(with_pages, {"port": (arguments.port, None)})
    await until_stopped("dynamics", {**http, **https})
    await api.cleanup()
    await pages.cleanup()
    await keys.close()
    await environment.close()


if __name__ == "__main__":
    main()
