//! Where a function's or a layer's code is.

use std::sync::LazyLock;

use regex::Regex;

use crate::error::{Result, resource};
use crate::made::Given;
use crate::tree::{Dict, Node, dict};

static DYNAMIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):[a-zA-Z0-9_.\-/]+(:[0-9]+)?\}\}").ok()
});

/// A function's `Code`.
pub(super) fn of(function: &Given) -> Result<Node> {
    let id = &function.id;
    let mut code = match package_type(function).as_str() {
        Some("Zip") => match (function.get("InlineCode"), function.get("CodeUri")) {
            (Some(inline), _) => dict! { "ZipFile" => inline },
            (None, Some(uri)) => of_uri(uri, id, "CodeUri")?,
            (None, None) => {
                let message = "Only one of 'InlineCode' or 'CodeUri' can be set.";
                return Err(resource(id, message));
            }
        },
        Some("Image") => of_image(function)?,
        _ => {
            let given = crate::globals::python_text(&package_type(function));
            return Err(resource(id, format!("invalid 'PackageType' : {given}")));
        }
    };
    if let (Some(key), Some("Zip")) =
        (function.truthy("SourceKMSKeyArn"), package_type(function).as_str())
        && let Some(code) = code.as_dict_mut()
    {
        code.insert("SourceKMSKeyArn", key);
    }
    Ok(code)
}

fn package_type(function: &Given) -> Node {
    function.truthy("PackageType").cloned().unwrap_or_else(|| "Zip".into())
}

fn of_image(function: &Given) -> Result<Node> {
    let uri = function
        .get("ImageUri")
        .ok_or_else(|| resource(&function.id, "'ImageUri' must be set."))?;
    if !uri.is_truthy() {
        let message = "'ImageUri' requires that a image hosted at a registry be specified.";
        return Err(resource(&function.id, message));
    }
    Ok(dict! { "ImageUri" => uri })
}

/// An object in S3, by its URI or by its parts.
pub(crate) fn of_uri(uri: &Node, id: &str, name: &str) -> Result<Node> {
    let parts = match uri {
        Node::Dict(parts) => {
            if parts.truthy("Bucket").is_none() || parts.truthy("Key").is_none() {
                let message =
                    format!("'{name}' requires Bucket and Key properties to be specified.");
                return Err(resource(id, message));
            }
            parts.clone()
        }
        Node::Text(uri) => of_text(uri, id, name)?,
        _ => return Err(resource(id, format!("'{name}' must be of type dict or string."))),
    };
    let mut code = Dict::new();
    for (given, made) in [
        ("Bucket", "S3Bucket"),
        ("Key", "S3Key"),
        ("Version", "S3ObjectVersion"),
        ("StorageMode", "S3ObjectStorageMode"),
    ] {
        if let Some(part) = parts.get(given) {
            code.insert(made, part.clone());
        }
    }
    Ok(Node::Dict(code))
}

fn of_text(uri: &str, id: &str, name: &str) -> Result<Dict> {
    let dynamic = DYNAMIC.as_ref().and_then(|dynamic| dynamic.find(uri));
    if dynamic.is_some_and(|found| found.as_str().contains('/')) {
        return Err(resource(
            id,
            format!(
                "Unsupported dynamic reference detected in '{name}'. Please consider using alternative \
                 'FunctionCode' object format."
            ),
        ));
    }
    parse(uri).ok_or_else(|| {
        resource(
            id,
            format!(
                "'{name}' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query \
                 parameter."
            ),
        )
    })
}

/// The parts of `s3://bucket/key?versionId=version`.
pub(crate) fn parse(uri: &str) -> Option<Dict> {
    let rest =
        uri.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("s3://")).map(|_| &uri[5..])?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, key) = place.split_once('/')?;
    if bucket.is_empty() || bucket.contains(['[', ']']) {
        return None;
    }
    let mut parts = Dict::new();
    parts.insert("Bucket", bucket);
    parts.insert("Key", key.trim_start_matches('/'));
    let versions: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("versionId="))
        .filter(|version| !version.is_empty())
        .collect();
    if let [version] = versions[..] {
        parts.insert("Version", version);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_taken_apart() {
        let parts = parse("s3://bucket/a/b.zip?versionId=7").unwrap_or_default();
        assert_eq!(parts.text("Bucket"), Some("bucket"));
        assert_eq!(parts.text("Key"), Some("a/b.zip"));
        assert_eq!(parts.text("Version"), Some("7"));
        for other in ["bucket/key", "s3://bucket", "s3:///key", "https://bucket/key", "./local"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
