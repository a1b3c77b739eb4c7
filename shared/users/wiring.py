"""Builds who the users of both systems are, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.wiring import Wiring

if TYPE_CHECKING:
    from shared.users.service import Users


class UserWiring(Wiring):
    """Users of Dynamics and of the voice cloud, by each other."""

    @cached_property
    def users(self) -> "Users":
        from shared.users.service import Users

        return Users(self.dataverse, self.absent_columns, self.enreach, self.clock)
