//! What a function sees that was given to a parked runtime, or restored from a checkpoint.

use serde_json::{Value, json};

use super::programs::Programs;
use super::{Function, Life, Wire, serve};

/// A function's file, and its own variables.
type Source = (&'static str, &'static str);
type Variables<'a> = &'a [(&'a str, &'a str)];

const SNAP_START: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

/// Everything that a start tells a function, as a function sees it.
const NODE_SEES: Source = ("index.js", "const { execSync } = require('child_process');
    exports.handler = async () => [process.env, Object.getOwnPropertyNames(process.env).sort(), process.argv, process.execArgv,
        process.cwd(), require('module').globalPaths, require.main === process.mainModule, require.resolve.paths('x'),
        String(new Date(0)), Intl.DateTimeFormat().resolvedOptions().timeZone, (0.5).toLocaleString(),
        execSync('env; pwd').toString().split('\\n').sort(), process.eventNames().length, Object.keys(globalThis)];");
const PYTHON_SEES: Source = (
    "index.py",
    "import locale, os, subprocess, sys, time\ndef handler(event, context):\n    \
    return [dict(os.environ), sys.argv, sys.path, os.getcwd(), time.tzname, sys.flags.utf8_mode, sys.stdout.encoding, sys.getfilesystemencoding(),\n        \
        locale.setlocale(locale.LC_CTYPE), sorted(subprocess.check_output('env; pwd', shell=True).decode().split('\\n')), sys.modules.get('marked') and 1]\n",
);

/// Whichever way its runtime came to be, a function sees the same.
pub fn sees_the_same(runtime: &str, programs: &Programs, source: Source) {
    let own = tempfile::tempdir().expect("a folder");
    std::fs::write(own.path().join("sitecustomize.py"), "import sys; sys.modules['marked'] = sys")
        .expect("a file");
    let path = format!("{0}::/nowhere:{0}", own.path().display());
    for variables in [
        &[][..],
        &[("TZ", ":UTC"), ("LANG", "en_US.UTF-8"), ("A", "ü=\n"), ("EMPTY", "")],
        &[("TZ", "Asia/Kolkata"), ("NODE_PATH", "/a:/b"), ("HOME", "/c"), ("PYTHONPATH", &path)],
    ] {
        let task = task(source);
        let seen = [false, true].map(|parked| {
            let function =
                Function { task: task.path(), handler: "index.handler", variables, parked };
            let life = serve(programs.sources(), function, &[b"1"], Wire::default());
            assert_eq!(life.answers.len(), 1, "{runtime}, parked {parked}: {life:#?}");
            without_address(&life.answers[0].json())
        });
        assert_eq!(seen[0], seen[1], "{runtime}, {variables:?}");
    }
}

/// Ports differ from start to start.
fn without_address(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.split_once("127.0.0.1:") {
            Some((before, _)) => json!(before),
            None => value.clone(),
        },
        Value::Array(all) => all.iter().map(without_address).collect(),
        Value::Object(all) => {
            Value::Object(all.iter().map(|(k, v)| (k.clone(), without_address(v))).collect())
        }
        _ => value.clone(),
    }
}

fn task((name, text): Source) -> tempfile::TempDir {
    let task = tempfile::tempdir().expect("a folder");
    std::fs::write(task.path().join(name), text).expect("a file");
    task
}

