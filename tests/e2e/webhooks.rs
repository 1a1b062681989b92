//! What a foreign S3 posts, taken and told as if S3 had.

use serde_json::{Value, json};

use crate::events::{given, queue, received};
use crate::harness::sign::Keys;
use crate::harness::{Client, Connection, Function, Request, Response, Server, tools, wait_for};

/// Says what it was given.
const TELLS: &str =
    "exports.handler = async (event) => console.log(`got ${JSON.stringify(event)}`);";
const OTHER: &str = "999999999999";

/// Not MinIO, which no package has: it posts what MinIO's documentation and source say that
/// MinIO posts to a `notify_webhook` with an `auth_token`.
struct FakeMinio {
    path: String,
    /// As it is set: one word, before which MinIO puts `Bearer`.
    token: String,
}

impl FakeMinio {
    /// Told of a webhook by what `fika webhook create` prints.
    fn of(server: &Server, target: &str) -> Self {
        let mut create = server.fika(&["webhook", "create", target, "--output", "json"]);
        let made: Value = tools::run(&mut create).parse().expect("JSON");
        let text = |name: &str| made[name].as_str().expect(name).to_owned();
        assert_eq!(text("endpoint"), format!("{}{}", server.endpoint(), text("path")));
        Self { path: text("path"), token: text("token") }
    }

    fn id(&self) -> &str {
        self.path.rsplit('/').next().expect("a path")
    }

    fn request(&self, method: &str, body: impl Into<Vec<u8>>) -> Request {
        Request::new(method, &self.path, body)
            .header("host", "fika")
            .header("user-agent", "Go-http-client/1.1")
            .header("authorization", &format!("Bearer {}", self.token))
            .header("content-type", "application/json")
    }

    fn put(&self, server: &Server, key: &str) -> Response {
        send(server, &self.request("POST", put(key).to_string()))
    }
}

/// What MinIO posts when an object was put.
fn put(key: &str) -> Value {
    let escaped = key.replace('/', "%2F").replace(' ', "+");
    json!({
        "EventName": "s3:ObjectCreated:Put",
        "Key": format!("pictures/{key}"),
        "Records": [{
            "eventVersion": "2.0",
            "eventSource": "minio:s3",
            "awsRegion": "",
            "eventTime": "2026-11-24T03:27:27.123Z",
            "eventName": "s3:ObjectCreated:Put",
            "userIdentity": {"principalId": "minioadmin"},
            "requestParameters":
                {"principalId": "minioadmin", "region": "", "sourceIPAddress": "172.17.0.1"},
            "responseElements": {
                "x-amz-id-2": "dd9025bab4ad464b049177c95eb6ebf374d3b3fd1af9251148b658df7ac2e3e8",
                "x-amz-request-id": "17E3A3D5B1C4F2A0",
                "x-minio-deployment-id": "0170a4cc-dca6-4e72-86f1-c0cc760dff7f",
                "x-minio-origin-endpoint": "http://172.17.0.2:9000",
            },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "Config",
                "bucket": {"name": "pictures", "ownerIdentity": {"principalId": "minioadmin"},
                    "arn": "arn:aws:s3:::pictures"},
                "object": {"key": escaped, "size": 5, "eTag": "5d41402abc4b2a76b9719d911017c592",
                    "contentType": "image/png", "userMetadata": {"content-type": "image/png"},
                    "sequencer": "17E3A3D5B25B1B0E"},
            },
            "source": {"host": "172.17.0.1", "port": "", "userAgent": "MinIO (linux; amd64)"},
        }],
    })
}

/// The same as S3 tells it.
fn expected(key: &str) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2026-11-24T03:27:27.123Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "minioadmin"},
        "requestParameters": {"sourceIPAddress": "172.17.0.1"},
        "responseElements": {
            "x-amz-request-id": "17E3A3D5B1C4F2A0",
            "x-amz-id-2": "dd9025bab4ad464b049177c95eb6ebf374d3b3fd1af9251148b658df7ac2e3e8",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "Config",
            "bucket": {"name": "pictures", "ownerIdentity": {"principalId": "minioadmin"},
                "arn": "arn:aws:s3:::pictures"},
            "object": {"key": key.replace(' ', "+"), "size": 5,
                "eTag": "5d41402abc4b2a76b9719d911017c592", "sequencer": "17E3A3D5B25B1B0E"},
        },
    }]})
}

