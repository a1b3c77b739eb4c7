"""Entry point of the Functions app: one blueprint per capability, nothing else."""

import azure.functions as func

from functions import callbacks, calls, health, identity, phone, presence, recordings, webhooks

app = func.FunctionApp()
for capability in (callbacks, calls, health, identity, phone, presence, recordings, webhooks):
    app.register_functions(capability.blueprint)
