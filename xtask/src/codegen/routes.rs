//! `operation.rs`: every operation of the service, and the matcher from a request to it.

use std::fmt::Write as _;

use super::coverage::Coverage;
use super::model::{Model, Operation};
use super::served::HOT;
use crate::Result;

/// The most labels a path may have: `rest::LABELS`.
const LABELS: usize = 3;

pub fn generate(model: &Model, served: &[&str]) -> Result<String> {
    let mut out = String::from(
        "//! Every operation of Lambda, and which one a request asks for.\n\n\
         use crate::rest::{self, Coverage, PathParams, Route};\n\n",
    );
    enumeration(&mut out, model)?;
    out += METHODS;
    table(&mut out, model, served)?;
    matcher(&mut out, model)?;
    Ok(out)
}

const METHODS: &str = "
impl Operation {
    /// The operation a request asks for, and the parameters in its path, percent-decoded. A
    /// slash at the path's end is ignored: old clients send one.
    #[must_use]
    pub fn route<'p>(
        method: &str,
        path: &'p str,
        query: Option<&str>,
    ) -> Option<(Self, PathParams<'p>)> {
        let segments = rest::Segments::of(path)?;
        let (operation, values) = find(method, segments.as_slice(), query)?;
        Some((operation, PathParams::decode(operation.about().labels, values)))
    }

    /// Its name, as in `CreateFunction`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// What fika makes of it. The router asks this first, and the documentation is written
    /// from it.
    #[must_use]
    pub fn coverage(self) -> Coverage {
        self.about().coverage
    }

    /// Whether fika answers it; its shapes are generated then.
    #[must_use]
    pub fn is_served(self) -> bool {
        matches!(self.coverage(), Coverage::Real | Coverage::Stored(_))
    }

    /// The HTTP status of success.
    #[must_use]
    pub fn status(self) -> u16 {
        self.about().status
    }

    /// Its line in the table of routes.
    #[must_use]
    pub fn about(self) -> &'static Route {
        &TABLE[self as usize]
    }
}
";

fn enumeration(out: &mut String, model: &Model) -> Result<()> {
    writeln!(out, "/// An operation of Lambda.")?;
    writeln!(out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub enum Operation {{")?;
    for (name, operation) in &model.operations {
        writeln!(out, "/// `{} {}`", operation.http.method, operation.http.request_uri)?;
        writeln!(out, "{name},")?;
    }
    writeln!(out, "}}\n\nimpl Operation {{")?;
    writeln!(out, "/// All of them, by name.")?;
    writeln!(out, "pub const ALL: &'static [Self] = &[")?;
    for name in model.operations.keys() {
        writeln!(out, "Self::{name},")?;
    }
    Ok(writeln!(out, "];\n}}")?)
}

fn table(out: &mut String, model: &Model, served: &[&str]) -> Result<()> {
    writeln!(out, "\nstatic TABLE: [Route; {}] = [", model.operations.len())?;
    for (name, operation) in &model.operations {
        let http = &operation.http;
        let labels: Vec<&str> = segments(http.path()).filter_map(label).collect();
        if labels.len() > LABELS || http.path().contains('+') {
            return Err(format!("{name}: the matcher knows no path like {}", http.path()).into());
        }
        writeln!(
            out,
            "Route {{ name: {name:?}, method: {:?}, path: {:?}, labels: &{labels:?}, \
             status: {}, coverage: {} }},",
            http.method,
            http.request_uri,
            http.response_code,
            Coverage::of(name, served),
        )?;
    }
    Ok(writeln!(out, "];")?)
}

fn matcher(out: &mut String, model: &Model) -> Result<()> {
    let mut operations: Vec<(&String, &Operation)> = model.operations.iter().collect();
    operations.sort_by_key(|(name, operation)| {
        let hot = HOT.iter().position(|hot| hot == name).unwrap_or(HOT.len());
        let labels = segments(operation.http.path()).filter_map(label).count();
        (hot, operation.http.query().is_none(), labels)
    });
    out.push_str(
        "\n/// The operation, and the values of its labels as they were sent. The most called first.\n\
         fn find<'p>(method: &str, path: &[&'p str], query: Option<&str>) \
         -> Option<(Operation, [&'p str; rest::LABELS])> {\nSome(match (method, path) {\n",
    );
    for (name, operation) in operations {
        writeln!(out, "{}", arm(name, operation))?;
    }
    Ok(writeln!(out, "_ => return None,\n}})\n}}")?)
}

fn arm(name: &str, operation: &Operation) -> String {
    let mut values = ["\"\""; LABELS];
    let mut found = ["a", "b", "c"].into_iter();
    let mut used = 0;
    let mut parts = Vec::new();
    for segment in segments(operation.http.path()) {
        match label(segment).and_then(|_| found.next()) {
            Some(variable) => {
                values[used] = variable;
                used += 1;
                parts.push(variable.to_owned());
            }
            None => parts.push(format!("{segment:?}")),
        }
    }
    let guard = operation.http.query().map_or_else(String::new, |(key, value)| {
        format!(" if rest::query(query, {key:?}).as_deref() == Some({value:?})")
    });
    format!(
        "({:?}, [{}]){guard} => (Operation::{name}, [{}]),",
        operation.http.method,
        parts.join(", "),
        values.join(", ")
    )
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|s| !s.is_empty())
}

fn label(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl super::model::Http {
    fn path(&self) -> &str {
        self.request_uri.split('?').next().unwrap_or_default()
    }

    /// The query parameter that tells this operation from another of the same path.
    fn query(&self) -> Option<(&str, &str)> {
        self.request_uri.split_once('?')?.1.split_once('=')
    }
}
