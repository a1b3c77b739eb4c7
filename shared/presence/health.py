"""What the health page says of agents' status (E)."""

from collections.abc import Mapping

from shared.clock import to_iso
from shared.findings import Finding, HealthState, Probe
from shared.presence.model import AgentState
from shared.presence.store import PresenceStore
from shared.settings.service import Settings

CURES = {
    "dataverse-forbidden": "give the application user the right to act for others and the agents an Omnichannel role",
    "presence-refused": "check that the presences of the settings row presence exist in Dynamics",
    "presence-unmapped": "add its base status to base_statuses of the settings row presence, or its text to presences",
}
CURE_OTHERWISE = "see the checks dataverse and voicecloud; it is tried again by itself"


def presence(settings: Settings, store: PresenceStore) -> Probe:
    """Whether every agent's status could be written on both sides."""

    async def probe() -> Finding:
        if not (await settings.presence()).enabled:
            return Finding(HealthState.OK, "the status of agents is not mirrored: enabled of presence is false")
        return _finding(await store.all())

    return probe


def _finding(states: Mapping[str, AgentState]) -> Finding:
    figures: dict[str, object] = {
        "agents": len(states),
        "inCall": sum(1 for state in states.values() if state.in_call),
    }
    faults = [(agent_id, fault) for agent_id, state in states.items() for fault in state.faults]
    if not faults:
        return Finding(HealthState.OK, "every status is the same on both sides", figures=figures)
    agent_id, first = min(faults, key=lambda one: one[1].since)
    figures["agentsWithFaults"] = len({agent_id for agent_id, _ in faults})
    return Finding(
        HealthState.DEGRADED,
        f"{figures['agentsWithFaults']} agents' status cannot be written: {first.code} on {first.side}"
        f" for {agent_id} since {to_iso(first.since)}",
        CURES.get(first.code, CURE_OTHERWISE),
        figures,
    )
