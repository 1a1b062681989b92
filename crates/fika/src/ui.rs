//! What people see. The only module that writes to stdout and stderr.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::cli::Output;
use crate::failure::{Failure, Kind};

/// Work shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// The two streams, and in which form things are said.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    output: Output,
}

impl Ui {
    /// Speaks in the form asked for.
    pub fn new(output: Output) -> Self {
        Self { output }
    }

    /// Whether answers are for programs.
    pub fn is_json(self) -> bool {
        self.output == Output::Json
    }

    /// Bytes to stdout, as they are.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|e| match e.kind() {
            ErrorKind::BrokenPipe => Failure::new(Kind::Unread, "", e),
            _ => Failure::io("make room for fika's output", e),
        })
    }

    /// One line to stdout.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn line(self, line: &str) -> Result<(), Failure> {
        self.bytes(format!("{line}\n").as_bytes())
    }

    /// The answer of a command: the value for programs, else the text.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn answer(self, value: &Value, text: &str) -> Result<(), Failure> {
        if self.is_json() { self.line(&format!("{value:#}")) } else { self.line(text) }
    }

    /// One line to stderr. Nobody is left to tell when that fails.
    pub fn note(self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Bytes to stderr.
    pub fn note_bytes(self, bytes: &[u8]) {
        let _ = io::stderr().lock().write_all(bytes);
    }

    /// Says why the command stops, the fix first, and gives the exit code.
    pub fn fail(self, failure: &Failure) -> ExitCode {
        if failure.kind == Kind::Unread {
            // `fika logs NAME | head` ends as quietly as `cat` does.
        } else if self.is_json() {
            let Failure { fix, why, .. } = failure;
            let error = json!({"fix": fix, "why": why, "code": failure.code()});
            self.note(&json!({"error": error}).to_string());
        } else {
            self.note(&format!("fika: {}\n  {}", failure.fix, failure.why.replace('\n', "\n  ")));
        }
        ExitCode::from(failure.code())
    }

    /// Progress of something that may take longer than a moment.
    pub fn progress(self) -> Progress {
        let in_lines = !io::stderr().is_terminal();
        Progress { ui: self, since: Instant::now(), bar: None, last: String::new(), in_lines }
    }
}

/// A line that changes on a terminal, lines one after another elsewhere.
pub struct Progress {
    ui: Ui,
    since: Instant,
    bar: Option<ProgressBar>,
    last: String,
    in_lines: bool,
}

impl Progress {
    /// Lines one after another, also on a terminal: others write there as well.
    #[must_use]
    pub fn in_lines(mut self) -> Self {
        self.in_lines = true;
        self
    }

    /// Says how far it is. Silent in the first second, and when nothing changed.
    pub fn say(&mut self, message: &str) {
        if self.since.elapsed() < PATIENCE || self.last == message {
            return;
        }
        message.clone_into(&mut self.last);
        if !self.in_lines {
            self.bar.get_or_insert_with(spinner).set_message(self.last.clone());
        } else {
            self.ui.note(message);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
