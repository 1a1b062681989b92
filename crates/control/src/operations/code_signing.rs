//! Code signing configs, and the functions that have one.

use fika_aws::generated::lambda::{
    AllowedPublishers, CodeSigningConfig, CodeSigningPolicies, CodeSigningPolicy,
    CreateCodeSigningConfigInput, CreateCodeSigningConfigOutput, DeleteCodeSigningConfigInput,
    DeleteCodeSigningConfigOutput, DeleteFunctionCodeSigningConfigInput, GetCodeSigningConfigInput,
    GetCodeSigningConfigOutput, GetFunctionCodeSigningConfigInput,
    GetFunctionCodeSigningConfigOutput, ListCodeSigningConfigsInput, ListCodeSigningConfigsOutput,
    ListFunctionsByCodeSigningConfigInput, ListFunctionsByCodeSigningConfigOutput,
    PutFunctionCodeSigningConfigInput, PutFunctionCodeSigningConfigOutput,
    UpdateCodeSigningConfigInput, UpdateCodeSigningConfigOutput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, Scope};
use fika_store::Batch;

use super::page::{MOST, Page};
use crate::control::Control;
use crate::record::Build;
use crate::signing::config::{arn, id, key};
use crate::signing::{ConfigRecord, judge::judge};
use crate::{answer, lifecycle, refuse};

