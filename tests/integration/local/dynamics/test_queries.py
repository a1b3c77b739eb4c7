"""Filtering, selecting, expanding, ordering, paging."""

import pytest

from tests.fixtures.dynamics import AALTO, ANNA, MATTI, LocalDynamics


async def names(dynamics: LocalDynamics, condition: str, **parameters: str) -> list[str]:
    """The last names of the contacts that a filter finds, in order."""
    query = {"$filter": condition, "$select": "lastname,firstname", "$orderby": "firstname", **parameters}
    answer = await dynamics.client.get("contacts", params=query)
    assert answer.is_success, answer.text
    return [row["firstname"] for row in answer.json()["value"]]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("mobilephone eq '+44 7700 900123'", ["Priya"]),
        ("lastname eq 'JOKINEN'", ["Veera", "Ville"]),
        ("lastname eq 'ÖBERG'", ["Oskar"]),
        ("(lastname eq 'Jokinen' or lastname eq 'Raman') and not startswith(firstname,'V')", ["Priya"]),
        ("statecode eq 1", ["Kalle"]),
        ("statecode ne 0 and statecode lt 2", ["Kalle"]),
        ("mobilephone eq null and telephone1 eq '00358401234569'", ["Teemu"]),
        ("endswith(telephone1,'ext=2')", ["Sanna"]),
        ("contains(telephone1,'call the')", ["Minna"]),
        ("contains(lastname,'[ö]berg')", ["Oskar"]),
        ("startswith(mobilephone,'0_0 111')", ["Ville"]),
        (f"contactid eq {MATTI}", ["Matti"]),
        (f"_parentcustomerid_value eq {AALTO} and firstname eq 'Matti'", ["Matti"]),
        ("parentcustomerid_account/name eq 'Aalto Rakennus Oy' and lastname eq 'Meikäläinen'", ["Matti"]),
        ("createdon ge 2026-11-23 and createdon le 2026-11-23T08:00:00Z and lastname eq 'Berg'", ["Johan"]),
        ("createdon gt 2026-11-23T08:00:00Z", []),
        ("Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['Berg','Raman'])", ["Johan", "Priya"]),
        ("donotphone eq true", []),
        ("createdon eq modifiedon and lastname eq 'Berg'", ["Johan"]),
    ],
)
async def test_filters_find_what_they_say(dynamics: LocalDynamics, condition: str, found: list[str]) -> None:
    """Operators, functions and literals of the documented kinds; texts compare without regard to case."""
    assert await names(dynamics, condition) == found


async def test_parameters_stand_for_literals(dynamics: LocalDynamics) -> None:
    """Aliases are given beside the filter, a quote in a text is doubled."""
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"lastname": "O'Hara"})
    assert await names(dynamics, "lastname eq @p1", **{"@p1": "'O''Hara'"}) == ["Matti"]
    condition = "Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)"
    given = {"@p1": "'mobilephone'", "@p2": '["040 123 4567","+44 7700 900123"]'}
    assert await names(dynamics, condition, **given) == ["Matti", "Priya"]


@pytest.mark.parametrize(
    "query",
    [
        "$filter=nothing eq 1",
        "$filter=statecode eq '0'",
        "$filter=statecode eq null eq 1",
        "$filter=lastname eq 5",
        "$filter=lastname eq Berg",
        "$filter=lastname = 'Berg'",
        "$filter=(lastname eq 'Berg'",
        "$filter=lastname eq 'Berg",
        "$filter=lastname gt null",
        "$filter=parentcustomerid eq c0000000-0000-4000-8000-000000000001",
        "$filter=_parentcustomerid_value eq 'c0000000-0000-4000-8000-000000000001'",
        "$filter=tolower(lastname) eq 'berg'",
        "$filter=contains(statecode,'0')",
        "$filter=lastname eq @p1",
        "$filter=",
        "$select=nothing",
        "$select=parentcustomerid",
        "$expand=nothing",
        "$expand=createdby($skip=1)",
        "$expand=createdby($select=nothing)",
        "$expand=ownerid($select=fullname)",
        "$orderby=nothing",
        "$orderby=lastname up",
        "$top=many",
        "$skip=5",
        "$search=Matti",
        "$select=lastname&$select=firstname",
        "select=lastname",
    ],
)
async def test_a_query_that_the_service_would_refuse_is_refused(dynamics: LocalDynamics, query: str) -> None:
    """Unknown names, types that do not match, syntax errors and unsupported options are bad requests."""
    status, code, message = await dynamics.refused("GET", f"contacts?{query}")
    assert (status, code) == (400, "0x80060888"), message


