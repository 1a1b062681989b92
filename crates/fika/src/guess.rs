//! What a package is, judged by its files: which family of runtime, which handler, which name.

use std::path::Path;

use fika_model::Runtime;

/// The Node a function gets where the machine has none, or one that is no runtime of Lambda.
const COMMON_NODE: u16 = 22;
/// Node majors that are runtimes of Lambda (`nodejs22.x`), from the public service model.
const NODE_MAJORS: [u16; 7] = [14, 16, 18, 20, 22, 24, 26];
/// Names that say nothing about what the function does.
const GENERIC: [&str; 5] = ["index", "lambda_function", "bootstrap", "main", "function"];
/// The longest name of a function.
const NAME_CHARACTERS: usize = 64;

/// Runtimes that run the same code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `nodejs*`
    Node,
    /// `python3.*`
    Python,
    /// `provided.*`
    Provided,
}

/// What a package seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// Which runtimes could run it.
    pub family: Family,
    /// What is to be called.
    pub handler: String,
}

impl Family {
    /// The family of a runtime identifier.
    pub fn of(runtime: &str) -> Option<Self> {
        Some(match Runtime::parse(runtime).ok()? {
            Runtime::Node { .. } => Self::Node,
            Runtime::Python { .. } => Self::Python,
            Runtime::Provided { .. } => Self::Provided,
        })
    }

    /// The runtime to choose: the machine's own version where Lambda has it, because that needs
    /// no download. `None` for Python where the machine has none.
    pub fn runtime(
        self,
        node_major: impl Fn() -> Option<u16>,
        python_minor: impl Fn() -> Option<u16>,
    ) -> Option<Runtime> {
        Some(match self {
            Self::Node => {
                let major = node_major().filter(|major| NODE_MAJORS.contains(major));
                Runtime::Node { major: major.unwrap_or(COMMON_NODE) }
            }
            Self::Python => Runtime::Python { minor: python_minor()? },
            Self::Provided => Runtime::Provided { year: 2023 },
        })
    }

    fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "js" | "mjs" | "cjs" => Some(Self::Node),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// Judges a package by the names at its top, and where that leaves a choice, by the text of
/// the file it is about. `None` when nothing stands out.
pub fn guess(names: &[String], text: impl FnOnce(&str) -> Option<String>) -> Option<Guess> {
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("bootstrap") {
        return Some(Guess { family: Family::Provided, handler: "bootstrap".into() });
    }
    let usual = ["index.js", "index.mjs", "index.cjs", "lambda_function.py"];
    let file = usual.into_iter().find(|name| has(name)).or_else(|| only_source(names))?;
    let (module, extension) = file.rsplit_once('.')?;
    let family = Family::of_extension(extension)?;
    let function = match family {
        Family::Python => python_function(&text(file).unwrap_or_default()),
        Family::Node | Family::Provided => "handler",
    };
    Some(Guess { family, handler: format!("{module}.{function}") })
}

/// Whether the package has the file a handler such as `src/app.handler` lives in.
pub fn has_handler(handler: &str, has: impl Fn(&str) -> bool) -> bool {
    // `src/app.nested.handler`: the module ends at the first dot of the last segment.
    let (folder, last) = handler.rsplit_once('/').map_or(("", handler), |(f, l)| (f, l));
    let module = last.split('.').next().unwrap_or(last);
    let file = if folder.is_empty() { module.to_owned() } else { format!("{folder}/{module}") };
    // Python takes `a.b.function` for `a/b.py`.
    let dotted = handler.rsplit_once('.').map(|(module, _)| module.replace('.', "/"));
    let files = [Some(file), dotted].into_iter().flatten();
    files.into_iter().any(|f| ["js", "mjs", "cjs", "py"].iter().any(|e| has(&format!("{f}.{e}"))))
}

/// A function's name from the path it is deployed from.
pub fn name(path: &Path) -> Option<String> {
    let stem = if path.is_dir() { path.file_name() } else { path.file_stem() }?.to_str()?;
    let stem = match path.parent().and_then(Path::file_name).and_then(|name| name.to_str()) {
        Some(folder) if path.is_file() && GENERIC.contains(&stem) => folder,
        _ => stem,
    };
    let fit = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let name: String = stem.chars().map(fit).take(NAME_CHARACTERS).collect();
    Some(name.trim_matches('-').to_owned()).filter(|name| !name.is_empty())
}

fn only_source(names: &[String]) -> Option<&str> {
    let is_source = |name: &&String| {
        let extension = Path::new(name.as_str()).extension().and_then(|e| e.to_str());
        extension.and_then(Family::of_extension).is_some()
    };
    let mut sources = names.iter().filter(is_source);
    let first = sources.next()?;
    sources.next().is_none().then_some(first.as_str())
}

fn python_function(text: &str) -> &'static str {
    let defines = |name: &str| {
        text.lines().any(|line| {
            let def = line.strip_prefix("async ").unwrap_or(line).strip_prefix("def ");
            let rest = def.and_then(|rest| rest.trim_start().strip_prefix(name));
            rest.is_some_and(|rest| rest.trim_start().starts_with('('))
        })
    };
    if !defines("lambda_handler") && defines("handler") { "handler" } else { "lambda_handler" }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn judged(names: &[&str], text: &str) -> Option<(Family, String)> {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        guess(&names, |_| Some(text.to_owned())).map(|g| (g.family, g.handler))
    }

