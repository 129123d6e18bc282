"""HTTP/1.1 byte for byte: sends what it is told, repairs nothing, keeps the connection."""

import base64
import socket
from dataclasses import dataclass, field


@dataclass
class Request:
    method: str
    target: str  # path and query as they go on the wire
    headers: list = field(default_factory=list)  # (name, value), text or bytes
    body: bytes = b""
    who: str = ""  # in a report, instead of the credentials

    def to_bytes(self, host):
        headers = [("Host", host), *self.headers]
        if self.body or self.method not in ("GET", "HEAD", "OPTIONS"):
            headers.append(("Content-Length", str(len(self.body))))
        lines = [latin(f"{self.method} {self.target} HTTP/1.1")]
        lines += [latin(name) + b": " + latin(value) for name, value in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body

    def as_curl(self, base):
        """A line for a shell. Credentials are left for whoever runs it."""
        words = ["curl", "-i", "-g", "--path-as-is"]
        words += ["-I"] if self.method == "HEAD" else ["-X", self.method]
        for name, value in self.headers:
            if name == "Authorization" and self.who:
                value = "Bearer $TOKEN"
            if name == "Cookie":
                value = "$COOKIE"
            # `Name;` is how curl is told to send an empty one.
            words.append("-H " + shell(latin(f"{name}: ") + latin(value) if value else latin(name) + b";"))
        line = " ".join([*words, shell(latin(base + self.target))])
        if len(self.body) > 2000 or b"\0" in self.body:
            return f"echo {base64.b64encode(self.body).decode()} | base64 -d | {line} --data-binary @-"
        return f"{line} --data-binary {shell(self.body)}" if self.body else line


@dataclass
class Reply:
    status: int
    headers: list  # (name in lower case, value)
    body: bytes

    def header(self, name):
        return next((value for known, value in self.headers if known == name), "")

    def media_type(self):
        return self.header("content-type").split(";")[0].strip()


class Malformed(Exception):
    """What came back is not one well-formed reply."""


def latin(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def shell(data):
    """Quotes bytes for bash."""
    if all(0x20 <= byte < 0x7F for byte in data):
        return "'" + data.decode().replace("'", "'\\''") + "'"
    plain = set(range(0x20, 0x7F)) - set(b"'\\")
    return "$'" + "".join(chr(b) if b in plain else f"\\x{b:02x}" for b in data) + "'"


class Connection:
    """A connection that is made again whenever the server has closed it."""

    def __init__(self, host, port):
        self.address = (host, port)
        self.name = f"{host}:{port}"
        self.socket = None
        self.buffer = b""

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket, self.buffer = None, b""

    def send(self, request):
        """The reply. Of an open event stream only its first event; then it is left."""
        data = request.to_bytes(self.name)
        fresh = self.socket is None
        try:
            return self._exchange(request, data)
        except (ConnectionError, Malformed):
            self.close()
            if fresh:
                raise
            # The server may end an idle connection while we send.
            return self._exchange(request, data)

    def _exchange(self, request, data):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(data)
        reply = self._head()
        length = reply.header("content-length")
        if reply.media_type() == "text/event-stream" and not length and request.method != "HEAD":
            while b"event:" not in reply.body:
                reply.body = self._until(b"\n\n")
            self.close()
            return reply
        if request.method != "HEAD" and reply.status not in (204, 304):
            if not length.isdigit():
                raise Malformed(f"Content-Length is {length!r}")
            reply.body = self._take(int(length))
        if reply.header("connection").lower() == "close":
            self.close()
        elif self.buffer:
            raise Malformed("bytes after the reply")
        return reply

    def _head(self):
        lines = self._until(b"\r\n\r\n")[:-4].split(b"\r\n")
        words = lines[0].split(b" ", 2)
        if len(words) < 2 or words[0] != b"HTTP/1.1" or not words[1].isdigit():
            raise Malformed(f"status line {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if not colon:
                raise Malformed(f"header {line!r}")
            headers.append((name.decode("latin-1").lower(), value.strip().decode("latin-1")))
        return Reply(int(words[1]), headers, b"")

    def _until(self, end):
        while end not in self.buffer:
            self._more()
        at = self.buffer.index(end) + len(end)
        taken, self.buffer = self.buffer[:at], self.buffer[at:]
        return taken

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _more(self):
        data = self.socket.recv(256 * 1024)
        if not data:
            raise ConnectionResetError("the server closed the connection without a whole reply")
        self.buffer += data