fn send(server: &Server, request: &Request) -> Response {
    let mut connection = Connection::open(server.address).expect("a connection");
    connection.round_trip(request).expect("an answer")
}

fn bodies(client: &Client, name: &str) -> Vec<Value> {
    let messages = received(client, name);
    messages.iter().filter_map(|one| one["Body"].as_str()?.parse().ok()).collect()
}

#[test]
fn a_function_and_a_queue_are_told_and_a_kill_loses_nothing() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("tells", TELLS));
    let to_function = FakeMinio::of(&server, "tells");
    let to_queue = FakeMinio::of(&server, &queue(&client, "changes"));
    let test = wait_for("the test event", || bodies(&client, "changes").pop());
    assert_eq!((&test["Service"], &test["Event"]), (&json!("Amazon S3"), &json!("s3:TestEvent")));

    // MinIO looks first whether anybody is there.
    let mut connection = Connection::open(server.address).expect("a connection");
    connection.send(&to_queue.request("HEAD", "")).expect("sent");
    assert_eq!(connection.read_head().expect("an answer").status, 200);
    assert_eq!(to_queue.put(&server, "in/a b.png").expect(200).json(), json!({"events": 1}));
    let told = wait_for("the message", || bodies(&client, "changes").pop());
    assert_eq!(told, expected("in/a b.png"));

    let keys: Vec<String> = (0..20).map(|n| format!("in/{n:02}.png")).collect();
    for key in &keys {
        to_function.put(&server, key).expect(200);
    }
    server.kill();
    let on_disk = |text: &str| {
        ["fika.db", "fika.db-wal"].iter().any(|file| {
            let store = std::fs::read(server.data().join(file)).unwrap_or_default();
            store.windows(text.len()).any(|bytes| bytes == text.as_bytes())
        })
    };
    assert_eq!((on_disk(to_function.id()), on_disk(&to_function.token)), (true, false));
    server.restart();
    let client = server.client();
    let all = || {
        let told = given(&client, "tells");
        keys.iter().all(|key| told.contains(&expected(key))).then_some(())
    };
    wait_for("every event that was answered with 200", all);
    to_function.put(&server, "in/later.png").expect(200);
}

