from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

import function_app

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())


def served() -> dict[str, set[str]]:
    """Route → methods, as the Functions host sees them."""
    routes: dict[str, set[str]] = {}
    for function in function_app.app.get_functions():
        for binding in function.get_bindings_dict()["bindings"]:
            if binding["type"] == "httpTrigger":
                methods = {str(getattr(method, "value", method)).lower() for method in binding["methods"]}
                routes.setdefault(f"/{binding['route']}", set()).update(methods)
    return routes


def test_the_contract_is_valid_openapi() -> None:
    """openapi.yaml is an OpenAPI 3.1 document."""
    validate(DOCUMENT)


def test_the_contract_names_every_route_and_no_other() -> None:
    """Each function's route and methods are in openapi.yaml, and nothing else is."""
    methods = {"get", "put", "post", "delete", "patch"}
    assert {path: set(item) & methods for path, item in DOCUMENT["paths"].items()} == served()


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
