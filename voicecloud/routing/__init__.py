"""Routing of calls: a pure state machine of the whole platform, without I/O and without a clock of its own.

Front door::

    platform = Platform(configuration, now)          # voicecloud.routing.platform
    effects = platform.handle(event, now)            # events.py -> effects.py, in order; advances timers first
    effects = platform.tick(now)                     # when platform.next_due() has come
    platform.next_due() -> datetime | None

    platform.pool_figures(pool_id, now)              # figures.PoolFigures
    platform.user_status(user_id)                    # figures.UserStatus
    platform.live_calls(), platform.live_call(id)    # views.LiveCall with its legs and states
    platform.history(call_id)                        # vocabulary.calls.CallHistory of a call in progress
    platform.availability(user_id, now)              # vocabulary.availability.AvailabilityEntry, or None
    platform.calls_of(user_id), platform.members(pool_id)

* ``model``, ``events``, ``effects``, ``views`` and ``figures`` are what others see; ``rules`` look at configuration
  alone, ``state`` is what is, ``engine`` what happens. Each of the three knows those before it only.
* ``model``: configuration (users, pools, numbers); ``events``: what it can be given; ``effects``: what is to be done.
* Commands that the state forbids raise ``shared.errors.Conflict`` or ``Missing``, and nothing has changed then.
* ``now`` is an aware UTC datetime and never runs backwards.
* Every call ends with exactly one ``FinishCall`` effect; ``voicecloud.records.rules`` makes its rows.
* ``shared/calls/transitions.json`` is the table of leg, call and agent states that the code obeys.
"""
