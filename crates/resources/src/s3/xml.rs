//! XML as S3 is sent it: elements in elements, without attributes.

use serde_json::Value;

use crate::properties::text;

/// An element with what is in it.
pub(super) fn element(name: &str, inside: impl AsRef<str>) -> String {
    format!("<{name}>{}</{name}>", inside.as_ref())
}

/// An element with a text; nothing where the value is none.
pub(super) fn said(name: &str, value: &Value) -> String {
    let escaped = |text: String| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // A reader would take the character itself for a line's end.
        text.replace('\r', "&#13;")
    };
    text(value).map_or_else(String::new, |text| element(name, escaped(text)))
}

/// Those members of an object that are texts, by the names they have and the names they get.
pub(super) fn members(of: &Value, names: &[(&str, &str)]) -> String {
    names.iter().map(|(name, element)| said(element, &of[*name])).collect()
}

/// An element for each of a list.
pub(super) fn each(list: &Value, write: impl Fn(&Value) -> String) -> String {
    list.as_array().into_iter().flatten().map(write).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_escaped_and_nothing_is_left_out() {
        let of = json!({"A": "<&>", "B": 3, "C": null});
        let written = members(&of, &[("A", "X"), ("B", "Y"), ("C", "Z"), ("D", "W")]);
        assert_eq!(written, "<X>&lt;&amp;&gt;</X><Y>3</Y>");
    }
}
