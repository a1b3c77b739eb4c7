"""What a person sees when everything is up."""

from pathlib import Path

from local.stack.settings import Addresses


def table(where: Addresses, state: Path, elapsed_s: float) -> str:
    """The addresses in two columns."""
    rows = {
        "START HERE: your first call": f"{where.dynamics}/",
        "Be the customer": f"{where.voicecloud}/control/customer.html",
        "Play everybody": f"{where.voicecloud}/control/",
        "Web phone": f"{where.functions}/api/webphone/",
        "Dynamics: queues and activities": f"{where.dynamics}/#queue",
        "Functions app": f"{where.functions}/api/",
        "Health of every part": where.health,
        "Voice cloud (EnreachAPI)": where.voicecloud,
        "Dataverse Web API": f"{where.dataverse}/api/data/v9.2/",
        "Sign-in": f"{where.entra}/{where.tenant_id}/v2.0",
        "Service Bus broker": f"sb://localhost:{where.ports.servicebus}",
        "Storage (Azurite tables)": f"http://127.0.0.1:{where.ports.azurite_table}",
        "Log": _short(state / "log" / "stack.jsonl"),
        "Settings of the app": _short(state / "app.env"),
    }
    width = max(len(name) for name in rows)
    lines = [f"  {name:<{width}}   {address}" for name, address in rows.items()]
    head = f"Voice for Dynamics 365 is running ({elapsed_s:.1f} s to start). Ctrl-C stops it."
    return "\n".join(["", head, "", *lines, ""])


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
