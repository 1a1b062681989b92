//! CreateAlias, GetAlias, ListAliases, UpdateAlias, DeleteAlias.

use std::collections::BTreeMap;
use std::ops::Bound;

use fika_aws::generated::lambda::{
    AliasConfiguration, AliasRoutingConfiguration, CreateAliasInput, DeleteAliasInput,
    GetAliasInput, ListAliasesInput, ListAliasesOutput, UpdateAliasInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, Scope};
use uuid::Uuid;

use super::list::{mark, page, unmark};
use super::provisioned::may_follow;
use crate::aliases::Alias;
use crate::control::Control;
use crate::reference::{self, Caller, Which};
use crate::refuse;
use crate::registry::Snapshot;

/// Aliases of one function, at most; each change writes all of them.
const MOST: usize = 1_000;

impl Control {
    /// CreateAlias.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_alias(
        &self,
        scope: &Scope,
        input: CreateAliasInput,
    ) -> Result<AliasConfiguration, AwsError> {
        let version = input.function_version.unwrap_or_default();
        let routing = additional(input.routing_config)?;
        let name = input.function_name.as_deref();
        // AWS looks for the version at once, and names it where there is no function.
        let function = self
            .find_whole(scope, "CreateAlias", name)
            .map_err(|error| self.missing_version(scope, name, &version).unwrap_or(error))?;
        let (arn, alias) = (function.arn.clone(), input.name.unwrap_or_default());
        let description = input.description.unwrap_or_default();
        self.attach(function, move |attached, before| {
            let (version, additional) = routed(&arn, before, &version, routing)?;
            if attached.aliases.contains_key(&alias) {
                return Err(refuse::alias_exists(&qualified(&arn, &alias)));
            }
            if attached.aliases.len() >= MOST {
                return Err(AwsError::alias_limit_exceeded(format!(
                    "A function has {MOST} aliases at most: delete some that are not needed."
                )));
            }
            let made = Alias { version, additional, description, revision_id: Uuid::new_v4() };
            let answer = shown(&arn, &alias, &made);
            attached.aliases.insert(alias, made);
            Ok(answer)
        })
        .await
    }

    /// GetAlias.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_alias(
        &self,
        scope: &Scope,
        input: &GetAliasInput,
    ) -> Result<AliasConfiguration, AwsError> {
        let function = self.find_whole(scope, "GetAlias", input.function_name.as_deref())?;
        let name = input.name.as_deref().unwrap_or_default();
        let snapshot = function.snapshot.load();
        let alias = snapshot.record.attached.aliases.get(name);
        let alias = alias.ok_or_else(|| {
            let arn = qualified(&function.arn, name);
            AwsError::resource_not_found(format!("Cannot find alias arn: {arn}"))
        })?;
        Ok(shown(&function.arn, name, alias))
    }

    /// ListAliases: by name, 50 a page at most; those of one version where asked for.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_aliases(
        &self,
        scope: &Scope,
        input: &ListAliasesInput,
    ) -> Result<ListAliasesOutput, AwsError> {
        let function = self.find_whole(scope, "ListAliases", input.function_name.as_deref())?;
        let after = unmark(input.marker.as_deref())?;
        let start = after.as_ref().map_or(Bound::Unbounded, |(name, _)| Bound::Excluded(&**name));
        let snapshot = function.snapshot.load();
        let asked = |alias: &Alias| {
            let version = input.function_version.as_deref();
            version.is_none_or(|version| alias.version.to_string() == version)
        };
        let mut rest = snapshot.record.attached.aliases.range::<str, _>((start, Bound::Unbounded));
        let mut rest = rest.by_ref().filter(|(_, alias)| asked(alias));
        let aliases: Vec<_> = rest
            .by_ref()
            .take(page(input.max_items))
            .map(|(name, alias)| shown(&function.arn, name, alias))
            .collect();
        let last = aliases.last().and_then(|alias| alias.name.clone());
        let next_marker = last.filter(|_| rest.next().is_some()).map(|name| mark(&(name, 0)));
        Ok(ListAliasesOutput { aliases: Some(aliases), next_marker })
    }

    /// UpdateAlias: what is given changes; the revision always does.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn update_alias(
        &self,
        scope: &Scope,
        input: UpdateAliasInput,
    ) -> Result<AliasConfiguration, AwsError> {
        let function = self.find_whole(scope, "UpdateAlias", input.function_name.as_deref())?;
        let routing = input.routing_config.map(|given| additional(Some(given))).transpose()?;
        let (arn, name) = (function.arn.clone(), input.name.unwrap_or_default());
        self.attach(function, move |attached, before| {
            let missing = || {
                let arn = qualified(&arn, &name);
                AwsError::resource_not_found(format!("Alias not found: {arn}"))
            };
            let alias = attached.aliases.get(&name).ok_or_else(missing)?;
            if input.revision_id.is_some_and(|seen| seen != alias.revision_id.to_string()) {
                return Err(refuse::wrong_revision());
            }
            let version = input.function_version.unwrap_or_else(|| alias.version.to_string());
            let kept = alias.additional.map(|(number, weight)| (number.to_string(), weight));
            let (version, additional) = routed(&arn, before, &version, routing.unwrap_or(kept))?;
            let other = additional.map(|(number, _)| Which::Published(number));
            for which in [version].into_iter().chain(other) {
                may_follow(attached, before, &name, which)?;
            }
            let alias = attached.aliases.get_mut(&name).ok_or_else(missing)?;
            (alias.version, alias.additional) = (version, additional);
            alias.description = input.description.unwrap_or(std::mem::take(&mut alias.description));
            alias.revision_id = Uuid::new_v4();
            Ok(shown(&arn, &name, alias))
        })
        .await
    }

    /// DeleteAlias; of one that is not there, too.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_alias(
        &self,
        scope: &Scope,
        input: DeleteAliasInput,
    ) -> Result<Empty, AwsError> {
        let function = self.find_whole(scope, "DeleteAlias", input.function_name.as_deref())?;
        let name = input.name.unwrap_or_default();
        self.attach(function, move |attached, _| {
            if attached.aliases.remove(&name).is_some() {
                attached.forget(&name);
            }
            Ok(Empty)
        })
        .await
    }

    /// That there is no such version, where there is not even the function.
    fn missing_version(
        &self,
        scope: &Scope,
        name: Option<&str>,
        version: &str,
    ) -> Option<AwsError> {
        let caller = Caller { scope, action: "CreateAlias" };
        let reference = caller.reference(name).ok()?;
        let unqualified = caller.qualifier(&reference, None).ok()?.is_none();
        let missing = unqualified && self.inner.registry.get(scope, &reference.name).is_none();
        let arn = reference::arn(scope, &reference.name, Some(version));
        missing.then(|| refuse::not_found(&arn))
    }
}

