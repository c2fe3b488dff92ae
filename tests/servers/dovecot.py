"""A real IMAP server for one test: Dovecot 2.3 in a folder and on ports of its own, as root or as an ordinary user."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Protocol

from imapclient import IMAPClient

from tests.servers.certificate import make_certificate
from tests.servers.maildir import renumber
from tests.servers.ports import free_ports

HOST = "127.0.0.1"
START_LIMIT = 10.0  # seconds
STOP_PATIENCE = 0.3  # seconds
TEMPLATE = Path(__file__).with_name("dovecot.conf.template")

# What Dovecot 2.3 says of itself after login: the setting takes the whole list, there is no naming only the absent.
CAPABILITIES = (
    *("IMAP4rev1", "SASL-IR", "LOGIN-REFERRALS", "ID", "ENABLE", "IDLE", "SORT", "SORT=DISPLAY", "THREAD=REFERENCES"),
    *("THREAD=REFS", "THREAD=ORDEREDSUBJECT", "MULTIAPPEND", "URL-PARTIAL", "CATENATE", "UNSELECT", "CHILDREN"),
    *("NAMESPACE", "UIDPLUS", "LIST-EXTENDED", "I18NLEVEL=1", "CONDSTORE", "QRESYNC", "ESEARCH", "ESORT", "SEARCHRES"),
    *("WITHIN", "CONTEXT=SEARCH", "LIST-STATUS", "BINARY", "MOVE", "SNIPPET=FUZZY", "PREVIEW=FUZZY", "PREVIEW"),
    *("STATUS=SIZE", "SAVEDATE", "LITERAL+", "NOTIFY", "SPECIAL-USE"),
)

# How tokens are judged: Dovecot asks about each of them (RFC 7662).
TOKEN_PASSWORDS = """passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/tokens.ext
}}"""
INTROSPECTION = """introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = email
"""


def available() -> str | None:
    """Why Dovecot cannot run here, as a reason to skip; None when it can."""
    program = _program("dovecot")
    if program is None or not _has_imap():
        return "Dovecot's IMAP server is not installed (Debian: apt install dovecot-imapd)"
    if _program("openssl") is None:
        return "openssl, which makes the server's certificate, is not installed"
    version = _output(program, "--version").split()[0]
    return None if version.startswith("2.3.") else f"Dovecot {version} reads another configuration than 2.3"


def _has_imap() -> bool:
    doveconf = _program("doveconf")
    return doveconf is not None and Path(_output(doveconf, "-d", "-h", "libexec_dir").strip(), "imap").exists()


def _program(name: str) -> str | None:
    # An ordinary user's PATH often lacks the folders where servers are installed.
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Dovecot:
    """An IMAP server whose mailboxes are ``users`` (name to password, no colon in either).

    Every mailbox has INBOX, Sent, Handled and Junk. ``without`` names capabilities the server does not announce, for
    instance ``{"IDLE", "MOVE"}``. It would still obey the commands, as Dovecot cannot unlearn them: what a client may
    go by is the announcement. With ``tokens_port`` access tokens are accepted too, as XOAUTH2 and OAUTHBEARER, if the
    server at that port (``tests.servers.tokens``) says that they are good.

    ``root`` is an empty or absent folder with a short path (a Unix socket's may have 107 characters). Run by root the
    server acts as ``nobody``, who must be able to reach it: pytest's ``tmp_path`` will not do, the fixture
    ``start_dovecot`` will.
    """

    def __init__(
        self, root: Path, users: Mapping[str, str], *, without: Collection[str] = (), tokens_port: int | None = None
    ) -> None:
        if unknown := set(without) - set(CAPABILITIES):
            raise ValueError(f"Dovecot announces no {sorted(unknown)}")
        self.root = root
        self.host = HOST
        self.port, self.tls_port = free_ports(2)
        self._users = users
        self._tokens_port = tokens_port
        self._capability = " ".join(name for name in CAPABILITIES if name not in without)
        self._account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ca_path(self) -> Path:
        """The self-signed certificate for ``localhost`` and 127.0.0.1: give it to a client as its authority."""
        return self.root / "certificate.pem"

    def start(self) -> None:
        """Start the server and return when it answers. Raises RuntimeError with its log when it does not."""
        if not self._configuration_path.exists():
            self._prepare()
        self._process = self._launch()
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Dovecot did not start:\n{self._said()}")
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop the server and cut every connection; the mail stays. Stopping a stopped server does nothing."""
        if self._process is None:
            return
        # The whole group at once: the first process alone waits seconds for the others, and leaves some behind.
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(STOP_PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Stop and start: the same ports, the same mail."""
        self.stop()
        self.start()

    def client(self, user: str) -> IMAPClient:
        """A person's own connection, logged in, times aware. Use it in a ``with`` statement, or log out."""
        password = self._users[user]
        client = IMAPClient(self.host, self.port, ssl=False)
        client.normalise_times = False
        client.login(user, password)
        return client

    def append(
        self,
        user: str,
        content: bytes,
        folder: str = "INBOX",
        received_at: datetime | None = None,
        flags: Sequence[str] = (),
    ) -> None:
        """Put a message into a folder; the server dates it ``received_at`` (aware), or now."""
        with self.client(user) as client:
            client.append(folder, content, flags, received_at)

    def folder_uids(self, user: str, folder: str = "INBOX") -> list[int]:
        """The UIDs in a folder, ascending."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            return sorted(client.search())

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The messages in a folder, by UID; reading them here does not mark them as read."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [fetched[uid][b"BODY[]"] for uid in sorted(fetched)]

    def uidvalidity(self, user: str, folder: str = "INBOX") -> int:
        """The UIDVALIDITY the server hands out for a folder now (RFC 9051 section 2.3.1.1)."""
        with self.client(user) as client:
            return int(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])

    def new_uidvalidity(self, user: str, folder: str = "INBOX", first_uid: int = 1001) -> None:
        """Restart with another UIDVALIDITY for a folder: the same messages in the same order, from ``first_uid`` on.

        The default gives every message a new UID; 1 gives the nasty case in which old numbers mean other messages.
        """
        validity = self.uidvalidity(user, folder) + 1
        self.stop()
        mailbox = self.root / "mail" / user
        renumber(mailbox if folder == "INBOX" else mailbox / f".{folder.replace('/', '.')}", validity, first_uid)
        for index in mailbox.glob("dovecot.list.index*"):  # it remembers the number of each folder
            index.unlink()
        self.start()

    def _prepare(self) -> None:
        for folder in ("run", "state", "mail"):
            (self.root / folder).mkdir(parents=True)
        make_certificate(self.root)
        lines = [f"{user}:{{PLAIN}}{password}::::::\n" for user, password in self._users.items()]
        (self.root / "passwords").write_text("".join(lines))
        (self.root / "tokens.ext").write_text(INTROSPECTION.format(port=self._tokens_port))
        self._configuration_path.write_text(self._configuration())
        for path in [self.root, *self.root.iterdir()]:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    @property
    def _configuration_path(self) -> Path:
        return self.root / "dovecot.conf"

    def _configuration(self) -> str:
        return Template(TEMPLATE.read_text()).substitute(
            root=self.root,
            account=self._account.pw_name,
            group=grp.getgrgid(self._account.pw_gid).gr_name,
            uid=self._account.pw_uid,
            gid=self._account.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
            capability=self._capability,
            token_mechanisms=" xoauth2 oauthbearer" if self._tokens_port else "",
            token_passwords=TOKEN_PASSWORDS.format(root=self.root) if self._tokens_port else "",
        )

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [_program("dovecot") or "dovecot", "-F", "-c", str(self._configuration_path)]
        with (self.root / "errors").open("wb") as errors:
            if os.getuid() != 0:
                return subprocess.Popen(command, stderr=errors, start_new_session=True)
            user, group = self._account.pw_uid, self._account.pw_gid  # Dovecot refuses to serve logins as root
            return subprocess.Popen(command, stderr=errors, start_new_session=True, user=user, group=group, extra_groups=[])

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=1) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    def _said(self) -> str:
        logs = (self.root / "errors", self.root / "dovecot.log")
        return "".join(log.read_text(errors="replace") for log in logs if log.exists())


class StartDovecot(Protocol):
    """The fixture ``start_dovecot``: starts an IMAP server, which is stopped when the test ends."""

    def __call__(
        self, users: Mapping[str, str] = ..., *, without: Collection[str] = (), tokens_port: int | None = None
    ) -> Dovecot: ...
