//! Zip files that mean harm, or nothing.

use std::fs;
use std::process::Command;

use crate::harness::{Client, Function, Server, Zip, tools};

const HANDLER: &str = "exports.handler = async () => 'still here';";

fn evil_by_hand() -> Vec<(&'static str, Vec<u8>)> {
    let good = || Zip::new().file("index.js", HANDLER);
    let whole = good().finish();
    let mut flipped = whole.clone();
    flipped[40] ^= 1;
    vec![
        ("no zip at all", b"#!/bin/sh\necho no zip\n".to_vec()),
        ("nothing", Vec::new()),
        ("the signature only", b"PK\x03\x04".to_vec()),
        ("cut short", whole[..whole.len() / 2].to_vec()),
        ("without its end", whole[..whole.len() - 22].to_vec()),
        ("a wrong checksum", flipped),
        ("no entries", Zip::new().finish()),
        ("a name that climbs out", good().file("../../evil.js", "x").finish()),
        ("a name that climbs out further in", good().file("a/../../evil.js", "x").finish()),
        ("an absolute name", good().file("/etc/evil", "x").finish()),
        ("a name that climbs with backslashes", good().file("..\\..\\evil.js", "x").finish()),
        ("a name with a NUL", good().file("a\0b", "x").finish()),
        ("a link out of the tree", good().link("out", "../../etc/passwd").finish()),
        ("an absolute link", good().link("out", "/etc/passwd").finish()),
        ("a file through a link", good().link("out", "/tmp").file("out/evil", "x").finish()),
        ("one name twice", good().file("index.js", "again").finish()),
    ]
}

/// Those that are easier made by a library: bombs, and headers that lie.
fn evil_by_script(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut python = Command::new("python3");
    tools::run(python.arg("-B").arg(tools::script("python/evil_zips.py")).arg(folder));
    let mut zips: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a zip"))
        })
        .collect();
    zips.sort();
    assert!(zips.len() >= 5, "{}", zips.len());
    zips
}

/// The zip is refused as Lambda refuses it, both ways it may come, and what was there stays.
fn refused(client: &Client, what: &str, zip: &[u8]) -> Result<(), String> {
    let created = client.create(&Function { zip: zip.to_vec(), ..Function::node("evil", "") });
    let updated = client.update_code("good", zip);
    for (how, response) in [("create", created), ("update", updated)] {
        let right = (response.status, response.error()) == (400, "InvalidParameterValueException");
        if !right || response.message().is_empty() {
            return Err(format!("{what}, {how}: {response}"));
        }
    }
    let evil = client.call("GET", "/2015-03-31/functions/evil", "");
    if evil.status != 404 {
        return Err(format!("{what}: made after all: {evil}"));
    }
    let answer = client.invoke("good", "{}").response;
    if answer.text() != "\"still here\"" {
        return Err(format!("{what}: the other function: {answer}"));
    }
    Ok(())
}

#[test]
fn evil_zips_are_refused_and_hurt_nobody() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("good", HANDLER));
    let folder = tempfile::tempdir_in(tools::scratch()).expect("a folder");
    let by_hand = evil_by_hand().into_iter().map(|(what, zip)| (what.to_owned(), zip));
    let wrong: Vec<String> = by_hand
        .chain(evil_by_script(folder.path()))
        .filter_map(|(what, zip)| refused(&client, &what, &zip).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    server.assert_up();
    // Nothing of it is on the disk either.
    let size = tools::run(Command::new("du").args(["-sk"]).arg(server.data()));
    let kilobytes: u64 = size.split_whitespace().next().expect("a size").parse().expect("a number");
    assert!(kilobytes < 20_000, "{kilobytes} KB in the data directory");
}

#[test]
fn a_zip_of_more_than_50_mb_is_refused_by_its_size() {
    let server = Server::start();
    let client = server.client();
    let zip = Zip::new().file("index.js", HANDLER).file("pad", vec![7; 52_428_800]).finish();
    let response = client.create(&Function { zip, ..Function::node("fat", "") });
    assert_eq!(
        (response.status, response.error()),
        (413, "RequestEntityTooLargeException"),
        "{response}"
    );
    client.deploy(&Function::node("good", HANDLER));
    assert_eq!(client.invoke("good", "{}").ok(), "still here");
}

#[test]
fn links_inside_the_tree_are_kept_and_programs_run() {
    let server = Server::start();
    let client = server.client();
    let zip = Zip::new()
        .file("index.js", "exports.handler = async () => require('child_process').execFileSync('/var/task/run').toString();")
        .program("bin/run.sh", "#!/bin/sh\nread line </var/task/alias.txt; echo $line\n")
        .link("run", "bin/run.sh")
        .file("data/text.txt", "linked\n")
        .link("alias.txt", "data/text.txt")
        .finish();
    client.deploy(&Function { zip, ..Function::node("links", "") });
    assert_eq!(client.invoke("links", "{}").ok(), "linked\n");
}
