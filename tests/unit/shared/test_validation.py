"""What is wrong with a document is said with the field and what it is to be."""

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from shared.errors import InvalidInput
from shared.validation import Guid, ignored_fields, read

GUID = "b7e7a0b4-3f0e-4d0a-9a3c-0a53f0f5c001"


class Member(Struct, frozen=True, rename={"user_id": "userId"}):
    user_id: Annotated[Guid, Meta(description="the GUID of a user")]
    skill: Annotated[int, Meta(ge=1, le=9)] = 1


class Pool(Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, description="the name of a pool")]
    open: bool = True
    members: tuple[Member, ...] = ()
    deputies: dict[str, Member] = {}

    def __post_init__(self) -> None:
        if self.name == "none":
            raise ValueError("a pool has a name of its own")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "name must be the name of a pool"),
        ({"name": ""}, "name must be the name of a pool"),
        ({"name": "P", "open": 1}, "open must be true or false"),
        ({"name": "P", "members": [{"userId": GUID}, {}]}, "members[1].userId must be the GUID of a user"),
        ({"name": "P", "members": [{"userId": "x"}]}, "members[0].userId must be the GUID of a user"),
        ({"name": "P", "members": [{"userId": GUID, "skill": 1.5}]}, "members[0].skill must be a whole number"),
        ({"name": "P", "deputies": {"a.b": {"userId": 5}}}, "deputies[...].userId must be the GUID of a user"),
        ({"name": "P", "members": 5}, "members must be `array`, got `int`"),
        ({"name": "none"}, "a pool has a name of its own"),
        ([], "a JSON object is expected"),
        (None, "a JSON object is expected"),
    ],
)
def test_a_fault_is_named_by_its_field(document: object, words: str) -> None:
    """In lists by its place, by the field's own description where it has one; the code is the caller's."""
    with pytest.raises(InvalidInput) as refused:
        read(Pool, document, "malformed-pool")
    assert (refused.value.code, refused.value.message) == ("malformed-pool", words)


@pytest.mark.parametrize("given", [GUID, GUID.upper(), f"{{{GUID}}}", GUID.replace("-", "")])
def test_a_guid_is_taken_in_any_spelling(given: str) -> None:
    """As Dynamics and its tools show them."""
    assert str(read(Member, {"userId": given}, "code").user_id) == GUID


def test_what_nothing_reads_is_named_by_its_path() -> None:
    """Of inner objects too, wherever they are; what is read is not named."""
    member = {"userId": GUID, "colour": "red"}
    document = {"name": "P", "colour": "blue", "members": [member], "deputies": {"first": member}}
    ignored = ignored_fields(read(Pool, document, "code"), document)
    assert ignored == {"colour", "members.colour", "deputies.first.colour"}
