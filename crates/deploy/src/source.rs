//! Where templates come from, and what of their parameters is kept elsewhere.

use std::collections::BTreeMap;

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_resources::Services;
use fika_template::{Dynamic, Template, dynamic_references, ssm_names};
use http::Request;
use serde_json::{Value, json};

use crate::error::{self, invalid};
use crate::plan::Plan;
use crate::record::Wish;

/// The longest template in a request, bytes.
const BODY: usize = 51_200;

/// A template that is in the request, or in a bucket.
///
/// # Errors
/// `ValidationError` where there is none, or both, or it is too long, or cannot be read.
pub(crate) async fn template(
    services: &Services,
    body: Option<&str>,
    url: Option<&str>,
) -> Result<Option<String>, AwsError> {
    match (body, url) {
        (Some(_), Some(_)) => Err(invalid("Specify only one of TemplateBody and TemplateURL")),
        (Some(body), None) if body.len() > BODY => {
            let text = format!(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: \
                 Member must have length less than or equal to {BODY}"
            );
            Err(invalid(text))
        }
        (Some(body), None) => Ok(Some(body.into())),
        (None, Some(url)) => fetched(services, url).await.map(Some),
        (None, None) => Ok(None),
    }
}

/// Reads an object by its address: `…/BUCKET/KEY`, or `BUCKET.s3.…/KEY`.
async fn fetched(services: &Services, url: &str) -> Result<String, AwsError> {
    let supported = || invalid("TemplateURL must be a supported URL.");
    let (_, rest) = url.split_once("://").ok_or_else(supported)?;
    let (host, path) = rest.split_once('/').ok_or_else(supported)?;
    let host = host.split(':').next().unwrap_or_default();
    let path = match host.split_once(".s3.").or_else(|| host.split_once(".s3-")) {
        Some((bucket, _)) if !bucket.is_empty() => format!("/{bucket}/{path}"),
        _ => format!("/{path}"),
    };
    // A byte more than there may be is enough to see that it is too long.
    let range = format!("bytes=0-{}", fika_template::TEMPLATE_BYTES);
    let request = Request::get(path).header("host", "s3.localhost").header("range", range);
    let request = request.body(Bytes::new());
    let request = request.map_err(|_| supported())?;
    let answer = services
        .request("s3", request)
        .await
        .map_err(|refusal| invalid(format!("S3 error: {} ({url})", refusal.message)))?;
    if answer.body().len() > fika_template::TEMPLATE_BYTES {
        return Err(invalid("Template may not exceed 1000000 bytes in size."));
    }
    String::from_utf8(answer.into_body().into())
        .map_err(|_| invalid("Template format error: it is not UTF-8."))
}

/// Reads what parameters of the template stand for in the Parameter Store.
///
/// # Errors
/// `ValidationError` for a template whose parameters cannot be read.
pub(crate) async fn stored(services: &Services, wish: &mut Wish) -> Result<(), AwsError> {
    let read = fika_template::read(&wish.template).map_err(error::template)?;
    let declared = Template::parameters(&read).map_err(error::template)?;
    let mut found = BTreeMap::new();
    for name in ssm_names(&declared, &wish.parameters) {
        if let Some(Value::String(value)) = parameter(services, &name, false).await {
            found.insert(name, value);
        }
    }
    wish.stored = found;
    Ok(())
}

/// What a parameter says. What is a secret is told to those only who name it as one.
async fn parameter(services: &Services, name: &str, secure: bool) -> Option<Value> {
    let input = json!({"Name": name, "WithDecryption": secure});
    let answer = services.json("ssm", "AmazonSSM.GetParameter", &input).await.ok()?;
    let parameter = answer.get("Parameter")?;
    let is_secret = parameter.get("Type")?.as_str()? == "SecureString";
    (secure || !is_secret).then(|| parameter.get("Value").cloned())?
}

impl Plan {
    /// Reads what the template's dynamic references stand for. What cannot be read is missed by the resource that needs
    /// it.
    pub async fn look_up(&mut self, services: &Services) {
        for reference in dynamic_references(&self.processed) {
            let Some(Dynamic::Parameter { name, version, secure }) = Dynamic::read(&reference)
            else {
                continue;
            };
            let name = version.map_or(name.clone(), |version| format!("{name}:{version}"));
            if let Some(value) = parameter(services, &name, secure).await {
                self.dynamic.insert(reference, value);
            }
        }
    }
}
