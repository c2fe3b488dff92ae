"""Messages of staff read and held against a standard: the samples that the tests judge, again and again."""

import time
from collections.abc import Sequence
from itertools import cycle, islice

from mailbot.adapters.rule_files import load_standard_rules
from mailbot.core.standard.author import author_of
from mailbot.core.standard.judge import Rules, judge
from mailbot.staff_mail import read_staff_mail
from tests.bench.measured import Measured, together
from tests.invented import ROOT, RULES

STAFF_MAIL = "staff mail judged"
NO_DATABASE = ""


def measure_staff_mail(messages: int, repeat: int) -> Measured:
    """So many messages from bytes to findings, in one process and without a store."""
    rules = load_standard_rules(RULES, "jersey-oic")
    contents = [file.read_bytes() for file in sorted((ROOT / "tests" / "staff_mail").rglob("*.eml"))]
    _judge(contents, rules)  # what is only loaded once
    return together([_timed(list(islice(cycle(contents), messages)), rules) for _ in range(repeat)])


def _timed(contents: Sequence[bytes], rules: Rules) -> Measured:
    begun, cpu_begun = time.perf_counter(), time.process_time()
    _judge(contents, rules)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
    return Measured(
        what=STAFF_MAIL, messages=len(contents), seconds=(seconds,), cpu_seconds=(cpu_seconds,), database=NO_DATABASE
    )


def _judge(contents: Sequence[bytes], rules: Rules) -> None:
    for content in contents:
        mail = read_staff_mail(content, rules.quoting)
        judge(mail, author_of(mail, (), rules.words), rules)
