//! What is asked of services that take forms and answer in XML.

use bytes::Bytes;
use fika_aws::sigv4::Service;
use http::{HeaderMap, HeaderValue, Method, header};

use super::{Answer, Client};
use crate::failure::{Failure, Kind};
use crate::lambda::encoded;

const STS: Service = Service::standard("sts");
const CLOUDFORMATION: Service = Service::standard("cloudformation");

impl Client {
    /// Whose key it is: as the data directory says, or else the server.
    ///
    /// # Errors
    /// Those of [`Self::send`], and what the server says instead.
    pub async fn account(&self) -> Result<String, Failure> {
        if let Some(account) = &self.access.account_id {
            return Ok(account.clone());
        }
        let ask = "Action=GetCallerIdentity&Version=2011-06-15".into();
        let answer = self.query(STS, ask).await?;
        element(&text(&answer), "Account").ok_or_else(|| {
            Failure::new(
                Kind::Unavailable,
                "check the access key, and that the server is fika",
                format!("the server does not say whose key this is: HTTP {}", answer.status),
            )
        })
    }

    /// What a resource of a stack is called, if the stack has it.
    ///
    /// # Errors
    /// Those of [`Self::send`], and what the server says instead.
    pub async fn physical_id(&self, stack: &str, id: &str) -> Result<Option<String>, Failure> {
        let [name, resource] = [stack, id].map(encoded);
        let ask = "Action=DescribeStackResource&Version=2010-05-15";
        let ask = format!("{ask}&StackName={name}&LogicalResourceId={resource}");
        let answer = self.query(CLOUDFORMATION, ask).await?;
        let xml = text(&answer);
        if answer.status.is_success() {
            return Ok(element(&xml, "PhysicalResourceId"));
        }
        let said = element(&xml, "Message").unwrap_or_else(|| xml.clone());
        if said.starts_with(&format!("Resource {id} does not exist")) {
            return Ok(None);
        }
        Err(Failure::new(Kind::Refused, "deploy the stack with the tool it is from", said))
    }

    async fn query(&self, service: Service, form: String) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, kind);
        self.send(service, Method::POST, "/", headers, Bytes::from(form)).await
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// What stands in the first element of that name, which holds no other.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.to_owned())
}
