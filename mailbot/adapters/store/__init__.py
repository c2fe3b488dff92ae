"""The store: SQLAlchemy Core over SQLite. Tables are the truth; everything else can be started again."""

from mailbot.adapters.store.database import Database, NotReadyError, open_database
from mailbot.adapters.store.unit_of_work import SqlStore

__all__ = ["Database", "NotReadyError", "SqlStore", "open_database"]