#[test]
fn who_has_no_token_gets_nowhere() {
    let server = Server::start();
    let client = server.client();
    let queue = queue(&client, "changes");
    let minio = FakeMinio::of(&server, &queue);
    wait_for("the test event", || bodies(&client, "changes").pop());
    let another = FakeMinio::of(&server, &queue);
    wait_for("the other test event", || bodies(&client, "changes").pop());

    let mut unsigned = minio.request("POST", put("a").to_string());
    unsigned.headers.retain(|(name, _)| name != "authorization");
    let refused = send(&server, &unsigned).expect(401);
    assert_eq!(refused.get("www-authenticate"), Some("Bearer"));
    let by = |authorization: &str, path: &str| {
        let mut request = minio.request("POST", put("a").to_string());
        request.target = path.into();
        request.set("authorization", authorization);
        let refused = send(&server, &request);
        (refused.status, refused.error().to_owned())
    };
    let good = format!("Bearer {}", minio.token);
    let no = (403, "AccessDeniedException".to_owned());
    assert_eq!(by(&format!("{good}0"), &minio.path), no);
    assert_eq!(by(&format!("Bearer {}", another.token), &minio.path), no);
    assert_eq!(by(&good, &another.path), no);
    assert_eq!(by(&good, "/_fika/webhook/"), no);
    assert_eq!(by(&good, "/_fika/webhook/none"), no);
    assert_eq!((by("Basic YTpi", &minio.path).0, by("Bearer", &minio.path).0), (401, 401));

    let posts = |body: Vec<u8>| send(&server, &minio.request("POST", body)).status;
    assert_eq!(posts(vec![b' '; (1 << 20) + 1]), 413);
    let mut unannounced = minio.request("POST", "").header("transfer-encoding", "chunked");
    unannounced.body =
        [b"180000\r\n".to_vec(), vec![b' '; 0x0018_0000], b"\r\n0\r\n\r\n".to_vec()].concat();
    assert_eq!(send(&server, &unannounced).status, 413);
    let deep = "[".repeat(100_000);
    for body in
        ["", "hello", "{}", "[]", r#"{"Records":[]}"#, r#"{"Records":[{}]}"#, "\u{0}", &deep]
    {
        assert_eq!(posts(body.into()), 400, "{body:.20}");
    }
    let mut many = put("a");
    many["Records"] = vec![json!(put("a")["Records"][0]); 1_001].into();
    assert_eq!(posts(many.to_string().into()), 400);
    // One record that cannot be, and none of them is told.
    let mut half = put("a");
    half["Records"] = json!([put("a")["Records"][0], {"eventName": "s3:ObjectCreated:Put"}]);
    assert_eq!(posts(half.to_string().into()), 400);
    assert_eq!(send(&server, &minio.request("PUT", "x")).status, 405);
    assert_eq!(posts(put("last").to_string().into()), 200);
    let told = wait_for("what was taken", || {
        Some(bodies(&client, "changes")).filter(|all| !all.is_empty())
    });
    assert_eq!(told, [expected("last")], "what was refused is told");

    tools::run(&mut server.fika(&["webhook", "delete", minio.id()]));
    assert_eq!(posts(put("a").to_string().into()), 403);
    let list = tools::run(&mut server.fika(&["webhook", "list"]));
    assert!(list.contains(another.id()) && !list.contains(minio.id()), "{list}");
    assert!(!list.contains(&another.token), "{list}");
}

#[test]
fn accounts_have_webhooks_of_their_own() {
    let server = Server::start();
    let client = server.client();
    let own = queue(&client, "changes");
    let minio = FakeMinio::of(&server, &own);
    let wanted = json!({ "account_id": OTHER }).to_string();
    let key = client.call("POST", "/_fika/accounts", wanted).expect(201).json();
    let text = |name: &str| key[name].as_str().expect(name).to_owned();
    let keys = Keys {
        access_key_id: text("access_key_id"),
        secret: text("secret_access_key"),
        ..client.keys.clone()
    };
    let other = Client::new(server.address, keys);
    let create = |client: &Client, target: &str| {
        client.call("POST", "/_fika/webhooks", json!({ "target": target }).to_string())
    };
    assert_eq!(
        other.call("GET", "/_fika/webhooks", "").expect(200).json(),
        json!({"webhooks": []})
    );
    let path = format!("/_fika/webhooks/{}", minio.id());
    other.call("DELETE", &path, "").expect_error(404, "ResourceNotFoundException", "");
    for target in [&own[..], "arn:aws:lambda:us-east-1:123456789012:function:tells"] {
        create(&other, target).expect_error(400, "ValidationException", "this account");
    }
    for target in ["nobody", "", "arn:aws:sqs:us-east-1:999999999999:none", "arn:aws:s3:::b"] {
        create(&other, target).expect_error(400, "ValidationException", "");
    }
    other.call("POST", "/_fika/webhooks", "{").expect_error(400, "ValidationException", "target");
    minio.put(&server, "still.png").expect(200);

    // An account that has one is not deleted.
    let at = other.keys.service("sqs");
    let mut made = other.request("POST", "/", r#"{"QueueName":"mine"}"#);
    made.set("content-type", "application/x-amz-json-1.0");
    made.set("x-amz-target", "AmazonSQS.CreateQueue");
    at.sign(&mut made);
    other.send(&made).expect(200);
    let arn = format!("arn:aws:sqs:us-east-1:{OTHER}:mine");
    let id = create(&other, &arn).expect(201).json()["id"].as_str().expect("an id").to_owned();
    let mut gone = other.request(
        "POST",
        "/",
        json!({"QueueUrl": format!("{}/{OTHER}/mine", server.endpoint())}).to_string(),
    );
    gone.set("content-type", "application/x-amz-json-1.0");
    gone.set("x-amz-target", "AmazonSQS.DeleteQueue");
    at.sign(&mut gone);
    other.send(&gone).expect(200);
    let account = format!("/_fika/accounts/{OTHER}");
    client.call("DELETE", &account, "").expect_error(409, "ResourceConflictException", "webhooks");
    other.call("DELETE", &format!("/_fika/webhooks/{id}"), "").expect(200);
    client.call("DELETE", &account, "").expect(204);
}
