"""A letter as its reader's program shows it: the text, also where the same lies beside it as a page."""

from email.message import EmailMessage
from email.policy import default
from typing import Any


class Letter(EmailMessage):
    """A message whose content is its text."""

    def get_content(self, *args: Any, **kw: Any) -> Any:
        text = self.get_body(("plain",))
        return EmailMessage.get_content(text if isinstance(text, EmailMessage) else self, *args, **kw)


READABLE = default.clone(message_factory=Letter)
