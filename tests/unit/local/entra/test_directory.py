import json
from pathlib import Path

import pytest

from local.entra.directory import Application, Tenant

PHONE = Application("phone", "object", "Web phone", redirect_uris=["http://localhost:7071/phone/"])
DEPLOYED = Application("deployed", "object", "Web phone", redirect_uris=["https://voice.example/phone/"])
DEMO = Path(__file__).parents[4] / "local" / "demo"


@pytest.mark.parametrize(
    ("application", "address", "allowed"),
    [
        (PHONE, "http://localhost:7071/phone/", True),
        (PHONE, "http://localhost:40123/phone/", True),
        (PHONE, "https://localhost:7071/phone/", False),
        (PHONE, "http://localhost:7071/phone", False),
        (PHONE, "http://localhost:7071/phone/?next=evil", False),
        (PHONE, "http://localhost.evil.example/phone/", False),
        (DEPLOYED, "https://voice.example/phone/", True),
        (DEPLOYED, "https://voice.example:8443/phone/", False),
        (DEPLOYED, "", False),
    ],
)
def test_only_registered_addresses_are_redirected_to(application: Application, address: str, allowed: bool) -> None:
    """An address is the registered one to the letter; only the port of localhost is free."""
    assert application.may_redirect_to(address) is allowed


@pytest.mark.parametrize(("origin", "allowed"), [("https://voice.example", True), ("https://evil.example", False)])
def test_only_pages_of_the_application_may_redeem(origin: str, allowed: bool) -> None:
    """The origin of a page is one of the registered addresses without its path."""
    assert DEPLOYED.may_call_from(origin) is allowed


def test_the_demo_people_are_the_agents_of_the_demo_organisation() -> None:
    """Who signs in is a user of Dynamics, found by object id, with the same e-mail address."""
    users = json.loads((DEMO / "dynamics.json").read_text(encoding="utf-8"))["systemuser"]
    known = {user.get("azureactivedirectoryobjectid"): user["domainname"] for user in users}
    people = Tenant.read(DEMO / "entra.json").people.values()
    assert {person.object_id: person.email for person in people}.items() <= known.items()


def test_the_demo_application_is_the_application_user_of_dynamics() -> None:
    """The app's own client id is registered in Dynamics."""
    users = json.loads((DEMO / "dynamics.json").read_text(encoding="utf-8"))["systemuser"]
    applications = Tenant.read(DEMO / "entra.json").applications
    assert {user["applicationid"] for user in users if "applicationid" in user} <= set(applications)
