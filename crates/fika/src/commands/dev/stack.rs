//! The stack that a template's functions are in, if one is named: they go by their names there, and keep all that the
//! stack has given them but code, runtime and handler.

use super::project::{Function, Project};
use crate::client::Client;
use crate::failure::{Failure, Kind};

/// The functions that the stack has, by their names there.
///
/// # Errors
/// When there is no such stack, it has none of them, or the server does not answer.
pub async fn within(client: &Client, stack: &str, project: Project) -> Result<Project, Failure> {
    if project.templates.is_empty() {
        let why = "only functions of a template can be in a stack";
        return Err(Failure::new(Kind::Refused, "leave out --stack, or give its template", why));
    }
    let mut functions = Vec::new();
    for function in project.functions {
        if let Some(name) = client.physical_id(stack, &function.id).await? {
            functions.push(of_stack(name, function));
        }
    }
    if functions.is_empty() {
        let why = format!("the stack {stack} has none of the template's functions");
        return Err(Failure::no_input("deploy the stack with the tool it is from", why));
    }
    Ok(Project { functions, not_made: Vec::new(), ..project })
}

/// What is `None` stays as it is. Runtime and handler are said, lest they are guessed.
fn of_stack(name: String, function: Function) -> Function {
    Function { name, memory: None, timeout: None, env: None, ..function }
}
