"""Columns that many tables have."""

from collections.abc import Mapping, Sequence

from local.dynamics.data.schema import Collection, Column, TableSchema, Type, strings

USER = ("systemuser",)
OWNERS = ("systemuser", "team")
PHONES = ("telephone1", "telephone2", "telephone3", "fax")

ACTIVE, INACTIVE = 0, 1
TWO_STATES: Mapping[int, int] = {1: ACTIVE, 2: INACTIVE}
TWO_STATE_LABELS: Mapping[int, str] = {ACTIVE: "Active", INACTIVE: "Inactive"}
TWO_STATUS_LABELS: Mapping[int, str] = {1: "Active", 2: "Inactive"}


def read_only(name: str, kind: Type, max_length: int = 0) -> Column:
    """What the server alone writes."""
    return Column(name, kind, max_length, creatable=False, updatable=False)


def lookup(name: str, targets: Mapping[str, Sequence[str]], *, updatable: bool = True) -> Column:
    return Column(name, Type.LOOKUP, targets=targets, updatable=updatable)


def choice(name: str, labels: Mapping[int, str], default: int | None = None) -> Column:
    return Column(name, Type.PICKLIST, labels=labels, default=default)


def flag(name: str, *, default: bool = False) -> Column:
    return Column(name, Type.BOOLEAN, default=int(default), labels={0: "No", 1: "Yes"})


def moments(*names: str) -> list[Column]:
    return [Column(name, Type.DATETIME) for name in names]


def stamps(suffix: str = "") -> list[Column]:
    """Who made and changed a row, and when. Activities have each property under a second, suffixed name too."""
    people = ("createdby", "modifiedby", "createdonbehalfby", "modifiedonbehalfby")
    return [
        read_only("createdon", Type.DATETIME),
        read_only("modifiedon", Type.DATETIME),
        *(_server_lookup(name, USER, suffix) for name in people),
        Column("overriddencreatedon", Type.DATETIME, updatable=False),
    ]


def ownership(suffix: str = "") -> list[Column]:
    """User or team owned; the three owning columns follow the owner."""
    return [
        lookup("ownerid", {"ownerid": OWNERS, **({f"ownerid{suffix}": OWNERS} if suffix else {})}),
        _server_lookup("owninguser", USER, suffix),
        _server_lookup("owningteam", ("team",), suffix),
        Column("owningbusinessunit", Type.LOOKUP, creatable=False, updatable=False),
    ]


def state(
    default_status: int, states: Mapping[int, str] = TWO_STATE_LABELS, statuses: Mapping[int, str] = TWO_STATUS_LABELS
) -> list[Column]:
    """A state in the body of a create is ignored; a status is not."""
    return [
        Column("statecode", Type.PICKLIST, labels=states, default=ACTIVE, creatable=False),
        Column("statuscode", Type.PICKLIST, labels=statuses, default=default_status),
    ]


def addresses(count: int) -> list[Column]:
    """Phones of all addresses; place names of the first."""
    numbers = [f"address{n}_telephone{m}" for n in range(1, count + 1) for m in (1, 2, 3)]
    faxes = [f"address{n}_fax" for n in range(1, count + 1)]
    return [
        *strings((*numbers, *faxes), 50),
        *strings(("address1_line1",), 250),
        *strings(("address1_postalcode",), 20),
        *strings(("address1_city", "address1_country"), 80),
    ]


def table(
    name: str,
    set_name: str,
    code: int,
    primary_name: str,
    columns: Sequence[Column],
    *,
    key: str = "",
    states: Mapping[int, int] | None = None,
    collections: Mapping[str, Collection] | None = None,
) -> TableSchema:
    """A table whose primary key is ``{name}id`` unless another is given."""
    key = key or f"{name}id"
    listed = [Column(key, Type.GUID, updatable=False), *columns]
    return TableSchema(
        name, set_name, key, {one.name: one for one in listed}, primary_name, code, states or {}, collections or {}
    )


def _server_lookup(name: str, targets: Sequence[str], suffix: str) -> Column:
    navigation = {name: targets, **({f"{name}{suffix}": targets} if suffix else {})}
    return Column(name, Type.LOOKUP, targets=navigation, creatable=False, updatable=False)
