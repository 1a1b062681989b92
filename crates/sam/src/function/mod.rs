//! `AWS::Serverless::Function`.

pub(crate) mod code;
mod invoke;
mod url;
mod version;

use crate::error::{Failure, Result, not_served, resource};
use crate::events::{self, Event};
use crate::expansion::{Expansion, check_id};
use crate::intrinsics::{if_of, is_no_value, three_or};
use crate::kinds::FUNCTION;
use crate::made::{Given, Made, tag_list};
use crate::policies::{self, Role};
use crate::tree::{Dict, Node, dict};
use crate::{names, shape};

/// What is named as `AWS::Lambda::Function` has it.
const SAME: &[&str] = &[
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Role",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
    "PublishToLatestPublished",
];
const RESERVED_TAGS: &[&str] =
    &["lambda:createdBy", "serverlessrepo:applicationId", "serverlessrepo:semanticVersion"];

/// What events call: the function, or its alias.
pub(crate) struct Target {
    pub id: String,
    /// How a permission or a mapping names it.
    pub name: Node,
    pub arn: Node,
    /// What of the function's attributes everything made for it gets.
    pub attributes: Dict,
}

impl Target {
    pub fn condition(&self) -> Option<&Node> {
        self.attributes.get("Condition")
    }
}

pub(crate) fn expand(expansion: &mut Expansion<'_>, id: &str, given: &Dict) -> Result<Vec<Made>> {
    let mut function = read(id, given)?;
    let events = events::read(expansion, &function).map_err(|failure| failure.of(id))?;
    check(&function)?;
    let mut lambda = lambda(expansion, &mut function)?;
    let (published, alias) = publish(expansion, &mut function, &mut lambda)?;
    let target = target(&function, &lambda, published.last());
    let mut resources = published;
    if let Some(config) = function.truthy("FunctionUrlConfig") {
        resources.extend(url::of(id, &target, config)?);
    }
    check_deployment(expansion, &mut function)?;
    let mut allowed = Vec::new();
    if function.truthy("EventInvokeConfig").is_some() {
        let alias = alias.as_deref().map(|name| (target.id.as_str(), name));
        let (made, policies) = invoke::of(expansion, &mut function, alias)?;
        resources.extend(made);
        allowed = policies;
    }
    let mut role = role(expansion, &mut function, allowed)?;
    let wanted = needs_role(expansion, &mut function, &mut lambda, &mut role)?;
    resources.extend(made_of(expansion, events, &target, &mut role).map_err(|why| why.of(id))?);
    if wanted {
        resources.push(role.into_made());
    }
    resources.insert(0, lambda);
    if let (Some(Node::Dict(tags)), Some(_)) =
        (function.truthy("Tags"), function.truthy("PropagateTags"))
    {
        resources.iter_mut().for_each(|one| one.tag(tags));
    }
    Ok(resources)
}

fn read(id: &str, given: &Dict) -> Result<Given> {
    check_id(id)?;
    let mut function = Given::new(id, given);
    policies::expand_templates(id, &mut function.properties)?;
    shape::check(id, "AWS::Serverless::Function", &function.properties, FUNCTION)?;
    Ok(function)
}

fn made_of(
    expansion: &mut Expansion<'_>,
    mut events: Vec<Event>,
    target: &Target,
    role: &mut Role,
) -> Result<Vec<Made>> {
    events.sort_by_key(|event| event.order.clone());
    let mut made = Vec::new();
    for event in events {
        made.extend(events::expand(expansion, event, target, role)?);
    }
    if let Some(wrong) = made.iter().find(|one| !names::is_logical_id(&one.id)) {
        return Err(resource(&wrong.id, "Logical ids must be alphanumeric."));
    }
    Ok(made)
}

/// What must be so of properties together.
fn check(function: &Given) -> Result<()> {
    let id = &function.id;
    if function.get("CapacityProviderConfig").is_some() {
        return Err(not_served(id, "CapacityProviderConfig"));
    }
    for (one, needed) in [
        ("FunctionScalingConfig", "CapacityProviderConfig"),
        ("VersionDeletionPolicy", "AutoPublishAlias"),
    ] {
        if function.get(one).is_some() && function.get(needed).is_none() {
            return Err(resource(id, format!("'{one}' requires '{needed}'.")));
        }
    }
    if let Some(queue) = function.truthy("DeadLetterQueue") {
        check_dead_letters(id, queue)?;
    }
    check_tenancy(function)
}

fn check_dead_letters(id: &str, queue: &Node) -> Result<()> {
    let part = |name: &str| queue.get(name).filter(|value| value.is_truthy());
    let (Some(kind), Some(_)) = (part("Type"), part("TargetArn")) else {
        let message = "'DeadLetterQueue' requires Type and TargetArn properties to be specified.";
        return Err(resource(id, message));
    };
    match kind.as_str() {
        Some("SQS" | "SNS") => Ok(()),
        Some(_) => Err(resource(id, "'DeadLetterQueue' requires Type of ['SQS', 'SNS']")),
        None => Err(shape::wrong_type(id, "DeadLetterQueue.Type", "string")),
    }
}

