//! The console: in a real browser, and asked what no browser would.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::harness::server::{another_role, root_keys};
use super::harness::sign::{Keys, amz_time, encode, sha256};
use super::harness::{Connection, Function, Request, Response, Server, tools};

/// The browser of this machine; CI has one.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-headless-shell", "google-chrome"];
    let is_there = |name: &&&str| {
        let mut command = Command::new(name);
        let version = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    let found = names.iter().find(is_there).copied();
    if found.is_none() {
        println!("skipped: there is no Chromium (apt-get install chromium)");
    }
    found
}

/// Where a program is, as the shell finds it.
fn which(name: &str) -> String {
    let found = tools::run(Command::new("sh").args(["-c", &format!("command -v {name}")]));
    found.trim().to_owned()
}

/// Walks through the console with a script of `tests/e2e/console`.
fn walk(server: &Server, script: &str) {
    let Some(browser) = browser() else { return };
    let home = tools::installed("console/node_modules").with_file_name("walks");
    std::fs::create_dir_all(&home).expect("a folder");
    for name in ["kit.mjs", script] {
        let text = std::fs::read(tools::script(&format!("console/{name}"))).expect("a script");
        replace(&home.join(name), &text);
    }
    let screens = home.with_file_name("screens");
    let mut node = Command::new("node");
    let node = tools::point_at(&mut node, server).arg(home.join(script));
    node.env("BROWSER", which(browser)).env("SCREENS", screens).current_dir(&home);
    println!("{}", tools::run(node));
}

/// Other tests may be reading the same file.
fn replace(path: &PathBuf, text: &[u8]) {
    let mut new =
        tempfile::NamedTempFile::new_in(path.parent().expect("a folder")).expect("a file");
    std::io::Write::write_all(&mut new, text).expect("written");
    new.persist(path).expect("put in its place");
}

#[test]
fn a_function_is_made_edited_called_named_and_deleted() {
    walk(&Server::start(), "story.mjs");
}

/// Waits as long as it is told to.
const STEADY: &str =
    "exports.handler = (event) => new Promise((done) => setTimeout(done, event.ms ?? 1));";
/// Writes far more than anybody reads.
const FLOOD: &str = "exports.handler = async () => {
  for (let i = 0; i < 15000; i += 1) process.stdout.write(`line ${i} of a flood\\n`);
};";

#[test]
fn the_machine_room_shows_what_happens_and_every_page_fits_a_phone() {
    let server = Server::start();
    let client = server.client();
    for (name, source) in [("steady", STEADY), ("other", STEADY), ("flood", FLOOD)] {
        client.deploy(&Function::node(name, source).with("Timeout", 30).with("MemorySize", 256));
    }
    walk(&server, "room.mjs");
}

#[test]
fn letters_schedules_rules_and_stacks_are_shown_and_changed() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("fails", "exports.handler = () => { throw new Error('no') };"));
    let never = json!({ "MaximumRetryAttempts": 0 }).to_string();
    client.call("PUT", "/2019-09-25/functions/fails/event-invoke-config", never).expect(200);
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let role = [("Action", "CreateRole"), ("Version", "2010-05-08"), ("RoleName", "scheduler")];
    let role = role.into_iter().chain([("AssumeRolePolicyDocument", trust)]);
    let form: Vec<_> = role.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let mut request = Request::new("POST", "/", form.join("&"))
        .header("host", &server.address.to_string())
        .header("content-type", "application/x-www-form-urlencoded");
    root_keys().service("iam").sign(&mut request);
    client.send(&request).expect(200);
    walk(&server, "things.mjs");
}

/// What a page of the console sends; the server's own port is filled in.
fn post(server: &Server, path: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", path, body)
        .header("host", &server.address.to_string())
        .header("origin", &server.endpoint())
        .header("fika-console", "1")
}

fn asked(server: &Server, request: &Request) -> Response {
    let mut connection = Connection::open(server.address).expect("a connection");
    connection.round_trip(request).expect("an answer")
}

