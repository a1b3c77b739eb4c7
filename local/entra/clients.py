"""Which application asks, and whether it is the one it says."""

from collections.abc import Mapping

from local.entra.directory import Application, Tenant
from local.entra.errors import OAuthError

Form = Mapping[str, str]


def required(form: Form, name: str) -> str:
    """A parameter no request may lack. Raises OAuthError 900144."""
    if value := form.get(name):
        return value
    raise OAuthError("invalid_request", 900144, f"The request body must contain the following parameter: '{name}'.")


def known_client(directory: Tenant, client_id: str) -> Application:
    """Raises OAuthError 700016."""
    if application := directory.applications.get(client_id):
        return application
    raise OAuthError(
        "unauthorized_client", 700016, f"Application with identifier '{client_id}' was not found in the directory."
    )


def proven_client(directory: Tenant, form: Form, *, needs_secret: bool = False) -> Application:
    """The application of a token request. One with a secret must show it, one without may do without.

    Raises OAuthError.
    """
    application = known_client(directory, required(form, "client_id"))
    if needs_secret or application.secret:
        _check_secret(application, form)
    return application


def _check_secret(application: Application, form: Form) -> None:
    if "client_secret" not in form:
        reason = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise OAuthError("invalid_client", 7000218, reason, 401)
    if not application.knows_secret(form["client_secret"]):
        reason = f"Invalid client secret provided for app '{application.client_id}'."
        raise OAuthError("invalid_client", 7000215, reason, 401)
    if application.secret_expired:
        reason = f"The provided client secret keys for app '{application.client_id}' are expired."
        raise OAuthError("invalid_client", 7000222, reason, 401)
