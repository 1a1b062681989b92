"""`fika dev --debug`: a debugger may attach to this process. It is not waited for."""

import os


def listen(port):
    """Has debugpy listen, which only this sandbox's init connects to."""
    # Or else it warns of modules that Python has built in, at every start.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    try:
        import debugpy
    except ImportError:
        print("No debugger can attach: there is no debugpy. Install it beside the function "
              "(pip install debugpy -t FOLDER), and save")
        return
    try:
        debugpy.listen(("127.0.0.1", port))
    except Exception as error:
        print("No debugger can attach: %s" % error)
