"""A page as people see it on a screen, taken by Chromium where it is installed: no script runs and nothing is fetched."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from mailbot.errors import PermanentError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HEIGHT = 1600
SECONDS = 60
_NOTHING_BUT_STYLE = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
"""Chromium takes no picture where its setting turns scripts off, so the page itself forbids them (CSP 3, section 3.3)."""

_FLAGS = (
    *("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--renderer-process-limit=1"),
)


def browser() -> str | None:
    """The browser that takes pictures, or None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def picture(command: str, page: str, width: int) -> bytes:
    """A whole HTML page at this width in pixels as PNG. Raises PermanentError where none is taken within a minute."""
    with TemporaryDirectory() as folder:
        out, file = Path(folder) / "page.png", Path(folder) / "page.html"
        file.write_text(page.replace("<head>", f"<head>{_NOTHING_BUT_STYLE}", 1), encoding="utf-8")
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium refuses to be root with one
        size, own = f"--window-size={width},{HEIGHT}", f"--user-data-dir={folder}/own"
        words = [command, *_FLAGS, *sandbox, size, own, f"--screenshot={out}", file.as_uri()]
        try:
            subprocess.run(words, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603
            return out.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise PermanentError(f"{command} took no picture of the page ({type(error).__name__}); open it yourself") from None
