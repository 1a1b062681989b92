//! One statement of a document.

use crate::arn::ArnPattern;
use crate::condition::{self, Condition};
use crate::document::{BadPolicy, DocumentKind};
use crate::json::Json;
use crate::pattern::{Grammar, Pattern};
use crate::principal::{Principals, Taken};
use crate::request::{Request, Who};

/// What a statement says where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    principals: Option<Principals>,
    actions: Listed<Pattern>,
    /// None where the policy's own resource is meant.
    resources: Option<Listed<ArnPattern>>,
    conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq)]
struct Listed<T> {
    not: bool,
    list: Vec<T>,
}

impl<T> Listed<T> {
    fn takes(&self, one: impl Fn(&T) -> bool) -> bool {
        self.list.iter().any(one) != self.not
    }
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Statement {
    pub(crate) fn parse(
        json: &Json,
        kind: DocumentKind,
        variables: bool,
    ) -> Result<Self, BadPolicy> {
        let Json::Object(members) = json else { return Err(BadPolicy::Syntax) };
        if members.iter().any(|(name, _)| !ELEMENTS.contains(&name.as_str())) {
            return Err(BadPolicy::Syntax);
        }
        let get = |name: &str| members.iter().find(|(n, _)| n == name).map(|(_, value)| value);
        let either = |name: &str, not: &str| match (get(name), get(not)) {
            (Some(_), Some(_)) => Err(BadPolicy::Syntax),
            (Some(json), None) => Ok(Some((false, json))),
            (None, Some(json)) => Ok(Some((true, json))),
            (None, None) => Ok(None),
        };
        let effect = match get("Effect").and_then(Json::text) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(BadPolicy::Syntax),
        };
        let principals = either("Principal", "NotPrincipal")?;
        let resources = either("Resource", "NotResource")?;
        kind.check(principals.is_some(), resources.is_some())?;
        let actions = either("Action", "NotAction")?.ok_or(BadPolicy::NoActions)?;
        let sid = get("Sid").map(|sid| sid.text().ok_or(BadPolicy::Syntax)).transpose()?;
        Ok(Self {
            sid: sid.map(Into::into),
            effect,
            principals: principals.map(|(not, json)| Principals::parse(not, json)).transpose()?,
            actions: listed(actions, BadPolicy::NoActions, action)?,
            resources: resources
                .map(|given| {
                    listed(given, BadPolicy::NoResources, |text| resource(text, variables))
                })
                .transpose()?,
            conditions: match get("Condition") {
                Some(json) => condition::parse(json, variables)?,
                None => Vec::new(),
            },
        })
    }

    /// Whether it is about this. `action` is the request's in lower case.
    pub(crate) fn applies(&self, request: &Request<'_>, action: &str) -> bool {
        let Request { resource, context, .. } = request;
        self.actions.takes(|pattern| pattern.matches(action, context))
            && self
                .resources
                .as_ref()
                .is_none_or(|listed| listed.takes(|pattern| pattern.matches(resource, context)))
            && self.conditions.iter().all(|condition| condition.holds(context))
    }

    /// Whether it allows something to just anybody.
    pub(crate) fn is_public(&self) -> bool {
        let anybody = Who { account: "", arns: &[], service: None };
        self.effect == Effect::Allow
            && self.takes(&anybody) != Taken::No
            && !self.conditions.iter().any(Condition::narrows)
    }

    /// How it takes somebody; a statement of an identity's own policy takes that identity.
    pub(crate) fn takes(&self, who: &Who<'_>) -> Taken {
        self.principals.as_ref().map_or(Taken::Named, |principals| principals.takes(who))
    }
}

fn listed<T>(
    (not, json): (bool, &Json),
    none: BadPolicy,
    read: impl Fn(&str) -> Result<T, BadPolicy>,
) -> Result<Listed<T>, BadPolicy> {
    let list = json.many().iter().map(|one| read(one.text().ok_or(BadPolicy::Syntax)?));
    let list = list.collect::<Result<Vec<_>, _>>()?;
    if list.is_empty() { Err(none) } else { Ok(Listed { not, list }) }
}

/// Actions are the same in whatever case.
fn action(text: &str) -> Result<Pattern, BadPolicy> {
    let well_formed = text == "*"
        || text.split_once(':').is_some_and(|(service, name)| {
            let letters = |b: u8| b.is_ascii_alphanumeric() || b"-_*?".contains(&b);
            !service.is_empty()
                && !name.is_empty()
                && service.bytes().all(|b| b.is_ascii_alphanumeric() || b"-*".contains(&b))
                && name.bytes().all(letters)
        });
    if !well_formed {
        return Err(BadPolicy::Action);
    }
    let grammar = Grammar { wildcards: true, variables: false };
    Ok(Pattern::new(&text.to_ascii_lowercase(), grammar))
}

fn resource(text: &str, variables: bool) -> Result<ArnPattern, BadPolicy> {
    ArnPattern::new(text, variables).ok_or_else(|| BadPolicy::Resource(text.into()))
}
