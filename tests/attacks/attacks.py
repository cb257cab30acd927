"""All attacks on the class."""

from tests.attacks import (
    feedback,
    judge,
    metadata,
    network,
    processes,
    protocol,
    read,
    resources,
    signals,
    write,
)

GROUPS = (read, write, network, processes, signals, resources, protocol, judge, feedback, metadata)
ATTACKS = [attack for group in GROUPS for attack in group.ATTACKS]
