"""``rules/bounces``: what the codes and the words of other servers' reports mean."""

import re
from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT
from mailbot.core.bounce import BounceRules
from mailbot.core.report import Failure
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_CODE = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    codes: tuple[str, ...]
    means: Failure
    source: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    words: tuple[str, ...]
    means: Failure
    source: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delay:
    words: tuple[str, ...]
    source: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeaningsFile:
    status: tuple[_Status, ...]
    phrase: tuple[_Phrase, ...]
    delay: tuple[_Delay, ...]
    __pydantic_config__ = STRICT


def load_bounces(rules: Path) -> BounceRules:
    """The meanings. Raises PolicyError for a code twice, a code that is none, and words that could never be found."""
    file = rules / "bounces" / "meanings.toml"
    found = convert(_MeaningsFile, read_toml(file, PolicyError), file, PolicyError)
    statuses = dict[str, Failure]()
    for row in found.status:
        for code in row.codes:
            _check_code(file, code, row.means, statuses)
            statuses[code] = row.means
    delays = tuple(word for row in found.delay for word in row.words)
    for words in (*(word for row in found.phrase for word in row.words), *delays):
        if not words or words != " ".join(words.lower().split()):
            raise PolicyError(f"{file}: words: '{words}': write it in lower case, with single spaces, and not empty")
    return BounceRules(
        statuses=statuses,
        phrases=tuple((row.means, row.words) for row in found.phrase),
        delays=delays,
    )


def _check_code(file: Path, code: str, means: Failure, known: dict[str, Failure]) -> None:
    if not _CODE.fullmatch(code):
        raise PolicyError(f"{file}: codes: '{code}': write a code of RFC 3463 that begins with 4 or 5, such as 5.1.1")
    if code in known:
        raise PolicyError(f"{file}: codes: {code} stands twice; write it once")
    if code.startswith("4") and means is Failure.NO_SUCH_ADDRESS:
        raise PolicyError(f"{file}: codes: {code} is passing (RFC 3463 section 2): write another meaning than {means.value}")
