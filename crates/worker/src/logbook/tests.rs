//! Lines and how they are cut.

use super::*;

fn ended(init: Option<Duration>, status: Status) -> Ended {
    let request_id = RequestId(uuid::Uuid::nil());
    Ended { request_id, duration: Duration::from_micros(3_010), init, status }
}

#[test]
fn report_lines_are_lambdas() {
    let head = "REPORT RequestId: 00000000-0000-0000-0000-000000000000\tDuration: 3.01 ms\t";
    let memory = "Memory Size: 128 MB\tMax Memory Used: 36 MB\t";
    let init = Some(Duration::from_micros(110_100));
    for (ended, tail) in [
        (ended(None, Status::Answered), format!("Billed Duration: 4 ms\t{memory}\n")),
        (
            ended(init, Status::Answered),
            format!("Billed Duration: 114 ms\t{memory}Init Duration: 110.10 ms\t\n"),
        ),
        (ended(None, Status::Timeout), format!("Billed Duration: 4 ms\t{memory}Status: timeout\n")),
    ] {
        assert_eq!(report(&ended, 128, 36), format!("{head}{tail}"));
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