    #[test]
    fn packages_are_judged_by_their_files() {
        for (names, text, expected) in [
            (&["index.js", "other.js"][..], "", Some((Family::Node, "index.handler"))),
            (&["index.mjs"], "", Some((Family::Node, "index.handler"))),
            (&["package.json", "app.cjs"], "", Some((Family::Node, "app.handler"))),
            (
                &["lambda_function.py", "a.py"],
                "",
                Some((Family::Python, "lambda_function.lambda_handler")),
            ),
            (&["app.py"], "def handler(event, context):", Some((Family::Python, "app.handler"))),
            (&["app.py"], "def handler_of(e):\n", Some((Family::Python, "app.lambda_handler"))),
            (
                &["app.py"],
                "def handler(e, c): 1\ndef lambda_handler (e, c): 2",
                Some((Family::Python, "app.lambda_handler")),
            ),
            (&["bootstrap", "index.js"], "", Some((Family::Provided, "bootstrap"))),
            (&["a.js", "b.js"], "", None),
            (&["a.js", "b.py"], "", None),
            (&["README.md"], "", None),
            (&[], "", None),
        ] {
            let expected = expected.map(|(family, handler)| (family, handler.to_owned()));
            assert_eq!(judged(names, text), expected, "{names:?} {text}");
        }
    }

    #[test]
    fn the_machines_version_is_chosen_where_lambda_has_it() {
        let chosen = |family: Family, node, python| {
            family.runtime(|| node, || python).map(|runtime| runtime.to_string())
        };
        assert_eq!(chosen(Family::Node, Some(20), None).as_deref(), Some("nodejs20.x"));
        assert_eq!(chosen(Family::Node, Some(21), None).as_deref(), Some("nodejs22.x"));
        assert_eq!(chosen(Family::Node, None, None).as_deref(), Some("nodejs22.x"));
        assert_eq!(chosen(Family::Python, None, Some(11)).as_deref(), Some("python3.11"));
        assert_eq!(chosen(Family::Python, None, None), None);
        assert_eq!(chosen(Family::Provided, None, None).as_deref(), Some("provided.al2023"));
        assert_eq!(Family::of("python3.9"), Some(Family::Python));
        assert_eq!(Family::of("java21"), None);
    }

    #[test]
    fn handlers_live_in_files() {
        let has = |file: &str| ["index.mjs", "src/app.js", "pkg/mod.py"].contains(&file);
        for (handler, expected) in [
            ("index.handler", true),
            ("index.nested.handler", true),
            ("src/app.handler", true),
            ("pkg.mod.handler", true),
            ("other.handler", false),
            ("", false),
        ] {
            assert_eq!(has_handler(handler, has), expected, "{handler}");
        }
    }

    #[test]
    fn names_come_from_paths() {
        let dir = tempfile::tempdir().expect("a directory");
        let folder = dir.path().join("my shop.v2");
        fs::create_dir(&folder).expect("made");
        for file in ["index.js", "resize.py", "-_é.js"] {
            fs::write(folder.join(file), "").expect("written");
        }
        assert_eq!(name(&folder).as_deref(), Some("my-shop-v2"));
        assert_eq!(name(&folder.join("index.js")).as_deref(), Some("my-shop-v2"));
        assert_eq!(name(&folder.join("resize.py")).as_deref(), Some("resize"));
        assert_eq!(name(&folder.join("-_é.js")).as_deref(), Some("_"));
        assert_eq!(name(Path::new("/")), None);
    }
}