async def test_a_filter_reaches_into_collections(dynamics: LocalDynamics) -> None:
    """``any`` and ``all`` filter by the parties of a call."""
    party = {"participationtypemask": 1, "partyid_contact@odata.bind": f"/contacts({MATTI})"}
    other = {"participationtypemask": 2, "partyid_systemuser@odata.bind": f"/systemusers({ANNA})"}
    await dynamics.ok("POST", "phonecalls", {"subject": "both", "phonecall_activity_parties": [party, other]})
    await dynamics.ok("POST", "phonecalls", {"subject": "one", "phonecall_activity_parties": [other]})

    async def found(condition: str) -> list[str]:
        answer = await dynamics.ok("GET", f"phonecalls?$filter={condition}&$orderby=subject")
        return [row["subject"] for row in answer["value"]]

    is_matti = f"p/_partyid_value eq {MATTI}"
    assert await found(f"phonecall_activity_parties/any(p:p/participationtypemask eq 1 and {is_matti})") == ["both"]
    assert await found("phonecall_activity_parties/all(p:p/participationtypemask eq 2)") == ["one"]
    assert await found("phonecall_activity_parties/any(p:p/partyid_contact/lastname eq 'Meikäläinen')") == ["both"]


async def test_expansions_are_nested_and_shaped(dynamics: LocalDynamics) -> None:
    """Lookups become rows or null, collections lists; each with options of its own."""
    party = {"participationtypemask": 1, "partyid_contact@odata.bind": f"/contacts({MATTI})"}
    body = {"subject": "x", "phonecall_activity_parties": [party, {**party, "participationtypemask": 11}]}
    call = await dynamics.ok("POST", "phonecalls", body, Prefer="return=representation")
    contact = "partyid_contact($select=lastname;$expand=parentcustomerid_account($select=name))"
    options = f"$select=participationtypemask;$filter=participationtypemask eq 1;$expand={contact}"
    expanded = f"phonecall_activity_parties({options}),regardingobjectid_contact_phonecall,ownerid"
    path = f"phonecalls({call['activityid']})?$select=subject&$expand={expanded}"
    row = await dynamics.ok("GET", path)
    (shown,) = row["phonecall_activity_parties"]
    assert shown["participationtypemask"] == 1
    assert shown["partyid_contact"]["parentcustomerid_account"]["name"] == "Aalto Rakennus Oy"
    assert row["regardingobjectid_contact_phonecall"] is None
    assert row["ownerid"]["@odata.type"] == "#Microsoft.Dynamics.CRM.systemuser"


async def test_annotations_come_when_they_are_asked_for(dynamics: LocalDynamics) -> None:
    """Formatted values of choices, dates and lookups; only those whose name the preference matches."""
    path = f"contacts({MATTI})?$select=statecode,createdon,_parentcustomerid_value"
    assert not any("@OData" in name for name in await dynamics.ok("GET", path))
    every = await dynamics.ok("GET", path, Prefer='odata.include-annotations="*"')
    formatted = "@OData.Community.Display.V1.FormattedValue"
    assert every[f"statecode{formatted}"] == "Active"
    assert every[f"createdon{formatted}"] == "11/23/2026 8:00 AM"
    assert every[f"_parentcustomerid_value{formatted}"] == "Aalto Rakennus Oy"
    assert every["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    some = await dynamics.ok("GET", path, Prefer='odata.include-annotations="OData.Community.Display.V1.*"')
    assert not any("lookuplogicalname" in name for name in some)


async def test_pages_neither_overlap_nor_leave_gaps(dynamics: LocalDynamics) -> None:
    """Following nextLink gives every row once, also where the order has ties; the count is of all."""
    path: str | None = "contacts?$select=contactid&$orderby=statecode&$count=true"
    seen: list[str] = []
    while path:
        page = await dynamics.ok("GET", path, Prefer="odata.maxpagesize=7")
        assert len(page["value"]) <= 7
        seen += [row["contactid"] for row in page["value"]]
        path = page.get("@odata.nextLink")
        assert page["@odata.count"] == 25
    assert len(seen) == len(set(seen)) == 25
    top = await dynamics.ok("GET", "contacts?$top=3", Prefer="odata.maxpagesize=2")
    assert len(top["value"]) == 3
    assert "@odata.nextLink" not in top


async def test_counts_are_plain_texts(dynamics: LocalDynamics) -> None:
    """``/$count`` answers with the number alone."""
    answer = await dynamics.ask("GET", "contacts/$count?$filter=statecode eq 1")
    assert (answer.text, answer.headers["Content-Type"]) == ("1", "text/plain")


async def test_a_long_filter_is_taken_up_to_its_limit(dynamics: LocalDynamics) -> None:
    """Addresses may have 32 kB and filters 500 conditions, as many numbers in one query need."""

    def condition(count: int) -> str:
        return " or ".join(f"mobilephone eq '040{number:07}'" for number in range(count))

    assert (await dynamics.ok("GET", f"contacts?$filter={condition(500)}"))["value"] == []
    status, code, _ = await dynamics.refused("GET", f"contacts?$filter={condition(501)}")
    assert (status, code) == (400, "0x8004430c")
