"""Refusals with the status and code that Dataverse gives them."""


class DataverseError(Exception):
    """Becomes ``{"error": {"code", "message"}}``."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        return {"error": {"code": self.code, "message": self.message}}


def missing(table: str, key: str) -> DataverseError:
    return DataverseError(404, "0x80040217", f"{table} With Id = {key} Does Not Exist")


def unknown_property(table: str, name: str) -> DataverseError:
    return DataverseError(
        400, "0x80060888", f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'."
    )


def invalid(message: str, code: str = "0x80048d19") -> DataverseError:
    """A payload that cannot be read as what it should be."""
    return DataverseError(400, code, f"Error identified in Payload provided by the user for Entity :'', {message}")


def bad_query(message: str) -> DataverseError:
    return DataverseError(400, "0x80060888", message)


def exists() -> DataverseError:
    return DataverseError(412, "0x80060892", "A record with matching key values already exists.")


def changed() -> DataverseError:
    return DataverseError(
        412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided."
    )
