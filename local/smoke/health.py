"""``health``: the app itself finds nothing wrong (K7)."""

from local.outside import Outside
from local.smoke.capabilities import NotShownError, capability


@capability("health")
async def health(seen: Outside) -> None:
    answer = await seen.functions.get("/api/health")
    report = answer.json()
    if report["state"] != "ok":
        wrong = [f"{check['name']}: {check['detail']}" for check in report["checks"] if check["state"] != "ok"]
        raise NotShownError(f"{report['state']}: {'; '.join(wrong)}")