impl Control {
    /// CreateCodeSigningConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_code_signing_config(
        &self,
        scope: &Scope,
        input: CreateCodeSigningConfigInput,
    ) -> Result<CreateCodeSigningConfigOutput, AwsError> {
        if input.tags.is_some_and(|tags| !tags.is_empty()) {
            return Err(refuse::invalid(
                "Tags of code signing configs are not supported by this version of fika: leave \
                 them out.",
            ));
        }
        let config = ConfigRecord {
            description: input.description,
            publishers: publishers(input.allowed_publishers).unwrap_or_default(),
            enforce: enforced(input.code_signing_policies).unwrap_or_default(),
            modified_ms: lifecycle::now_ms(),
        };
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.signing.turn.lock().await;
            let id = new_id();
            this.store_config(&scope, &id, Some(config.clone())).await?;
            Ok(CreateCodeSigningConfigOutput {
                code_signing_config: Some(shown(&scope, &id, &config)),
            })
        })
        .await
    }

    /// GetCodeSigningConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_code_signing_config(
        &self,
        scope: &Scope,
        input: &GetCodeSigningConfigInput,
    ) -> Result<GetCodeSigningConfigOutput, AwsError> {
        let (id, config) = self.config(scope, input.code_signing_config_arn.as_deref())?;
        Ok(GetCodeSigningConfigOutput { code_signing_config: Some(shown(scope, &id, &config)) })
    }

    /// UpdateCodeSigningConfig. It counts for what is deployed from then on.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn update_code_signing_config(
        &self,
        scope: &Scope,
        input: UpdateCodeSigningConfigInput,
    ) -> Result<UpdateCodeSigningConfigOutput, AwsError> {
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.signing.turn.lock().await;
            let arn = input.code_signing_config_arn.as_deref();
            let (id, before) = this.config(&scope, arn)?;
            let mut config = before.clone();
            config.description = input.description.or(config.description);
            config.publishers = publishers(input.allowed_publishers).unwrap_or(config.publishers);
            config.enforce = enforced(input.code_signing_policies).unwrap_or(config.enforce);
            if config != before {
                config.modified_ms = lifecycle::now_ms();
                this.store_config(&scope, &id, Some(config.clone())).await?;
            }
            Ok(UpdateCodeSigningConfigOutput {
                code_signing_config: Some(shown(&scope, &id, &config)),
            })
        })
        .await
    }

    /// DeleteCodeSigningConfig, which no function may have any more.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_code_signing_config(
        &self,
        scope: &Scope,
        input: DeleteCodeSigningConfigInput,
    ) -> Result<DeleteCodeSigningConfigOutput, AwsError> {
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.signing.turn.lock().await;
            let given = input.code_signing_config_arn.as_deref();
            let (id, _) = this.config(&scope, given)?;
            if this.functions_with(&scope, &arn(&scope, &id)).next().is_some() {
                return Err(AwsError::resource_conflict(format!(
                    "The Lambda code signing configuration {} is in use by functions. Remove it \
                     from them first.",
                    arn(&scope, &id)
                )));
            }
            this.store_config(&scope, &id, None).await?;
            Ok(DeleteCodeSigningConfigOutput {})
        })
        .await
    }

    /// ListCodeSigningConfigs.
    ///
    /// # Errors
    /// 400 for a marker that is not one of ours.
    pub fn list_code_signing_configs(
        &self,
        scope: &Scope,
        input: &ListCodeSigningConfigsInput,
    ) -> Result<ListCodeSigningConfigsOutput, AwsError> {
        let page = Page::of(input.marker.as_deref(), input.max_items, MOST)?;
        let configs = self.inner.signing.list(scope);
        let entries = configs.iter().map(|(id, config)| (id.clone(), shown(scope, id, config)));
        let (configs, next_marker) = page.cut(entries);
        Ok(ListCodeSigningConfigsOutput { code_signing_configs: Some(configs), next_marker })
    }

    /// ListFunctionsByCodeSigningConfig.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_functions_by_code_signing_config(
        &self,
        scope: &Scope,
        input: &ListFunctionsByCodeSigningConfigInput,
    ) -> Result<ListFunctionsByCodeSigningConfigOutput, AwsError> {
        let (id, _) = self.config(scope, input.code_signing_config_arn.as_deref())?;
        let page = Page::of(input.marker.as_deref(), input.max_items, MOST)?;
        let config = arn(scope, &id);
        let functions = self.functions_with(scope, &config);
        let entries = functions.map(|function| (function.name.clone(), function.to_string()));
        let (arns, next_marker) = page.cut(entries);
        Ok(ListFunctionsByCodeSigningConfigOutput { function_arns: Some(arns), next_marker })
    }

    /// PutFunctionCodeSigningConfig. It counts for what is deployed from then on.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn put_function_code_signing_config(
        &self,
        scope: &Scope,
        input: PutFunctionCodeSigningConfigInput,
    ) -> Result<PutFunctionCodeSigningConfigOutput, AwsError> {
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.signing.turn.lock().await;
            let config =
                this.config_of_a_function(&scope, input.code_signing_config_arn.as_deref())?;
            let name = input.function_name.as_deref();
            let function = this.find_whole(&scope, "PutFunctionCodeSigningConfig", name)?;
            let (function_name, given) = (function.arn.name.clone(), config.clone());
            this.attach(function, move |attached, _| {
                attached.code_signing = Some(given);
                Ok(())
            })
            .await?;
            Ok(PutFunctionCodeSigningConfigOutput {
                code_signing_config_arn: Some(config),
                function_name: Some(function_name),
            })
        })
        .await
    }

    /// GetFunctionCodeSigningConfig; an empty answer where the function has none.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function_code_signing_config(
        &self,
        scope: &Scope,
        input: &GetFunctionCodeSigningConfigInput,
    ) -> Result<GetFunctionCodeSigningConfigOutput, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "GetFunctionCodeSigningConfig", name)?;
        let config = function.snapshot.load().record.attached.code_signing.clone();
        let function_name = config.as_ref().map(|_| function.arn.name.clone());
        Ok(GetFunctionCodeSigningConfigOutput { code_signing_config_arn: config, function_name })
    }

    /// DeleteFunctionCodeSigningConfig; that it has none is no error.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_function_code_signing_config(
        &self,
        scope: &Scope,
        input: DeleteFunctionCodeSigningConfigInput,
    ) -> Result<Empty, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "DeleteFunctionCodeSigningConfig", name)?;
        self.attach(function, |attached, _| {
            attached.code_signing = None;
            Ok(Empty)
        })
        .await
    }

    /// The ARN of a config that a function is to have.
    pub(super) fn config_of_a_function(
        &self,
        scope: &Scope,
        given: Option<&str>,
    ) -> Result<String, AwsError> {
        match self.config(scope, given) {
            Ok((id, _)) => Ok(arn(scope, &id)),
            Err(_) => Err(AwsError::code_signing_config_not_found(format!(
                "The code signing configuration cannot be found. Check that the provided \
                 configuration is not deleted: {}.",
                given.unwrap_or_default()
            ))),
        }
    }

    /// Whether a function with that config, if it has any, may be made of this. What a config that
    /// is not enforced lets pass is logged.
    pub(super) fn check_signatures(
        &self,
        function: &FunctionArn,
        config: Option<&str>,
        build: &Build,
    ) -> Result<(), AwsError> {
        let Some(config) = config else { return Ok(()) };
        let (_, config) = self.config(&function.scope, Some(config))?;
        let layers = build.settings.layers.iter().map(|layer| &layer.seal);
        let seals = std::iter::once(&build.seal).chain(layers);
        if let Some(why) = judge(function, &config, seals, lifecycle::now_ms() / 1000)? {
            tracing::warn!(%function, why, "code is deployed that should be signed otherwise");
        }
        Ok(())
    }

    fn config(
        &self,
        scope: &Scope,
        given: Option<&str>,
    ) -> Result<(String, ConfigRecord), AwsError> {
        let given = given.unwrap_or_default();
        let found = id(scope, given).and_then(|id| {
            let config = self.inner.signing.get(scope, id)?;
            Some((id.to_owned(), ConfigRecord::clone(&config)))
        });
        found.ok_or_else(|| {
            AwsError::resource_not_found(format!(
                "The Lambda code signing configuration {given} can not be found."
            ))
        })
    }

    /// The functions that have a config, by name.
    fn functions_with<'a>(
        &self,
        scope: &Scope,
        config: &'a str,
    ) -> impl Iterator<Item = FunctionArn> + 'a {
        let functions = self.inner.registry.list(scope, std::ops::Bound::Unbounded, usize::MAX);
        functions.into_iter().filter_map(move |function| {
            let snapshot = function.snapshot.load();
            let has = snapshot.record.attached.code_signing.as_deref() == Some(config);
            has.then(|| function.arn.clone())
        })
    }

    async fn store_config(
        &self,
        scope: &Scope,
        id: &str,
        config: Option<ConfigRecord>,
    ) -> Result<(), AwsError> {
        let key = key(scope, id);
        let batch = match &config {
            Some(config) => Batch::new().put(key, crate::change::json(config)),
            None => Batch::new().delete(key),
        };
        self.inner.store.commit(batch).await.map_err(|error| refuse::store_failed(&error))?;
        self.inner.signing.put(scope, id, config);
        Ok(())
    }
}

fn publishers(given: Option<AllowedPublishers>) -> Option<Vec<String>> {
    given.and_then(|publishers| publishers.signing_profile_version_arns)
}

fn enforced(given: Option<CodeSigningPolicies>) -> Option<bool> {
    let policy = given.and_then(|policies| policies.untrusted_artifact_on_deployment);
    policy.map(|policy| policy == CodeSigningPolicy::Enforce)
}

/// `csc-` and 17 hexadecimal digits.
fn new_id() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("csc-0{}", &random[..16])
}

fn shown(scope: &Scope, id: &str, config: &ConfigRecord) -> CodeSigningConfig {
    let policy = if config.enforce { CodeSigningPolicy::Enforce } else { CodeSigningPolicy::Warn };
    CodeSigningConfig {
        code_signing_config_id: Some(id.into()),
        code_signing_config_arn: Some(arn(scope, id)),
        description: config.description.clone(),
        allowed_publishers: Some(AllowedPublishers {
            signing_profile_version_arns: Some(config.publishers.clone()),
        }),
        code_signing_policies: Some(CodeSigningPolicies {
            untrusted_artifact_on_deployment: Some(policy),
        }),
        last_modified: Some(answer::date(config.modified_ms)),
    }
}
