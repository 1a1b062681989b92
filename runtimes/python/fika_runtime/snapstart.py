"""SnapStart: the process stops after its init, and its memory is restored as often as needed.

    init . before-snapshot hooks . GET /fika/checkpoint, "this is the last moment"
    GET restore/next, "you are restored, these variables are new" . new seeds . after-restore hooks

A function takes part through the hooks of `snapshot_restore_py`.

`secrets`, `os.urandom` and `uuid.uuid4` ask the kernel each time. New seeds are for `random`, for
`tempfile` and for Python's OpenSSL. Not in reach: generators of the function's own
(`random.Random()`, NumPy's), and copies of OpenSSL inside of native modules."""

import os
import sys

from .codec import dumps, loads
from .report import document
from .report import log as log_error

# Types and exit codes of AWS's own client.
_BEFORE = ("init/error", "Runtime.BeforeSnapshotError", 64)
_AFTER = ("restore/error", "Runtime.AfterRestoreError", 65)


def checkpoint(api):
    """Returns in each restored process."""
    # The function may have brought a module of that name; one it never imported has no hooks.
    hooks = sys.modules.get("snapshot_restore_py")
    _run(api, reversed(hooks.get_before_snapshot() if hooks else []), _BEFORE)
    api.get("/fika/checkpoint")
    body = api.get("/2018-06-01/runtime/restore/next")
    if body:
        os.environ.update(loads(body).get("environment") or {})
    seed()
    _run(api, hooks.get_after_restore() if hooks else [], _AFTER)


def _run(api, hooks, failure):
    path, error_type, code = failure
    try:
        for function, args, kwargs in hooks:
            function(*args, **kwargs)
    except Exception as error:
        fields = document(error)
        log_error(fields)
        api.fail_start(path, error_type, dumps(fields))
        raise SystemExit(code) from None


def seed():
    """Takes new seeds from the kernel for what keeps a state. Nobody has it who did not import it."""
    if "random" in sys.modules:
        sys.modules["random"].seed()
    if "_ssl" in sys.modules:
        # OpenSSL's other generators follow the main one, which this goes to.
        sys.modules["_ssl"].RAND_add(os.urandom(48), 48.0)
    if "tempfile" in sys.modules:
        # The names of temporary files come of a generator that is made when there is none.
        sys.modules["tempfile"]._name_sequence = None
