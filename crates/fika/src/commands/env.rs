//! `fika env`: the variables that point the aws CLI and the SDKs at fika.

use std::env;
use std::process::ExitCode;

use serde_json::{Map, Value};

use crate::cli::EnvArgs;
use crate::credentials;
use crate::failure::Failure;
use crate::root::{self, Root};
use crate::ui::Ui;

/// Prints lines for `eval`, or one JSON object.
///
/// # Errors
/// When no server runs on the data directory.
pub fn run(args: &EnvArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    let dir = args.data.dir()?;
    let root = Root::load(&dir)?.ok_or_else(|| credentials::no_server(&dir))?;
    let endpoint = root::endpoint(&dir).ok_or_else(|| credentials::no_server(&dir))?;
    let variables = variables(endpoint, root, &credentials::region(args.region.as_deref()));
    let mut lines: Vec<String> =
        variables.iter().map(|(name, value)| format!("export {name}={}", quoted(value))).collect();
    if env::var_os("AWS_SESSION_TOKEN").is_some() {
        // A token of another key would be sent along with this one.
        lines.push("unset AWS_SESSION_TOKEN".into());
    }
    let object: Map<String, Value> =
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    ui.answer(&object.into(), &lines.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn variables(endpoint: String, root: Root, region: &str) -> [(&'static str, String); 5] {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", root.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", root.secret_access_key),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
    ]
}

/// Quotes for sh: what is left bare means only itself.
fn quoted(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@%+,=".contains(&b);
    if !value.is_empty() && value.bytes().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn sh_reads_back_what_was_quoted() {
        for value in ["http://127.0.0.1:9000", "", "a b", "it's", "$HOME `id` \\ \"x\" *", "a\nb"] {
            let script = format!("export X={}\nprintf %s \"$X\"", quoted(value));
            let said = Command::new("sh").arg("-c").arg(&script).output().expect("sh runs");
            assert_eq!(String::from_utf8_lossy(&said.stdout), value, "{script}");
        }
        assert_eq!(quoted("http://127.0.0.1:9000"), "http://127.0.0.1:9000");
    }
}
