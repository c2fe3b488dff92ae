"""HTML of a message to lines, each with the font in which a browser would show it. Nothing is ever fetched."""

from mailbot.adapters.page.lines import page_lines

__all__ = ["page_lines"]
