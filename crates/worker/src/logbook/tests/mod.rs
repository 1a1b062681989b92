//! Lines: how they look, how they are cut, and (`flow`) in which order they stand.

mod flow;

use fika_model::{LogFormat, LogLevels};
use serde_json::json;

use super::*;

fn ended(cold_start: Option<ColdStart>, status: Status) -> Ended {
    let request_id = RequestId(uuid::Uuid::nil());
    Ended { request_id, duration: Duration::from_micros(3_010), cold_start, status, marks: None }
}

fn about(log_format: LogFormat) -> About {
    let version = crate::testing::version(Duration::from_secs(3));
    let version = FunctionVersion { log_format, ..FunctionVersion::clone(&version) };
    About { version: Arc::new(version), initialization: "on-demand" }
}

#[test]
fn report_lines_are_lambdas() {
    let head = "REPORT RequestId: 00000000-0000-0000-0000-000000000000\tDuration: 3.01 ms\t";
    let memory = "Memory Size: 128 MB\tMax Memory Used: 36 MB\t";
    let init = Some(ColdStart::Init(Duration::from_micros(110_100)));
    let (took, billed) = (Duration::from_micros(793_270), Duration::from_micros(95_100));
    let restore = Some(ColdStart::Restore { took, billed });
    for (ended, tail) in [
        (ended(None, Status::Answered), format!("Billed Duration: 4 ms\t{memory}\n")),
        (
            ended(init, Status::Answered),
            format!("Billed Duration: 114 ms\t{memory}Init Duration: 110.10 ms\t\n"),
        ),
        (
            ended(restore, Status::Answered),
            format!(
                "Billed Duration: 99 ms\t{memory}Restore Duration: 793.27 ms\tBilled Restore Duration: 96 ms\t\n"
            ),
        ),
        (ended(None, Status::Timeout), format!("Billed Duration: 4 ms\t{memory}Status: timeout\n")),
    ] {
        let text = Event::Report { ended: &ended, used_mb: 36 }.text(&about(LogFormat::Text));
        let (_end, report) = text.split_once('\n').expect("two lines");
        assert_eq!(report, format!("{head}{tail}"));
    }
}

#[test]
fn a_restore_has_lines_of_its_own() {
    let about = about(LogFormat::Text);
    let start = Event::RestoreStart.text(&about);
    let head = "RESTORE_START Runtime Version: nodejs22.x\tRuntime Version ARN: arn:aws:lambda:eu-north-1::runtime:";
    assert!(start.starts_with(head), "{start}");
    let took = Duration::from_micros(793_270);
    for (status, tail) in [
        (Status::Answered, ""),
        (Status::Timeout, "\tStatus: timeout"),
        (Status::Failed("E".into()), "\tStatus: error\tError Type: E"),
    ] {
        let line = format!("RESTORE_REPORT Restore Duration: 793.27 ms{tail}\n");
        assert_eq!(Event::RestoreReport(took, &status).text(&about), line);
    }
}

#[test]
fn json_says_what_text_says_and_more() {
    let about = about(LogFormat::Json(LogLevels::default()));
    let id = RequestId(uuid::Uuid::nil()).to_string();
    let marks = Marks {
        trace: Some("Root=1".into()),
        tenant: Some("blue".into()),
        latency: Some(Duration::from_millis(2)),
    };
    let mut ended =
        ended(Some(ColdStart::Init(Duration::from_micros(110_100))), Status::Failed("E".into()));
    ended.marks = Some(Box::new(marks.clone()));
    let tracing = json!({ "type": "X-Amzn-Trace-Id", "value": "Root=1" });
    assert_eq!(
        Event::Report { ended: &ended, used_mb: 36 }.record(&about),
        json!({
            "requestId": id,
            "metrics": {
                "durationMs": 3.01, "billedDurationMs": 114.0, "memorySizeMB": 128,
                "maxMemoryUsedMB": 36, "initDurationMs": 110.1,
            },
            "status": "error",
            "errorType": "E",
            "tracing": tracing,
            "tenantId": "blue",
        })
    );
    let start = Event::Start { id: ended.request_id, marks: Some(&marks) };
    assert_eq!(
        start.record(&about),
        json!({ "requestId": id, "version": "$LATEST", "tracing": tracing, "tenantId": "blue" })
    );
    let (took, status) = (Duration::from_millis(5), Status::Answered);
    let done = Event::RuntimeDone {
        id: ended.request_id,
        took,
        bytes: 7,
        status: &status,
        marks: Some(&marks),
    };
    let mut record = done.record(&about);
    for (span, name, took) in [(0, "responseLatency", 2.0), (1, "responseDuration", 3.0)] {
        let start = record["spans"][span]["start"].take();
        assert!(start.as_str().is_some_and(|start| start.ends_with('Z')), "{start}");
        let said = json!({ "name": name, "start": null, "durationMs": took });
        assert_eq!(record["spans"][span], said);
    }
    assert_eq!(record["metrics"], json!({ "durationMs": 5.0, "producedBytes": 7 }));
}

