//! `fika invoke`: calls a function.

use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::cli::InvokeArgs;
use crate::client::{Answer, Client};
use crate::credentials;
use crate::failure::Failure;
use crate::lambda::{Call, Lambda};
use crate::ui::Ui;

/// The exit code for a function that failed.
const FUNCTION_FAILED: u8 = 1;

/// Calls the function; its answer goes to stdout as it is.
///
/// # Errors
/// When the event cannot be read, or the server cannot be asked or refuses.
pub async fn run(args: InvokeArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    let client = Client::new(credentials::find(&args.server).await?);
    let call = Call {
        function: &args.name,
        qualifier: args.qualifier.as_deref(),
        dry_run: args.dry_run,
        tail: args.tail,
        payload: payload(&args.payload)?,
    };
    let answer = Lambda::new(&client).invoke(call).await?;
    show(&answer, ui)?;
    match answer.header("x-amz-function-error") {
        Some(_) => Ok(ExitCode::from(FUNCTION_FAILED)),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn show(answer: &Answer, ui: &Ui) -> Result<(), Failure> {
    if let Some(tail) = answer.header("x-amz-log-result") {
        ui.note_bytes(&STANDARD.decode(tail).map_err(Failure::protocol)?);
    }
    ui.bytes(&answer.body)?;
    if answer.body.is_empty() || answer.body.ends_with(b"\n") { Ok(()) } else { ui.bytes(b"\n") }
}

/// The event: text as it is, `@FILE`, or `-` for stdin.
fn payload(text: &str) -> Result<Bytes, Failure> {
    if text == "-" {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|e| Failure::no_input("give the event on stdin", e))?;
        return Ok(bytes.into());
    }
    match text.strip_prefix('@') {
        Some(file) => fs::read(file)
            .map(Bytes::from)
            .map_err(|e| Failure::no_input(format!("give a file that can be read: {file}"), e)),
        None => Ok(Bytes::copy_from_slice(text.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_text_or_a_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("event.json");
        fs::write(&file, "[1]").expect("written");
        assert_eq!(payload("{\"a\":1}").expect("text"), "{\"a\":1}");
        assert_eq!(payload(&format!("@{}", file.display())).expect("file"), "[1]");
        assert_eq!(payload("@/no/such/file").expect_err("missing").code(), 66);
    }
}
