//! Code signing: signed with `fika signing`, trusted by the operator, enforced at deployments.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::harness::{Client, Function, Response, Server, Zip, tools};

const PROFILE: &str = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/team/1";

const CONFIGS: &str = "/2020-04-22/code-signing-configs";

fn config(client: &Client, policy: &str) -> String {
    let body = json!({
        "AllowedPublishers": { "SigningProfileVersionArns": [PROFILE] },
        "CodeSigningPolicies": { "UntrustedArtifactOnDeployment": policy },
    });
    let made = client.call("POST", CONFIGS, body.to_string()).expect(201).json();
    made["CodeSigningConfig"]["CodeSigningConfigArn"].as_str().expect("an ARN").to_owned()
}

/// Signs a zip as that profile.
fn signed(place: &Path, zip: &[u8], profile: &str, days: &str) -> Vec<u8> {
    let (from, to) = (place.join("unsigned.zip"), place.join("signed.zip"));
    fs::write(&from, zip).expect("written");
    let path = |path: &Path| path.to_str().expect("text").to_owned();
    let (from, to, key) = (path(&from), path(&to), path(&place.join("key")));
    let options = ["--profile", profile, "--key", &key, "--out", &to, "--days", days];
    tools::run(fika(&["sign", &from]).args(options));
    fs::read(to).expect("signed")
}

fn fika(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fika"));
    command.arg("signing").args(args);
    command
}

fn refused(answer: &Response, name: &str) {
    answer.expect_error(400, name, "");
}

#[test]
fn only_what_a_trusted_profile_signed_is_deployed() {
    let server = Server::start();
    let client = server.client();
    let place = tempfile::tempdir().expect("a directory");
    let key = place.path().join("key");
    let key = key.to_str().expect("text");
    tools::run(&mut fika(&["key", key]));
    tools::run(&mut server.fika(&["signing", "trust", PROFILE, "--key", key]));
    let source = Zip::new().file("index.js", "exports.handler = async () => 'signed';").finish();
    let good = signed(place.path(), &source, PROFILE, "1");
    let expired = signed(place.path(), &source, PROFILE, "0");
    let stranger = signed(place.path(), &source, &PROFILE.replace("team", "other"), "1");

    let (enforce, warn) = (config(&client, "Enforce"), config(&client, "Warn"));
    let function = |config: &str, zip: &[u8]| {
        let mut function = Function::node("f", "").with("CodeSigningConfigArn", config);
        function.zip = zip.to_vec();
        function
    };
    for zip in [&source, &expired, &stranger] {
        let answer = client.send(&client.create_request(&function(&enforce, zip)));
        refused(&answer, "CodeVerificationFailedException");
    }
    client.deploy(&function(&enforce, &good));
    assert_eq!(client.invoke("f", "{}").ok(), "signed");
    let shown = client.configuration("f");
    assert_eq!(shown["SigningProfileVersionArn"], PROFILE);
    refused(&client.update_code("f", &source), "CodeVerificationFailedException");

    // Nor may what was there before its config is deployed again.
    let mut before = Function::node("before", "");
    before.zip.clone_from(&source);
    client.deploy(&before);
    let body = json!({ "CodeSigningConfigArn": enforce }).to_string();
    let target = "/2020-06-30/functions/before/code-signing-config";
    client.call("PUT", target, body).expect(200);
    refused(&client.update_code("before", &source), "CodeVerificationFailedException");
    client.call("DELETE", target, "").expect(204);

    // A layer has to be signed as well.
    let layer = |zip: &[u8]| {
        let body = json!({ "Content": { "ZipFile": BASE64.encode(zip) } });
        let target = "/2018-10-31/layers/l/versions";
        client.call("POST", target, body.to_string()).expect(201).json()
    };
    let use_layer = |arn: &str| {
        let body = json!({ "Layers": [arn] });
        client.send(&client.update_configuration_request("f", &body))
    };
    let unsigned = layer(&source);
    let answer = use_layer(unsigned["LayerVersionArn"].as_str().expect("an ARN"));
    refused(&answer, "CodeVerificationFailedException");
    let trusted = layer(&good);
    assert_eq!(trusted["Content"]["SigningProfileVersionArn"], PROFILE);
    use_layer(trusted["LayerVersionArn"].as_str().expect("an ARN")).expect(200);
    client.settled("f");

    // A warning lets it pass, but for what was changed since it was signed.
    let target = "/2020-06-30/functions/f/code-signing-config";
    let body = json!({ "CodeSigningConfigArn": warn }).to_string();
    client.call("PUT", target, body).expect(200);
    client.update_code("f", &source).expect(200);
    client.settled("f");
    assert!(server.log().contains("should be signed otherwise"), "{}", server.log());
    let tampered = tampered(&good);
    refused(&client.update_code("f", &tampered), "InvalidCodeSignatureException");
    assert_eq!(client.invoke("f", "{}").ok(), "signed");

    let of = |arn: &str| format!("{CONFIGS}/{arn}");
    client.call("DELETE", &of(&warn), "").expect_error(409, "ResourceConflictException", "");
    client.call("DELETE", target, "").expect(204);
    for config in [&warn, &enforce] {
        client.call("DELETE", &of(config), "").expect(204);
        client.call("GET", &of(config), "").expect_error(404, "ResourceNotFoundException", config);
    }
}

/// The same signature beside a file more.
fn tampered(zip: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new_append(std::io::Cursor::new(zip.to_vec())).expect("a zip");
    writer.start_file("more", zip::write::SimpleFileOptions::default()).expect("begun");
    writer.finish().expect("done").into_inner()
}
