"""JSON as Lambda's own client writes it, through the accelerator below the `json` package.

Importing `json` costs most of a cold start, and many functions never do. Whatever the accelerator
does not take at once is left to `json`, so that results and errors are its own."""

import sys

from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner


class _Options:
    """What `json.JSONDecoder` hands to the scanner."""

    strict = True
    object_hook = object_pairs_hook = array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {
        "-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan"),
    }.__getitem__


_scan = make_scanner(_Options)
# Since 3.12 Lambda's client leaves characters as they are.
_text = encode_basestring if sys.version_info >= (3, 12) else encode_basestring_ascii


def loads(data):
    """Reads a JSON text out of its UTF-8 bytes."""
    text = data.decode("utf-8")
    try:
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except (StopIteration, ValueError, SystemError):
        # The last one: before 3.12 the scanner finds its own error class only if `json` is there.
        pass
    import json

    return json.loads(text)


def dumps(value):
    """The UTF-8 bytes of a value as JSON. Raises as `json.dumps` does."""
    encode = make_encoder({}, _default, _text, None, ": ", ", ", False, False, True)
    return "".join(encode(value, 0)).encode("utf-8", "surrogatepass")


def _default(value):
    """Numbers of `decimal` are numbers; nobody has one without having imported that."""
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal):
        is_whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if is_whole else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
