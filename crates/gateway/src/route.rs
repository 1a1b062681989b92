//! Which route a request takes: keys, path templates, and the most specific match.
//!
//! Facts: "Create routes for HTTP APIs" of the API Gateway developer guide (a full match goes before
//! a greedy one, and that before `$default`).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use thiserror::Error;

/// How long a path template may be, bytes.
const TEMPLATE_BYTES: usize = 1024;

/// Why a route key or a path is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadRoute {
    /// It has no form of a key.
    #[error(
        "The provided route key is not formatted properly for HTTP protocol. Format should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\""
    )]
    Key,
    /// A part of the path has no form of one.
    #[error(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end: {0}"
    )]
    Part(String),
    /// Two variables of one name.
    #[error("Duplicate path variable names found: {0}")]
    Twice(String),
}

/// What a route answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteKey {
    /// The method; none for `ANY`, and for `$default`.
    pub method: Option<String>,
    /// The path; none for `$default`.
    pub path: Option<Template>,
}

impl RouteKey {
    /// Reads `GET /pets/{id}`, `ANY /{proxy+}` or `$default`.
    ///
    /// # Errors
    /// [`BadRoute`].
    pub fn parse(text: &str) -> Result<Self, BadRoute> {
        if text == "$default" {
            return Ok(Self { method: None, path: None });
        }
        let (method, path) = text.split_once(' ').ok_or(BadRoute::Key)?;
        Ok(Self { method: self::method(method)?, path: Some(Template::parse(path)?) })
    }

    /// The variables of a path that it matches; none where it does not.
    fn matches(&self, method: &str, path: &str) -> Option<BTreeMap<String, String>> {
        if self.method.as_deref().is_some_and(|own| own != method) {
            return None;
        }
        match &self.path {
            Some(template) => template.matches(path),
            None => Some(BTreeMap::new()),
        }
    }

    /// Less is more specific.
    fn order(&self, other: &Self) -> Ordering {
        let paths = match (&self.path, &other.path) {
            (Some(one), Some(other)) => one.ranks().cmp(other.ranks()),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        paths.then_with(|| self.method.is_none().cmp(&other.method.is_none()))
    }
}

/// A method of a route; none for `ANY`.
///
/// # Errors
/// [`BadRoute::Key`].
pub fn method(name: &str) -> Result<Option<String>, BadRoute> {
    const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    match name {
        "ANY" => Ok(None),
        name if METHODS.contains(&name) => Ok(Some(name.into())),
        _ => Err(BadRoute::Key),
    }
}

/// A path with variables, as in `/pets/{id}/{proxy+}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Fixed(String),
    One(String),
    Rest(String),
}

impl Part {
    fn parse(text: &str) -> Result<Self, BadRoute> {
        let bad = || BadRoute::Part(text.into());
        let Some(inner) = text.strip_prefix('{') else {
            let plain = text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-:~!$'()*,;=@%+".contains(&b));
            return if plain { Ok(Self::Fixed(text.into())) } else { Err(bad()) };
        };
        let inner = inner.strip_suffix('}').ok_or_else(bad)?;
        let (name, greedy) = match inner.strip_suffix('+') {
            Some(name) => (name, true),
            None => (inner, false),
        };
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-:$".contains(&b);
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(bad());
        }
        Ok(if greedy { Self::Rest(name.into()) } else { Self::One(name.into()) })
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Fixed(_) => None,
            Self::One(name) | Self::Rest(name) => Some(name),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Fixed(_) => 0,
            Self::One(_) => 1,
            Self::Rest(_) => 2,
        }
    }
}

impl Template {
    /// Reads a path that begins with a slash.
    ///
    /// # Errors
    /// [`BadRoute`].
    pub fn parse(text: &str) -> Result<Self, BadRoute> {
        let rest = text.strip_prefix('/').filter(|_| text.len() <= TEMPLATE_BYTES);
        let parts: Vec<Part> =
            rest.ok_or(BadRoute::Key)?.split('/').map(Part::parse).collect::<Result<_, _>>()?;
        let mut names: Vec<&str> = parts.iter().filter_map(Part::name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(BadRoute::Twice(twice[0].into()));
        }
        let last = parts.len().saturating_sub(1);
        match parts[..last].iter().find(|part| matches!(part, Part::Rest(_))) {
            Some(Part::Rest(name)) => Err(BadRoute::Part(format!("{{{name}+}}"))),
            _ => Ok(Self { parts }),
        }
    }

