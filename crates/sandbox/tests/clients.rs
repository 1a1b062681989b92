//! Our runtime clients, on every Node and Python of this machine, against a fake Runtime API: started
//! for a function, and parked before it is known.
#![allow(clippy::expect_used, clippy::print_stderr, missing_docs)]

mod runtime_api;

use std::fs;
use std::path::Path;
use std::process::Command;

use runtime_api::late;
use runtime_api::programs::Programs;
use runtime_api::{Function, Wire, serve};

/// A function's files, and what becomes of it.
struct Case {
    name: &'static str,
    handler: &'static str,
    files: &'static [(&'static str, &'static str)],
    events: &'static [&'static str],
    /// Kind of each answer, and its error's type or its whole body as JSON.
    answers: &'static [(&'static str, &'static str)],
    /// Parts of the log; none when the log must be empty.
    log: &'static [&'static str],
    code: Option<i32>,
}

const CASE: Case = Case {
    name: "",
    handler: "index.handler",
    files: &[],
    events: &["1"],
    answers: &[],
    log: &[],
    // The server hung up.
    code: Some(1),
};

fn check(runtime: &str, case: &Case, command: Command, parked: bool) {
    let about = format!("{runtime}, {}, parked: {parked}", case.name);
    let task = tempfile::tempdir().expect("a folder");
    write_files(task.path(), case.files);
    let events: Vec<&[u8]> = case.events.iter().map(|event| event.as_bytes()).collect();
    let function = Function { task: task.path(), handler: case.handler, variables: &[], parked };
    let life = serve(command, function, &events, Wire::default());
    assert_eq!(life.answers.len(), case.answers.len(), "{about}: {life:#?}");
    for (answer, (kind, expected)) in life.answers.iter().zip(case.answers) {
        assert_eq!(answer.kind, *kind, "{about}: {life:#?}");
        if *kind == "response" {
            assert_eq!(answer.json(), json(expected.as_bytes()), "{about}");
        } else {
            assert_eq!(answer.json()["errorType"], *expected, "{about}: {life:#?}");
            assert_eq!(answer.error_type.as_deref(), Some(*expected), "{about}");
        }
    }
    for part in case.log {
        assert!(life.log.contains(part), "{about}: {part:?} is not in {}", life.log);
    }
    assert!(!case.log.is_empty() || life.log.is_empty(), "{about}: {}", life.log);
    assert_eq!(life.code, case.code, "{about}: {}", life.log);
}

