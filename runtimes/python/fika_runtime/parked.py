"""A parked runtime: started with `FIKA_PARKED=1` before its function is known.

It imports what many functions import, asks `GET /fika/function` on the connection it will use
later, and becomes a runtime like one that was started for the function.

What Python or a library reads at its start only cannot be made up for. A function may have a
parked runtime when each of these variables is in its environment what it was in the parked
one's (in most functions: not there, or the default):
    PYTHON* but PYTHONPATH, LANG, LC_*, LD_*, MALLOC_*, GLIBC_TUNABLES, GCONV_PATH, LOCPATH,
    OPENSSL_*, SSL_CERT_DIR, SSL_CERT_FILE, AWS_LAMBDA_EXEC_WRAPPER
The directories in LD_LIBRARY_PATH have to exist at the start: the dynamic loader remembers the
missing ones as missing. The seed of `hash` is of the start as well."""

import os
import sys

from .codec import loads

# What many functions need. None of it draws randomness, which would come out of every copy of this
# process's memory.
_WARM = ("base64", "datetime", "decimal", "functools", "hashlib", "importlib", "json", "logging",
         "re", "traceback", "typing", "urllib.parse")


def park(api):
    """Waits until the function is known, and becomes its runtime."""
    before = set(sys.modules)
    for name in _WARM:
        __import__(name)
    warm = set(sys.modules) - before
    function = loads(api.get("/fika/function"))
    _become(function["environment"], function["directory"])
    if function.get("restored"):
        from .snapstart import seed

        seed()
    return warm


def forget_shadowed(warm):
    """A function that has a `json` of its own gets that, and nothing that was imported before."""
    library = os.path.dirname(os.__file__)
    for folder in sys.path[:sys.path.index(library)] if library in sys.path else sys.path:
        try:
            own = {name.split(".")[0] for name in os.listdir(folder)}
        except OSError:
            continue
        if not own.isdisjoint(warm):
            for name in warm:
                sys.modules.pop(name, None)
            return


def _become(environment, directory):
    environ = os.environ
    zone, path = environ.get("TZ"), environ.get("PYTHONPATH", "")
    # Python itself sets LC_CTYPE where a locale is missing, and would have done so again.
    for name in set(environ) - set(environment) - {"LC_CTYPE"}:
        del environ[name]
    for name, value in environment.items():
        if environ.get(name) != value:
            environ[name] = value
    os.chdir(directory)
    if environ.get("TZ") != zone:
        from time import tzset

        tzset()
    if environ.get("PYTHONPATH", "") != path:
        _replace_path(path, environ.get("PYTHONPATH", ""))


def _replace_path(old, new):
    """Has in `sys.path` what a start with another PYTHONPATH would have, and does what `site` does."""
    import site

    gone, come = _entries(old), _entries(new)
    rest = [entry for entry in sys.path[1:] if entry not in gone and entry not in come]
    sys.path[1:] = come + rest
    sys.modules.pop("sitecustomize", None)
    site.execsitecustomize()


def _entries(path):
    """The directories of a PYTHONPATH, each once, as `site` leaves them."""
    return list(dict.fromkeys(map(os.path.abspath, path.split(":")))) if path else []
