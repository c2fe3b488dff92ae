"""How moments are written to a database that keeps them as text."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.dialects import sqlite

from mailbot.adapters.store.columns import UtcDateTime

LONDON = ZoneInfo("Europe/London")
written = UtcDateTime().bind_processor(sqlite.dialect())


def test_both_readings_of_a_repeated_hour_are_kept_apart() -> None:
    """At the end of summer time 01:30 comes twice; Python calls the two equal."""
    first, second = (datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=fold) for fold in (0, 1))
    assert first == second
    assert (written(first), written(second)) == ("2026-10-25 00:30:00.000000", "2026-10-25 01:30:00.000000")


def test_a_moment_is_written_in_utc_whatever_zone_it_is_given_in() -> None:
    """The same moment, the same text."""
    in_london = datetime(2026, 7, 1, 9, 0, 0, 5, tzinfo=LONDON)
    elsewhere = in_london.astimezone(timezone(timedelta(hours=-7)))
    assert written(in_london) == written(elsewhere) == "2026-07-01 08:00:00.000005"
    assert written(None) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    """Somebody forgot where it came from."""
    with pytest.raises(ValueError, match="naive"):
        written(datetime(2026, 7, 1))
