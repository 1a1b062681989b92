//! Code that is in the template itself.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fika_package::files;
use serde_json::{Map, Value, json};

use crate::kind::Failure;

/// What AWS puts beside inline code, so that it can answer as a custom resource.
const RESPONSE_JS: &str = include_str!("cfn_response.js");
const RESPONSE_PY: &str = include_str!("cfn_response.py");

/// `Code` as the API takes it: inline source as a zip, all else as it is.
pub(super) fn code(properties: &Map<String, Value>) -> Result<Value, Failure> {
    let code = properties.get("Code").unwrap_or(&Value::Null);
    let Some(source) = code.get("ZipFile").and_then(Value::as_str) else {
        return Ok(code.clone());
    };
    let runtime = properties.get("Runtime").and_then(Value::as_str).unwrap_or_default();
    let handler = properties.get("Handler").and_then(Value::as_str).unwrap_or_default();
    let module = handler.split('.').next().filter(|name| !name.is_empty()).unwrap_or("index");
    let (ending, beside) = if runtime.starts_with("nodejs") {
        ("js", ("cfn-response.js", RESPONSE_JS))
    } else if runtime.starts_with("python") {
        ("py", ("cfnresponse.py", RESPONSE_PY))
    } else {
        let text = "ZipFile can only be used when Runtime is set to nodejs or python";
        return Err(Failure::new(text));
    };
    let own = format!("{module}.{ending}");
    let zip = files(&[(&own, source.as_bytes()), (beside.0, beside.1.as_bytes())]);
    let zip = zip.map_err(|error| Failure::new(error.to_string()))?;
    Ok(json!({"ZipFile": BASE64_STANDARD.encode(zip)}))
}
