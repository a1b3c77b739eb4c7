"""Creating, reading, changing and deleting rows."""

from uuid import UUID, uuid4

import pytest

from tests.fixtures.dynamics import AALTO, ANNA, ANNA_OBJECT, APPLICATION_USER, MAIJA, MATTI, LocalDynamics


async def test_a_create_answers_with_the_address_of_the_row(dynamics: LocalDynamics) -> None:
    """POST gives 204 and OData-EntityId, which leads to the row."""
    answer = await dynamics.ask("POST", "contacts", {"firstname": "Aino", "lastname": "Aalto"})
    assert (answer.status_code, answer.content) == (204, b"")
    address = answer.headers["OData-EntityId"]
    assert address.startswith(f"{dynamics.url}/api/data/v9.2/contacts(")
    row = await dynamics.ok("GET", f"{address}?$select=fullname,statecode,createdon,_createdby_value")
    assert (row["fullname"], row["statecode"]) == ("Aino Aalto", 0)
    assert (row["createdon"], row["_createdby_value"]) == ("2026-11-23T08:00:00Z", APPLICATION_USER)
    assert row["@odata.etag"].startswith('W/"')


async def test_the_representation_is_returned_when_preferred(dynamics: LocalDynamics) -> None:
    """``Prefer: return=representation`` gives 201 for a new row and 200 for a changed one."""
    made = await dynamics.ask(
        "POST", "contacts?$select=lastname", {"lastname": "Aalto"}, Prefer="return=representation"
    )
    assert (made.status_code, made.json()["lastname"]) == (201, "Aalto")
    assert "firstname" not in made.json()
    path = f"contacts({made.json()['contactid']})"
    changed = await dynamics.ask("PATCH", path, {"lastname": "Berg"}, Prefer="return=representation")
    assert (changed.status_code, changed.json()["lastname"]) == (200, "Berg")


async def test_the_client_may_choose_the_key(dynamics: LocalDynamics) -> None:
    """A Guid in the body, or in the address of a PATCH, becomes the primary key; a second POST of it is refused."""
    first, second = str(uuid4()), str(uuid4())
    await dynamics.ok("POST", "contacts", {"contactid": first.upper(), "lastname": "A"})
    await dynamics.ok("PATCH", f"contacts({second})", {"lastname": "B"})
    for key in (first, second):
        assert (await dynamics.ok("GET", f"contacts({key})"))["contactid"] == key
    status, code, _ = await dynamics.refused("POST", "contacts", {"contactid": first, "lastname": "C"})
    assert (status, code) == (412, "0x80040237")


@pytest.mark.parametrize(
    ("condition", "there", "not_there"),
    [
        ({}, 204, 204),
        ({"If_Match": "*"}, 204, (404, "0x80040217")),
        ({"If_None_Match": "*"}, (412, "0x80040237"), 204),
        ({"If_None_Match": "null"}, 204, 204),
    ],
    ids=["upsert", "update only", "create only", "no condition"],
)
async def test_conditions_decide_what_an_upsert_may_do(
    dynamics: LocalDynamics, condition: dict[str, str], there: object, not_there: object
) -> None:
    """If-Match ``*`` never creates, If-None-Match ``*`` never changes."""
    for key, expected in ((MATTI, there), (str(uuid4()), not_there)):
        answer = await dynamics.ask("PATCH", f"contacts({key})", {"lastname": "New"}, **condition)
        told = answer.status_code
        assert (told if answer.is_success else (told, answer.json()["error"]["code"])) == expected


