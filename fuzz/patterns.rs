//! What is done with a fuzzer's bytes where they are a pattern, and a line of log or an event.

use fika_pattern::Pattern;

/// The pattern is the first line, the message the rest; both are from anybody.
pub fn pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (pattern, message) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(pattern) = Pattern::parse(pattern) else { return };
    let matched = pattern.matches(message);
    assert!(matched || !pattern.is_all(), "a pattern of all leaves one out");
    assert_eq!(matched, pattern.matches(message), "asked twice, it says the same");
}

/// An event pattern is the first line, the event the rest; both are from anybody.
pub fn event_pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (pattern, event) = text.split_once('\n').unwrap_or((text, "{}"));
    let Ok(pattern) = fika_eventpattern::Pattern::parse(pattern) else { return };
    let Ok(event) = serde_json::from_str(event) else { return };
    assert_eq!(pattern.matches(&event), pattern.matches(&event), "asked twice, it says the same");
}
