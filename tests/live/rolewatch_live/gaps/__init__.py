"""Fills the gaps where ministack doesn't do what AWS does. `python -m rolewatch_live.gaps` serves like
`ministack`.

Each module here fills one gap by replacing functions inside ministack. That is why the version is pinned.
"""

from importlib.metadata import version

PINNED = "1.5.33"


def fill() -> None:
    """Fills all gaps. Fails if this isn't the pinned version."""
    found = version("ministack")
    if found != PINNED:
        raise SystemExit(f"ministack is {found}, but its insides are only known for {PINNED}: install tests/live/requirements.txt")

    from . import bus_policy, buses, conditions, durations, groups, later, mappings, mfa, reserved, resources, root, schedules, soon, states, subscriptions, trail, transport
    from . import buckets, center, logs, principals, unique_ids, variables, workers

    everyone = (transport, conditions, states, reserved, bus_policy, buses, groups, resources, variables, durations, mfa, root, subscriptions)
    everyone += (mappings, schedules, soon, trail, later, principals, unique_ids, buckets, workers, logs, center)
    for gap in everyone:
        gap.fill()
