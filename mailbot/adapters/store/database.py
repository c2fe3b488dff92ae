"""Opening a database: engine, settings, migrations, and the refusal to open what is newer than this program.

SQLite runs in WAL mode with ``synchronous=FULL``; writing transactions begin IMMEDIATE, so two writers wait for each
other instead of failing in the middle. PostgreSQL runs with its own defaults (psycopg 3).
"""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    StatementError,
)

from mailbot import checkpoints
from mailbot.adapters.store.columns import as_json
from mailbot.adapters.store.tables import COMPAT_VERSION, SCHEMA_VERSION
from mailbot.errors import ConfigError, MailbotError, PermanentError, StorageError, TransientError

BUSY_TIMEOUT_MS = 10_000
LEAST_FREE_BYTES = 50 * 2**20
CONNECT_SECONDS = 10
# A process that stands still in a transaction must not keep its locks for longer than its leases.
SESSION = ("timezone=utc", "lock_timeout=10s", "idle_in_transaction_session_timeout=10s")
COMPRESSION = (
    "SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"
)
PASSING_SQLITE_ERRORS = frozenset(
    {5, 6, 8, 10, 11, 13, 14, 15}
)  # busy, locked, readonly, ioerr, corrupt, full, cantopen, protocol
NOT_A_DATABASE = 26  # SQLITE_NOTADB
MIGRATION_LOCK = 0x6D61696C  # any number, as long as every mailbot uses the same
OUT_OF_USE = "the database cannot be used now: "
URL_FORMS = "write sqlite:///path/to/mailbot.db or postgresql+psycopg://user@host/name"
MIGRATIONS = Path(__file__).with_name("migrations")


