"""What works, since when, and the cure where something does not (K7)."""

import azure.functions as func

from functions.responses import json_response, problems
from shared.bootstrap import services
from shared.findings import HealthState

blueprint = func.Blueprint()


@blueprint.route("health", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@problems
async def health(req: func.HttpRequest) -> func.HttpResponse:
    report = await services().health.report()
    return json_response(report.to_json(), status=503 if report.state is HealthState.FAILED else 200)