/// Another version and its weight, as asked for.
type Additional = Option<(String, f64)>;

/// The one additional version there may be.
fn additional(routing: Option<AliasRoutingConfiguration>) -> Result<Additional, AwsError> {
    let weights = routing.and_then(|routing| routing.additional_version_weights);
    let weights = weights.unwrap_or_default();
    if weights.len() > 1 {
        return Err(refuse::invalid(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ));
    }
    Ok(weights.into_iter().next())
}

/// Where an alias is to lead, once that is known to be there.
fn routed(
    arn: &FunctionArn,
    before: &Snapshot,
    version: &str,
    additional: Additional,
) -> Result<(Which, Option<(u64, f64)>), AwsError> {
    let there = |version: &str| {
        let which = Which::of(Some(version)).filter(|which| before.has(*which));
        which.ok_or_else(|| refuse::not_found(&qualified(arn, version)))
    };
    let Some((other, weight)) = additional else { return Ok((there(version)?, None)) };
    if version.starts_with('$') {
        return Err(refuse::latest_shares_nothing());
    }
    if other == version {
        return Err(refuse::invalid(format!(
            "Invalid function version {other}. Function version {other} is already included in \
             routing configuration."
        )));
    }
    let version = there(version)?;
    match there(&other)? {
        Which::Published(number) => Ok((version, Some((number, weight)))),
        Which::Latest => Err(refuse::latest_shares_nothing()),
    }
}

fn qualified(arn: &FunctionArn, qualifier: &str) -> FunctionArn {
    FunctionArn { qualifier: Some(qualifier.into()), ..arn.clone() }
}

fn shown(arn: &FunctionArn, name: &str, alias: &Alias) -> AliasConfiguration {
    let weights = |(number, weight): (u64, f64)| AliasRoutingConfiguration {
        additional_version_weights: Some(BTreeMap::from([(number.to_string(), weight)])),
    };
    AliasConfiguration {
        alias_arn: Some(qualified(arn, name).to_string()),
        name: Some(name.into()),
        function_version: Some(alias.version.to_string()),
        description: Some(alias.description.clone()),
        routing_config: alias.additional.map(weights),
        revision_id: Some(alias.revision_id.to_string()),
    }
}
