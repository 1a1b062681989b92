//! Create-, Update-, Get-, List- and DeleteFunctionUrlConfig: kept here; the HTTP side answers
//! at the addresses.

use std::sync::Arc;

use fika_aws::generated::lambda::{
    Cors, CreateFunctionUrlConfigInput, CreateFunctionUrlConfigOutput,
    DeleteFunctionUrlConfigInput, FunctionUrlAuthType, FunctionUrlConfig,
    GetFunctionUrlConfigInput, GetFunctionUrlConfigOutput, InvokeMode, ListFunctionUrlConfigsInput,
    ListFunctionUrlConfigsOutput, UpdateFunctionUrlConfigInput, UpdateFunctionUrlConfigOutput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, Scope};
use http::HeaderName;
use jiff::Timestamp;

use super::page::{self, Page};
use super::{Part, has};
use crate::attached::{FunctionUrl, random_id};
use crate::control::{Control, ControlOptions};
use crate::lifecycle::now_ms;
use crate::refuse;
use crate::registry::Function;
use crate::wire::Wire;

/// Methods that AWS documents for `AllowMethods`.
const METHODS: [&str; 7] = ["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"];

/// An address, as whoever answers there needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Url {
    /// The function, or the alias of it.
    pub arn: FunctionArn,
    /// Whether callers sign (`AWS_IAM`).
    pub signed: bool,
    /// Whether answers are streamed (`RESPONSE_STREAM`).
    pub streamed: bool,
    /// What pages of other origins may do.
    pub cors: Option<Cors>,
}

impl Control {
    /// The address with that id. Reads memory only.
    #[must_use]
    pub fn url(&self, id: &str) -> Option<Url> {
        let arn = self.inner.registry.at_url(id)?;
        let key = arn.qualifier.as_deref().unwrap_or(LATEST);
        let look = |function: &Arc<Function>| {
            let snapshot = function.snapshot.load();
            // It may have changed since: then the address is another's, or nobody's.
            let url = snapshot.record.attached.urls.get(key).filter(|url| url.id == id)?;
            let signed = FunctionUrlAuthType::from(url.auth.as_str()) != FunctionUrlAuthType::None;
            let streamed = url.mode.as_deref() == Some(InvokeMode::ResponseStream.as_str());
            Some((signed, streamed, url.cors.as_ref().map(|cors| cors.0.clone())))
        };
        let found = self.inner.registry.look(&arn.scope, &arn.name, look).flatten();
        let (signed, streamed, cors) = found?;
        Some(Url { arn, signed, streamed, cors })
    }

