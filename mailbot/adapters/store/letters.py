"""Versions of letters. A transaction asks once which are in force."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from mailbot.adapters.store.tables import letter_version
from mailbot.core.letter import LetterSource
from mailbot.core.letter_version import SHIPPED, LetterVersion, VersionState

_table = letter_version.c


@dataclass(slots=True)
class SqlLetters:
    connection: Connection
    _in_force: dict[str, int] | None = field(default=None, init=False)

    def in_force(self, name: str) -> int:
        """The number of the version in force, 0 for the letter as its files have it."""
        return self.all_in_force().get(name, SHIPPED)

    def all_in_force(self) -> dict[str, int]:
        """The letters that are not as their files have them, with the number of the version in force."""
        if self._in_force is None:
            published = _table.state == VersionState.PUBLISHED.value
            newest = select(func.max(_table.id)).where(published).group_by(_table.name)
            query = select(_table.name, _table.number).where(_table.id.in_(newest), _table.body.is_not(None))
            self._in_force = {row.name: row.number for row in self.connection.execute(query)}
        return self._in_force

    def source(self, name: str, number: int) -> LetterSource:
        """The texts of a version that has any."""
        found = self.get(name, number)
        if found is None or found.source is None:
            raise LookupError(f"letter {name} has no version {number} with a text")
        return found.source

    def next_number(self, name: str) -> int:
        """The number of this letter's next version. Until the transaction ends nobody else gets one or publishes."""
        if self.connection.dialect.name == "postgresql":  # on SQLite there is one writer anyway
            self.connection.execute(text("LOCK TABLE letter_version IN SHARE ROW EXCLUSIVE MODE"))
        self._in_force = None
        highest = self.connection.execute(select(func.max(_table.number)).where(_table.name == name)).scalar_one()
        return int(highest or 0) + 1

    def history(self, name: str) -> list[LetterVersion]:
        """Every version of a letter, the oldest first."""
        query = select(letter_version).where(_table.name == name).order_by(_table.number)
        return [_version(row) for row in self.connection.execute(query)]

    def get(self, name: str, number: int) -> LetterVersion | None:
        """One version of a letter."""
        row = self.connection.execute(select(letter_version).where(_table.name == name, _table.number == number)).first()
        return _version(row) if row else None

    def add(self, version: LetterVersion) -> None:
        """Keep a new version."""
        source = version.source
        self.connection.execute(
            letter_version.insert().values(
                name=version.name,
                number=version.number,
                state=version.state.value,
                author=version.author,
                at=version.at,
                note=version.note,
                based_on=version.based_on,
                settings=source.settings if source else None,
                subject=source.subject if source else None,
                body=source.body if source else None,
            )
        )
        self._in_force = None


def _version(row: Row[Any]) -> LetterVersion:
    has_text = row.body is not None
    return LetterVersion(
        name=row.name,
        number=row.number,
        state=VersionState(row.state),
        author=row.author,
        at=row.at,
        note=row.note,
        based_on=row.based_on,
        source=LetterSource(name=row.name, settings=row.settings, subject=row.subject, body=row.body) if has_text else None,
    )
