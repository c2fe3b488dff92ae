"""What a member of staff sent, read for judging: the lines of its page, or of its plain text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.adapters.page import page_lines
from mailbot.adapters.parser import page_of, parse
from mailbot.core.message import Message
from mailbot.core.quoting import QuoteRules, quoted_lines
from mailbot.core.standard.mail import Line, StaffMail


def staff_text(message: Message) -> StaffMail:
    """A message of plain text, line by line; nothing of it counts as quoted."""
    return StaffMail(message=message, lines=tuple(Line(text=text.rstrip()) for text in message.text.split("\n")))


def read_staff_mail(content: bytes, rules: QuoteRules) -> StaffMail:
    """A message line by line. Never raises; ``why_not`` says why its page was not read."""
    message = parse(content)
    page = page_lines(html) if (html := page_of(content)) else None
    lines = page.lines if page else tuple(Line(text=text.rstrip()) for text in message.text.split("\n"))
    # What the page sets apart as a quote is marked as plain text marks it: an introduction above it ends with it.
    quoted = quoted_lines([f"> {line.text}" if line.quoted else line.text for line in lines], rules)
    marked = tuple(replace(line, quoted=line.quoted or quoted) for line, quoted in zip(lines, quoted, strict=True))
    return StaffMail(message=message, lines=marked, styled=page is not None, why_not=page.why_not if page else "")


@dataclass(frozen=True, slots=True)
class ReadStaffMails:
    """Reads what staff sent, by these rules about quotes."""

    quoting: QuoteRules

    def read(self, contents: Sequence[bytes]) -> list[StaffMail]:
        """Each message line by line."""
        return [read_staff_mail(content, self.quoting) for content in contents]
