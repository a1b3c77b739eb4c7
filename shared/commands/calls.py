"""What the commands about calls and users do; answers go to stdout as JSON, the course of a back-fill to stderr."""

import json
import sys
from argparse import Namespace
from collections import Counter
from datetime import datetime

from shared.bootstrap import Services
from shared.clock import from_iso, to_iso, utc_now
from shared.enterprise_calls.backfill import Plan, Step
from shared.errors import InvalidInput

BAR_WIDTH = 30


async def sync(services: Services, _options: Namespace) -> object:
    return {"sent": await services.enterprise_calls.run()}


async def repair(services: Services, _options: Namespace) -> object:
    return await services.enterprise_calls.repair()


async def unlogged(services: Services, _options: Namespace) -> object:
    """Calls of the last day that no activity was made of, nor decided that there shall be none."""
    return await services.enterprise_calls.unlogged()


async def look(services: Services, options: Namespace) -> object:
    settled = await services.calls.look_at(options.call_id)
    progress = await services.call_store.progress(options.call_id)
    return {"settled": settled, "stage": progress and progress.stage, "verdict": progress and progress.verdict}


async def users_list(services: Services, _options: Namespace) -> object:
    users = (await services.users.by_voice_id()).values()
    return [{"name": user.name, "id": str(user.id), "voiceUserId": user.voice_user_id} for user in users]


async def users_update(services: Services, _options: Namespace) -> object:
    return {"updated": await services.users.update_ids()}


async def back_fill(services: Services, options: Namespace) -> object:
    since, until = _moment(options.since), _moment(options.until) if options.until else utc_now()
    if until <= since:
        raise InvalidInput("window-order", "the back-fill ends before it begins")

    def show(reached: datetime, totals: Counter[str]) -> None:
        share = min(1.0, (reached - since) / (until - since))
        bar = "#" * round(share * BAR_WIDTH)
        sys.stderr.write(f"\r[{bar:<{BAR_WIDTH}}] {share:4.0%}  {to_iso(reached)}  {totals.total()} calls ")
        sys.stderr.flush()

    def tell(step: Step) -> None:
        line = {"callId": step.call_id, "startedAt": to_iso(step.started_at), "outcome": step.outcome}
        sys.stdout.write(json.dumps(line) + "\n")

    totals = await services.back_fill.run(Plan(since, until, options.dry_run, tell, show))
    show(until, totals)
    sys.stderr.write("\n")
    return dict(totals)


def _moment(text: str) -> datetime:
    try:
        return from_iso(text)
    except ValueError:
        raise InvalidInput("query-time", "a date is written as 2026-11-01 or 2026-11-01T08:00:00Z") from None
