"""A real absence robot: Dovecot's delivery agent with Pigeonhole's vacation, for one mailbox in a folder of its own."""

import os
import pwd
import subprocess
from pathlib import Path

from tests.servers.dovecot import HOST

AGENT = Path("/usr/lib/dovecot/dovecot-lda")
PLUGIN = Path("/usr/lib/dovecot/modules/lib90_sieve_plugin.so")
SECONDS = 20
CONFIGURATION = """log_path = {root}/log
mail_location = maildir:{root}/mail
protocols =
ssl = no
postmaster_address = postmaster@robots.example
submission_host = {host}:{port}
protocol lda {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{root}/vacation.sieve
  sieve_user_email = {address}
}}
"""
SCRIPT = """require ["vacation"];
vacation :days 1 :addresses ["{address}"] :subject "{subject}" "I am away until May.";
"""


def available() -> str | None:
    """Why there is no such robot here, as a reason to skip; None when there is."""
    there = AGENT.exists() and PLUGIN.exists()
    return None if there else "Pigeonhole is not installed (Debian: apt install dovecot-sieve)"


class Vacation:
    """Whoever owns ``address`` is away; the robot's answers go to the SMTP server at ``port``."""

    def __init__(self, root: Path, address: str, port: int, *, subject: str = "Away") -> None:
        self._root, self._address = root, address
        root.mkdir(parents=True)
        values = {"root": root, "address": address, "port": port, "host": HOST, "subject": subject}
        (root / "dovecot.conf").write_text(CONFIGURATION.format(**values))
        (root / "vacation.sieve").write_text(SCRIPT.format(**values))
        self._account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        if os.getuid() == 0:
            for path in (root, *root.iterdir()):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def receives(self, content: bytes, reverse_path: str) -> None:
        """A letter is delivered to the absent person; an answer, if there is one, has been handed over on return."""
        command = [str(AGENT), "-c", str(self._root / "dovecot.conf"), "-f", reverse_path or "<>", "-a", self._address]
        environment = {"HOME": str(self._root), "USER": "bo", "PATH": "/usr/bin:/bin"}
        as_nobody = {"user": self._account.pw_uid, "group": self._account.pw_gid} if os.getuid() == 0 else {}
        subprocess.run(command, input=content, env=environment, check=True, timeout=SECONDS, **as_nobody)  # type: ignore[call-overload]
