//! The slice through `@aws-sdk/client-lambda`.

use std::fs;
use std::process::Command;

use crate::harness::{Server, Zip, tools};

#[test]
fn life_of_a_function() {
    let server = Server::start();
    // The script stands beside the packages it imports, which is where Node looks for them.
    let home = tools::installed("node/node_modules");
    let script = home.with_file_name("slice.mjs");
    fs::copy(tools::script("node/slice.mjs"), &script).expect("the script");
    let zip = tempfile::NamedTempFile::new_in(tools::scratch()).expect("a file");
    fs::write(zip.path(), Zip::of("index.js", "exports.handler = async (event) => event;"))
        .expect("the zip");
    let mut node = Command::new("node");
    tools::point_at(&mut node, &server);
    let said = tools::run(node.arg(script).arg(zip.path()));
    assert!(said.ends_with("done\n"), "{said}");
}
