"""An SMTP server that accepts everything and keeps nothing: ``python -m tests.bench.sink PORT``. Light on purpose."""

import asyncio
import sys

HOST = "127.0.0.1"
REPLIES = {b"DATA": b"354 go on\r\n", b"EHLO": b"250 sink\r\n", b"QUIT": b"221 2.0.0 goodbye\r\n"}
GREETING, ACCEPTED = b"220 sink ready\r\n", b"250 2.0.0 accepted\r\n"
END_OF_DATA = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection: RFC 5321 as far as a client that makes no mistakes needs it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""
        self._in_data = False
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer each command, and each letter once it is whole."""
        self._received += data
        while (end := END_OF_DATA if self._in_data else b"\n") in self._received:
            line, _, self._received = self._received.partition(end)
            verb = b"" if self._in_data else line[:4].strip().upper()
            self._in_data = verb == b"DATA"
            self._transport.write(REPLIES.get(verb, ACCEPTED))
            if verb == b"QUIT":
                self._transport.close()


async def serve(port: int) -> None:
    """Accept letters until killed."""
    server = await asyncio.get_running_loop().create_server(Sink, HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