async def test_a_stale_version_is_refused(dynamics: LocalDynamics) -> None:
    """If-Match with an ETag changes and deletes only the version it names."""
    path = f"contacts({MATTI})"
    stale = (await dynamics.ok("GET", path))["@odata.etag"]
    await dynamics.ok("PATCH", path, {"jobtitle": "Baker"}, If_Match=stale)
    for method, body in (("PATCH", {"jobtitle": "Cook"}), ("DELETE", None)):
        status, code, _ = await dynamics.refused(method, path, body, If_Match=stale)
        assert (status, code) == (412, "0x80060882")
    fresh = (await dynamics.ok("GET", path))["@odata.etag"]
    assert (await dynamics.ask("GET", path, If_None_Match=fresh)).status_code == 304
    assert (await dynamics.ask("GET", f"{path}?$expand=createdby", If_None_Match=fresh)).status_code == 200
    await dynamics.ok("DELETE", path, If_Match=fresh)


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"mobilfone": "1"}, 400, "0x80048d19", "Invalid property 'mobilfone' was found in entity 'Microsoft.Dynamics"),
        ({"mobilephone": 1}, 400, "0x80048d19", "'Edm.String'"),
        ({"mobilephone": "1" * 51}, 400, "0x80044331", "maximum allowed length of '50'"),
        ({"donotphone": "yes"}, 400, "0x80048d19", "'Edm.Boolean'"),
        ({"donotphone": 1}, 400, "0x80048d19", "'Edm.Boolean'"),
        ({"statuscode": True}, 400, "0x80048d19", "'Edm.Int32'"),
        ({"statuscode": 99}, 400, "0x80044330", "Accepted Values: 1,2"),
        ({"statuscode": 2}, 400, "0x80048408", "not a valid status code"),
        ({"statecode": 1, "statuscode": 1}, 400, "0x80048408", "not a valid status code"),
        ({"_parentcustomerid_value": AALTO}, 400, "0x80048d19", "read-only"),
        ({"parentcustomerid_account": f"/accounts({AALTO})"}, 400, "0x80048d19", "@odata.bind"),
        ({"parentcustomerid@odata.bind": f"/accounts({AALTO})"}, 400, "0x80048d19", "undeclared property"),
        ({"parentcustomerid_account@odata.bind": f"/contacts({MATTI})"}, 400, "0x80048d19", "expects account"),
        ({"parentcustomerid_account@odata.bind": f"/accounts({MATTI})"}, 404, "0x80040217", "Does Not Exist"),
        ({"parentcustomerid_account@odata.bind": f"/account({AALTO})"}, 400, "0x80048d19", "Invalid URI"),
        ({"ownerid@odata.bind": None}, 400, "0x80048d19", "owner"),
    ],
)
async def test_a_body_that_the_service_would_refuse_is_refused(
    dynamics: LocalDynamics, body: dict[str, object], status: int, code: str, words: str
) -> None:
    """Unknown names, wrong types, too long texts, bad pairs and bad references fail with the service's code."""
    before = await dynamics.ok("GET", f"contacts({MATTI})")
    refusal = await dynamics.refused("PATCH", f"contacts({MATTI})", body)
    assert (refusal[:2], words in refusal[2]) == ((status, code), True), refusal
    assert await dynamics.ok("GET", f"contacts({MATTI})") == before


async def test_what_clients_may_not_write_is_ignored(dynamics: LocalDynamics) -> None:
    """Server-side columns and a state at creation are left out without a word, as the service does."""
    body = {"lastname": "A", "statecode": 1, "fullname": "X", "createdon": "2020-01-01T00:00:00Z"}
    answer = await dynamics.ok("POST", "contacts", body, Prefer="return=representation")
    assert (answer["statecode"], answer["fullname"], answer["createdon"][:4]) == (0, "A", "2026")


async def test_values_come_back_as_the_service_keeps_them(dynamics: LocalDynamics) -> None:
    """Dates in UTC to the second, empty texts as nothing, lookups under ``_…_value``."""
    body = {
        "subject": "",
        "actualstart": "2026-11-23T10:00:00.987+02:00",
        "regardingobjectid_contact_phonecall@odata.bind": f"{dynamics.url}/api/data/v9.2/contacts({MATTI.upper()})",
    }
    row = await dynamics.ok("POST", "phonecalls", body, Prefer="return=representation")
    assert (row["subject"], row["actualstart"]) == (None, "2026-11-23T08:00:00Z")
    assert (row["_regardingobjectid_value"], row["directioncode"]) == (MATTI, True)
    for bad in ("2026-11-23", "2026-11-23T10:00:00", "yesterday", 5):
        status, code, _ = await dynamics.refused("PATCH", f"phonecalls({row['activityid']})", {"actualstart": bad})
        assert (status, code) == (400, "0x80048d19")


async def test_lookups_are_emptied_by_null(dynamics: LocalDynamics) -> None:
    """Null for the navigation property, or for its binding, takes the reference away."""
    for name in ("parentcustomerid_account", "parentcustomerid_account@odata.bind"):
        await dynamics.ok("PATCH", f"contacts({MATTI})", {"parentcustomerid_account@odata.bind": f"accounts({AALTO})"})
        await dynamics.ok("PATCH", f"contacts({MATTI})", {name: None})
        assert (await dynamics.ok("GET", f"contacts({MATTI})"))["_parentcustomerid_value"] is None