fn snap_start(programs: &Programs, source: Source, parked: bool) -> Life {
    let (task, variables) = (task(source), &[SNAP_START] as Variables<'_>);
    let function = Function { task: task.path(), handler: "index.handler", variables, parked };
    serve(programs.sources(), function, &[b"1"], Wire::default())
}

/// Hooks run in their order, around the calls of a checkpoint; new variables are there after it.
fn is_restored(runtime: &str, programs: &Programs, source: Source) {
    for parked in [false, true] {
        let life = snap_start(programs, source, parked);
        let first = parked.then_some("/fika/function");
        let calls: Vec<&str> =
            first.into_iter().chain(["/fika/checkpoint", "restore/next"]).collect();
        assert_eq!(life.calls, calls, "{runtime}: {life:#?}");
        assert_eq!(life.answers.len(), 1, "{runtime}: {life:#?}");
        let seen = json!([["b2", "b1", null, "a1", "a2", "restored"], "restored", true]);
        assert_eq!(life.answers[0].json(), seen, "{runtime}, parked {parked}: {}", life.log);
    }
}

/// A hook that throws ends the process, at the side of the checkpoint where it is.
fn hook_fails(runtime: &str, programs: &Programs, source: Source, kind: &str, code: i32) {
    let life = snap_start(programs, source, false);
    assert_eq!(life.code, Some(code), "{runtime}: {life:#?}");
    assert_eq!(life.answers.len(), 1, "{runtime}: {life:#?}");
    let answer = &life.answers[0];
    let before = kind == "init/error";
    let name = if before { "Runtime.BeforeSnapshotError" } else { "Runtime.AfterRestoreError" };
    assert_eq!((&*answer.kind, answer.error_type.as_deref()), (kind, Some(name)), "{runtime}");
    assert_eq!(answer.json()["errorMessage"], "no", "{runtime}");
    assert_eq!(life.calls.len(), if before { 0 } else { 2 }, "{runtime}: {life:#?}");
}

pub fn node(runtime: &str, programs: &Programs) {
    sees_the_same(runtime, programs, NODE_SEES);
    is_restored(runtime, programs, ("index.js", "const seen = [], kept = Math.random;
        const say = (what) => async () => { await null; seen.push(what); };
        process.on('fika:beforeCheckpoint', say('b1')); process.on('fika:beforeCheckpoint', say('b2'));
        process.on('fika:beforeCheckpoint', () => seen.length && 0);
        process.on('fika:beforeCheckpoint', () => { globalThis.stream = process.env.AWS_LAMBDA_LOG_STREAM_NAME; });
        process.on('fika:afterRestore', () => { seen.push(globalThis.stream); });
        process.on('fika:afterRestore', say('a1')); process.on('fika:afterRestore', say('a2'));
        process.on('fika:afterRestore', () => { seen.push(process.env.AWS_LAMBDA_LOG_STREAM_NAME); });
        const sane = (n) => n >= 0 && n < 1;
        exports.handler = async (event, context) => [seen.map((v) => v === undefined ? null : v), context.logStreamName,
            kept === Math.random && new Set(Array.from({ length: 2000 }, kept)).size === 2000 && sane(kept())];"));
    hook_fails(
        runtime,
        programs,
        (
            "index.js",
            "process.on('fika:beforeCheckpoint', async () => { throw new TypeError('no'); });
        exports.handler = async () => 1;",
        ),
        "init/error",
        64,
    );
    hook_fails(
        runtime,
        programs,
        (
            "index.js",
            "process.on('fika:afterRestore', () => { throw new TypeError('no'); });
        exports.handler = async () => 1;",
        ),
        "restore/error",
        65,
    );
}

pub fn python(runtime: &str, programs: &Programs) {
    sees_the_same(runtime, programs, PYTHON_SEES);
    let hooks = concat!(env!("CARGO_MANIFEST_DIR"), "/../../runtimes/python");
    let source = format!("import sys; sys.path.append('{hooks}')\n{PYTHON_HOOKS}");
    is_restored(runtime, programs, ("index.py", source.leak()));
    for (when, kind, code) in
        [("before_snapshot", "init/error", 64), ("after_restore", "restore/error", 65)]
    {
        let source = format!(
            "import sys; sys.path.append('{hooks}')\nfrom snapshot_restore_py import *\n\
            @register_{when}\ndef no():\n    raise TypeError('no')\ndef handler(event, context):\n    pass\n"
        );
        hook_fails(runtime, programs, ("index.py", source.leak()), kind, code);
    }
}

const PYTHON_HOOKS: &str = "import os, random
from snapshot_restore_py import register_after_restore, register_before_snapshot
seen = []
say = seen.append
register_before_snapshot(say, 'b1')
@register_before_snapshot
def b2(what='b2'):
    seen.append(what)
random.seed(5)
state = random.getstate()
stream = os.environ.get('AWS_LAMBDA_LOG_STREAM_NAME')
register_after_restore(say, stream)
register_after_restore(say, 'a1')
register_after_restore(lambda *all, **named: seen.append(named['what']), 1, what='a2')
@register_after_restore
def last():
    seen.append(os.environ['AWS_LAMBDA_LOG_STREAM_NAME'])
def handler(event, context):
    return [seen, context.log_stream_name, random.getstate() != state]
";
