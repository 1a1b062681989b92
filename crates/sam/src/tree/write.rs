//! A tree as text, to the byte as Python writes it: what digests are made of.

use std::fmt::Write;

use serde_json::Number;

use super::{Node, Text};

/// As `json.dumps` with sorted keys, and without a space.
pub(crate) fn json(node: &Node) -> String {
    let mut text = String::new();
    write_json(node, &mut text);
    text
}

fn write_json(node: &Node, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Node::Number(one) => out.push_str(&number(one)),
        Node::Text(text) => quote(text, out),
        Node::List(items) => {
            out.push('[');
            separated(items.iter(), ",", out, write_json);
            out.push(']');
        }
        Node::Dict(dict) => {
            let mut entries: Vec<_> = dict.iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.text.cmp(&other.text));
            out.push('{');
            separated(entries.into_iter(), ",", out, |(key, value), out| {
                quote(key, out);
                out.push(':');
                write_json(value, out);
            });
            out.push('}');
        }
    }
}

/// As `str` of it, where Python 2.7 is imitated.
pub(crate) fn python(node: &Node) -> String {
    let mut text = String::new();
    write_python(node, &mut text);
    text
}

fn write_python(node: &Node, out: &mut String) {
    match node {
        Node::Null => out.push_str("None"),
        Node::Bool(bool) => out.push_str(if *bool { "True" } else { "False" }),
        Node::Number(one) => {
            out.push_str(&number(one));
            if one.as_u64().is_some_and(|one| one > i64::MAX as u64) {
                out.push('L');
            }
        }
        Node::Text(text) => write_text(text, out),
        Node::List(items) => {
            out.push('[');
            separated(items.iter(), ", ", out, write_python);
            out.push(']');
        }
        Node::Dict(dict) => {
            out.push('{');
            separated(dict.iter(), ", ", out, |(key, value), out| {
                write_text(key, out);
                out.push_str(": ");
                write_python(value, out);
            });
            out.push('}');
        }
    }
}

/// What Python calls the type of a value.
pub(crate) fn type_name(node: &Node) -> &'static str {
    match node {
        Node::Null => "NoneType",
        Node::Bool(_) => "bool",
        Node::Number(number) if number.is_f64() => "float",
        Node::Number(_) => "int",
        Node::Text(text) if text.unicode => "Py27UniStr",
        Node::Text(_) => "str",
        Node::List(_) => "list",
        Node::Dict(dict) if dict.is_legacy() => "Py27Dict",
        Node::Dict(_) => "dict",
    }
}

fn separated<T>(
    items: impl Iterator<Item = T>,
    between: &str,
    out: &mut String,
    mut one: impl FnMut(T, &mut String),
) {
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        one(item, out);
    }
}

/// A number, of which those with a fraction have their exponent written at other sizes than in Rust.
pub(crate) fn number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let size = float.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        return format!("{float:?}");
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A text in JSON that is all ASCII.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(one),
            _ => one.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            }),
        }
    }
    out.push('"');
}

/// A text as Python writes one in a program: in single quotes, unless it has some and no double ones.
fn write_text(text: &Text, out: &mut String) {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    if text.unicode {
        out.push('u');
    }
    out.push(mark);
    for one in text.chars() {
        match one {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if one == mark => {
                out.push('\\');
                out.push(one);
            }
            ' '..='~' => out.push(one),
            '\u{0}'..='\u{9f}' => escape(one, out),
            _ if text.unicode => escape(one, out),
            _ => out.push(one),
        }
    }
    out.push(mark);
}

fn escape(one: char, out: &mut String) {
    let code = u32::from(one);
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tree::{dict, list};

    #[test]
    fn json_is_sorted_and_ascii() {
        let node =
            Node::plain(json!({"b": [1, 2.5, 1e16, 1e-5, null], "a": "é\u{1f600}\"\n\u{7f}"}));
        let told = r#"{"a":"\u00e9\ud83d\ude00\"\n\u007f","b":[1,2.5,1e+16,1e-05,null]}"#;
        assert_eq!(json(&node), told);
    }

    #[test]
    fn texts_of_a_template_are_told_from_the_translators() {
        let node =
            dict! { "k" => Node::from("it's").into_legacy(), "n" => list![true, Node::Null] };
        assert_eq!(python(&node), r#"{'k': u"it's", 'n': [True, None]}"#);
        let both = Node::from("'\"\\é").into_legacy();
        assert_eq!(python(&both), r#"u'\'"\\\xe9'"#);
    }
}