fn check_tenancy(function: &Given) -> Result<()> {
    if function.truthy("TenancyConfig").is_none() {
        return Ok(());
    }
    let end = "not supported for functions enabled with tenancy configuration.";
    for (name, what) in [
        ("ProvisionedConcurrencyConfig", "Provisioned concurrency"),
        ("FunctionUrlConfig", "Function URL"),
        ("SnapStart", "SnapStart"),
    ] {
        if function.truthy(name).is_some() {
            return Err(resource(&function.id, format!("{what} is {end}")));
        }
    }
    let events = function.get("Events").and_then(Node::as_dict);
    for event in events.into_iter().flat_map(Dict::values) {
        let kind = event.get("Type").and_then(Node::as_str).unwrap_or("None");
        if !matches!(kind, "Api" | "HttpApi") {
            return Err(resource(
                &function.id,
                format!(
                    "Event source '{kind}' is {end} Only Api and HttpApi event sources are supported."
                ),
            ));
        }
    }
    Ok(())
}

fn lambda(expansion: &Expansion<'_>, function: &mut Given) -> Result<Made> {
    let mut made = Made::new(function.id.as_str(), "AWS::Lambda::Function", &function.kept);
    made.depends_on = function.depends_on.clone();
    made.set("FunctionName", function.truthy("FunctionName").cloned().unwrap_or_default());
    made.take(SAME, &function.properties);
    made.set("Code", code::of(function)?);
    made.set("Tags", tags(function)?);
    if is_traced(expansion, function)? {
        made.set("TracingConfig", dict! { "Mode" => function.any("Tracing") });
    }
    if let Some(queue) = function.truthy("DeadLetterQueue") {
        let arn = queue.get("TargetArn").cloned().unwrap_or_default();
        made.set("DeadLetterConfig", dict! { "TargetArn" => arn });
    }
    check_package(&made)?;
    Ok(made)
}

/// The function's tags, after the one that says what made it.
fn tags(function: &Given) -> Result<Node> {
    let given = function.get("Tags").and_then(Node::as_dict).cloned().unwrap_or_default();
    if let Some(reserved) = RESERVED_TAGS.iter().find(|reserved| given.has(reserved)) {
        return Err(resource(
            &function.id,
            format!(
                "{reserved} is a reserved Tag key name and cannot be set on your resource. Please change the \
                 tag key in the input."
            ),
        ));
    }
    let own = dict! { "Key" => "lambda:createdBy", "Value" => "SAM" };
    let others = tag_list(&given).as_list().cloned().unwrap_or_default();
    Ok(Node::List(std::iter::once(own).chain(others).collect()))
}

fn is_traced(expansion: &Expansion<'_>, function: &mut Given) -> Result<bool> {
    let resolved = expansion.parameters.resolve_in(&mut function.properties, "Tracing")?;
    Ok(function.truthy("Tracing").is_some() && &resolved != "Disabled")
}

fn check_package(lambda: &Made) -> Result<()> {
    let has = |name: &str| lambda.properties.truthy(name).is_some();
    let is_image = lambda.properties.text("PackageType") == Some("Image");
    let wrong = |message: &str| Err(resource(&lambda.id, message));
    if is_image && (has("Handler") || has("Runtime") || has("Layers")) {
        return wrong(
            "Runtime, Handler, Layers cannot be present when PackageType is of type `Image`",
        );
    }
    let runs = has("Runtime") && has("Handler");
    if !is_image && !runs {
        return wrong("Runtime and Handler needs to be present when PackageType is of type `Zip`");
    }
    if !is_image && has("ImageConfig") {
        return wrong(
            "ImageUri or ImageConfig cannot be present when PackageType is of type `Zip`",
        );
    }
    Ok(())
}

/// The version and the alias that are published, and the alias's name.
fn publish(
    expansion: &Expansion<'_>,
    function: &mut Given,
    lambda: &mut Made,
) -> Result<(Vec<Made>, Option<String>)> {
    if function.truthy("AutoPublishAlias").is_none() {
        if function.truthy("ProvisionedConcurrencyConfig").is_some() {
            let message = "To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function";
            return Err(resource(&function.id, message));
        }
        return Ok((Vec::new(), None));
    }
    let name = expansion.parameters.resolve_in(&mut function.properties, "AutoPublishAlias")?;
    let Some(name) = name.as_str() else {
        let message = "'AutoPublishAlias' must be a string or a Ref to a template parameter";
        return Err(resource(&function.id, message));
    };
    let made = version::of(expansion, function, lambda, name)?;
    Ok((made.into(), Some(name.to_owned())))
}

fn target(function: &Given, lambda: &Made, alias: Option<&Made>) -> Target {
    let attributes = function.passed_on.clone();
    match alias {
        None => Target {
            id: lambda.id.clone(),
            name: lambda.reference(),
            arn: lambda.arn(),
            attributes,
        },
        Some(alias) => Target {
            id: alias.id.clone(),
            name: alias.reference(),
            arn: alias.reference(),
            attributes,
        },
    }
}

/// fika shifts no traffic by alarms and hooks; a preference that is off is none.
fn check_deployment(expansion: &Expansion<'_>, function: &mut Given) -> Result<()> {
    let Some(mut preference) = function.truthy("DeploymentPreference").cloned() else {
        return Ok(());
    };
    let Some(enabled) = preference.as_dict_mut().and_then(|all| all.get_mut("Enabled")) else {
        return Err(not_served(&function.id, "DeploymentPreference"));
    };
    let enabled = expansion.parameters.resolve(enabled)?;
    if enabled == Node::Bool(false) || &enabled == "false" || &enabled == "False" {
        return Ok(());
    }
    Err(not_served(&function.id, "DeploymentPreference"))
}

/// The role that the function would have.
fn role(
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
fn needs_role(
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
