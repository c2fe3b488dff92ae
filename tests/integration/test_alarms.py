"""Alarms ring together: in one transaction, and what cannot ring keeps no other silent."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.action import RaiseAlarm
from mailbot.core.directory import Directory, Rota
from mailbot.core.reason import Reason
from mailbot.errors import PermanentError, PolicyError
from mailbot.pipeline.alarms import Alarms
from mailbot.ports import Alarm, Letters
from mailbot.runner import attempt
from tests.integration.correspondence import Council, council, letters, mail
from tests.invented import shipped_pack
from tests.servers.databases import postgresql_with_tables, sqlite_with_tables

ROTA = Rota(name="duty", members=(), webhook="https://pager.example/")


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Council]:
    """A council with three cases, each with an alarm."""
    is_postgresql = request.param == "postgresql"
    url = (
        postgresql_with_tables(request.getfixturevalue("postgres")) if is_postgresql else sqlite_with_tables(tmp_path / "a.db")
    )
    with council(url) as found:
        found.arrives(*(mail("Smoke.", sender=f"ada{number}@example.org") for number in range(3)))
        with found.store.transaction() as transaction:
            for view in found.cases():
                alarm = RaiseAlarm(key=view.line.reference, what="smoke", reason=Reason("flag-emergency"))
                case_id = transaction.cases.find(view.line.reference)
                transaction.alarms.add("enquiries", case_id, alarm, found.clock.now())
        yield found


@dataclass
class Pager:
    """Notes for which alarms it was called."""

    called: list[int] = field(default_factory=list)

    def call(self, url: str, alarm: Alarm) -> bool:
        self.called.append(alarm.id)
        return True


@dataclass
class Refuses:
    """Writes no letter about one case."""

    reference: str

    def __getattr__(self, name: str) -> Any:
        return getattr(letters(), name)

    def compose(self, letter: str, values: Any, *others: Any) -> Any:
        if values.reference == self.reference:
            raise PolicyError("no such letter")
        return letters().compose(letter, values, *others)


def alarms(office: Council, written: Letters, pager: Pager) -> Alarms:
    pack = shipped_pack()
    on_duty = replace(pack, alerts=replace(pack.alerts, duty_rota=ROTA.name))
    directory = Directory(organisation="Harbour Council", rotas=(ROTA,))
    policies = {name: replace(one, pack=on_duty, directory=directory) for name, one in office.policies.items()}
    return Alarms(store=office.store, letters=written, policies=policies, clock=office.clock, webhook=pager, attempt=attempt)


def told(office: Council) -> list[str]:
    """The cases about which somebody was told, once for each mail."""
    return [line.reference or "" for line in office.outgoing() if line.letter == "alarm"]


def ringing(office: Council) -> list[int]:
    with office.store.view() as transaction:
        return [alarm.id for alarm in transaction.alarms.ringing(office.clock.now())]


def test_every_alarm_is_told_of_and_called_once_and_rings_again_later(office: Council) -> None:
    """Until the next ring nothing more is said of it."""
    pager, waiting = Pager(), ringing(office)
    assert alarms(office, letters(), pager).ring() == 3
    assert (sorted(told(office)), pager.called) == (sorted(view.line.reference for view in office.cases()), waiting)
    assert alarms(office, letters(), pager).ring() == 0
    office.later(minutes=60)
    assert ringing(office) == waiting


def test_an_alarm_that_cannot_ring_keeps_no_other_silent(office: Council) -> None:
    """The others ring, each once; the failure is told, and what failed is tried again."""
    pager, waiting = Pager(), ringing(office)
    first, second, third = [view.line.reference for view in office.cases()]
    with pytest.raises(PermanentError, match="no such letter"):
        alarms(office, Refuses(second), pager).ring()
    assert sorted(told(office)) == [first, third]
    assert pager.called == [waiting[0], waiting[2]]
    assert ringing(office) == [waiting[1]]
    assert alarms(office, letters(), pager).ring() == 1
    assert sorted(told(office)) == [first, second, third]
