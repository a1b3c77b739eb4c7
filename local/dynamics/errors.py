"""Refusals with the status and code that Dataverse gives them (Microsoft, *Web service error codes*)."""


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
    return DataverseError(404, "0x80040217", f"Entity '{table}' With Id = {key} Does Not Exist")


def missing_key(table: str) -> DataverseError:
    """No row has these alternate key values."""
    return DataverseError(404, "0x80060891", f"A record with the specified key values does not exist in {table} entity")


def not_found(segment: str) -> DataverseError:
    return DataverseError(404, "0x80060888", f"Resource not found for the segment '{segment}'.")


def unknown_property(table: str, name: str) -> DataverseError:
    """A name in a query that no column has."""
    return bad_query(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'.")


def invalid(set_name: str, message: str) -> DataverseError:
    """A payload that cannot be read as what it should be."""
    text = (
        f"Error identified in Payload provided by the user for Entity :'{set_name}', For more information on this "
        f"error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : "
        f"{message}"
    )
    return DataverseError(400, "0x80048d19", text)


def bad_query(message: str) -> DataverseError:
    return DataverseError(400, "0x80060888", message)


def refused(message: str) -> DataverseError:
    """A rule of a table forbids it."""
    return DataverseError(400, "0x80040203", message)


def exists() -> DataverseError:
    """The primary key is taken."""
    return DataverseError(412, "0x80040237", "A record with matching key values already exists.")


def key_taken(key: str, columns: str) -> DataverseError:
    """An alternate key is taken (DuplicateRecordEntityKey)."""
    message = (
        f"Entity Key {key} violated. A record with the same value for {columns} already exists. A duplicate record "
        "cannot be created. Select one or more unique values and try again."
    )
    return DataverseError(412, "0x80060892", message)


def changed() -> DataverseError:
    """Optimistic concurrency (ConcurrencyVersionMismatch)."""
    return DataverseError(
        412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided."
    )


def lacks_privilege(user_id: str, privilege: str) -> DataverseError:
    message = f"Principal user (Id={user_id}, type=8) is missing {privilege} privilege."
    return DataverseError(403, "0x80040220", message)


def not_allowed(method: str) -> DataverseError:
    return DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
