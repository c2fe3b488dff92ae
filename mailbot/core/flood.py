"""Floods: what the letters of an hour have in common, so that a robot that changes its sender each time runs dry.

A cap per sender never fires for it. Its letters are counted by the mailbox, by the domain that they go to, by the shape of
the subject that they answer, and all together (RFC 3834 section 2: a service responder needs an overall rate limit).
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

MOST_WORDS = 8
KEPT_SHAPES = 256  # of the messages of a batch, each of which is asked for several times
_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3  # shorter words are the marks of replies, and articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How many receipts were decided on within an hour: in all, for each mailbox, domain and shape of subject."""

    in_all: int = 0
    mailboxes: Mapping[str, int] = field(default_factory=dict)
    domains: Mapping[str, int] = field(default_factory=dict)
    shapes: Mapping[str, int] = field(default_factory=dict)


@lru_cache(maxsize=KEPT_SHAPES)
def shape_of(subject: str) -> str:
    """The words of a subject that stay when numbers, marks of replies and short words go; empty for one without words."""
    found = _WORD.findall(subject.lower())
    words = [word for word in found if word.isalpha() or not any(letter.isdigit() for letter in word)]
    return " ".join([word for word in words if len(word) >= _SHORTEST or not word.isascii()][:MOST_WORDS])


def is_shared(domain: str, shared: Container[str]) -> bool:
    """Whether a domain, or one above it, serves people who have nothing to do with each other."""
    labels = domain.lower().split(".")
    return any(".".join(labels[at:]) in shared for at in range(len(labels) - 1))
