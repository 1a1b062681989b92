"""Logging as Lambda sets it up: one handler on the root logger, lines with the request id.

`logging` is not imported here but watched for, so that functions without it start sooner."""

import sys

from . import json_log

_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_TIME = "%Y-%m-%dT%H:%M:%S"

# The invocation that is running; set by `main`.
request_id = ""
tenant_id = None


def write(text):
    sys.stdout.write(text)


def watch():
    """Sets logging up when somebody imports it."""
    if "logging" in sys.modules:
        _set_up(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds nothing but `logging`, and that only once."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        specs = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Loads as another loader does, and sets up what it loaded."""

    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _set_up(module)


def _set_up(logging):
    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            write(self.format(record))

    class LambdaLoggerFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = request_id
            record.tenant_id = tenant_id
            return True

    from time import gmtime

    logging.Formatter.converter = gmtime
    handler = LambdaLoggerHandler()
    if json_log.wanted():
        handler.setFormatter(json_log.formatter(logging))
        logging.getLogger().setLevel(json_log.level(logging))
    else:
        handler.setFormatter(logging.Formatter(_FORMAT, _TIME))
    handler.addFilter(LambdaLoggerFilter())
    logging.getLogger().addHandler(handler)
