"""Where custom resources answer their stack.

On AWS such an address begins with `https`, and many handlers know it no other way: they send to port 443 of its host,
whatever the address says. fika's are reached inside the sandbox, where nobody could read along, so a connection that
is meant for one is made as its address says. What is elsewhere is never diverted: an event may come from anybody.
"""

_PATH = "/_fika/cloudformation/answers/"
_HERE = ("127.0.0.1", "localhost")
_at = None


def expect(address):
    """Takes note of the address that an event names. Nothing else of the process changes."""
    global _at
    if not isinstance(address, str) or not address.startswith("http://") or _PATH not in address:
        return
    from urllib.parse import urlsplit

    try:
        url = urlsplit(address)
        there = (url.hostname, url.port or 80)
    except ValueError:
        return
    if url.hostname not in _HERE or not url.path.startswith(_PATH):
        return
    first, _at = _at is None, there
    if first:
        _divert()


def _divert():
    from http.client import HTTPConnection, HTTPSConnection

    secured = HTTPSConnection.connect

    def connect(self):
        host, port = _at
        if self.host == host and self.port in (443, port):
            self.port = port
            HTTPConnection.connect(self)
        else:
            secured(self)

    HTTPSConnection.connect = connect
