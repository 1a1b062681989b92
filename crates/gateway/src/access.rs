//! Access logs: a line by the stage's format for each request ("Customize HTTP API access logs" of the
//! developer guide).

use std::sync::Arc;

use bytes::Bytes;
use fika_model::Scope;
use fika_store::{LogEvent, LogKey, LogStore};

/// Where a stage's lines go, and what is in them.
#[derive(Debug, Clone)]
pub struct AccessLog {
    group: LogKey,
    stream: Arc<str>,
    format: String,
}

impl AccessLog {
    /// Of a stage, from `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, which must be of its scope.
    #[must_use]
    pub fn new(scope: &Scope, destination: &str, format: &str, stream: &str) -> Option<Self> {
        let name = group(scope, destination)?;
        let group = LogKey::new(scope, name);
        Some(Self { group, stream: stream.into(), format: format.into() })
    }

    /// Writes a line.
    pub fn write(&self, logs: &LogStore, now_ms: i64, know: &dyn Fn(&str) -> Option<String>) {
        let message = Bytes::from(line(&self.format, know));
        logs.append(&self.group, &self.stream, vec![LogEvent { timestamp_ms: now_ms, message }]);
    }
}

/// The name of a log group of that scope.
#[must_use]
pub fn group<'a>(Scope { account, region }: &Scope, destination: &'a str) -> Option<&'a str> {
    let own = format!("arn:aws:logs:{region}:{account}:log-group:");
    let name = destination.strip_prefix(&own)?;
    let name = name.strip_suffix(":*").unwrap_or(name);
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-/#".contains(&b);
    ((1..=512).contains(&name.len()) && name.bytes().all(fits)).then_some(name)
}

/// A format with its `$context` variables filled in; `-` where nothing is known of one.
fn line(format: &str, know: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut pieces = format.split("$context.");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let end = piece.find(|c| !part(c)).unwrap_or(piece.len());
        // A dot ends a sentence, not a name.
        let name = piece[..end].trim_end_matches(['.', '-']);
        match know(name) {
            // What a client says must not make two lines of one, nor end a text of JSON.
            Some(value) => value.chars().for_each(|c| match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }),
            None => out.push('-'),
        }
        out.push_str(&piece[name.len()..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn know(name: &str) -> Option<String> {
        match name {
            "httpMethod" => Some("GET".into()),
            "path" => Some("/a\"\nb".into()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_filled_in() {
        let format = r#"{"m":"$context.httpMethod","p":"$context.path","x":"$context.authorizer.x"} $context."#;
        assert_eq!(line(format, &know), r#"{"m":"GET","p":"/a\" b","x":"-"} -"#);
        assert_eq!(line("$context.httpMethod.", &know), "GET.");
    }
}
