"""What to do about each error that a check may meet: the very thing, in the words of who has to do it (K7)."""

CURES = {
    "app-setting-missing": "set it in the app's environment variables (Azure portal → the app → Settings)",
    "bus-refused": "give the app's identity the role Azure Service Bus Data Owner, or renew SERVICEBUS_CONNECTION",
    "bus-unavailable": (
        "open the namespace in the Azure portal: is it there, is its firewall open to the app, and does "
        "SERVICEBUS_CONNECTION name it"
    ),
    "call-sync-faulty": "correct the row: `settings put call-sync call-sync FILE`",
    "dataverse-forbidden": "give the application user the role Voice ApiUser, with the privilege named here",
    "dataverse-missing": "check that DATAVERSE_URL is the environment's address and nothing follows the host",
    "dataverse-refused": "compare the environment with docs/deploying.md, step 1; Dynamics says here what it refuses",
    "dataverse-throttled": (
        "wait until the pause is over; if it comes back, see in the Power Platform admin center (Analytics → "
        "Dataverse) who else uses the application user"
    ),
    "dataverse-unauthorised": (
        "in the Power Platform admin center (Users → Application users) add the registration of ENTRA_CLIENT_ID and "
        "switch it on; check that DATAVERSE_URL is this environment"
    ),
    "dataverse-unavailable": (
        "open DATAVERSE_URL in a browser; if the environment is there, let the app reach it (firewall, proxy, "
        "administration mode)"
    ),
    "entra-refused": (
        "in Entra ID → App registrations → Certificates & secrets make a new secret and put it in ENTRA_CLIENT_SECRET; "
        "AADSTS700016 means a wrong ENTRA_CLIENT_ID, AADSTS90002 a wrong ENTRA_AUTHORITY"
    ),
    "entra-unavailable": (
        "open ENTRA_AUTHORITY/v2.0/.well-known/openid-configuration from the app's network: let the app reach it, or "
        "wait for Microsoft (status.azure.com). The app works on with the tokens it has, an hour at most"
    ),
    "general-settings-faulty": "correct the row: `settings put general general FILE`",
    "presence-settings-faulty": "correct the row: `settings put presence presence FILE`",
    "queue-missing": "create the queue on the namespace, as infra/main.bicep has it",
    "row-contended": "none is needed: too many wrote one row at once; where it stays, allow the app fewer instances",
    "storage-refused": (
        "give the app's identity the role Storage Table Data Contributor, or renew the key in STORAGE_CONNECTION"
    ),
    "storage-unavailable": (
        "open the storage account in the Azure portal: is it there, is its firewall open to the app, and does "
        "STORAGE_CONNECTION name it"
    ),
    "voicecloud-forbidden": "at the voice cloud make VOICECLOUD_USERNAME an API user of the whole organisation",
    "voicecloud-malformed": (
        "check that VOICECLOUD_URL leads to the voice cloud's API itself and not to a page before it; if so, ask its "
        "operator"
    ),
    "voicecloud-missing": "check that VOICECLOUD_URL is the address of the voice cloud's API, complete with its path",
    "voicecloud-refused": (
        "check that VOICECLOUD_URL leads to a version of EnreachAPI that the app knows; if so, ask its operator"
    ),
    "voicecloud-throttled": "raise interval_s of the callback profiles, or have the API user's rate limit raised",
    "voicecloud-unauthorised": (
        "make a new secret key for the API user and put it in VOICECLOUD_SECRET_KEY, or set VOICECLOUD_PASSWORD"
    ),
    "voicecloud-unavailable": "open VOICECLOUD_URL from the app's network: is the voice cloud running, and let through",
}
SLOW = {
    "storage": "storage-unavailable",
    "queue": "bus-unavailable",
    "entra": "entra-unavailable",
    "voicecloud": "voicecloud-unavailable",
    "callback": "voicecloud-unavailable",
}
"""Which side a check waits for, by the first word of its name; any other waits for Dynamics."""
A_FAULT_OF_OURS = "report it to who maintains the app, with the entry `health check failed` of this moment from its log"


def cure_of(code: str) -> str:
    return CURES.get(code, f"look {code} up in docs/errors.md: its cure stands there")


def cure_of_slow(check: str) -> str:
    """Of a check that did not end in time."""
    return CURES[SLOW.get(check.partition(" ")[0], "dataverse-unavailable")]
