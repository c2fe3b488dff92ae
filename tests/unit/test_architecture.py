"""What must never change unnoticed: the one loop guard, the one broad except, the one clock, and nobody's name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailbot
from tests.invented import ROOT

PACKAGE = Path(mailbot.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# The five packs' organisations, as words of their names: policy is data, so none of them stands in the program.
ORGANISATIONS = re.compile(r"norfolk|jersey|joic|oxfordshire|northampton|northants|nfrs", re.IGNORECASE)

WALL_CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime"},
    "utils": {"formatdate", "localtime"},
    "func": {"now", "current_timestamp", "current_date", "localtimestamp", "sysdate"},
}


def parsed(path: Path) -> ast.Module:
    """The syntax of one module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(node: ast.expr | None) -> str:
    """The last part of a dotted name, or an empty string."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def where(path: Path) -> str:
    """A module as people name it."""
    return path.relative_to(PACKAGE).as_posix()


def makes_permission(tree: ast.Module) -> bool:
    """Whether a module calls ``Permission``, gives it another name, or copies one with another recipient."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) == "Permission":
            return True
        if isinstance(node, ast.Call) and name_of(node.func) == "replace":
            if any("permission" in name_of(argument).lower() for argument in node.args):
                return True
            if any(keyword.arg == "recipient" for keyword in node.keywords):
                return True
        if isinstance(node, ast.alias) and node.name == "Permission" and node.asname:
            return True
        if isinstance(node, ast.Assign | ast.AnnAssign) and name_of(node.value) == "Permission":
            return True
    return False


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether a handler ends by raising what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def broad_excepts(tree: ast.Module) -> Iterator[int]:
    """The lines that catch, or silently pass over, whatever goes wrong. Tidying up and raising again is neither."""
    broad = {"Exception", "BaseException"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and not raises_again(node):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if node.type is None or broad & {name_of(kind) for kind in kinds}:
                yield node.lineno
        if isinstance(node, ast.Call) and name_of(node.func) == "suppress" and broad & {name_of(kind) for kind in node.args}:
            yield node.lineno


def clock_reads(tree: ast.Module) -> Iterator[int]:
    """The lines that ask the machine, or the database, for the present time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in WALL_CLOCKS.get(name_of(node.value), ()):
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module in {"time", "email.utils"}:
            reading = WALL_CLOCKS["time"] | WALL_CLOCKS["utils"]
            yield from (node.lineno for alias in node.names if alias.name in reading)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "CURRENT_TIMESTAMP" in node.value.upper():
            yield node.lineno


def test_the_modules_are_found() -> None:
    """These tests look at the whole program, not at an empty folder."""
    assert {"core/screen.py", "runner.py", "adapters/clock.py", "pipeline/record.py"} <= set(map(where, MODULES))


def test_only_screening_makes_a_permission() -> None:
    """The one loop guard: nothing else in the program can permit an automatic letter."""
    assert [where(path) for path in MODULES if makes_permission(parsed(path))] == ["core/screen.py"]


@pytest.mark.parametrize(
    "source",
    [
        "Permission('ada@example.org', reason)",
        "action.Permission('ada@example.org', reason)",
        "from mailbot.core.action import Permission as Leave",
        "Leave = Permission",
        "replace(action.permission, recipient='eve@example.org')",
        "dataclasses.replace(leave, recipient='eve@example.org')",
    ],
)
def test_every_way_around_the_guard_would_be_noticed(source: str) -> None:
    """A call, a dotted call, another name, a copy with another recipient."""
    assert makes_permission(ast.parse(source))


def test_only_the_supervisor_catches_everything() -> None:
    """Elsewhere an error that nobody foresaw is not swallowed."""
    assert {where(path) for path in MODULES if list(broad_excepts(parsed(path)))} == {"runner.py"}


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    pass\nexcept Exception:\n    pass",
        "try:\n    pass\nexcept:\n    pass",
        "try:\n    pass\nexcept (OSError, BaseException) as error:\n    pass",
        "with suppress(Exception):\n    pass",
    ],
)
def test_every_way_to_catch_everything_would_be_noticed(source: str) -> None:
    """With a name, without one, among others, or silently."""
    assert list(broad_excepts(ast.parse(source)))


def test_only_one_module_reads_the_time() -> None:
    """Everybody else is told what time it is, so that every date can be tested and replayed."""
    assert {where(path) for path in MODULES if list(clock_reads(parsed(path)))} == {"adapters/clock.py"}


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "dt.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "from time import time",
        "email.utils.formatdate()",
        "Column(server_default=func.now())",
        "text('SELECT current_timestamp')",
        "factory = datetime.now",
    ],
)
def test_every_way_to_read_the_time_would_be_noticed(source: str) -> None:
    """Python's clocks and the database's."""
    assert list(clock_reads(ast.parse(source)))


def test_no_organisation_is_named_in_the_program() -> None:
    """What an organisation decided lies in its pack; the program serves any of them."""
    named = {where(path): ORGANISATIONS.findall(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {path: found for path, found in named.items() if found} == {}


def test_the_search_for_names_would_find_one() -> None:
    """A class, a comment or a sentence with such a name does not pass."""
    for sentence in ("class JerseyRules:", "# as Oxfordshire asks", "NORTHANTS = 1"):
        assert ORGANISATIONS.search(sentence)


def test_the_program_lies_where_the_tests_look() -> None:
    """The tests judge this checkout and no other installation."""
    assert PACKAGE.parent == ROOT
