//! The few operations of AWS Lambda the commands call.

use std::collections::BTreeMap;
use std::fmt::Write;

use bytes::Bytes;
use fika_aws::sigv4::Service;
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Answer, Client};
use crate::failure::{Failure, Kind};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// What a function is like: the parts of `FunctionConfiguration` the commands read.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
    /// Its ARN.
    pub function_arn: String,
    /// Its runtime identifier.
    pub runtime: Option<String>,
    /// What is called.
    pub handler: Option<String>,
    /// The role's ARN.
    pub role: String,
    /// Memory, MB.
    pub memory_size: u32,
    /// How long a call may take, seconds.
    pub timeout: u32,
    /// The zip's SHA-256, base64.
    pub code_sha256: String,
    /// Environment variables.
    pub environment: Option<Environment>,
    /// `Pending`, `Active`, `Failed`, …
    pub state: Option<String>,
    /// Why.
    pub state_reason: Option<String>,
    /// `InProgress`, `Successful` or `Failed`.
    pub last_update_status: Option<String>,
    /// Why.
    pub last_update_status_reason: Option<String>,
}

/// `EnvironmentResponse`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Environment {
    /// The variables.
    pub variables: BTreeMap<String, String>,
}

/// One call of a function.
#[derive(Debug)]
pub struct Call<'a> {
    /// Name, partial ARN or ARN.
    pub function: &'a str,
    /// Version or alias.
    pub qualifier: Option<&'a str>,
    /// Ask only whether it may.
    pub dry_run: bool,
    /// Want the end of the log.
    pub tail: bool,
    /// The event.
    pub payload: Bytes,
}

/// AWS Lambda, as the commands use it.
#[derive(Debug)]
pub struct Lambda<'a> {
    client: &'a Client,
}

impl<'a> Lambda<'a> {
    /// Speaks through that client.
    pub fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// `GetFunctionConfiguration`; `None` when there is no such function.
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn configuration(&self, name: &str) -> Result<Option<Configuration>, Failure> {
        let path = format!("{FUNCTIONS}/{}/configuration", encoded(name));
        let answer = self.send(Method::GET, &path, Bytes::new()).await?;
        match answer.refusal() {
            Some(refusal) if refusal.status == 404 => Ok(None),
            Some(refusal) => Err(refusal.into()),
            None => answer.json().map(Some),
        }
    }

    /// `CreateFunction`
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn create(&self, request: &Value) -> Result<Configuration, Failure> {
        self.change(Method::POST, FUNCTIONS, request).await
    }

    /// `UpdateFunctionCode`
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn update_code(&self, name: &str, request: &Value) -> Result<Configuration, Failure> {
        let path = format!("{FUNCTIONS}/{}/code", encoded(name));
        self.change(Method::PUT, &path, request).await
    }

    /// `UpdateFunctionConfiguration`
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn update_configuration(
        &self,
        name: &str,
        request: &Value,
    ) -> Result<Configuration, Failure> {
        let path = format!("{FUNCTIONS}/{}/configuration", encoded(name));
        self.change(Method::PUT, &path, request).await
    }

    /// `Invoke`
    ///
    /// # Errors
    /// When the server cannot be asked or refuses. A function's own error is an answer.
    pub async fn invoke(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let mut path = format!("{FUNCTIONS}/{}/invocations", encoded(call.function));
        if let Some(qualifier) = call.qualifier {
            path = format!("{path}?Qualifier={}", encoded(qualifier));
        }
        let kind = if call.dry_run { "DryRun" } else { "RequestResponse" };
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-invocation-type", HeaderValue::from_static(kind));
        if call.tail {
            headers.insert("x-amz-log-type", HeaderValue::from_static("Tail"));
        }
        let answer =
            self.client.send(Service::LAMBDA, Method::POST, &path, headers, call.payload).await?;
        match answer.refusal() {
            Some(refusal) if refusal.code == "ResourceNotFoundException" => Err(Failure::new(
                Kind::Refused,
                "deploy the function first: fika deploy PATH --name NAME",
                refusal,
            )),
            Some(refusal) => Err(refusal.into()),
            None => Ok(answer),
        }
    }

    async fn change(
        &self,
        method: Method,
        path: &str,
        request: &Value,
    ) -> Result<Configuration, Failure> {
        let answer = self.send(method, path, Bytes::from(request.to_string())).await?;
        answer.refusal().map_or_else(|| answer.json(), |refusal| Err(refusal.into()))
    }

    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Answer, Failure> {
        self.client.send(Service::LAMBDA, method, path, HeaderMap::new(), body).await
    }
}

/// Percent-encodes one segment of a path, or one value of a query.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String never fails.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_segment_of_the_path() {
        for (name, expected) in [
            ("hello-1_2", "hello-1_2"),
            ("hello:$LATEST", "hello%3A%24LATEST"),
            ("../x?y#z", "..%2Fx%3Fy%23z"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(encoded(name), expected);
        }
    }

    #[test]
    fn a_configuration_reads_what_is_there() {
        let text = r#"{"FunctionArn":"a","MemorySize":128,"Timeout":3,"State":"Pending",
            "Environment":{"Variables":{"A":"b"}},"CodeSha256":"x=","SnapStart":{}}"#;
        let read: Configuration = serde_json::from_str(text).expect("reads");
        assert_eq!((read.memory_size, read.timeout, read.handler), (128, 3, None));
        assert_eq!(read.code_sha256, "x=");
        assert_eq!(read.environment.expect("there").variables["A"], "b");
    }
}
