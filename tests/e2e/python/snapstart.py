"""Walks SnapStart with boto3, on a server whose functions run in guests. One theme a run."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3

from kit import ROLE, client, config, create, equal, invoke, refused, zipped

ON = {"ApplyOn": "PublishedVersions"}
NAME = "snapped"
NODE = """
const http = require('http');
const crypto = require('crypto');
const atInit = crypto.randomUUID();
let before = 0, after = 0;
const agent = new http.Agent({ keepAlive: true });
process.on('fika:beforeCheckpoint', async () => { before += 1; await credentials(); });
process.on('fika:afterRestore', async () => { after += 1; });
const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env;
const credentials = () => new Promise((done) => http.get(uri, { agent, headers: { Authorization: token } },
  (answer) => answer.on('data', (text) => done(JSON.parse(text)))));
exports.handler = async (event, context) => {
  if (event.do === 'exit') process.exit(3);
  if (event.do === 'hang') await new Promise((done) => setTimeout(done, 1e6));
  const { AccessKeyId, Expiration } = await credentials();
  const { AWS_LAMBDA_INITIALIZATION_TYPE: type, AWS_ACCESS_KEY_ID: key } = process.env;
  return { atInit, before, after, type, key, stream: context.logStreamName,
    role: AccessKeyId.slice(0, 4), expires: Date.parse(Expiration) / 1000, now: Date.now() / 1000 };
};"""


def api():
    """Guests by emulation are slow."""
    return client()


def publish(source=NODE, **more):
    of = api()
    create(of, NAME, source, SnapStart=ON, MemorySize=256, Timeout=30, **more)
    published = of.publish_version(FunctionName=NAME)
    equal((published["Version"], published["State"]), ("1", "Pending"))
    equal(published["SnapStart"], {**ON, "OptimizationStatus": "Off"})
    return of


def version(of, number="1"):
    return of.get_function_configuration(FunctionName=NAME, Qualifier=number)


def until(what, found):
    for _ in range(240):
        if found():
            return
        time.sleep(0.5)
    raise AssertionError(f"{what} does not come")


def wait(of):
    of.get_waiter("published_version_active").wait(
        FunctionName=NAME, Qualifier="1", WaiterConfig={"Delay": 1, "MaxAttempts": 180})
    equal(version(of)["SnapStart"], {**ON, "OptimizationStatus": "On"})


def lines():
    """The log, once the last REPORT is in it."""
    logs = boto3.client("logs", config=config)
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{NAME}")
    return [event["message"] for page in pages for event in page["events"]]


def restored(of):
    """Invokes one that is new, and looks at it."""
    answer, said = invoke(of, NAME, {}, Qualifier="1")
    assert "FunctionError" not in answer, said
    equal((said["before"], said["after"], said["type"]), (1, 1, "snap-start"))
    # Its credentials are of now, and so is its clock.
    equal((said.get("key"), said["role"]), (None, "ASIA"))
    assert abs(said["now"] - time.time()) < 60 and said["expires"] > time.time(), said
    return said


def end_one(of):
    """Has the next call go to a new sandbox."""
    answer, _ = invoke(of, NAME, {"do": "exit"}, Qualifier="1")
    equal(answer.get("FunctionError"), "Unhandled")


def life():
    of = publish()
    refused("SnapStartNotReadyException", 409, "", of.invoke, FunctionName=NAME, Qualifier="1")
    wait(of)
    listed = of.list_versions_by_function(FunctionName=NAME)["Versions"]
    equal([v["SnapStart"]["OptimizationStatus"] for v in listed], ["Off", "On"])
    first = restored(of)
    until("a report", lambda: any(line.startswith("REPORT") for line in lines()))
    log = lines()
    begin = next(i for i, line in enumerate(log) if line.startswith("RESTORE_START Runtime Version: "))
    assert "\tRuntime Version ARN: arn:aws:lambda:" in log[begin]
    assert log[begin + 1].startswith("RESTORE_REPORT Restore Duration: "), log
    assert log[begin + 2].startswith("START RequestId: "), log
    report = next(line for line in log if line.startswith("REPORT"))
    assert "\tRestore Duration: " in report and "\tBilled Restore Duration: " in report, report
    assert "Init Duration" not in report, report
    # The same sandbox, warm: it is not restored again.
    equal(invoke(of, NAME, {}, Qualifier="1")[1]["stream"], first["stream"])
    # A new one begins where the snapshot is, whatever became of the one before.
    end_one(of)
    second = restored(of)
    equal(second["atInit"], first["atInit"])
    assert second["stream"] != first["stream"], second
    # The latest is not restored, and has no hooks that run.
    said = invoke(of, NAME, {"do": "exit"})[1]
    equal(said["errorType"], "Runtime.ExitError")
    of.delete_function(FunctionName=NAME, Qualifier="1")


def failures():
    of = api()
    for name, source, code, reason in (
        ("broken", "throw new Error('no database');", "FunctionError.RuntimeInitError",
         "Error: no database"),
        ("hook", "process.on('fika:beforeCheckpoint', () => { throw new TypeError('no'); });"
         "exports.handler = async () => 1;", "FunctionError.RuntimeInitError", "TypeError: no"),
    ):
        create(of, name, source, SnapStart=ON, MemorySize=256)
        of.publish_version(FunctionName=name)
        until("the failure", lambda: of.get_function_configuration(
            FunctionName=name, Qualifier="1")["State"] == "Failed")
        failed = of.get_function_configuration(FunctionName=name, Qualifier="1")
        equal((failed["StateReasonCode"], failed["StateReason"]), (code, reason))
        equal(failed["SnapStart"]["OptimizationStatus"], "Off")
        refused("ResourceConflictException", 409, reason, of.invoke, FunctionName=name, Qualifier="1")
    for name, hook, error, status in (
        ("throws", "throw new Error('no');", "SnapStartException", 400),
        ("hangs", "return new Promise((done) => setTimeout(done, 1e6));", "SnapStartTimeoutException", 408),
    ):
        source = "process.on('fika:afterRestore', async () => { %s });exports.handler = async () => 1;"
        create(of, name, source % hook, SnapStart=ON, MemorySize=256)
        of.publish_version(FunctionName=name)
        of.get_waiter("published_version_active").wait(
            FunctionName=name, Qualifier="1", WaiterConfig={"Delay": 1, "MaxAttempts": 180})
        refused(error, status, "", of.invoke, FunctionName=name, Qualifier="1")


def lost():
    """There was a snapshot."""
    of = api()
    equal((version(of)["State"], version(of)["SnapStart"]["OptimizationStatus"]), ("Active", "Off"))
    answer, said = invoke(of, NAME, {}, Qualifier="1")
    assert "FunctionError" not in answer, said
    equal((said["before"], said["after"], said["type"]), (0, 0, "on-demand"))
    until("a new snapshot", lambda: version(of)["SnapStart"]["OptimizationStatus"] == "On")
    end_one(of)
    # The one that was started goes on: its runtime starts again after its end, until it is replaced.
    until("a restore", lambda: end_one(of) or invoke(
        of, NAME, {}, Qualifier="1")[1]["type"] == "snap-start")


def jail():
    of = publish(source="exports.handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE;")
    of.get_waiter("published_version_active").wait(
        FunctionName=NAME, Qualifier="1", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    equal(version(of)["SnapStart"], {**ON, "OptimizationStatus": "Off"})
    equal(invoke(of, NAME, {}, Qualifier="1")[1], "on-demand")


# Each answers once, and ends itself when it is called again: the next is a new one.
RANDOM_NODE = """
const crypto = require('crypto');
const draw = () => ({
  uuid: crypto.randomUUID(), uncached: crypto.randomUUID({ disableEntropyCache: true }),
  bytes: crypto.randomBytes(16).toString('hex'), integer: crypto.randomInt(2 ** 47),
  web: Buffer.from(crypto.webcrypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  math: Math.random(), key: crypto.generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('hex'),
});
if (process.env.TOUCHED) draw();
let answered = false;
exports.handler = async (event, context) => {
  if (answered) process.kill(process.pid, 'SIGKILL');
  answered = true;
  return { stream: context.logStreamName, drawn: draw() };
};"""
RANDOM_PYTHON = """
import os, random, secrets, signal, ssl, tempfile, uuid
def draw():
    return {"token": secrets.token_hex(), "uuid": str(uuid.uuid4()), "random": random.random(),
            "ssl": ssl.RAND_bytes(16).hex(), "urandom": os.urandom(16).hex(), "name": tempfile.mktemp()}
if os.environ.get("TOUCHED"):
    draw()
answered = False
def handler(event, context):
    global answered
    if answered:
        os.kill(os.getpid(), signal.SIGKILL)
    answered = True
    return {"stream": context.log_stream_name, "drawn": draw()}
"""


def many(runtime, handler, file, source, touched, count):
    """Draws in so many sandboxes, two at a time."""
    of = api()
    name = NAME + touched
    of.create_function(
        FunctionName=name, Runtime=runtime, Role=ROLE, Handler=handler, SnapStart=ON, MemorySize=256,
        Timeout=30, Environment={"Variables": {"TOUCHED": touched}}, Code={"ZipFile": zipped(**{file: source})})
    of.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    of.publish_version(FunctionName=name)
    of.get_waiter("published_version_active").wait(
        FunctionName=name, Qualifier="1", WaiterConfig={"Delay": 1, "MaxAttempts": 180})
    seen, attempts = {}, iter(range(10 * count))

    def draw(_):
        # One that has answered ends itself when it is called again: the next is a new one.
        for _ in attempts:
            if len(seen) >= count:
                return
            answer, said = invoke(of, name, {}, Qualifier="1")
            if "FunctionError" not in answer:
                assert seen.setdefault(said["stream"], said["drawn"]) == said["drawn"], said

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(draw, range(2)))
    assert len(seen) >= count, f"{len(seen)} sandboxes"
    for kind in next(iter(seen.values())):
        drawn = {each[kind] for each in seen.values()}
        assert len(drawn) == len(seen), f"{kind}, touched {touched!r}: {len(drawn)} of {len(seen)}"
    reports = [event["message"] for page in boto3.client("logs", config=config).get_paginator(
        "filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}") for event in page["events"]]
    assert sum(line.startswith("RESTORE_REPORT") for line in reports) >= count


def hundred(runtime, handler, file, source):
    many(runtime, handler, file, source, "yes", 100)
    many(runtime, handler, file, source, "", 10)


THEMES = {
    "life": life, "failures": failures, "publish": publish, "lost": lost, "jail": jail,
    "wait": lambda: wait(api()), "restored": lambda: restored(api()),
    "hundred-node": lambda: hundred(os.environ["NODE_RUNTIME"], "index.handler", "index_js", RANDOM_NODE),
    "hundred-python": lambda: hundred(os.environ["PYTHON_RUNTIME"], "index.handler", "index.py", RANDOM_PYTHON),
}
THEMES[sys.argv[1]]()
print("done")