#[test]
fn levels_are_aws_s() {
    let about = about(LogFormat::Json(LogLevels::default()));
    let (well, took) = (Status::Answered, Duration::ZERO);
    let ill = Status::Timeout;
    let id = RequestId(uuid::Uuid::nil());
    let done = |status| Event::RuntimeDone { id, took, bytes: 0, status, marks: None };
    for (event, level) in [
        (Event::InitStart(Phase::Init), LogLevel::Info),
        (Event::InitRuntimeDone(Phase::Init, &well), LogLevel::Debug),
        (Event::InitReport(Phase::Init, took, &well), LogLevel::Debug),
        (Event::InitReport(Phase::Init, took, &ill), LogLevel::Warn),
        (Event::Start { id, marks: None }, LogLevel::Info),
        (done(&well), LogLevel::Debug),
        (done(&ill), LogLevel::Warn),
        (Event::Report { ended: &ended(None, Status::Answered), used_mb: 1 }, LogLevel::Info),
        (Event::Report { ended: &ended(None, Status::Timeout), used_mb: 1 }, LogLevel::Warn),
    ] {
        assert_eq!(event.level(&about), level, "{event:?}");
    }
}

#[test]
fn output_is_cut_into_lines_wherever_the_pipe_cut_it() {
    let text = b"one\ntwo\n\nthree";
    for cut in 0..text.len() {
        let mut page = Page::default();
        page.output(&text[..cut]);
        page.output(&text[cut..]);
        page.close_partial();
        let lines: Vec<&str> =
            page.events.iter().map(|e| str::from_utf8(&e.message).expect("text")).collect();
        assert_eq!(lines, ["one\n", "two\n", "\n", "three"], "cut at {cut}");
    }
}

#[test]
fn stream_names_carry_day_and_version() {
    let name = stream_name("$LATEST", UNIX_EPOCH);
    assert!(name.starts_with("1970/01/01/[$LATEST]"), "{name}");
    assert_eq!(name.len(), "1970/01/01/[$LATEST]".len() + 32);
}

/// What comes out when `chunks` come out of the pipe.
fn cut_into_lines<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Bytes> {
    let mut page = Page::default();
    chunks.into_iter().for_each(|chunk| page.output(chunk));
    page.close_partial();
    page.events.into_iter().map(|event| event.message).collect()
}

#[test]
fn a_line_of_a_megabyte_is_cut_and_loses_nothing() {
    let text = [vec![b'x'; 1024 * 1024], b"\nshort\n".to_vec()].concat();
    let lines = cut_into_lines(text.chunks(CHUNK_BYTES));
    let lengths: Vec<usize> = lines.iter().map(Bytes::len).collect();
    assert_eq!(lengths, [LINE_BYTES, LINE_BYTES, LINE_BYTES, LINE_BYTES, 1, 6]);
    assert_eq!(lines.concat(), text);
}

#[test]
fn a_character_is_not_cut_in_two() {
    for shift in 0..4 {
        let text = "x".repeat(shift) + &"\u{1f980}".repeat(100_000);
        let lines = cut_into_lines([text.as_bytes()]);
        assert!(lines.iter().all(|line| line.len() <= LINE_BYTES));
        assert!(lines.iter().all(|line| str::from_utf8(line).is_ok()), "shifted by {shift}");
        assert_eq!(lines.concat(), text.as_bytes());
    }
}

#[test]
fn bytes_that_are_no_text_are_cut_too() {
    let text = vec![0b1000_0000; 2 * LINE_BYTES];
    let lines = cut_into_lines([text.as_slice()]);
    assert_eq!(lines.iter().map(Bytes::len).collect::<Vec<_>>(), [LINE_BYTES, LINE_BYTES]);
}

#[test]
fn a_tail_keeps_the_end_however_long_a_line_is() {
    let mut tail = Vec::new();
    for length in [10, 3_000, 300_000, 1, 5_000, 4_095, 4_096, 4_097] {
        let line = format!("{}\n", "x".repeat(length));
        let whole = [tail.as_slice(), line.as_bytes()].concat();
        keep_tail(&mut tail, line.as_bytes());
        assert!(tail.len() <= 2 * limits::LOG_TAIL_BYTES);
        let end = whole.len().saturating_sub(limits::LOG_TAIL_BYTES);
        assert!(tail.ends_with(&whole[end..]));
    }
}
