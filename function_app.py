"""Entry point of the Functions app: one blueprint per capability and per part of the phone, nothing else."""

import azure.functions as func

from functions import callbacks, calls, health, identity, presence, recordings, webhooks, webphone
from functions.phone import availability, directory, pools, session
from functions.phone import calls as live_calls

app = func.FunctionApp()
for part in (callbacks, calls, health, identity, presence, recordings, webhooks, webphone):
    app.register_functions(part.blueprint)
for part in (availability, directory, live_calls, pools, session):
    app.register_functions(part.blueprint)
