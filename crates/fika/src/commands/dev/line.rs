//! What a log event says: the function's own words, or the platform's about an invocation. Pure.

use serde_json::Value;

/// What an event of a log is.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// The function said it.
    Said,
    /// The platform says what everybody knows.
    Noise,
    /// An invocation is over.
    Report(Report),
    /// An init phase failed; how.
    InitFailed(String),
}

/// How an invocation went.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its id.
    pub request_id: String,
    /// How long it ran, milliseconds.
    pub duration_ms: f64,
    /// How long its sandbox took to come up, if it was cold.
    pub init_ms: Option<f64>,
    /// How it failed, as far as the log tells.
    pub status: Option<String>,
}

/// What Node says of its debugger: the port is that inside.
const DEBUGGER: [&str; 4] = [
    "Debugger listening on ws://",
    "Debugger ending on ws://",
    "For help, see: https://nodejs.org/",
    "Waiting for the debugger to disconnect",
];

/// Reads an event, in either format of logs.
pub fn read(message: &str) -> Line {
    let text = message.trim_end();
    if DEBUGGER.iter().any(|line| text.starts_with(line)) {
        return Line::Noise;
    }
    if text.starts_with('{')
        && let Ok(value) = serde_json::from_str::<Value>(text)
        && let Some(kind) = value["type"].as_str().filter(|kind| kind.starts_with("platform."))
    {
        return of_json(kind, &value["record"]);
    }
    let field = |name: &str| {
        let mut fields = text.split('\t');
        fields.find_map(|field| field.strip_prefix(name)).map(str::to_owned)
    };
    let number = |name: &str| field(name)?.strip_suffix(" ms")?.parse().ok();
    match text.split(' ').next() {
        Some("REPORT") => {
            let request_id = field("REPORT RequestId: ");
            match (request_id, number("Duration: ")) {
                (Some(request_id), Some(duration_ms)) => Line::Report(Report {
                    request_id,
                    duration_ms,
                    init_ms: number("Init Duration: ").or_else(|| number("Restore Duration: ")),
                    status: field("Error Type: ").or_else(|| field("Status: ")),
                }),
                _ => Line::Said,
            }
        }
        Some("START" | "END") if text.contains(" RequestId: ") => Line::Noise,
        Some("INIT_START" | "RESTORE_START") => Line::Noise,
        Some("INIT_REPORT" | "RESTORE_REPORT") => {
            let how = field("Error Type: ").or_else(|| field("Status: "));
            how.map_or(Line::Noise, Line::InitFailed)
        }
        _ => Line::Said,
    }
}

/// What a function said, for people: without the time and the id that runtimes put before it, and
/// with the stack of an error on lines of its own, but for the runtime's own frames.
pub fn for_people(message: &str) -> String {
    let message = message.trim_end_matches('\n');
    let fields: Vec<&str> = message.splitn(4, '\t').collect();
    let text = match fields[..] {
        [time, _, "INFO", text] if is_time(time) => text.to_owned(),
        [time, _, level, text] if is_time(time) => match stack_of(text) {
            Some(stack) => format!("{level} {stack}"),
            None => format!("{level} {text}"),
        },
        _ => message.to_owned(),
    };
    // Runtimes join the lines of one entry by carriage returns.
    text.replace('\r', "\n")
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
}

/// `Invoke Error \t{"stack":[…]}` and its like.
fn stack_of(text: &str) -> Option<String> {
    let (title, json) = text.split_once('\t')?;
    let error: Value = serde_json::from_str(json).ok()?;
    let frames = error["stack"].as_array()?.iter().filter_map(Value::as_str);
    let own = frames.filter(|frame| !frame.contains("/var/runtime/"));
    Some(std::iter::once(title.trim_end()).chain(own).collect::<Vec<_>>().join("\n"))
}

fn of_json(kind: &str, record: &Value) -> Line {
    let failed = record["status"].as_str().filter(|status| *status != "success");
    let how = record["errorType"].as_str().or(failed).map(str::to_owned);
    match (kind, record["requestId"].as_str(), record["metrics"]["durationMs"].as_f64()) {
        ("platform.report", Some(id), Some(duration_ms)) => Line::Report(Report {
            request_id: id.into(),
            duration_ms,
            init_ms: record["metrics"]["initDurationMs"].as_f64(),
            status: how,
        }),
        ("platform.initReport" | "platform.restoreReport", ..) => {
            how.map_or(Line::Noise, Line::InitFailed)
        }
        _ => Line::Noise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(init_ms: Option<f64>, status: Option<&str>) -> Line {
        let status = status.map(Into::into);
        Line::Report(Report { request_id: "1-2".into(), duration_ms: 3.5, init_ms, status })
    }

    #[test]
    fn people_read_what_was_said() {
        let time = "2026-11-24T11:42:13.967Z";
        for (message, expected) in [
            (format!("{time}\tid\tINFO\thi\r{{}}\n"), "hi\n{}"),
            (format!("{time}\tid\tWARN\tcareful\n"), "WARN careful"),
            ("a\tb\tINFO\tc\n".into(), "a\tb\tINFO\tc"),
            ("plain\n".into(), "plain"),
            (
                format!(
                    "{time}\tid\tERROR\tInvoke Error \t{{\"stack\":[\"Error: no\",\"    at f (/var/task/a.js:1)\",\"    at g (/var/runtime/index.js:1)\"]}}\n"
                ),
                "ERROR Invoke Error\nError: no\n    at f (/var/task/a.js:1)",
            ),
        ] {
            assert_eq!(for_people(&message), expected);
        }
    }

    #[test]
    fn both_formats_say_the_same() {
        let rest = "Billed Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t";
        for (message, expected) in [
            ("hello\n".to_owned(), Line::Said),
            ("{\"type\":\"mine\"}".into(), Line::Said),
            ("START RequestId: 1-2 Version: $LATEST\n".into(), Line::Noise),
            ("END RequestId: 1-2\n".into(), Line::Noise),
            ("START your engines".into(), Line::Said),
            (format!("REPORT RequestId: 1-2\tDuration: 3.50 ms\t{rest}\n"), report(None, None)),
            (
                format!("REPORT RequestId: 1-2\tDuration: 3.50 ms\t{rest}Init Duration: 20.00 ms\t\n"),
                report(Some(20.0), None),
            ),
            (
                format!("REPORT RequestId: 1-2\tDuration: 3.50 ms\t{rest}Status: timeout\n"),
                report(None, Some("timeout")),
            ),
            ("REPORT of the day".into(), Line::Said),
            (
                "INIT_REPORT Init Duration: 2.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.X\n".into(),
                Line::InitFailed("Runtime.X".into()),
            ),
            (
                r#"{"time":"t","type":"platform.report","record":{"requestId":"1-2","metrics":{"durationMs":3.5,"initDurationMs":20},"status":"success"}}"#.into(),
                report(Some(20.0), None),
            ),
            (
                r#"{"time":"t","type":"platform.report","record":{"requestId":"1-2","metrics":{"durationMs":3.5},"status":"timeout"}}"#.into(),
                report(None, Some("timeout")),
            ),
            (r#"{"type":"platform.start","record":{}}"#.into(), Line::Noise),
        ] {
            assert_eq!(read(&message), expected, "{message}");
        }
    }
}
