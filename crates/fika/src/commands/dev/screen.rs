//! What a session says: lines for people, each whole and under its function's name, or one JSON object
//! a line.

use std::io::IsTerminal;
use std::time::Duration;

use serde_json::{Value, json};

use super::answers::Answer;
use super::line::{self, Report};
use crate::commands::logs::Event;
use crate::failure::Failure;
use crate::ui::Ui;

/// As much of an answer as a line shows, characters.
const SHOWN: usize = 120;
/// The longest name that others are put in line with.
const NAME: usize = 24;
/// The colours of functions, one after the other.
const COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 96];
const RED: u8 = 31;
const DIM: u8 = 2;

/// The terminal.
#[derive(Debug)]
pub struct Screen {
    ui: Ui,
    colour: bool,
    /// The functions, in the order of their colours.
    names: Vec<String>,
}

/// What a session begins with.
#[derive(Debug)]
pub struct Opening {
    /// Where the server answers.
    pub url: String,
    /// The data directory of a server that is ours.
    pub data_dir: Option<String>,
    /// What is not made of a template.
    pub not_made: Vec<String>,
}

impl Screen {
    /// Colours only where somebody sees them, and does not mind.
    pub fn new(ui: Ui) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let colour = terminal && std::env::var_os("NO_COLOR").is_none() && !ui.is_json();
        Self { ui, colour, names: Vec::new() }
    }

    /// These are the functions.
    pub fn set_names(&mut self, names: &[String]) {
        self.names = names.to_vec();
    }

    /// Where it all is.
    ///
    /// # Errors
    /// When stdout cannot be written to; so for all others here.
    pub fn opening(&self, opening: &Opening) -> Result<(), Failure> {
        let Opening { url, data_dir, not_made } = opening;
        if self.ui.is_json() {
            let value = json!({
                "event": "ready", "endpoint": url, "dataDirectory": data_dir,
                "functions": self.names, "notMade": not_made,
            });
            return self.json(&value);
        }
        let whose = match data_dir {
            Some(dir) => format!("a server of this session, data in {dir}"),
            None => "a server that runs already".into(),
        };
        self.ui.line(&format!("fika dev at {url} ({whose})"))?;
        not_made.iter().try_for_each(|what| self.ui.line(&format!("not made: {what}")))
    }

    /// How to call a function.
    pub fn how_to_call(&self, data_dir: Option<&str>) -> Result<(), Failure> {
        let (Some(name), false) = (self.names.first(), self.ui.is_json()) else { return Ok(()) };
        let flag = data_dir.map_or(String::new(), |dir| format!(" --data-dir {dir}"));
        self.ui.line(&format!("call it: fika invoke {name}{flag}    Ctrl-C ends the session"))
    }

    /// Debuggers may attach there.
    pub fn debugger(&self, function: &str, address: &str) -> Result<(), Failure> {
        let value = json!({"event": "debugger", "function": function, "address": address});
        self.tell(&value, function, &format!("debuggers may attach at {address}"))
    }

    /// A function is there for the first time.
    pub fn deployed(&self, function: &str, arn: &str, took: Duration) -> Result<(), Failure> {
        let ms = took.as_millis() as u64;
        let value = json!({"event": "deployed", "function": function, "arn": arn, "ms": ms});
        self.tell(&value, function, &format!("deployed in {ms} ms"))
    }

    /// New code answers, so long after the save.
    pub fn reloaded(&self, function: &str, took: Duration) -> Result<(), Failure> {
        let ms = took.as_millis() as u64;
        let value = json!({"event": "reloaded", "function": function, "ms": ms});
        self.tell(&value, function, &format!("reloaded in {ms} ms"))
    }

    /// A function cannot be what was saved. `serving`: the code before goes on answering.
    pub fn failed(&self, function: &str, failure: &Failure, serving: bool) -> Result<(), Failure> {
        let Failure { fix, why, .. } = failure;
        let value = json!({
            "event": "error", "function": function, "fix": fix, "why": why,
            "serving": if serving { "the last good code" } else { "nothing" },
        });
        let rest = if serving { "; the last good code goes on answering" } else { "" };
        let text = format!("{}: {why}\n{fix}{rest}", self.paint(RED, "error"));
        self.tell(&value, function, &text)
    }

    /// Something that is nobody's in particular went wrong.
    pub fn trouble(&self, failure: &Failure) -> Result<(), Failure> {
        let Failure { fix, why, .. } = failure;
        if self.ui.is_json() {
            return self.json(&json!({"event": "error", "fix": fix, "why": why}));
        }
        self.ui.line(&format!("{}: {why}\n  {fix}", self.paint(RED, "error")))
    }

    /// A function said something.
    pub fn said(&self, function: &str, event: &Event) -> Result<(), Failure> {
        let Event { timestamp, message, .. } = event;
        let value = json!({
            "event": "log", "function": function, "timestamp": timestamp, "message": message,
        });
        self.tell(&value, function, &line::for_people(message))
    }

    /// An invocation is over.
    pub fn answered(
        &self,
        function: &str,
        report: &Report,
        answer: Option<&Answer>,
    ) -> Result<(), Failure> {
        let Report { request_id, duration_ms, init_ms, status } = report;
        let failed = answer.map_or(status.is_some(), |answer| answer.failed);
        let value = json!({
            "event": "answer", "function": function, "requestId": request_id,
            "durationMs": duration_ms, "initMs": init_ms, "failed": failed, "status": status,
            "answer": answer.map(|answer| &answer.head),
        });
        let start = init_ms.map_or("warm".into(), |ms| format!("cold, init {ms:.0} ms"));
        let how = format!("{request_id} {duration_ms:.0} ms, {start}");
        let shown = match (answer, status) {
            (Some(answer), _) => shown(answer),
            (None, Some(status)) => status.clone(),
            (None, None) => String::new(),
        };
        let arrow = if failed { self.paint(RED, "✗") } else { "→".into() };
        let text = format!("{arrow} {} {shown}", self.paint(DIM, &how));
        self.tell(&value, function, text.trim_end())
    }

    fn tell(&self, value: &Value, function: &str, text: &str) -> Result<(), Failure> {
        if self.ui.is_json() {
            return self.json(value);
        }
        // All lines at once, so that nothing comes between them.
        let prefix = self.prefix(function);
        let lines: Vec<String> = text.lines().map(|line| format!("{prefix} {line}")).collect();
        if lines.is_empty() { self.ui.line(&prefix) } else { self.ui.line(&lines.join("\n")) }
    }

    fn json(&self, value: &Value) -> Result<(), Failure> {
        self.ui.line(&value.to_string())
    }

    fn prefix(&self, function: &str) -> String {
        let longest = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let place = self.names.iter().position(|name| name == function).unwrap_or(0);
        let width = longest.min(NAME);
        self.paint(COLOURS[place % COLOURS.len()], &format!("{function:<width$} |"))
    }

    fn paint(&self, colour: u8, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.into() }
    }
}

/// The beginning of an answer, on one line.
fn shown(answer: &Answer) -> String {
    let line: String = answer.head.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let head: String = line.chars().take(SHOWN).collect();
    if answer.cut || head.len() < line.len() { format!("{head}…") } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_shown_on_one_line() {
        let answer = |head: &str, cut| Answer { head: head.into(), cut, failed: false };
        assert_eq!(shown(&answer("{\n\"a\":1}", false)), "{ \"a\":1}");
        assert_eq!(shown(&answer("x", true)), "x…");
        assert_eq!(shown(&answer(&"x".repeat(500), false)).chars().count(), SHOWN + 1);
        assert_eq!(shown(&answer("\x1b[31m", false)), " [31m");
    }
}
