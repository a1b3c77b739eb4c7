"""The queues of the app, by their names on Service Bus."""

QUEUES = ("callbacks", "calls", "dataverse-changes", "presence")
