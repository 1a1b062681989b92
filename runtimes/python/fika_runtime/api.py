"""The Runtime API (2018-06-01) over one raw keep-alive connection.

An answer and the request for the next invocation leave in one write."""

from _socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, socket

_RECEIVE = 64 * 1024
_HEAD_END = b"\r\n\r\n"
# Above this, a body is sent as it is instead of being joined with its head.
_JOIN = 64 * 1024


class RuntimeApi:
    def __init__(self, endpoint):
        host, port = endpoint.rsplit(":", 1)
        tail = " HTTP/1.1\r\nHost: %s\r\n" % endpoint
        self._next = ("GET /2018-06-01/runtime/invocation/next%s\r\n" % tail).encode()
        self._get = "GET %s" + tail + "\r\n"
        self._post = "POST /2018-06-01/runtime/%s" + tail
        self._rest = b""
        self._owed = 0
        self._socket = socket(AF_INET, SOCK_STREAM)
        self._socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self._socket.connect((host, int(port)))

    def get(self, path):
        """Asks for something else, and waits for the body of the answer."""
        self._socket.sendall((self._get % path).encode())
        status, _, body = self._response()
        if status != 200:
            raise SystemExit("fika: the Runtime API answered %d to %s" % (status, path))
        return body

    def request_next(self):
        """Asks for the first invocation; later ones are asked for together with an answer."""
        self._socket.sendall(self._next)

    def receive(self):
        """Headers (lower-case names) and body of the next invocation. Waits for it."""
        while self._owed:
            # What the server thinks of an answer is the server's to report.
            self._response()
            self._owed -= 1
        status, headers, body = self._response()
        if status != 200:
            raise SystemExit("fika: the Runtime API answered %d to next" % status)
        return headers, body

    def succeed(self, invocation, body, content_type):
        """Answers, and asks for the next invocation."""
        self._send("invocation/%s/response" % invocation, body, content_type, self._next)

    def fail(self, invocation, error_type, body):
        """Answers with an error, and asks for the next invocation."""
        self._send_error("invocation/%s/error" % invocation, error_type, body, self._next)

    def fail_start(self, path, error_type, body):
        """Reports that there will be no invocation, and waits until that has arrived."""
        self._send_error(path, error_type, body, b"")
        self._response()

    def _send_error(self, path, error_type, body, after):
        # The name of an error is the function's own text: it must not write headers.
        safe = "".join(c for c in error_type[:256] if c.isascii() and (c.isalnum() or c in "._-$"))
        kind = "application/json\r\nLambda-Runtime-Function-Error-Type: " + (safe or "Exception")
        self._send(path, body, kind, after)

    def _send(self, path, body, content_type, after):
        head = "%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (
            self._post % path, content_type, len(body))
        self._owed += 1 if after else 0
        if len(body) <= _JOIN:
            self._socket.sendall(head.encode() + body + after)
            return
        self._socket.sendall(head.encode())
        self._socket.sendall(body)
        self._socket.sendall(after)

    def _response(self):
        data, end = self._rest, -1
        while end < 0:
            end = data.find(_HEAD_END)
            if end < 0:
                data += self._receive()
        lines = data[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        self._rest = data[end + 4:]
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self._take(int(headers.get("content-length", 0)))
        return int(lines[0][9:12]), headers, body

    def _take(self, length):
        """Exactly so many bytes."""
        rest = self._rest
        if len(rest) >= length:
            self._rest = rest[length:]
            return rest[:length]
        self._rest = b""
        body = bytearray(length)
        body[:len(rest)] = rest
        view, filled = memoryview(body), len(rest)
        while filled < length:
            received = self._socket.recv_into(view[filled:])
            if not received:
                self._closed()
            filled += received
        return body

    def _line(self):
        while b"\r\n" not in self._rest:
            self._rest += self._receive()
        line, self._rest = self._rest.split(b"\r\n", 1)
        return line

    def _chunks(self):
        body = bytearray()
        while True:
            size = int(self._line().split(b";")[0], 16)
            if size == 0:
                break
            body += self._take(size + 2)
            del body[-2:]
        while self._line():
            pass  # Trailers say nothing that is needed here.
        return body

    def _receive(self):
        data = self._socket.recv(_RECEIVE)
        if not data:
            self._closed()
        return data

    def _closed(self):
        """The other end owns this process: without it there is nothing left to do."""
        raise SystemExit(1)
