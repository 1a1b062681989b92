//! The role that a function has, and when it is made.

use super::{is_traced, tags};
use crate::error::{Failure, Result, resource};
use crate::expansion::Expansion;
use crate::intrinsics::{if_of, is_no_value, three_or};
use crate::made::{Given, Made};
use crate::names;
use crate::policies::{self, Role};
use crate::tree::Node;

/// The role that the function would have.
pub(super) fn of(
    expansion: &Expansion<'_>,
    function: &mut Given,
    invoke_policies: Vec<Node>,
) -> Result<Role> {
    let basic = match function.truthy("DurableConfig") {
        Some(_) => "AWSLambdaBasicDurableExecutionRolePolicy",
        None => "AWSLambdaBasicExecutionRole",
    };
    let mut managed = vec![format!("service-role/{basic}")];
    if is_traced(expansion, function)? {
        managed.push("AWSXrayWriteOnlyAccess".into());
    }
    if function.truthy("VpcConfig").is_some() {
        managed.push("service-role/AWSLambdaVPCAccessExecutionRole".into());
    }
    let mut own = Vec::new();
    if let Some(queue) = function.truthy("DeadLetterQueue") {
        own.push(policies::dead_letters(queue));
    }
    own.extend(invoke_policies);
    Role::of(expansion.partition, function, &managed, own, tags(function)?)
}

/// Whether the role is made: unless the function has one, or has one under a condition.
pub(super) fn is_needed(
    expansion: &mut Expansion<'_>,
    function: &mut Given,
    lambda: &mut Made,
    role: &mut Role,
) -> Result<bool> {
    let Some(given) = function.properties.get_mut("Role").filter(|given| !given.is_null()) else {
        lambda.set("Role", role.arn());
        return Ok(true);
    };
    if if_of(given).is_none() {
        return Ok(false);
    }
    let resolved = expansion.parameters.resolve(given)?;
    lambda.set("Role", resolved.clone());
    let parts = if_of(&resolved).cloned().unwrap_or_default();
    let wrong = |why: &str| -> Failure {
        resource(&function.id, format!("Malformed 'Role' property: {why}."))
    };
    let [condition, then, otherwise] = three_or(&parts, wrong)?;
    match (is_no_value(then), is_no_value(otherwise)) {
        (true, true) => lambda.set("Role", role.arn()),
        (true, false) => {
            lambda.set("Role", names::conditional_else(condition, role.arn(), otherwise));
            role.set_condition(condition.clone());
        }
        (false, true) => {
            lambda.set("Role", names::conditional_else(condition, then, role.arn()));
            let not = format!("NOT{}", condition.as_str().unwrap_or_default());
            expansion.condition(not.clone(), policies::not(condition));
            role.set_condition(not.into());
        }
        (false, false) => return Ok(false),
    }
    Ok(true)
}
