//! The console: in a real browser, and asked what no browser would.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::harness::{Server, tools};

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
