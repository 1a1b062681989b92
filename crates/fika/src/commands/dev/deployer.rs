//! Brings one function up to date.

use std::sync::{Arc, Mutex};

use fika_package::Packer;

use super::project::{Code, Function};
use crate::client::Client;
use crate::commands::deploy::{self, bundle::Bundle};
use crate::failure::Failure;
use crate::ui::Ui;

/// What became of a function.
#[derive(Debug)]
pub struct Deployed {
    /// Its ARN.
    pub arn: String,
    /// Whether anything was sent.
    pub changed: bool,
}

/// Sends what differs, and waits until it answers.
///
/// # Errors
/// When there is no package, the server refuses, or the function cannot run.
pub async fn deploy(
    client: Arc<Client>,
    function: Function,
    packer: Arc<Mutex<Packer>>,
    ui: Ui,
) -> Result<Deployed, Failure> {
    let code = function.code.clone();
    let bundle = tokio::task::spawn_blocking(move || match code {
        Code::Path(path) => {
            // What a panic has left of it is of no use.
            let mut packer = packer.lock().unwrap_or_else(|poisoned| {
                let mut packer = poisoned.into_inner();
                *packer = Packer::default();
                packer
            });
            Bundle::read_again(&path, &mut packer)
        }
        Code::Inline { file, text } => Bundle::of_file(&file, text.as_bytes()),
    });
    let bundle = bundle.await.map_err(|e| Failure::io("try again", e))??;
    let wanted = function.wanted(bundle.guess.clone());
    let progress = ui.progress().in_lines();
    let (now, changed) =
        deploy::deploy(&client, &function.name, &wanted, &bundle, progress).await?;
    Ok(Deployed { arn: now.function_arn, changed: !changed.is_empty() })
}

/// A failure of a function's own, with what to do about it.
pub fn explained(failure: Failure) -> Failure {
    let advice = [
        ("Runtime.UserCodeSyntaxError", "mend the syntax, and save"),
        (
            "Runtime.ImportModuleError",
            "install the module into the folder, or mend the import, and save",
        ),
        (
            "Runtime.HandlerNotFound",
            "export what the handler names, or name another with --handler, and save",
        ),
        ("Runtime.MalformedHandlerName", "name the handler as FILE.FUNCTION"),
    ];
    // A function that cannot run says why where others say what to do.
    match failure.fix.split_once(':').map(|(kind, _)| kind) {
        Some(kind)
            if kind.starts_with("Runtime.") || kind.starts_with("Sandbox.") || is_error(kind) =>
        {
            let known = advice.iter().find(|(name, _)| *name == kind);
            let fix = known.map_or("mend what its log says, and save", |(_, fix)| fix);
            Failure::new(failure.kind, fix, failure.fix)
        }
        _ => failure,
    }
}

/// The name of an error of a language.
fn is_error(kind: &str) -> bool {
    !kind.contains(' ') && (kind.ends_with("Error") || kind.ends_with("Exception"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    #[test]
    fn what_a_function_lacks_is_told_with_what_to_do() {
        let explain = |fix: &str| {
            let Failure { fix, why, .. } =
                explained(Failure::new(Kind::Failed, fix, "f cannot run"));
            (fix, why)
        };
        let (fix, why) = explain("Runtime.UserCodeSyntaxError: SyntaxError: x");
        assert_eq!(
            (fix.as_str(), why.as_str()),
            ("mend the syntax, and save", "Runtime.UserCodeSyntaxError: SyntaxError: x")
        );
        assert_eq!(explain("ValueError: no").0, "mend what its log says, and save");
        assert_eq!(
            explain("go online: it must be fetched"),
            ("go online: it must be fetched".into(), "f cannot run".into())
        );
    }
}
