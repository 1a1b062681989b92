"""From `_HANDLER` to a function."""

import sys

from .report import Fault


def load(handler):
    """The function named `module.function`; folders of the module may be cut by `/` or `.`."""
    try:
        module, name = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("MalformedHandlerName", "Bad handler '%s': %s" % (handler, error)) from None
    loaded = _import(module)
    try:
        return getattr(loaded, name)
    except AttributeError:
        raise Fault("HandlerNotFound",
                    "Handler '%s' missing on module '%s'" % (name, module)) from None


def _import(module):
    if module.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict",
                    "Cannot use built-in module %s as a handler module" % module)
    name = module.replace("/", ".")
    try:
        # What `importlib.import_module` does, without the import of `importlib`.
        __import__(name)
        return sys.modules[name]
    except ImportError as error:
        if error.name in ("boto3", "botocore"):
            # Lambda's own runtimes bring it; these do where somebody asked for it.
            print("This runtime has no AWS SDK: `fika runtime add python%d.%d --sdk` and start the "
                  "server again, or bring it in the package." % sys.version_info[:2])
        raise Fault("ImportModuleError",
                    "Unable to import module '%s': %s" % (module, error)) from None
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("UserCodeSyntaxError",
                    "Syntax error in module '%s': %s" % (module, error), trace) from None