/// Logs in with these keys; the cookie.
fn cookie(server: &Server, keys: &Keys) -> String {
    let login = json!({ "access_key_id": keys.access_key_id, "secret_access_key": keys.secret });
    let answer = asked(server, &post(server, "/console/login", login.to_string())).expect(200);
    let cookie = answer.get("set-cookie").expect("a cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/console"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
    cookie.split(';').next().expect("a pair").to_owned()
}

fn api(server: &Server, cookie: &str, method: &str, path: &str) -> Request {
    post(server, "/console/api/lambda", "")
        .header("cookie", cookie)
        .header("fika-method", method)
        .header("fika-path", path)
}

const LIST: &str = "/2015-03-31/functions";

#[test]
fn nobody_gets_in_by_a_forged_cookie_or_from_another_page() {
    let server = Server::start();
    let keys = root_keys();
    let cookie = cookie(&server, &keys);
    asked(&server, &api(&server, &cookie, "GET", LIST)).expect(200);

    let value = cookie.split_once('=').expect("a pair").1;
    let mut other = value.to_owned();
    let last = if other.pop() == Some('A') { 'B' } else { 'A' };
    other.push(last);
    for forged in ["", "x", &other, &value[1..], &"y".repeat(20_000)] {
        let request = api(&server, &format!("fika-console={forged}"), "GET", LIST);
        let answer = asked(&server, &request).expect(401);
        assert_eq!(answer.get("fika-session"), Some("ended"));
    }

    let strange: [(&str, &str); 5] = [
        ("origin", "http://elsewhere.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (name, value) in strange {
        let mut request = api(&server, &cookie, "GET", LIST);
        request.set(name, value);
        asked(&server, &request).expect(403);
        let mut login = post(&server, "/console/login", "{}");
        login.set(name, value);
        asked(&server, &login).expect(403);
    }
    let mut bare = api(&server, &cookie, "GET", LIST);
    bare.headers.retain(|(name, _)| name != "fika-console");
    asked(&server, &bare).expect(403);
    let live = Request::new("GET", "/console/live", "")
        .header("host", &server.address.to_string())
        .header("cookie", &cookie)
        .header("sec-fetch-site", "cross-site");
    asked(&server, &live).expect(403);

    let out = post(&server, "/console/logout", "{}").header("cookie", &cookie);
    asked(&server, &out).expect(200);
    asked(&server, &api(&server, &cookie, "GET", LIST)).expect(401);
}

#[test]
fn bad_requests_are_refused_and_cost_little() {
    let server = Server::start();
    let host = server.address.to_string();
    let get = |path: &str| asked(&server, &Request::new("GET", path, "").header("host", &host));
    let page = get("/console/").expect(200);
    let policy = page.get("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.get("x-frame-options"), Some("DENY"));
    let moved = get("/console").expect(308);
    assert_eq!(moved.get("location"), Some("/console/"));
    for path in [
        "/console/../console/x",
        "/console/%2e%2e/credentials",
        "/console//app.js",
        "/console/app.js/",
        "/console/lib",
        "/console/..%2f..%2fetc/passwd",
        "/console/pages/",
        "/console/api/lambda",
        "/console/%00",
    ] {
        get(path).expect(404);
    }
    // Not one of its pages: whatever answers, it is not the console.
    assert_eq!(get("/consoles").get("x-frame-options"), None);
    asked(&server, &post(&server, "/console/nothing", "")).expect(404);
    let delete = Request::new("DELETE", "/console/", "").header("host", &host);
    asked(&server, &delete).expect(405);

    // Who is not logged in sends little, whatever they say.
    let large = post(&server, "/console/api/lambda", vec![b'x'; 100_000]);
    asked(&server, &large).expect(413);
    asked(&server, &post(&server, "/console/login", vec![b'x'; 100_000])).expect(413);
    let cookie = cookie(&server, &root_keys());
    for path in ["", "elsewhere", "http://elsewhere/", "*", "/\u{7f}"] {
        let status = asked(&server, &api(&server, &cookie, "GET", path)).status;
        assert!((400..500).contains(&status), "{path:?}: {status}");
    }
    let unknown = post(&server, "/console/api/nothing", "").header("cookie", &cookie);
    let unknown = unknown.header("fika-method", "GET").header("fika-path", "/nothing");
    asked(&server, &unknown).expect(404);

    // Ten vain tries, and then a minute's rest, also for who knows the secret.
    for body in ["{}", "no JSON", r#"{"access_key_id":"a"}"#] {
        asked(&server, &post(&server, "/console/login", body)).expect(400);
    }
    let wrong = json!({ "access_key_id": root_keys().access_key_id, "secret_access_key": "x" });
    for _ in 0..10 {
        asked(&server, &post(&server, "/console/login", wrong.to_string())).expect(403);
    }
    let refused = asked(&server, &post(&server, "/console/login", wrong.to_string())).expect(429);
    assert!(refused.get("retry-after").is_some());
}

#[test]
fn a_server_has_no_console_where_its_operator_wants_none() {
    let server = Server::start_with(&["--no-console"]);
    let host = server.address.to_string();
    let answer = asked(&server, &Request::new("GET", "/console/", "").header("host", &host));
    assert_eq!(answer.get("x-frame-options"), None);
    assert!(answer.status >= 400, "{}", answer.status);
}

/// The first picture that somebody is shown.
fn picture(server: &Server, cookie: &str) -> Value {
    let request = Request::new("GET", "/console/live", "")
        .header("host", &server.address.to_string())
        .header("cookie", cookie);
    let mut connection = Connection::open(server.address).expect("a connection");
    connection.send(&request).expect("sent");
    assert_eq!(connection.read_head().expect("a head").status, 200);
    let event = String::from_utf8(connection.read_chunk().expect("an event")).expect("text");
    let data = event.strip_prefix("data: ").expect("data").trim_end();
    serde_json::from_str(data).expect("JSON")
}

#[test]
fn another_account_sees_in_the_machine_room_what_is_its_own() {
    let mut server = Server::start();
    server.client().deploy(&Function::node("secret", STEADY));
    // From here on another account is root, and the first one is any account.
    let root = server.another_account();
    let role = another_role();
    root.deploy(&Function::node("open", STEADY).with("Role", role));
    server.client().invoke("secret", "{}").ok();
    root.invoke("open", "{}").ok();

    let tenant = picture(&server, &cookie(&server, &root_keys()));
    let text = tenant.to_string();
    assert!(text.contains("secret") && !text.contains("open\""), "{text}");
    assert!(tenant["workers"].is_null() && tenant["stock"].is_null(), "{text}");
    assert!(!text.contains("999999999999"), "{text}");
    let all = picture(&server, &cookie(&server, &root.keys)).to_string();
    assert!(
        all.contains("secret") && all.contains("open\"") && all.contains("capacity_mb"),
        "{all}"
    );
}

#[test]
fn a_key_that_goes_ends_its_session() {
    let server = Server::start();
    let client = server.client();
    let form = |action: &str, rest: &str| {
        let body = format!("Action={action}&Version=2010-05-08&UserName=guest{rest}");
        let keys = root_keys().service("iam");
        let mut request = Request::new("POST", "/", body)
            .header("host", &server.address.to_string())
            .header("content-type", "application/x-www-form-urlencoded");
        keys.sign(&mut request);
        client.send(&request).expect(200).text()
    };
    form("CreateUser", "");
    let made = form("CreateAccessKey", "");
    let between = |tag: &str| {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        let rest = made.split_once(&open).expect("there").1;
        rest.split_once(&close).expect("whole").0.to_owned()
    };
    let keys = Keys {
        access_key_id: between("AccessKeyId"),
        secret: between("SecretAccessKey"),
        ..root_keys()
    };
    let cookie = cookie(&server, &keys);
    // Somebody, but no one who may do anything.
    let refused = asked(&server, &api(&server, &cookie, "GET", LIST)).expect(403);
    assert_eq!(refused.get("fika-session"), None);
    let live = Request::new("GET", "/console/live", "")
        .header("host", &server.address.to_string())
        .header("cookie", &cookie);
    asked(&server, &live).expect(403);
    form("DeleteAccessKey", &format!("&AccessKeyId={}", keys.access_key_id));
    let ended = asked(&server, &api(&server, &cookie, "GET", LIST)).expect(401);
    assert_eq!(ended.get("fika-session"), Some("ended"));
}

/// A page of a bucket is of the console's origin: its browser is told to give it none.
#[test]
fn a_page_in_a_bucket_gets_no_origin() {
    let server = Server::start();
    let client = server.client();
    let signed = |method: &str, path: &str, body: &str| {
        let keys = root_keys().service("s3");
        let mut request = Request::new(method, path, body)
            .header("host", &server.address.to_string())
            .header("x-amz-content-sha256", &sha256(body.as_bytes()));
        keys.sign(&mut request);
        client.send(&request)
    };
    signed("PUT", "/pages", "").expect(200);
    signed("PUT", "/pages/evil.html", "<script>alert(1)</script>").expect(200);
    let keys = root_keys().service("s3");
    for (destination, policy) in [("document", true), ("iframe", true), ("empty", false)] {
        let mut request = Request::new("GET", "/pages/evil.html", "")
            .header("host", &server.address.to_string())
            .header("x-amz-content-sha256", &sha256(b""))
            .header("sec-fetch-dest", destination);
        keys.sign_at(&mut request, &amz_time(0), &["sec-fetch-dest"]);
        let answer = asked(&server, &request).expect(200);
        let has = answer.get("content-security-policy").is_some_and(|p| p.starts_with("sandbox"));
        assert_eq!(has, policy, "{destination}");
    }
}
