//! The pages' files, which are part of the program.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use fika_service::{Flow, whole};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use sha2::{Digest, Sha256};

/// A file, and what it is served with.
#[derive(Debug)]
struct Asset {
    kind: HeaderValue,
    tag: HeaderValue,
    content: Bytes,
}

/// All of them, by the path below the console's own.
#[derive(Debug)]
pub struct Assets(HashMap<&'static str, Asset>);

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("../assets/", $path)).as_slice())),*]
    };
}

const INDEX: &str = "index.html";

impl Assets {
    /// Those that were compiled in.
    #[must_use]
    pub fn new() -> Self {
        let files = FILES.iter().map(|&(path, content)| (path, Asset::new(path, content)));
        Self(files.collect())
    }

    /// Answers a request for the file at that path; none where there is no such file.
    #[must_use]
    pub fn answer(&self, parts: &Parts, path: &str) -> Option<Response<Flow>> {
        let asset = self.0.get(if path.is_empty() { INDEX } else { path })?;
        let known = parts.headers.get_all(IF_NONE_MATCH).iter().any(|tags| {
            let tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
            tags.into_iter().any(|tag| tag == "*" || asset.tag == tag.trim_start_matches("W/"))
        });
        let is_empty = known || parts.method == Method::HEAD;
        let body = if is_empty { Bytes::new() } else { asset.content.clone() };
        let mut reply = Response::new(whole(body));
        if known {
            *reply.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = reply.headers_mut();
        headers.insert(CONTENT_TYPE, asset.kind.clone());
        headers.insert(ETAG, asset.tag.clone());
        // Kept, and asked after each time: another server may be there tomorrow.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Some(reply)
    }
}

impl Default for Assets {
    fn default() -> Self {
        Self::new()
    }
}

impl Asset {
    fn new(path: &str, content: &'static [u8]) -> Self {
        let kind = match path.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        };
        let tag = format!("\"{}\"", BASE64.encode(&Sha256::digest(content)[..18]));
        let tag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self { kind: HeaderValue::from_static(kind), tag, content: content.into() }
    }
}

include!("files.rs");

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parts(tag: Option<&HeaderValue>) -> Parts {
        let mut request = http::Request::get("/");
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn on_disk(folder: &Path, below: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            match path.is_dir() {
                true => on_disk(&path, &format!("{below}{name}/"), found),
                false => found.push(format!("{below}{name}")),
            }
        }
    }

    #[test]
    fn every_file_is_served() {
        let mut found = Vec::new();
        on_disk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"), "", &mut found);
        let assets = Assets::new();
        found.sort();
        let mut named: Vec<String> = assets.0.keys().map(|&name| name.to_owned()).collect();
        named.sort();
        assert_eq!(named, found);
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        let assets = Assets::new();
        let first = assets.answer(&parts(None), "").expect("the first page");
        assert_eq!(first.status(), StatusCode::OK);
        let tag = &first.headers()[ETAG];
        let second = assets.answer(&parts(Some(tag)), "").expect("the first page");
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        for path in ["/", "../Cargo.toml", "%2e%2e/Cargo.toml", "index.html/", "pages", "pages/"] {
            assert!(assets.answer(&parts(None), path).is_none(), "{path}");
        }
    }

    /// What pages load must be of this server alone, and nothing may be run that is not a file of it.
    #[test]
    fn no_file_asks_anybody_else() {
        for (name, content) in FILES {
            let text = std::str::from_utf8(content).expect("text");
            for foreign in ["//cdn", "https://", "@import", "innerHTML", "eval(", "style=\""] {
                assert!(!text.contains(foreign), "{name} has {foreign}");
            }
        }
    }
}
