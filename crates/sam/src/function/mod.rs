//! `AWS::Serverless::Function`.

mod check;
pub(crate) mod code;
mod invoke;
mod role;
mod url;
mod version;

use crate::error::{Result, resource};
use crate::events::{self, Event};
use crate::expansion::Expansion;
use crate::kinds::FUNCTION;
use crate::made::{Given, Made, tag_list};
use crate::policies::{self, Role};
use crate::read::check_id;
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
    check::all(&function)?;
    let mut lambda = lambda(expansion, &mut function)?;
    let (published, alias) = publish(expansion, &mut function, &mut lambda)?;
    let target = target(&function, &lambda, published.last());
    let mut resources = published;
    if let Some(config) = function.truthy("FunctionUrlConfig") {
        resources.extend(url::of(id, &target, config)?);
    }
    check::deployment(expansion, &mut function)?;
    let mut allowed = Vec::new();
    if function.truthy("EventInvokeConfig").is_some() {
        let alias = alias.as_deref().map(|name| (target.id.as_str(), name));
        let (made, policies) = invoke::of(expansion, &mut function, alias)?;
        resources.extend(made);
        allowed = policies;
    }
    let mut role = role::of(expansion, &mut function, allowed)?;
    let wanted = role::is_needed(expansion, &mut function, &mut lambda, &mut role)?;
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
    check::package(&made)?;
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
