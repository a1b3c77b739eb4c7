from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from shared.clock import utc_now
from shared.errors import InvalidInput
from shared.findings import Check, Finding, HealthState, Report

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())


KEYS = [{"functionKey": []}, {"functionCode": []}]
SECURITY = {"function": [KEYS], "anonymous": [[{"voicecloudToken": []}], [{"entra": []}], []]}
"""Open routes check a token of their own, or give away nothing."""


@pytest.fixture(scope="module")
def routes(triggers: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """(path, method) → key level, as the Functions host sees them; OpenAPI has no sign for the rest of a path."""
    return {
        ("/" + trigger["route"].replace("{*", "{"), method.value.lower()): trigger["authLevel"].value
        for trigger in triggers
        if trigger["type"] == "httpTrigger"
        for method in trigger["methods"]
    }


def validate_as(name: str, document: Any) -> None:
    """Raises where a document is not as the schema of that name says."""
    schema = {"components": DOCUMENT["components"], "$ref": f"#/components/schemas/{name}"}
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)


def test_the_contract_is_valid_openapi() -> None:
    """openapi.yaml is an OpenAPI 3.1 document."""
    validate(DOCUMENT)


def test_the_contract_names_every_route_and_no_other(routes: dict[tuple[str, str], str]) -> None:
    """Each function's route and methods are in openapi.yaml, and nothing else is."""
    methods = {"get", "head", "put", "post", "delete", "patch"}
    assert {(path, method) for path, item in DOCUMENT["paths"].items() for method in methods & set(item)} == set(routes)


def test_the_contract_asks_for_the_credentials_the_app_asks_for(routes: dict[tuple[str, str], str]) -> None:
    """A route with a key level has the two ways to give a key, an open one none of them."""
    for (path, method), level in routes.items():
        asked = DOCUMENT["paths"][path][method]["security"]
        assert sorted(asked, key=str) in [sorted(one, key=str) for one in SECURITY[level]]


def test_what_the_code_answers_is_as_the_contract_says() -> None:
    """An error and a health report of the code validate against their schemas."""
    validate_as("Problem", InvalidInput("malformed-json", "the body is not JSON").problem())
    findings = [
        Finding(HealthState.OK, "fine", figures={"active": 1}),
        Finding(HealthState.FAILED, "broken", "mend it"),
    ]
    report = Report([Check(str(finding.state), finding, utc_now()) for finding in findings], utc_now())
    validate_as("Health", report.to_json())


def examples() -> list[tuple[str, Any, Any]]:
    found = []
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                for content in part.get("content", {}).values():
                    found += [(path, content["schema"], one["value"]) for one in content.get("examples", {}).values()]
    return found


@pytest.mark.parametrize(
    ("path", "schema", "example"), examples(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_examples_are_as_the_contract_says(path: str, schema: dict[str, Any], example: Any) -> None:
    """Every example validates against the schema beside it."""
    whole = {"components": DOCUMENT["components"], **schema}
    jsonschema.validate(example, whole, cls=jsonschema.Draft202012Validator)
