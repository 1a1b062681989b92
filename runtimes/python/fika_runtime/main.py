"""The loop: next invocation, handler, answer."""

import os
import sys

from . import log
from .api import RuntimeApi
from .codec import dumps, loads
from .context import LambdaContext
from .loader import load
from .report import Fault, document
from .report import log as log_error

_TRACE = b"_X_AMZN_TRACE_ID"


def main():
    """Serves invocations until the connection ends."""
    environ = os.environ
    api = RuntimeApi(environ["AWS_LAMBDA_RUNTIME_API"])
    if environ.get("FIKA_PARKED") == "1":
        from .parked import forget_shadowed, park

        warm = park(api)
        _set_path()
        forget_shadowed(warm)
    else:
        _set_path()
    log.watch()
    if environ.get("FIKA_DEBUG_PORT"):
        from .debug import listen

        listen(int(environ["FIKA_DEBUG_PORT"]))
    try:
        handler = load(environ.get("_HANDLER", ""))
    except Exception as error:
        fields = document(error)
        log_error(fields)
        api.fail_start("init/error", fields["errorType"], dumps(fields))
        raise SystemExit(1) from None
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from .snapstart import checkpoint

        checkpoint(api)
    api.request_next()
    while True:
        headers, body = api.receive()
        _invoke(api, handler, headers, body)


def _set_path():
    """The function's code, then its layers, then what Python and PYTHONPATH have, then the SDK."""
    root = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    version = "python%d.%d" % sys.version_info[:2]
    # Without walls they are elsewhere.
    opt = os.environ.get("FIKA_LAYERS", "/opt")
    layers = [opt + "/python/lib/%s/site-packages" % version, opt + "/python"]
    # The first entry is the folder of this client's start script.
    sys.path[0:1] = [root] + [layer for layer in layers if os.path.isdir(layer)]
    sdk = os.path.join(sys.prefix, "sdk")
    if os.path.isdir(sdk):
        sys.path.append(sdk)


def _invoke(api, handler, headers, body):
    invocation = headers["lambda-runtime-aws-request-id"]
    log.request_id = invocation
    log.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
    _set_trace(headers.get("lambda-runtime-trace-id"))
    try:
        context = LambdaContext(headers)
        event = _event(body)
        if type(event) is dict and "ResponseURL" in event:
            from .answers import expect

            expect(event["ResponseURL"])
        result = handler(event, context)
        answer, content_type = _answer(result)
    except Exception as error:
        fields = document(error, invocation)
        log_error(fields)
        api.fail(invocation, fields["errorType"], dumps(fields))
        return
    api.succeed(invocation, answer, content_type)


def _event(body):
    try:
        return loads(body)
    except Exception as error:
        raise Fault("UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def _answer(result):
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        return dumps(result), "application/json"
    except Exception as error:
        raise Fault("MarshalError", "Unable to marshal response: %s" % error) from None


def _set_trace(trace):
    """Shows the trace id as a variable to this process. Handed to the C library for each invocation
    it would eat the function's memory: that keeps every value a variable ever had."""
    variables = os.environ._data
    if trace is None:
        variables.pop(_TRACE, None)
    else:
        variables[_TRACE] = os.fsencode(trace)