    /// Whether both take the very same paths, whatever their variables are called.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let plain = |part: &Part| match part {
            Part::Fixed(text) => (0, text.clone()),
            part => (part.rank(), String::new()),
        };
        self.parts.iter().map(plain).eq(other.parts.iter().map(plain))
    }

    /// The variables of a path, decoded; none where it does not match.
    fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        let mut rest = Some(path.strip_prefix('/')?);
        for part in &self.parts {
            let here = rest?;
            let (piece, after) = match (part, here.split_once('/')) {
                (Part::Rest(_), _) | (_, None) => (here, None),
                (_, Some((piece, after))) => (piece, Some(after)),
            };
            match part {
                Part::Fixed(text) if decoded(piece) != *text && piece != text => return None,
                Part::Fixed(_) => {}
                Part::One(_) | Part::Rest(_) if piece.is_empty() => return None,
                Part::One(name) | Part::Rest(name) => {
                    found.insert(name.clone(), decoded(piece));
                }
            }
            rest = after;
        }
        rest.is_none().then_some(found)
    }

    fn ranks(&self) -> impl Iterator<Item = u8> {
        // A path that ends is more specific than one that goes on greedily.
        self.parts.iter().map(Part::rank)
    }
}

/// The best of some routes for a request: its place among them, and the variables of the path.
pub fn best<'r>(
    routes: impl Iterator<Item = &'r RouteKey>,
    method: &str,
    path: &str,
) -> Option<(usize, BTreeMap<String, String>)> {
    let fit =
        routes.enumerate().filter_map(|(at, key)| Some((at, key, key.matches(method, path)?)));
    fit.min_by(|one, other| one.1.order(other.1)).map(|(at, _, variables)| (at, variables))
}

/// Percent-decoded; what is no escape stays as it is.
#[must_use]
pub fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.into();
    }
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chosen(routes: &[&str], method: &str, path: &str) -> Option<(String, String)> {
        let keys: Vec<RouteKey> =
            routes.iter().map(|text| RouteKey::parse(text).expect("a key")).collect();
        let (at, variables) = best(keys.iter(), method, path)?;
        let shown: Vec<String> = variables.iter().map(|(k, v)| format!("{k}={v}")).collect();
        Some((routes[at].into(), shown.join(",")))
    }

    /// The developer guide's example, in the worst order.
    #[test]
    fn the_most_specific_route_is_taken() {
        let routes = [
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/dog/1",
        ];
        let wanted = [
            ("GET", "/pets/dog/1", "GET /pets/dog/1", ""),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}", "id=2"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}", "proxy=cat/1"),
            ("POST", "/test/5", "ANY /{proxy+}", "proxy=test/5"),
            ("POST", "/", "$default", ""),
        ];
        for (method, path, route, variables) in wanted {
            let got = chosen(&routes, method, path);
            assert_eq!(got, Some((route.into(), variables.into())), "{method} {path}");
        }
    }

    #[test]
    fn methods_decide_between_equal_paths_and_only_then() {
        assert_eq!(chosen(&["ANY /a", "GET /a"], "GET", "/a").expect("one").0, "GET /a");
        assert_eq!(chosen(&["ANY /a", "GET /{x}"], "GET", "/a").expect("one").0, "ANY /a");
        assert_eq!(chosen(&["POST /a", "GET /{x}"], "GET", "/a").expect("one").0, "GET /{x}");
        assert_eq!(chosen(&["GET /a"], "POST", "/a"), None);
        assert_eq!(chosen(&["GET /a"], "GET", "/a/"), None);
        assert_eq!(chosen(&["GET /a/{x}"], "GET", "/a/"), None);
    }

    #[test]
    fn variables_are_decoded() {
        let got = chosen(&["GET /a/{x}/{rest+}"], "GET", "/a/b%20c/d%2Fe/f");
        assert_eq!(got.expect("one").1, "rest=d/e/f,x=b c");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in
            ["", "GET", "GET pets", "get /pets", "FETCH /pets", "GET /{a+}/b", "GET /{", "GET /a b"]
        {
            assert!(RouteKey::parse(text).is_err(), "{text}");
        }
        assert_eq!(RouteKey::parse("GET /{a}/{a}"), Err(BadRoute::Twice("a".into())));
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_matched_without_a_panic(key in ".{0,40}", path in ".{0,40}") {
            if let Ok(key) = RouteKey::parse(&key) {
                let _ = best([&key].into_iter(), "GET", &path);
            }
            let _ = decoded(&path);
        }

        #[test]
        fn a_path_of_fixed_parts_matches_itself_before_all_others(parts in prop::collection::vec("[a-z]{1,3}", 1..5)) {
            let path = format!("/{}", parts.join("/"));
            let own = RouteKey::parse(&format!("ANY {path}")).expect("a key");
            let greedy = RouteKey::parse("GET /{x+}").expect("a key");
            let default = RouteKey::parse("$default").expect("a key");
            prop_assert_eq!(best([&default, &greedy, &own].into_iter(), "GET", &path).expect("one").0, 2);
        }
    }
}
