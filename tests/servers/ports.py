"""Ports on which a server can be stopped and started again."""

import random
import socket
from itertools import filterfalse, islice

# Below the range from which Linux takes ports for outgoing connections (32768 on), so that nothing takes the
# port by chance while its server is stopped.
CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> tuple[int, ...]:
    """Different TCP ports of 127.0.0.1 on which nothing listens, drawn at random: parallel test runs keep apart."""
    # The system's own randomness: a test may have set the seed of the ordinary one.
    drawn = random.SystemRandom().sample(CANDIDATES, 100)
    return tuple(islice(filterfalse(_is_taken, drawn), count))


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
