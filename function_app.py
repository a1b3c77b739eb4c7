"""Entry point of the Functions app: one blueprint per capability, nothing else."""

import azure.functions as func

from functions import callbacks, health, identity, webhooks

app = func.FunctionApp()
for capability in (callbacks, health, identity, webhooks):
    app.register_functions(capability.blueprint)