async def test_owner_and_stamps_follow_who_writes(dynamics: LocalDynamics) -> None:
    """The creator owns the row; with impersonation the other is creator and owner, the real caller is noted."""
    own = await dynamics.ok("POST", "contacts", {"lastname": "A"}, Prefer="return=representation")
    assert (own["_ownerid_value"], own["_owninguser_value"]) == (APPLICATION_USER, APPLICATION_USER)
    assert own["_createdonbehalfby_value"] is None
    for header, value in (("MSCRMCallerID", ANNA), ("CallerObjectId", ANNA_OBJECT)):
        row = await dynamics.ok(
            "POST", "contacts", {"lastname": "B"}, Prefer="return=representation", **{header: value}
        )
        assert (row["_createdby_value"], row["_ownerid_value"]) == (ANNA, ANNA)
        assert row["_createdonbehalfby_value"] == APPLICATION_USER
        assert row["_modifiedonbehalfby_value"] == APPLICATION_USER


async def test_a_deletion_takes_along_what_hangs_on_the_row(dynamics: LocalDynamics) -> None:
    """Activities about a contact go with it; other lookups to it are emptied."""
    call = await dynamics.ok(
        "POST",
        "phonecalls",
        {"subject": "x", "regardingobjectid_contact_phonecall@odata.bind": f"/contacts({MATTI})"},
        Prefer="return=representation",
    )
    await dynamics.ok("PATCH", f"contacts({MAIJA})", {"parentcustomerid_contact@odata.bind": f"/contacts({MATTI})"})
    await dynamics.ok("DELETE", f"contacts({MATTI})")
    for path in (f"contacts({MATTI})", f"phonecalls({call['activityid']})"):
        assert (await dynamics.refused("GET", path))[:2] == (404, "0x80040217")
    assert (await dynamics.ok("GET", f"contacts({MAIJA})"))["_parentcustomerid_value"] is None
    assert (await dynamics.refused("DELETE", f"contacts({MATTI})"))[:2] == (404, "0x80040217")


async def test_parts_of_a_row_have_addresses(dynamics: LocalDynamics) -> None:
    """A property, the row behind a lookup and the rows of a collection can be asked for alone."""
    assert (await dynamics.ok("GET", f"contacts({MATTI})/mobilephone"))["value"] == "040 123 4567"
    assert (await dynamics.ask("GET", f"contacts({MATTI})/fax")).status_code == 204
    account = await dynamics.ok("GET", f"contacts({MATTI})/parentcustomerid_account?$select=name")
    assert account["name"] == "Aalto Rakennus Oy"
    found = await dynamics.ok("GET", f"accounts({AALTO})/contact_customer_accounts?$select=fullname")
    assert MATTI in {row["contactid"] for row in found["value"]}
    assert (await dynamics.refused("GET", f"contacts({MATTI})/nothing"))[0] == 404


async def test_what_is_not_served_is_not_found_or_not_allowed(dynamics: LocalDynamics) -> None:
    """Unknown sets, malformed keys, parties on their own and other content types are refused."""
    assert (await dynamics.refused("GET", "contact"))[0] == 404
    assert (await dynamics.refused("GET", "contacts(1)"))[0] == 400
    assert (await dynamics.refused("POST", "activityparties", {"participationtypemask": 1}))[0] == 405
    assert (await dynamics.refused("PUT", f"contacts({MATTI})", {}))[0] == 405
    assert (await dynamics.refused("DELETE", f"systemusers({ANNA})"))[0] == 405
    answer = await dynamics.client.post("contacts", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    answer = await dynamics.client.post("contacts", content=b"[", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_who_am_i_names_the_application_user(dynamics: LocalDynamics) -> None:
    """WhoAmI gives three Guids, the user's being the caller's."""
    answer = await dynamics.ok("GET", "WhoAmI")
    assert answer["UserId"] == APPLICATION_USER
    assert UUID(answer["OrganizationId"]) != UUID(answer["BusinessUnitId"])


async def test_many_rows_are_created_together_or_not_at_all(dynamics: LocalDynamics) -> None:
    """CreateMultiple gives the ids of all rows; one bad target undoes the others."""
    good = {"lastname": "A", "@odata.type": "Microsoft.Dynamics.CRM.contact"}
    path = "contacts/Microsoft.Dynamics.CRM.CreateMultiple"
    made = await dynamics.ok("POST", path, {"Targets": [good, good]})
    assert len(made["Ids"]) == 2
    before = (await dynamics.ok("GET", "contacts?$count=true&$top=1"))["@odata.count"]
    assert (await dynamics.refused("POST", path, {"Targets": [good, {**good, "nothing": 1}]}))[0] == 400
    assert (await dynamics.ok("GET", "contacts?$count=true&$top=1"))["@odata.count"] == before
