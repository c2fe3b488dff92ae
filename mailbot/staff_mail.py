"""What a member of staff sent, read for judging: the lines of its page, or of its plain text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.adapters.page import page_lines
from mailbot.adapters.parser import page_of, parse
from mailbot.core.message import Message
from mailbot.core.quoting import QuoteRules, quoted_lines
from mailbot.core.standard.mail import Line, StaffMail, StyledText
from mailbot.core.text import clean_line

_TOO_DEEP = "its page is nested too deep to be read"


def staff_text(message: Message) -> StaffMail:
    """A message of plain text, line by line; nothing of it counts as quoted."""
    return StaffMail(message=message, lines=_lines(message))


def read_staff_mail(content: bytes, rules: QuoteRules) -> StaffMail:
    """A message line by line. Never raises; ``why_not`` says why its page was not read."""
    message = parse(content)
    page = page_lines(html) if (html := page_of(content)) else None
    if page is None or _is_only_a_part(page, message):
        return StaffMail(message=message, lines=_marked(_lines(message), rules))
    marked = _marked(page.lines, rules)
    too_deep = any(line.unread and not line.quoted for line in marked)
    why_not = page.why_not or (_TOO_DEEP if too_deep else "")
    return StaffMail(message=message, lines=marked, styled=not page.converted, why_not=why_not)


def _lines(message: Message) -> tuple[Line, ...]:
    return tuple(Line(text=clean_line(text)) for text in message.text.split("\n"))


def _is_only_a_part(page: StyledText, message: Message) -> bool:
    """Whether the page is an addition to a message of plain text, such as a server's small print."""
    shown = sum(len(line.text) for line in page.lines)
    return not page.why_not and message.content_type == "multipart/mixed" and 2 * shown < len(message.text)


def _marked(lines: tuple[Line, ...], rules: QuoteRules) -> tuple[Line, ...]:
    """What the page sets apart as a quote is marked as plain text marks it: an introduction above it ends with it.

    What a telephone adds is left out, and what the page marks as a signature is its writer's, wherever it stands.
    """
    quoted = quoted_lines([f"> {line.text}" if line.quoted else line.text for line in lines], rules)
    return tuple(
        replace(line, quoted=not line.marked and (line.quoted or quoted))
        for line, quoted in zip(lines, quoted, strict=True)
        if not line.text.lower().startswith(rules.sent_from)
    )


@dataclass(frozen=True, slots=True)
class ReadStaffMails:
    """Reads what staff sent, by these rules about quotes."""

    quoting: QuoteRules

    def read(self, contents: Sequence[bytes]) -> list[StaffMail]:
        """Each message line by line."""
        return [read_staff_mail(content, self.quoting) for content in contents]