fn write_files(task: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = task.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

const NODE: &[Case] = &[
    Case {
        name: "an ES module in index.js, alone",
        files: &[("index.js", "export const handler = async (event) => ({ event });")],
        events: &["{\"ü\":1}", "[]"],
        answers: &[("response", "{\"event\":{\"ü\":1}}"), ("response", "{\"event\":[]}")],
        ..CASE
    },
    Case {
        name: "an ES module in index.js that imports everything",
        files: &[
            ("index.js", "import fs, { readFileSync } from 'node:fs'; import { a } from './a.js';
                import c, { k } from './c.cjs'; import { q } from 'esm-only'; import { s } from 'esm-only/sub/x';
                export const handler = async () => [typeof fs.readFileSync === typeof readFileSync, a, c.k, k, q, s,
                    (await import('./b.mjs')).b, import.meta.url.startsWith('file:///'), typeof require];"),
            ("a.js", "export { b as a } from './b.mjs';"),
            ("b.mjs", "export const b = 5;"),
            ("c.cjs", "exports.k = 1;"),
            ("node_modules/esm-only/package.json",
                "{\"type\":\"module\",\"exports\":{\".\":{\"import\":\"./m.js\"},\"./sub/*\":{\"import\":\"./s/*.js\"}}}"),
            ("node_modules/esm-only/m.js", "export const q = 9;"),
            ("node_modules/esm-only/s/x.js", "export const s = 8;"),
        ],
        answers: &[("response", "[true, 5, 1, 1, 9, 8, 5, true, \"undefined\"]")],
        ..CASE
    },
    Case {
        name: "top-level await runs once",
        files: &[("index.js", "globalThis.n = (globalThis.n || 0) + 1; const x = await Promise.resolve(3);
            export const handler = async () => [x, globalThis.n];")],
        answers: &[("response", "[3, 1]")],
        ..CASE
    },
    Case {
        name: "index.mjs",
        files: &[("index.mjs", "export const handler = async () => 1;")],
        answers: &[("response", "1")],
        ..CASE
    },
    Case {
        name: "package.json says module; nested folder and export",
        handler: "src/index.a.b",
        files: &[
            ("src/index.js", "export const a = { b: async () => 2 };"),
            ("package.json", "{\"type\":\"module\"}"),
        ],
        answers: &[("response", "2")],
        ..CASE
    },
    Case {
        name: "CommonJS with an export in a comment; callback; context",
        files: &[("index.js", "/*\nexport x\n*/ exports.handler = (event, context, callback) => {
            const left = context.getRemainingTimeInMillis();
            callback(null, [context.awsRequestId, context.functionName, context.memoryLimitInMB, left > 1 && left <= 60000,
                context.clientContext.custom.k, context.identity.cognitoIdentityId, process.env._X_AMZN_TRACE_ID]); };")],
        events: &["1", "2"],
        answers: &[
            ("response", "[\"id-1\", \"hello\", \"128\", true, \"ü\", \"me\", \"Root=1-1\"]"),
            ("response", "[\"id-2\", \"hello\", \"128\", true, \"ü\", \"me\", \"Root=1-2\"]"),
        ],
        ..CASE
    },
    Case {
        name: "the callback waits for the event loop",
        files: &[("index.js", "let n = 0; exports.handler = (event, context, callback) => {
            const seen = n; setTimeout(() => { n += 1; console.log('late'); }, 5); callback(null, seen); };")],
        events: &["1", "2"],
        answers: &[("response", "0"), ("response", "1")],
        log: &["\tid-1\tINFO\tlate\n", "\tid-2\tINFO\tlate\n"],
        ..CASE
    },
    Case {
        name: "the callback does not wait when told so",
        files: &[("index.js", "exports.handler = (event, context, callback) => {
            context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => {}, 1e6); callback(null, 1); };")],
        events: &["1", "2"],
        answers: &[("response", "1"), ("response", "1")],
        ..CASE
    },
    Case {
        name: "a result that is undefined is null; the second answer is dropped",
        files: &[("index.js", "exports.handler = (event, context, callback) => {
            context.succeed(); callback(null, 2); context.fail('no'); };")],
        answers: &[("response", "null")],
        ..CASE
    },
    Case {
        name: "nothing left to do is null",
        files: &[("index.js", "exports.handler = () => {};")],
        events: &["1", "2"],
        answers: &[("response", "null"), ("response", "null")],
        ..CASE
    },
    Case {
        name: "a promise that never settles",
        files: &[("index.js", "exports.handler = async () => new Promise(() => {});")],
        answers: &[("error", "Runtime.NodeJsExit")],
        log: &["\tid-1\tERROR\tInvoke Error \t{\"errorType\":\"Runtime.NodeJsExit\""],
        ..CASE
    },
    Case {
        name: "an error, and the next invocation works",
        files: &[("index.js", "exports.handler = async (n) => { if (n === 1) throw new TypeError('a\\nb'); return n; };")],
        events: &["1", "2"],
        answers: &[("error", "TypeError"), ("response", "2")],
        log: &["\"errorMessage\":\"a\\nb\",\"stack\":[\"TypeError: a\",\"b\""],
        ..CASE
    },
    Case {
        name: "the name of an error writes no headers",
        files: &[("index.js", "exports.handler = async () => { const e = new Error('x'); e.name = 'My.Error'; throw e; };")],
        answers: &[("error", "My.Error")],
        log: &["Invoke Error"],
        ..CASE
    },
    Case {
        name: "a result that is no JSON",
        files: &[("index.js", "exports.handler = async () => { const a = {}; a.a = a; return a; };")],
        answers: &[("error", "Error")],
        log: &["Unable to stringify response body"],
        ..CASE
    },
    Case {
        name: "an exception nobody catches",
        files: &[("index.js", "exports.handler = async () => { setTimeout(() => { throw new RangeError('x'); }); await new Promise((r) => setTimeout(r, 9999)); };")],
        answers: &[("error", "RangeError")],
        log: &["\tid-1\tERROR\tUncaught Exception \t{\"errorType\":\"RangeError\""],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "a rejection nobody handles",
        files: &[("index.js", "exports.handler = async () => { Promise.reject(new Error('x')); await new Promise((r) => setTimeout(r, 9999)); };")],
        answers: &[("error", "Runtime.UnhandledPromiseRejection")],
        log: &["\tid-1\tERROR\tUnhandled Promise Rejection \t{\"errorType\":\"Runtime.UnhandledPromiseRejection\",\"errorMessage\":\"Error: x\""],
        code: Some(128),
        ..CASE
    },
    Case {
        name: "the process exits; nothing of the log is lost",
        files: &[("index.js", "console.warn('one\\ntwo'); exports.handler = async () => { console.log('%s!', 'bye'); process.exit(3); };")],
        log: &["\tundefined\tWARN\tone\rtwo\n", "\tid-1\tINFO\tbye!\n"],
        code: Some(3),
        ..CASE
    },
    Case {
        name: "no such export",
        handler: "index.nope",
        files: &[("index.js", "exports.handler = 1;")],
        answers: &[("init/error", "Runtime.HandlerNotFound")],
        log: &["index.nope is undefined or not exported"],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "no such file",
        handler: "nope.handler",
        files: &[("index.js", "")],
        answers: &[("init/error", "Runtime.ImportModuleError")],
        log: &["\"errorMessage\":\"Error: Cannot find module 'nope'\\nRequire stack:\\n- /var/runtime/index.mjs\""],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "no such module",
        files: &[("index.js", "require('nope');")],
        answers: &[("init/error", "Runtime.ImportModuleError")],
        log: &["Cannot find module 'nope'"],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "a syntax error in CommonJS",
        files: &[("index.js", "exports.handler = (")],
        answers: &[("init/error", "Runtime.UserCodeSyntaxError")],
        log: &["SyntaxError: Unexpected end of input"],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "a syntax error in an ES module",
        files: &[("index.js", "export const handler = (")],
        answers: &[("init/error", "Runtime.UserCodeSyntaxError")],
        log: &["SyntaxError: Unexpected end of input"],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "an error while loading",
        files: &[("index.js", "throw new RangeError('no');")],
        answers: &[("init/error", "RangeError")],
        log: &["\tundefined\tERROR\tUncaught Exception \t{\"errorType\":\"RangeError\",\"errorMessage\":\"no\""],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "a handler without a dot",
        handler: "index",
        files: &[("index.js", "")],
        answers: &[("init/error", "Runtime.MalformedHandlerName")],
        log: &["Bad handler"],
        code: Some(129),
        ..CASE
    },
    Case {
        name: "a handler that climbs",
        handler: "../index.handler",
        files: &[("index.js", "")],
        answers: &[("init/error", "Runtime.MalformedHandlerName")],
        log: &["'../index.handler' is not a valid handler name."],
        code: Some(129),
        ..CASE
    },
];

const PYTHON: &[Case] = &[
    Case {
        name: "an event, the context, and print",
        files: &[(
            "index.py",
            "import os\ndef handler(event, context):\n    print('got', event)\n    \
            left = context.get_remaining_time_in_millis()\n    \
            return [event, context.aws_request_id, context.function_name, context.memory_limit_in_mb, 1 < left <= 60000,\n      \
            context.client_context.custom['k'], context.identity.cognito_identity_id, os.environ['_X_AMZN_TRACE_ID']]\n",
        )],
        events: &["{\"ü\":1}", " [null]"],
        answers: &[
            (
                "response",
                "[{\"ü\":1}, \"id-1\", \"hello\", \"128\", true, \"ü\", \"me\", \"Root=1-1\"]",
            ),
            (
                "response",
                "[[null], \"id-2\", \"hello\", \"128\", true, \"ü\", \"me\", \"Root=1-2\"]",
            ),
        ],
        log: &["got {'ü': 1}\ngot [None]\n"],
        ..CASE
    },
    Case {
        name: "logging",
        files: &[(
            "index.py",
            "import logging\nlog = logging.getLogger()\nlog.setLevel('INFO')\nlog.info('init')\n\
            def handler(event, context):\n    logging.getLogger('a.b').warning('x%s', event)\n",
        )],
        answers: &[("response", "null")],
        log: &["[INFO]\t2", "Z\t\tinit\n", "[WARNING]\t2", "Z\tid-1\tx1\n"],
        ..CASE
    },
    Case {
        name: "a module in a folder, named with a slash",
        handler: "a/b.handler",
        files: &[("a/b.py", "def handler(event, context):\n    return 1\n")],
        answers: &[("response", "1")],
        ..CASE
    },
    Case {
        name: "a module of its own by the name of a library's",
        files: &[
            (
                "index.py",
                "import json, logging\ndef handler(event, context):\n    return json.OWN\n",
            ),
            ("json.py", "OWN = 7\n"),
        ],
        answers: &[("response", "7")],
        ..CASE
    },
    Case {
        name: "an error with its trace, and the next invocation works",
        files: &[(
            "index.py",
            "def handler(event, context):\n    if event == 1:\n        raise KeyError('k')\n    return event\n",
        )],
        events: &["1", "2"],
        answers: &[("error", "KeyError"), ("response", "2")],
        log: &[
            "[ERROR] KeyError: 'k'\rTraceback (most recent call last):\r\u{a0}\u{a0}File \"",
            "index.py\", line 3, in handler\r\u{a0}\u{a0}\u{a0}\u{a0}raise KeyError('k')\n",
        ],
        ..CASE
    },
    Case {
        name: "results that are no JSON, and decimals",
        files: &[(
            "index.py",
            "from datetime import date\nfrom decimal import Decimal\ndef handler(event, context):\n    \
            return date.today() if event == 1 else [Decimal('1.5'), Decimal('12345678901234567890')]\n",
        )],
        events: &["1", "2"],
        answers: &[("error", "Runtime.MarshalError"), ("response", "[1.5, 12345678901234567890]")],
        log: &["Unable to marshal response: Object of type date is not JSON serializable"],
        ..CASE
    },
    Case {
        name: "an event that is no JSON",
        files: &[("index.py", "def handler(event, context):\n    return event\n")],
        events: &["{bad", "2"],
        answers: &[("error", "Runtime.UnmarshalError"), ("response", "2")],
        log: &["Unable to unmarshal input: Expecting property name enclosed in double quotes"],
        ..CASE
    },
    Case {
        name: "the process exits; nothing of the log is lost",
        files: &[(
            "index.py",
            "import os\ndef handler(event, context):\n    print('bye', end='')\n    os._exit(4)\n",
        )],
        log: &["bye"],
        code: Some(4),
        ..CASE
    },
    Case {
        name: "sys.exit",
        files: &[("index.py", "import sys\ndef handler(event, context):\n    sys.exit(5)\n")],
        code: Some(5),
        ..CASE
    },
    Case {
        name: "no such module",
        handler: "nope.handler",
        files: &[("index.py", "")],
        answers: &[("init/error", "Runtime.ImportModuleError")],
        log: &["Unable to import module 'nope': No module named 'nope'"],
        ..CASE
    },
    Case {
        name: "a module that another one is missing",
        files: &[("index.py", "import nope\n")],
        answers: &[("init/error", "Runtime.ImportModuleError")],
        log: &["Unable to import module 'index': No module named 'nope'"],
        ..CASE
    },
    Case {
        name: "a syntax error",
        files: &[("index.py", "def (\n")],
        answers: &[("init/error", "Runtime.UserCodeSyntaxError")],
        log: &["Syntax error in module 'index': invalid syntax (index.py, line 1)"],
        ..CASE
    },
    Case {
        name: "no such function",
        files: &[("index.py", "x = 1\n")],
        answers: &[("init/error", "Runtime.HandlerNotFound")],
        log: &["Handler 'handler' missing on module 'index'"],
        ..CASE
    },
    Case {
        name: "an error while loading",
        files: &[("index.py", "1 / 0\n")],
        answers: &[("init/error", "ZeroDivisionError")],
        log: &["[ERROR] ZeroDivisionError: division by zero\rTraceback"],
        ..CASE
    },
    Case {
        name: "a handler without a dot",
        handler: "index",
        files: &[("index.py", "")],
        answers: &[("init/error", "Runtime.MalformedHandlerName")],
        log: &["Bad handler 'index': not enough values to unpack (expected 2, got 1)"],
        ..CASE
    },
    Case {
        name: "a built-in module",
        handler: "sys.exit",
        files: &[("index.py", "")],
        answers: &[("init/error", "Runtime.BuiltInModuleConflict")],
        log: &["Cannot use built-in module sys as a handler module"],
        ..CASE
    },
];

/// The same echo over every kind of wire: whole and in small pieces, chunked or not, up to 6 MB.
fn echoes(runtime: &str, programs: &Programs, file: (&str, &str)) {
    let task = tempfile::tempdir().expect("a folder");
    write_files(task.path(), &[file]);
    let large = format!("\"{}\"", "z".repeat(6_000_000)).into_bytes();
    let other = format!("\"{}\"", "zé".repeat(20_000)).into_bytes();
    let (large, other, small) = (&large[..], &other[..], &br#"{"a":[1,2,{"b":"c"}]}"#[..]);
    for (events, chunk, piece) in [
        ([large, other, small], None, None),
        ([large, other, small], Some(50_000), None),
        ([large, other, small], Some(5_000_000), None),
        ([small, small, small], None, Some(1)),
        ([small, small, small], Some(3), Some(1)),
        ([small, small, small], Some(7), Some(5)),
    ] {
        let wire = Wire { chunk, piece };
        let handler = "index.handler";
        let function = Function { task: task.path(), handler, variables: &[], parked: false };
        let life = serve(programs.image(), function, &events, wire);
        assert_eq!(life.answers.len(), 3, "{runtime}, {wire:?}: {}", life.log);
        for (answer, event) in life.answers.iter().zip(events) {
            assert_eq!(answer.kind, "response", "{runtime}, {wire:?}: {}", life.log);
            assert!(answer.body == event || answer.json() == json(event), "{runtime}, {wire:?}");
        }
        // A small answer and the request for the next invocation leave in one write.
        assert!(life.answers[2].pipelined, "{runtime}, {wire:?}");
    }
}

fn json(text: &[u8]) -> serde_json::Value {
    serde_json::from_slice(text).expect("JSON")
}

fn node(runtime: &str) {
    let Some(programs) = Programs::find(runtime) else { return };
    for case in NODE {
        check(runtime, case, programs.image(), false);
        check(runtime, case, programs.sources(), true);
    }
    late::node(runtime, &programs);
    echoes(runtime, &programs, ("index.js", "exports.handler = async (event) => event;"));
}

fn python(runtime: &str) {
    let Some(programs) = Programs::find(runtime) else { return };
    for case in PYTHON {
        check(runtime, case, programs.image(), false);
        check(runtime, case, programs.sources(), true);
    }
    late::python(runtime, &programs);
    echoes(runtime, &programs, ("index.py", "def handler(event, context):\n    return event\n"));
}

macro_rules! each {
    ($run:ident: $($name:ident $runtime:literal),+ $(,)?) => {
        $(#[test] fn $name() { $run($runtime); })+
    };
}

each!(node: node_14 "nodejs14.x", node_16 "nodejs16.x", node_18 "nodejs18.x",
    node_20 "nodejs20.x", node_22 "nodejs22.x", node_24 "nodejs24.x");
each!(python: python_3_8 "python3.8", python_3_9 "python3.9", python_3_10 "python3.10",
    python_3_11 "python3.11", python_3_12 "python3.12", python_3_13 "python3.13",
    python_3_14 "python3.14");