class NotReadyError(ConfigError):
    """There is no database yet, or an older one: the daemon makes it ready, and nobody else does."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Both context managers translate the driver's errors once, here."""

    engine: Engine
    _writer: AbstractContextManager[object] = field(default_factory=nullcontext, repr=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that commits at the end of the block and rolls back on any error.

        Raises StorageError when the database cannot be written now, PermanentError when a row is refused.
        """
        with (
            self._writer,
            _translated(),
            self.engine.connect().execution_options(mailbot_begin="IMMEDIATE") as connection,
            connection.begin() as transaction,
        ):
            yield connection
            with checkpoints.around("commit"):
                transaction.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that writes nothing."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    def why_not_writable(self) -> str | None:
        """Why nothing can be written now (locked, out of reach, disk almost full), or None. Changes nothing."""
        file = self.engine.url.database if self.is_sqlite else None
        if file and file != ":memory:" and shutil.disk_usage(Path(file).parent).free < LEAST_FREE_BYTES:
            return f"less than {LEAST_FREE_BYTES // 2**20} MB are free on its disk"
        try:
            with _translated(), self.engine.connect().execution_options(mailbot_begin="IMMEDIATE") as connection:
                connection.begin().rollback()
        except StorageError as error:
            return str(error)
        return None

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, password: str | None = None, *, create: bool = True) -> Database:
    """Open the database at ``url``; ``create`` it or bring it up to date where needed, or refuse what is not ready.

    Raises ConfigError for an unusable URL or a database made by another program, StorageError when it is locked, and
    TransientError when its server does not let us in.
    """
    engine = _engine(url, password, create=create)
    # Within the process SQLite's writers queue at a lock: its own waiting sleeps and is not fair.
    database = Database(engine, Lock() if engine.dialect.name == "sqlite" else nullcontext())
    try:
        _make_ready(engine, create=create)
    except MailbotError:
        database.close()
        raise
    return database


def _make_ready(engine: Engine, *, create: bool) -> None:
    with _let_in(engine.url), engine.connect() as connection:
        found = _schema_version(connection)
        _refuse_newer(connection, found)
    if found < SCHEMA_VERSION and not create:
        raise NotReadyError(
            f"storage.database: {_shown(engine.url)} holds nothing yet or an older schema; 'mailbot run' makes it ready"
        )
    if found < SCHEMA_VERSION:
        with _translated():
            _upgrade(engine)


def _engine(url: str, password: str | None, *, create: bool) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.password:
            raise ConfigError(
                "storage.database: a password does not belong into the URL; write storage.password = { path = … }"
            )
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, create=create)
        if parsed.get_backend_name() == "postgresql":
            return _postgresql(parsed.set(password=password))
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigError(f"storage.database: not a database URL; {URL_FORMS}") from error
    raise ConfigError(f"storage.database: '{parsed.get_backend_name()}' is not supported; {URL_FORMS}")


def _sqlite(url: URL, *, create: bool) -> Engine:
    _make_private(url.database, create=create)
    engine = create_engine(url, json_serializer=as_json, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(
            url,
            json_serializer=as_json,
            pool_pre_ping=True,  # a restarted server is noticed before a transaction begins, not in its middle
            pool_size=10,
            max_overflow=20,
            connect_args={"connect_timeout": CONNECT_SECONDS, "options": " ".join(f"-c {one}" for one in SESSION)},
        )
    except ModuleNotFoundError:
        raise ConfigError("storage.database: PostgreSQL needs the driver: pip install 'mailbot[postgres]'") from None
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "do_executemany", _many_and_one)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Letters and texts are longer than what a row holds; where the server knows LZ4 they cost it a fifth less of its time."""
    with connection.cursor() as cursor:
        cursor.execute(COMPRESSION)
    connection.commit()


def _many_and_one(cursor: Any, statement: str, parameters: Any, _context: object) -> bool:
    """After psycopg's executemany, a pipeline, PostgreSQL 15 does not count idle time; after one more statement it does."""
    cursor.executemany(statement, parameters)
    cursor.connection.execute("SELECT 1")
    return True


def _make_private(name: str | None, *, create: bool) -> None:
    """Create the database file for its owner only: it holds people's letters. SQLite's other files follow it."""
    if not name or name == ":memory:":
        return
    file = Path(name)
    if not file.parent.is_dir():
        raise ConfigError(f"storage.database: the folder {file.parent} does not exist; create it first")
    if not create and not file.exists():
        raise NotReadyError(
            f"storage.database: there is no database {file}; has 'mailbot run' been started with this configuration?"
        )
    try:
        # Never open and close it: POSIX would take away the locks that SQLite holds on it in this process, and
        # another process would then drop the log of a database that is in use (sqlite.org/howtocorrupt.html, 2.2).
        file.touch(mode=0o600)
    except OSError as error:
        raise ConfigError(f"storage.database: {file} cannot be written: {error.strerror}") from None


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that we can say IMMEDIATE
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("mailbot_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


def _schema_version(connection: Connection) -> int:
    if not inspect(connection).has_table("meta"):
        return 0
    return int(connection.execute(text("SELECT value FROM meta WHERE key = 'schema_version'")).scalar_one())


def _refuse_newer(connection: Connection, found: int) -> None:
    if found <= SCHEMA_VERSION:
        return
    compat = int(connection.execute(text("SELECT value FROM meta WHERE key = 'compat_version'")).scalar_one())
    if compat > SCHEMA_VERSION:
        raise ConfigError(
            f"storage.database: it was made by a newer mailbot (schema {found}, opens from {compat} on) and this program "
            f"knows schema {SCHEMA_VERSION}; install the newer program or restore the backup made before the upgrade"
        )


def _upgrade(engine: Engine) -> None:
    """Bring the schema up to date. Alembic is imported here: most starts find nothing to do."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(mailbot_begin="IMMEDIATE") as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        for key, value in (("schema_version", SCHEMA_VERSION), ("compat_version", COMPAT_VERSION)):
            connection.execute(
                text("INSERT INTO meta (key, value) VALUES (:k, :v) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                {"k": key, "v": str(value)},
            )


@contextmanager
def _let_in(url: URL) -> Iterator[None]:
    """The first connection to a server: what hinders it may pass, or be a slip in the URL. Its own sentence tells."""
    try:
        with _translated():
            yield
    except StorageError as error:
        if url.get_backend_name() == "sqlite":
            raise
        raise TransientError(
            f"storage.database: {_shown(url)} cannot be reached: {str(error).removeprefix(OUT_OF_USE)}; "
            "check that the server runs and that user, host, port and name in the URL and the password are right"
        ) from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # the first line names the rule that was broken; further lines would quote the row
        raise PermanentError(f"the database refused a row: {str(error.orig).splitlines()[0]}") from error
    except DataError as error:
        raise PermanentError(f"the database refused a value: {type(error.orig).__name__}") from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == NOT_A_DATABASE:
            raise ConfigError("storage.database: the file is not an SQLite database; name another file") from error
        if not _may_pass(error):
            raise PermanentError(f"the database refused a statement: {str(error.orig).splitlines()[0]}") from error
        raise StorageError(f"{OUT_OF_USE}{str(error.orig).splitlines()[0]}") from error
    except StatementError as error:
        raise PermanentError(f"a value cannot be stored: {type(error.orig).__name__}") from error


def _may_pass(error: DBAPIError) -> bool:
    """Whether waiting may help: the server or its disk is in trouble, and not the statement."""
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is None or code & 0xFF in PASSING_SQLITE_ERRORS
