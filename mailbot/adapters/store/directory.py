"""The versions of the directory of services."""

from dataclasses import astuple

from sqlalchemy import Connection, select

from mailbot.adapters.store.tables import directory_version
from mailbot.core.directory_change import Fact
from mailbot.ports import DirectoryVersion


class SqlDirectory:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self) -> DirectoryVersion | None:
        """What the directory said when it was last looked at; None before the first time."""
        row = self._connection.execute(select(directory_version).order_by(directory_version.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        return DirectoryVersion(at=row.at, facts=tuple(Fact(*each) for each in row.facts), changes=tuple(row.changes))

    def add(self, version: DirectoryVersion) -> None:
        """Keep a version."""
        facts = [astuple(fact) for fact in version.facts]
        values = {"digest": version.digest, "at": version.at, "facts": facts, "changes": list(version.changes)}
        self._connection.execute(directory_version.insert().values(values))
