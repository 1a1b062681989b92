"""Logging as JSON objects, for functions whose `LogFormat` is JSON.

`AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` say so. Only what `logging` writes becomes JSON;
`print` stays as it is, as on Lambda."""

import os

_TIME = "%Y-%m-%dT%H:%M:%SZ"
# What every record has: the rest is what the function gave as `extra`.
_KNOWN = frozenset((
    "name", "msg", "args", "levelname", "levelno", "pathname", "filename", "module", "exc_info",
    "exc_text", "stack_info", "lineno", "funcName", "created", "msecs", "relativeCreated", "thread",
    "threadName", "processName", "process", "taskName", "aws_request_id", "tenant_id", "message",
    "asctime"))


def wanted():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def level(logging):
    """The least level that is written."""
    name = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "")
    levels = {"TRACE": 1, "DEBUG": logging.DEBUG, "INFO": logging.INFO, "WARN": logging.WARNING,
              "ERROR": logging.ERROR, "FATAL": logging.CRITICAL}
    return levels.get(name.upper(), logging.INFO)


def formatter(logging):
    class JsonFormatter(logging.Formatter):
        def format(self, record):
            return _line(self, record)

    return JsonFormatter(datefmt=_TIME)


def _line(formatter, record):
    import json

    fields = {
        "timestamp": formatter.formatTime(record, _TIME),
        "level": record.levelname,
        "message": record.getMessage(),
        "logger": record.name,
        "requestId": getattr(record, "aws_request_id", None) or None,
        "tenantId": getattr(record, "tenant_id", None),
    }
    if record.exc_info:
        fields.update(_error(record))
    for name, value in vars(record).items():
        if name not in _KNOWN and name not in fields:
            fields[name] = value
    fields = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(fields, default=str, ensure_ascii=False) + "\n"


def _error(record):
    import traceback

    kind, error, trace = record.exc_info
    return {
        "errorType": kind.__name__ if kind else None,
        "errorMessage": str(error),
        "stackTrace": traceback.format_list(traceback.extract_tb(trace)),
        "location": "%s:%s:%d" % (record.pathname, record.funcName, record.lineno),
    }


def error_line(fields):
    """The line of an error that ended an invocation or an init."""
    import json
    from time import gmtime, strftime

    named = {"timestamp": strftime(_TIME, gmtime()), "log_level": "ERROR"}
    return json.dumps(dict(named, **fields), default=str, ensure_ascii=False) + "\n"
