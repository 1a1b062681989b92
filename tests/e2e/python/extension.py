#!/var/lang/bin/python3
"""An external extension, written from AWS's documentation: it registers, subscribes to telemetry, and
says in its log what it is told. `EXTENSION_MODE` has it misbehave."""

import json
import os
import sys
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
NAME = os.path.basename(sys.argv[0])
MODE = os.environ.get("EXTENSION_MODE", "")
PORT = 4243


def say(text):
    print("[ext] " + text, flush=True)


class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            # What it says itself would be told to it again, without end.
            if event["type"] == "extension":
                continue
            say("told %s %s" % (event["type"], json.dumps(event["record"], sort_keys=True)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def call(connection, method, path, body=None, headers=None):
    text = None if body is None else json.dumps(body)
    connection.request(method, path, text, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def main():
    if MODE == "crash":
        sys.exit(3)
    api = HTTPConnection(API)
    server = HTTPServer(("0.0.0.0", PORT), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    status, headers, body = call(
        api, "POST", "/2020-01-01/extension/register", {"events": ["INVOKE", "SHUTDOWN"]},
        {"Lambda-Extension-Name": NAME, "Lambda-Extension-Accept-Feature": "accountId"})
    assert status == 200, body
    say("registered %s" % json.dumps(json.loads(body), sort_keys=True))
    me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
    if MODE == "init-error":
        headers = dict(me, **{"Lambda-Extension-Function-Error-Type": "Extension.NoConfig"})
        call(api, "POST", "/2020-01-01/extension/init/error", {}, headers)
        time.sleep(60)
    status, _, body = call(api, "PUT", "/2022-07-01/telemetry", {
        "schemaVersion": "2022-12-13",
        "types": ["platform", "function", "extension"],
        "buffering": {"timeoutMs": 25},
        "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:%d" % PORT},
    }, me)
    assert status == 200, body
    while True:
        status, _, body = call(api, "GET", "/2020-01-01/extension/event/next", None, me)
        assert status == 200, body
        event = json.loads(body)
        say("event %s %s" % (event["eventType"], event.get("shutdownReason", event.get("requestId"))))
        if event["eventType"] == "SHUTDOWN":
            time.sleep(0.3)  # What is still to be told comes meanwhile.
            return
        if MODE == "late":
            time.sleep(60)


main()
