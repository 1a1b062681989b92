"""fika's runtime client for Python 3.8 and later, on the standard library alone.

A start imports as little as possible: `json` and `socket` together cost as much as Python itself.

    main     the loop: next invocation, handler, answer
    api      the Runtime API over one raw, pipelined connection
    codec    JSON through the accelerator that `json` stands on
    context  the handler's second argument
    loader   from `_HANDLER` to a function
    log      the root logger's handler, once somebody imports `logging`
    json_log  the same as JSON objects
    report   error documents and their lines in the log
    parked   started before the function is known, for a cold start out of stock
    snapstart  SnapStart: stopped after init, restored many times

`snapshot_restore_py` beside this package has the hooks of SnapStart.
"""
