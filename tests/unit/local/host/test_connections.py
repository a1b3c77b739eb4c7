import pytest

from local.host.connections import check_connection, connector
from local.host.strict import SettingsError

GOOD = "Endpoint=sb://localhost;SharedAccessKeyName=x;SharedAccessKey=y"


@pytest.mark.parametrize("name", ["BUS", "AzureWebJobsBUS", "BUS__fullyQualifiedNamespace"])
def test_a_connection_is_found_under_each_of_its_names(name: str) -> None:
    """A connection string, with or without Microsoft's prefix, or a namespace."""
    check_connection("BUS", {name: GOOD})


def test_a_connection_that_is_not_set_is_reported() -> None:
    """The error has the names that would do."""
    with pytest.raises(SettingsError, match="BUS"):
        check_connection("BUS", {"BUS": ""})


def test_a_connection_string_that_is_not_valid_is_reported() -> None:
    """At start, with the name of the setting, without its value."""
    with pytest.raises(SettingsError, match="the app setting BUS is no connection string") as caught:
        connector("BUS", {"BUS": "Endpoint=sb://x;Shared=secret"})
    assert "secret" not in str(caught.value)
