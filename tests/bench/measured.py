"""What a measurement says."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

END_TO_END = "end to end"
ONE_PROCESS = "end to end, one process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``messages`` took each of ``seconds`` and mailbot's own processors' time ``cpu_seconds``, once a repetition."""

    what: str
    messages: int
    seconds: tuple[float, ...]
    cpu_seconds: tuple[float, ...]
    database: str
    peak_rss_mb: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second, by the median of the repetitions."""
        return self.messages / median(self.seconds)

    @property
    def cpu_ms(self) -> float:
        """Processor time a message in milliseconds, by the median: the figure that strangers' work disturbs least."""
        return 1000 * median(self.cpu_seconds) / self.messages

    @property
    def spread(self) -> tuple[float, float]:
        """The slowest and the fastest repetition, in messages a second."""
        return self.messages / max(self.seconds), self.messages / min(self.seconds)


def together(repetitions: Sequence[Measured]) -> Measured:
    """Repetitions of the same measurement as one."""
    first = repetitions[0]
    return Measured(
        what=first.what,
        messages=first.messages,
        seconds=tuple(second for one in repetitions for second in one.seconds),
        cpu_seconds=tuple(second for one in repetitions for second in one.cpu_seconds),
        database=first.database,
        peak_rss_mb=max(one.peak_rss_mb for one in repetitions),
    )
