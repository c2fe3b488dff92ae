"""An IMAP server that says what it is told to, for answers that no real server gives on demand."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER] ready\r\n"
USUAL = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE\r\n{tag} OK done\r\n",
    "LOGOUT": "* BYE until next time\r\n{tag} OK done\r\n",
}


class ScriptedImap:
    """Serves one connection after another. ``answers`` gives for the first word of a command what is sent in return.

    ``{tag}`` in an answer is the command's tag; an answer that ends with a BYE is followed by the end of the connection.
    Without an answer a command is OK. ``heard`` are the lines of the client.
    """

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = USUAL | dict(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[str] = []
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as stream:
                stream.write(GREETING)
                self._converse(stream)

    def _converse(self, stream: socket.SocketIO) -> None:
        while line := stream.readline().decode().rstrip("\r\n"):
            self.heard.append(line)
            tag, command, *_ = line.split(" ")
            if command == "AUTHENTICATE" and "AUTHENTICATE" not in self._answers:
                stream.write(b"+ \r\n")
                self.heard.append(stream.readline().decode().rstrip("\r\n"))
            answer = self._answers.get(command, "{tag} OK done\r\n").format(tag=tag)
            stream.write(answer.encode())
            if command == "LOGOUT" or "* BYE" in answer:
                return


@contextmanager
def scripted_imap(answers: Mapping[str, str]) -> Iterator[ScriptedImap]:
    """A server that is closed at the end."""
    server = ScriptedImap(answers)
    try:
        yield server
    finally:
        server.close()