    /// CreateFunctionUrlConfig: an address for the function or for one of its aliases.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_function_url_config(
        &self,
        scope: &Scope,
        input: CreateFunctionUrlConfigInput,
    ) -> Result<CreateFunctionUrlConfigOutput, AwsError> {
        let action = "CreateFunctionUrlConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let cors = checked(input.cors)?;
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_function)?;
        let now = now_ms();
        let url = FunctionUrl {
            id: random_id().map_err(|_| refuse::internal("no random numbers"))?,
            auth: input.auth_type.map_or_else(String::new, |auth| auth.as_str().to_owned()),
            mode: input.invoke_mode.map(|mode| mode.as_str().to_owned()),
            cors: cors.map(Wire),
            created_ms: now,
            modified_ms: now,
        };
        let shown = self.shown_url(&part.arn(), &url);
        self.attach(function, move |attached, before| {
            if !has(before, part.key()) {
                return Err(no_function());
            }
            if attached.urls.contains_key(part.key()) {
                return Err(exists(&part.arn()));
            }
            attached.urls.insert(part.key().to_owned(), url);
            Ok(CreateFunctionUrlConfigOutput {
                function_url: shown.function_url,
                function_arn: shown.function_arn,
                auth_type: shown.auth_type,
                cors: shown.cors,
                creation_time: shown.creation_time,
                invoke_mode: shown.invoke_mode,
            })
        })
        .await
    }

    /// UpdateFunctionUrlConfig: what is not given stays as it is.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn update_function_url_config(
        &self,
        scope: &Scope,
        input: UpdateFunctionUrlConfigInput,
    ) -> Result<UpdateFunctionUrlConfigOutput, AwsError> {
        let action = "UpdateFunctionUrlConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let cors = checked(input.cors)?;
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_function)?;
        let (auth, mode) = (input.auth_type, input.invoke_mode);
        let arn = part.arn();
        let url = self
            .attach(function, move |attached, before| {
                if !has(before, part.key()) {
                    return Err(no_function());
                }
                let url = attached.urls.get_mut(part.key()).ok_or_else(no_config)?;
                url.auth = auth.map_or_else(|| url.auth.clone(), |auth| auth.as_str().to_owned());
                url.mode = mode.map(|mode| mode.as_str().to_owned()).or(url.mode.take());
                url.cors = cors.map(Wire).or(url.cors.take());
                url.modified_ms = now_ms();
                Ok(url.clone())
            })
            .await?;
        let shown = self.shown_url(&arn, &url);
        Ok(UpdateFunctionUrlConfigOutput {
            function_url: shown.function_url,
            function_arn: shown.function_arn,
            auth_type: shown.auth_type,
            cors: shown.cors,
            creation_time: shown.creation_time,
            last_modified_time: shown.last_modified_time,
            invoke_mode: shown.invoke_mode,
        })
    }

    /// GetFunctionUrlConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function_url_config(
        &self,
        scope: &Scope,
        input: GetFunctionUrlConfigInput,
    ) -> Result<GetFunctionUrlConfigOutput, AwsError> {
        let action = "GetFunctionUrlConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_config)?;
        let snapshot = function.snapshot.load();
        let url = snapshot.record.attached.urls.get(part.key()).ok_or_else(no_config)?;
        let shown = with_mode(self.shown_url(&part.arn(), url));
        Ok(GetFunctionUrlConfigOutput {
            function_url: shown.function_url,
            function_arn: shown.function_arn,
            auth_type: shown.auth_type,
            cors: shown.cors,
            creation_time: shown.creation_time,
            last_modified_time: shown.last_modified_time,
            invoke_mode: shown.invoke_mode,
        })
    }

    /// ListFunctionUrlConfigs: the function's own first, then by alias.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_function_url_configs(
        &self,
        scope: &Scope,
        input: ListFunctionUrlConfigsInput,
    ) -> Result<ListFunctionUrlConfigsOutput, AwsError> {
        let part = Part::read(scope, "ListFunctionUrlConfigs", input.function_name, None)?;
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_function)?;
        let page = Page::of(input.marker.as_deref(), input.max_items, page::MOST)?;
        let snapshot = function.snapshot.load();
        let urls = snapshot.record.attached.urls.iter().map(|(key, url)| {
            let qualifier = (key != LATEST).then(|| key.clone());
            let arn = FunctionArn { qualifier, ..function.arn.clone() };
            (key.clone(), with_mode(self.shown_url(&arn, url)))
        });
        let (configs, next_marker) = page.cut(urls);
        Ok(ListFunctionUrlConfigsOutput { function_url_configs: Some(configs), next_marker })
    }

    /// DeleteFunctionUrlConfig: of the function itself, or of the alias named; never of both.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_function_url_config(
        &self,
        scope: &Scope,
        input: DeleteFunctionUrlConfigInput,
    ) -> Result<Empty, AwsError> {
        let action = "DeleteFunctionUrlConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_config)?;
        self.attach(function, move |attached, _| {
            attached.urls.remove(part.key()).map(|_| Empty).ok_or_else(no_config)
        })
        .await
    }

    /// An address as the API shows it; `InvokeMode` only where it was given.
    fn shown_url(&self, arn: &FunctionArn, url: &FunctionUrl) -> FunctionUrlConfig {
        let ControlOptions { url_host, url_secure, .. } = &self.inner.options;
        FunctionUrlConfig {
            function_url: Some(url.address(&arn.scope.region, url_host, *url_secure)),
            function_arn: Some(arn.to_string()),
            creation_time: Some(moment(url.created_ms)),
            last_modified_time: Some(moment(url.modified_ms)),
            cors: url.cors.as_ref().map(|cors| cors.0.clone()),
            auth_type: Some(FunctionUrlAuthType::from(url.auth.as_str())),
            invoke_mode: url.mode.as_deref().map(InvokeMode::from),
        }
    }
}

/// Get and List name the mode in any case.
fn with_mode(mut shown: FunctionUrlConfig) -> FunctionUrlConfig {
    shown.invoke_mode.get_or_insert(InvokeMode::Buffered);
    shown
}

/// What is to become headers of answers must be fit for that.
fn checked(cors: Option<Cors>) -> Result<Option<Cors>, AwsError> {
    let Some(cors) = cors else { return Ok(None) };
    let is_method = |text: &String| METHODS.contains(&text.as_str());
    let is_header = |text: &String| HeaderName::from_bytes(text.as_bytes()).is_ok();
    let is_origin = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
    let refused = |list: &Option<Vec<String>>, fits: &dyn Fn(&String) -> bool| {
        list.iter().flatten().find(|one| !fits(one)).cloned()
    };
    for (name, wrong) in [
        ("allowMethods", refused(&cors.allow_methods, &is_method)),
        ("allowHeaders", refused(&cors.allow_headers, &is_header)),
        ("exposeHeaders", refused(&cors.expose_headers, &is_header)),
        ("allowOrigins", refused(&cors.allow_origins, &is_origin)),
    ] {
        if let Some(wrong) = wrong {
            return Err(refuse::invalid(format!("Value '{wrong}' at 'cors.{name}' is not valid.")));
        }
    }
    Ok(Some(cors))
}

/// A moment as function URLs have it: `2026-11-23T06:00:00.000000Z`.
fn moment(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

fn no_function() -> AwsError {
    AwsError::resource_not_found("Function does not exist")
}

fn no_config() -> AwsError {
    AwsError::resource_not_found("The resource you requested does not exist.")
}

fn exists(arn: &FunctionArn) -> AwsError {
    AwsError::resource_conflict(format!(
        "Failed to create function url config for [functionArn = {arn}]. Error message:  \
         FunctionUrlConfig exists for this Lambda function"
    ))
}
