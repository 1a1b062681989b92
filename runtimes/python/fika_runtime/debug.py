"""`fika dev --debug`: a debugger may attach to this process. It is not waited for."""


def listen(port):
    """Has debugpy listen, which only this sandbox's init connects to."""
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
