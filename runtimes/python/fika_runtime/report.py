"""Error documents for the Runtime API, and their lines in the log."""

import os

_OWN = os.path.dirname(__file__)
# Lines of one record are cut by carriage returns, and indented by spaces no log viewer eats.
_CUT = "\r"
_INDENT = "\u00a0"


class Fault(Exception):
    """An error of the function's set-up, called `Runtime.NAME`."""

    def __init__(self, name, message, trace=None):
        super().__init__(message)
        self.error_type = "Runtime." + name
        self.trace = trace


def document(error, request_id=""):
    """`errorMessage`, `errorType`, `requestId` and `stackTrace` of an exception."""
    if isinstance(error, Fault):
        error_type, trace = error.error_type, error.trace or []
    else:
        error_type, trace = type(error).__name__, _trace(error)
    return {
        "errorMessage": _message(error),
        "errorType": error_type,
        "requestId": request_id,
        "stackTrace": trace,
    }


def _message(error):
    try:
        return str(error)
    except Exception as inner:
        return "the error's own text could not be made: %s" % type(inner).__name__


def _trace(error):
    """The frames of the function, without the client's own above them."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename.startswith(_OWN):
        del frames[0]
    plain = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames]
    return traceback.format_list(plain)


def log(fields):
    """Writes the error as Lambda does: one record, cut into lines."""
    from . import json_log
    from .log import write

    if json_log.wanted():
        write(json_log.error_line(fields))
        return
    lines = ["[ERROR] %s: %s" % (fields["errorType"], fields["errorMessage"])]
    if not fields["errorMessage"]:
        lines = ["[ERROR] %s" % fields["errorType"]]
    lines.append("Traceback (most recent call last):")
    for frame in fields["stackTrace"]:
        for line in frame.splitlines():
            text = line.lstrip(" ")
            lines.append(_INDENT * (len(line) - len(text)) + text)
    write(_CUT.join(lines) + "\n")
