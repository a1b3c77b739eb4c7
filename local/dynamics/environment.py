"""One Dynamics environment: its data, its rules, who is told of changes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from local.dynamics.api import Api
from local.dynamics.auth import Authentication, SigningKeySource
from local.dynamics.columns import CustomColumns
from local.dynamics.data.model import Caller
from local.dynamics.data.schema import with_custom_columns
from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES
from local.dynamics.errors import DataverseError
from local.dynamics.faults import FaultPlan
from local.dynamics.limits import ServiceLimits, ServiceProtection
from local.dynamics.odata.batch import Batches
from local.dynamics.odata.messages import ROOT, ApiAnswer, ApiRequest
from local.dynamics.seed import read_seed, seed
from local.dynamics.webhooks.delivery import StepDelivery
from local.dynamics.webhooks.steps import Steps

BATCH = f"{ROOT}/$batch"


def _now() -> datetime:
    return datetime.now(UTC)


class Environment:
    """``origin``: the address that tokens are for. ``clock`` and ``monotonic`` stand still in tests."""

    def __init__(
        self,
        path: Path | str,
        keys: SigningKeySource,
        *,
        origin: str,
        columns: Path | None = None,
        seed_file: Path | None = None,
        clock: Callable[[], datetime] = _now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = Store(path, with_custom_columns(TABLES, columns))
        self.columns = CustomColumns(self.store)
        self.api = Api(self.store, origin, clock)
        self.faults = FaultPlan()
        self.protection = ServiceProtection(ServiceLimits(), monotonic)
        self.steps = Steps(self.store)
        self.webhooks = StepDelivery(self.steps, origin, clock)
        self.authentication = Authentication(self.store, keys, origin, self.api.privileges)
        self._batches = Batches(self.store)
        self._seed_file = seed_file
        self.seed()
        self.store.committed.append(self.webhooks.committed)

    def seed(self) -> int:
        """Makes the rows of the seed file that are not there; gives their number."""
        return seed(self.store, self.api.writer, read_seed(self._seed_file) if self._seed_file else {})

    def reset(self) -> None:
        """As after the set-up: the seed's rows alone, no registrations, nothing switched, nothing counted."""
        self.steps.clear()
        self.faults.clear()
        self.protection.limits = ServiceLimits()
        self.protection.forget()
        self.columns.restore()
        self.api.presence.forget()
        self.api.privileges.clear()
        self.api.writer.activities.closed_read_only = True
        self.api.writer.activities.system_parties = False
        self.store.clear()
        self.seed()

    def execute(self, request: ApiRequest, caller: Caller) -> ApiAnswer:
        return self.api.handle(request, caller)

    def execute_batch(self, content_type: str, body: bytes, caller: Caller, *, go_on: bool) -> tuple[str, bytes]:
        """The content type and body of the answer. Raises DataverseError for a batch that cannot be read."""
        return self._batches.run(content_type, body, lambda part: self._execute_part(part, caller), go_on=go_on)

    def _execute_part(self, part: ApiRequest, caller: Caller) -> ApiAnswer:
        try:
            return self.execute(part, self.authentication.impersonated(part.headers, caller))
        except DataverseError as error:
            return ApiAnswer.refused(error)

    async def close(self) -> None:
        await self.webhooks.close()
        self.store.close()
