"""Whether Dynamics has what the product writes to, and lets the application user do it (K7): Dynamics is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.errors import UnknownColumn
from shared.findings import Finding, HealthState, Probe
from shared.identity.model import CustomerKind
from shared.identity.watermark import WatermarkStore
from shared.settings.service import Settings

COLUMNS = {"phonecall": (names.PHONECALLS, names.PHONECALL_COLUMNS), "systemuser": ("systemusers", names.USER_COLUMNS)}
"""Our columns by table, with the name of its set."""
HELD_UP = {
    names.VOICE_USER_ID: "nobody else gets a phone, and calls wait to be written",
    names.VOICE_EMAIL: "enterprise calls wait to be written",
}
"""What hangs on a column of users; any other column costs itself only."""

ROLE: Mapping[str, Sequence[str]] = {
    "Activity": ("Create", "Read", "Write", "Delete", "Assign", "Append", "Append To"),
    "User": ("Read", "Write", "Append To"),
    "Queue Item": ("Create", "Read", "Append", "Append To"),
    "Queue": ("Read", "Append To"),
    "Contact": ("Read", "Append To"),
    "Account": ("Read", "Append To"),
    "Lead": ("Read", "Append To"),
    "Presence": ("Read",),
    "Agent Status": ("Read",),
}
"""The security role *Voice ApiUser* as ``docs/deploying.md`` asks for it."""
ACT_FOR_OTHERS = "Act on Behalf of Another User"
TECHNICAL = {"Presence": "msdyn_presence", "Agent Status": "msdyn_agentstatus"}
ALSO_NAMED = {"activity": "phonecall", "user": "systemuser"}
"""Tables whose privileges some environments name by the table itself."""
OF_PRESENCE = {"Presence", "Agent Status"}
EVERYWHERE = "Global"
"""The depth that makers see as *Organization*."""


def columns(client: Dataverse, absent: AbsentColumns) -> Probe:
    """Every column of ours is there, whether it has been written lately or not."""

    async def probe() -> Finding:
        missing: list[str] = []
        for table, (entity_set, wanted) in COLUMNS.items():
            lacking = await _lacking(client, entity_set, wanted)
            await absent.learn(lacking, there=[name for name in wanted if name not in lacking])
            missing += [f"{table}.{name}" for name in lacking]
        if not missing:
            return Finding(HealthState.OK, "every column of ours is there")
        state = HealthState.FAILED if f"systemuser.{names.VOICE_USER_ID}" in missing else HealthState.DEGRADED
        held_up = "".join(f"; {what}" for column, what in HELD_UP.items() if f"systemuser.{column}" in missing)
        return Finding(
            state,
            "Dynamics lacks columns, which stay unwritten: " + ", ".join(missing) + held_up,
            "create in Dynamics and publish, as infra/dynamics/columns.json has them: " + ", ".join(missing),
        )

    return probe


async def _lacking(client: Dataverse, entity_set: str, wanted: Sequence[str]) -> list[str]:
    """The columns a query is refused for, one after the other: a refusal names one."""
    lacking: list[str] = []
    while left := [names.read_as(name) for name in wanted if name not in lacking]:
        try:
            await client.get(entity_set, {"$select": ",".join(left), "$top": "1"})
        except UnknownColumn as error:
            if error.column in lacking or error.column not in wanted:
                raise
            lacking.append(error.column)
        else:
            break
    return lacking


@dataclass(frozen=True)
class _Right:
    """A privilege as the form of a role shows it; ``optional``: only a part of the product needs it."""

    table: str
    verb: str
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.verb} on {self.table}" if self.table else self.verb

    @property
    def names(self) -> set[str]:
        """Its technical names, in small letters."""
        if not self.table:
            return {"prvactonbehalfofanotheruser"}
        verb, table = self.verb.replace(" ", "").lower(), TECHNICAL.get(self.table, self.table.replace(" ", "")).lower()
        return {f"prv{verb}{name}" for name in (table, ALSO_NAMED.get(table, table))}


def privileges(client: Dataverse, settings: Settings, watermarks: WatermarkStore) -> Probe:
    """The application user has what its role is to give it, through roles and teams, in the whole organisation."""

    async def probe() -> Finding:
        left_out = set() if (await settings.presence()).enabled else OF_PRESENCE
        fault = (await watermarks.read()).faults.get(CustomerKind.LEAD)
        if fault and fault.code == "dataverse-table-missing":
            left_out = {*left_out, "Lead"}
        user_id = (await client.who_am_i()).user_id
        path = f"systemusers({user_id})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
        return _judge(_rights(left_out), (await client.get(path)).get("RolePrivileges") or [])

    return probe


def _rights(left_out: Collection[str]) -> list[_Right]:
    tables = ((table, verbs) for table, verbs in ROLE.items() if table not in left_out)
    rights = [_Right(table, verb, table in {"Lead", *OF_PRESENCE}) for table, verbs in tables for verb in verbs]
    return [_Right("", ACT_FOR_OTHERS), *rights]


def _judge(rights: Sequence[_Right], held: Sequence[Mapping[str, Any]]) -> Finding:
    depths = {str(one.get("PrivilegeName") or "").lower(): str(one.get("Depth") or "") for one in held}
    if held and not any(depths):
        return Finding(HealthState.OK, "this environment does not name the application user's privileges: not checked")
    missing = [right for right in rights if not depths.keys() & right.names]
    narrow = [
        right
        for right in rights
        if right not in missing and not _is_everywhere(depths[n] for n in depths if n in right.names)
    ]
    if not missing and not narrow:
        return Finding(HealthState.OK, f"the application user has the {len(rights)} privileges it needs")
    lacks = [*(str(right) for right in missing), *(f"{right} in the whole organisation" for right in narrow)]
    listed = "; ".join(lacks)
    return Finding(
        HealthState.DEGRADED if all(right.optional for right in (*missing, *narrow)) else HealthState.FAILED,
        f"the application user lacks in Dynamics: {listed}",
        f"Power Platform admin center → the environment → Security roles → Voice ApiUser: give it {listed}, at the "
        "level Organization; and see that the application user has that role",
        {"missing": lacks},
    )


def _is_everywhere(depths: Any) -> bool:
    return any(depth in {EVERYWHERE, "3", ""} for depth in depths)
