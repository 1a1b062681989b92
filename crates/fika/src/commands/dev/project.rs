//! What there is to deploy: a folder or a file, or the functions of a template.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{cdk, sam};
use crate::cli::DevArgs;
use crate::commands::deploy::plan::Wanted;
use crate::failure::Failure;
use crate::guess;

/// Names of templates, in the order they are looked for.
const TEMPLATES: [&str; 3] = ["template.yaml", "template.yml", "template.json"];
/// The list of what CDK has made.
const MANIFEST: &str = "manifest.json";

/// Where a function's code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A folder, a file or a zip.
    Path(PathBuf),
    /// In the template: one file.
    Inline {
        /// Its name.
        file: String,
        /// What is in it.
        text: String,
    },
}

/// A function to be deployed. What is `None` is guessed, or stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its logical id in the template.
    pub id: String,
    /// Its code.
    pub code: Code,
    /// Its runtime.
    pub runtime: Option<String>,
    /// What is called.
    pub handler: Option<String>,
    /// Memory, MB.
    pub memory: Option<u32>,
    /// How long a call may take, seconds.
    pub timeout: Option<u32>,
    /// Its variables.
    pub env: Option<BTreeMap<String, String>>,
}

/// All of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The functions, by name.
    pub functions: Vec<Function>,
    /// The files that say which functions there are.
    pub templates: Vec<PathBuf>,
    /// What is in a template and is not made, in words.
    pub not_made: Vec<String>,
}

impl Function {
    /// As `fika deploy` wants it.
    pub fn wanted(&self, guess: Option<guess::Guess>) -> Wanted {
        let Self { runtime, handler, memory, timeout, env, .. } = self.clone();
        Wanted { runtime, handler, memory, timeout, env, role: None, guess }
    }

    /// The folder or file its code is in.
    pub fn path(&self) -> Option<&Path> {
        match &self.code {
            Code::Path(path) => Some(path),
            Code::Inline { .. } => None,
        }
    }

    /// Its handler's file without its ending, where its code is a folder and that is known.
    pub fn module(&self) -> Option<PathBuf> {
        let folder = self.path().filter(|path| path.is_dir())?;
        let handler = self.handler.clone().or_else(|| guessed(folder))?;
        let module = handler.rsplit_once('/').map_or(handler.as_str(), |(_, last)| last);
        let module = module.split('.').next().unwrap_or(module);
        let below = handler.rsplit_once('/').map_or("", |(folder, _)| folder);
        Some(folder.join(below).join(module))
    }
}

fn guessed(folder: &Path) -> Option<String> {
    let names = fs::read_dir(folder).ok()?.flatten();
    let names: Vec<String> =
        names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    guess::guess(&names, |_| None).map(|guess| guess.handler)
}

impl Project {
    /// Reads what is at the path.
    ///
    /// # Errors
    /// When nothing is there, or it is a template that cannot be read or has no function.
    pub fn read(args: &DevArgs) -> Result<Self, Failure> {
        let path = args.path.canonicalize().map_err(|e| {
            Failure::no_input(format!("give a path that is there: {}", args.path.display()), e)
        })?;
        let found = if let Some(manifest) = assembly(&path) {
            cdk::read(&manifest)?
        } else if let Some(template) = template(&path) {
            sam::read(&template)?
        } else {
            return single(args, path);
        };
        if args.is_of_one() {
            return Err(Failure::new(
                crate::failure::Kind::Refused,
                "leave out --name, --handler, --runtime, --memory, --timeout and --env",
                "the template says what its functions are",
            ));
        }
        if found.functions.is_empty() {
            let why = format!("{} has no function with code on this machine", path.display());
            return Err(Failure::no_input("give a template with functions", why));
        }
        Ok(found)
    }

    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }
}

/// The manifest of a cloud assembly, if the path is one or has one.
fn assembly(path: &Path) -> Option<PathBuf> {
    let is = |file: PathBuf| cdk::is_manifest(&file).then_some(file);
    if path.is_file() { is(path.into()) } else { is(path.join(MANIFEST)) }
}

/// The template, if the path is one or has one.
fn template(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        let all = TEMPLATES.iter().map(|name| path.join(name));
        return all.into_iter().find(|file| sam::is_template(file));
    }
    sam::is_template(path).then(|| path.into())
}

fn single(args: &DevArgs, path: PathBuf) -> Result<Project, Failure> {
    let name = args.name.clone().or_else(|| guess::name(&path)).ok_or_else(|| {
        Failure::no_input("name the function: --name NAME", "the path makes no name")
    })?;
    let env = (!args.env.is_empty()).then(|| args.env.iter().cloned().collect());
    let DevArgs { runtime, handler, memory, timeout, .. } = args;
    let function = Function {
        id: name.clone(),
        name,
        code: Code::Path(path),
        runtime: runtime.clone(),
        handler: handler.clone(),
        memory: *memory,
        timeout: *timeout,
        env,
    };
    Ok(Project { functions: vec![function], ..Project::default() })
}
