"""Hooks of SnapStart, by the names AWS's package of this name has. Each can decorate a function.

Before the snapshot the hook registered last is called first; after a restore, the first one is."""

_before = []
_after = []


def register_before_snapshot(func, *args, **kwargs):
    """Has `func(*args, **kwargs)` called before the snapshot is taken."""
    _before.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    """Has `func(*args, **kwargs)` called after each restore."""
    _after.append((func, args, kwargs))
    return func


def get_before_snapshot():
    """What is registered, in order, as `(func, args, kwargs)`."""
    return _before


def get_after_restore():
    """What is registered, in order, as `(func, args, kwargs)`."""
    return _after
