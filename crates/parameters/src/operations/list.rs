//! Parameters below a path, and facts of parameters.

use fika_aws::shape::AwsError;
use fika_model::Scope;
use serde::Deserialize;
use serde_json::json;

use super::get::listed;
use super::shown::{Facts, Shown};
use super::{Answered, Ask};
use crate::check::{length, page_size, required};
use crate::error::bad_path;
use crate::filter::{ALL, Asked, BY_PATH, is_below, read, read_old};
use crate::name::{Name, path, path_arn};
use crate::page::page;

/// How many values are a page at most, and unasked.
const VALUES: usize = 10;
/// How many facts are one at most.
const FACTS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ByPath {
    path: Option<String>,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    parameter_filters: Vec<Asked>,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Describe {
    #[serde(default)]
    filters: Vec<Asked>,
    #[serde(default)]
    parameter_filters: Vec<Asked>,
    max_results: Option<i64>,
    next_token: Option<String>,
    #[serde(default)]
    shared: bool,
}

impl Ask<'_> {
    pub(super) fn by_path(self, asked: ByPath) -> Answered {
        let scope = &self.caller.scope;
        let text = required(asked.path.as_deref(), "path")?;
        length(text, "path", 1, 2_048)?;
        let path = path(text).ok_or_else(bad_path)?;
        // Who may ask for a path may have all that is below it, as with AWS.
        let recursive = if asked.recursive { "true" } else { "false" };
        let keys = [("ssm:Recursive", recursive)];
        self.caller.allow("ssm:GetParametersByPath", &path_arn(scope, text), None, &keys)?;
        let filters = read(asked.parameter_filters, BY_PATH)?;
        let size = page_size(asked.max_results, VALUES, VALUES)?;
        let all = self.parameters.list(scope).into_iter().filter(|(name, record)| {
            is_below(name, path, asked.recursive)
                && filters.iter().all(|filter| filter.wants(name, record))
        });
        let (page, next) = page(all, asked.next_token.as_deref(), size)?;
        let mut shown = Vec::new();
        for (name, record) in page {
            let Some(latest) = record.latest() else { continue };
            if asked.with_decryption {
                self.may_use_key("kms:Decrypt", latest)?;
            }
            let name = Name { scope: scope.clone(), name };
            shown.push(json!(Shown::of(&name, latest, None, asked.with_decryption)));
        }
        Ok(listed(shown, next))
    }

    pub(super) fn describe(self, asked: Describe) -> Answered {
        let scope @ Scope { account, region } = &self.caller.scope;
        let all = format!("arn:aws:ssm:{region}:{account}:*");
        self.caller.allow("ssm:DescribeParameters", &all, None, &[])?;
        if !asked.filters.is_empty() && !asked.parameter_filters.is_empty() {
            let text = "You can use either Filters or ParameterFilters in a single request.";
            return Err(AwsError::validation(text));
        }
        let mut filters = read(asked.parameter_filters, ALL)?;
        filters.extend(read_old(asked.filters)?);
        let size = page_size(asked.max_results, FACTS, VALUES)?;
        // Nothing is shared between accounts.
        let all = if asked.shared { Vec::new() } else { self.parameters.list(scope) };
        let wanted = all
            .into_iter()
            .filter(|(name, record)| filters.iter().all(|filter| filter.wants(name, record)));
        let (page, next) = page(wanted, asked.next_token.as_deref(), size)?;
        let mut shown = Vec::new();
        for (name, record) in page {
            let Some(latest) = record.latest() else { continue };
            let arn = Name { scope: scope.clone(), name: name.clone() }.arn();
            let mut facts = Facts::of(&name, latest);
            facts.arn = Some(arn);
            shown.push(json!(facts));
        }
        Ok(listed(shown, next))
    }
}
