"""Entry point of the Functions app: one blueprint per capability, nothing else."""

import azure.functions as func

from functions import (
    callbacks,
    calls,
    health,
    identity,
    phone,
    phone_calls,
    phone_lists,
    phone_session,
    presence,
    recordings,
    webhooks,
    webphone,
)

CAPABILITIES = (callbacks, calls, health, identity, presence, recordings, webhooks, webphone)
app = func.FunctionApp()
for capability in (*CAPABILITIES, phone, phone_calls, phone_lists, phone_session):
    app.register_functions(capability.blueprint)
