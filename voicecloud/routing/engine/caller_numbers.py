"""Which number the one who is called sees (C4)."""

from shared.errors import InvalidInput
from shared.numbers import line_of
from voicecloud.routing.model import TargetKind
from voicecloud.routing.state.world import WorkingAgent, World


def shown(world: World, agent: WorkingAgent, asked: str | None) -> str | None:
    """The number shown: the asked one if the user may show it, else the one set for this call, else the user's own."""
    if asked is not None:
        check(world, agent, asked)
        return asked
    chosen, agent.next_caller_number = agent.next_caller_number, None
    return chosen or agent.user.number


def check(world: World, agent: WorkingAgent, number: str) -> None:
    """Raises InvalidInput unless ``number`` is the user's own or leads to a pool that the user is a member of (C4)."""
    own_pools = world.pools_of.get(agent.user.id, set())
    of_pools = {
        line_of(one)
        for one, target in world.configuration.numbers.items()
        if target.kind is TargetKind.POOL and target.value in own_pools
    }
    own = {line_of(agent.user.number)} if agent.user.number else set[str]()
    if line_of(number) not in of_pools | own:
        raise InvalidInput("caller-number-not-allowed", "the user may not show this number")
