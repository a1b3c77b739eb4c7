"""What the commands about calls and users do; answers go to stdout as JSON, the course of a back-fill to stderr."""

import json
import sys
from argparse import Namespace
from collections import Counter
from datetime import datetime

from shared.bootstrap import Services
from shared.clock import to_iso, utc_now
from shared.errors import InvalidInput, Missing
from shared.outside import is_call_id, moment
from shared.reconciliation.backfill import BackfillStep, Plan

BAR_WIDTH = 30


async def sync(services: Services, _options: Namespace) -> object:
    return {"sent": await services.enterprise_calls.run()}


async def repair(services: Services, _options: Namespace) -> object:
    return await services.unlogged_calls.repair()


async def unlogged(services: Services, _options: Namespace) -> object:
    """Calls of the last day that lack the activity they should have, with the reason."""
    return [
        {"callId": one.call_id, "startedAt": to_iso(one.started_at), "state": one.state, "reason": one.reason}
        for one in await services.unlogged_calls.listed()
    ]


async def reconcile(services: Services, options: Namespace) -> object:
    """Raises InvalidInput ``malformed-call`` for what is no id, Missing ``call-record-missing`` for an unknown call."""
    settled = await services.calls.reconcile(_call_id(options.call_id))
    if settled is None:
        raise Missing("call-record-missing", "neither the voice cloud nor this app knows a call of this id")
    return {"settled": settled, **await _progress(services, options.call_id)}


async def restore(services: Services, options: Namespace) -> object:
    """Makes activities again that were deleted in Dynamics."""
    call_ids = [_call_id(one) for one in options.call_ids]
    for call_id in call_ids:
        await services.calls.restore(call_id)
    return {call_id: await _progress(services, call_id) for call_id in call_ids}


async def _progress(services: Services, call_id: str) -> dict[str, object]:
    progress = await services.call_store.progress(call_id)
    if progress is None:
        return {"stage": None, "verdict": None, "recording": None}
    return {"stage": progress.stage, "verdict": progress.verdict, "recording": progress.recording or None}


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

    def tell(step: BackfillStep) -> None:
        line = {"callId": step.call_id, "startedAt": to_iso(step.started_at), "outcome": step.outcome}
        sys.stdout.write(json.dumps(line) + "\n")

    totals = await services.back_fill.run(Plan(since, until, options.dry_run, tell, show))
    show(until, totals)
    sys.stderr.write("\n")
    return dict(totals)


def _call_id(text: str) -> str:
    if not is_call_id(text):
        raise InvalidInput("malformed-call", "a call's id is as the voice cloud gives it: letters, digits and dashes")
    return text


def _moment(text: str) -> datetime:
    try:
        return moment(text)
    except ValueError:
        raise InvalidInput("query-time", "a date is written as 2026-11-01 or 2026-11-01T08:00:00Z") from None
