//! Who may call a method, where its event says so.

use super::Method;
use crate::error::Result;
use crate::globals::python_text;
use crate::rest::swagger::Swagger;
use crate::shape;
use crate::tree::{Dict, Node, legacy};

impl Method<'_> {
    /// As whom the function is called where IAM says who may.
    pub(super) fn credentials(&self, partition: &str) -> Result<Option<Node>> {
        let empty = Dict::legacy();
        let own = self.auth().unwrap_or(&empty);
        let of_api = match self.api.truthy("Auth") {
            Some(auth) => shape::map(auth, &self.event.about, "Auth")?,
            None => &empty,
        };
        let is_iam = |auth: &Dict, name: &str| auth.get(name).is_some_and(|one| one == "AWS_IAM");
        let signed =
            is_iam(own, "Authorizer") || is_iam(of_api, "DefaultAuthorizer") && own.is_empty();
        if !signed {
            return Ok(None);
        }
        let role = |auth: &Dict| match auth.get("InvokeRole") {
            Some(role) if role.is_truthy() => Some(role.clone()),
            Some(_) => Some("NONE".into()),
            None => None,
        };
        let caller = || Node::from(format!("arn:{partition}:iam::*:user/*"));
        match role(own).or_else(|| role(of_api)) {
            Some(role) if &role == "NONE" => Ok(None),
            Some(role) if &role != "CALLER_CREDENTIALS" => Ok(Some(role)),
            _ => Ok(Some(caller())),
        }
    }

    /// Auth that is written over that of the API's own document.
    pub(super) fn override_auth(&self) -> Result<Option<Dict>> {
        let (Some(auth), Some(body)) = (self.auth(), self.api.truthy("DefinitionBody")) else {
            return Ok(None);
        };
        if auth.truthy("OverrideApiAuth").is_none() {
            return Ok(None);
        }
        let any = ["Authorizer", "ApiKeyRequired", "ResourcePolicy"];
        if any.iter().all(|name| auth.truthy(name).is_none()) {
            return Err(self.wrong(
                "Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the \
                 OverrideApiAuth property.",
            ));
        }
        let mut swagger = Swagger::open(body.as_dict().cloned().unwrap_or_default())?;
        self.add_auth(&mut swagger)?;
        Ok(Some(swagger.close()))
    }

    pub(super) fn add_auth(&self, swagger: &mut Swagger) -> Result<()> {
        let Some(auth) = self.auth() else { return Ok(()) };
        let authorizer = auth.truthy("Authorizer");
        if let Some(name) = authorizer {
            self.check_authorizer(name)?;
        }
        if let Some(scopes) = auth.truthy("AuthorizationScopes") {
            if scopes.as_list().is_none() {
                return Err(self.wrong("Property 'Auth.AuthorizationScopes' should be a list."));
            }
            if authorizer.is_none() {
                return Err(self.wrong("AuthorizationScopes works only when Authorizer is set"));
            }
        }
        if let Some(name) = authorizer {
            let text = name.as_text().cloned().unwrap_or_default();
            swagger.require(self.place(), &text, &self.scopes(auth, &text))?;
        }
        self.add_key(auth, swagger)?;
        let Some(policy) = auth.truthy("ResourcePolicy") else { return Ok(()) };
        let policy = shape::map(policy, &self.event.id, "Auth.ResourcePolicy")?;
        swagger.add_policy(policy, &self.path, &self.stage.clone().into())?;
        if let Some(statements) = policy.truthy("CustomStatements") {
            swagger.add_statements(statements);
        }
        Ok(())
    }

    fn of_api(&self, name: &str) -> Option<&Node> {
        self.api.get("Auth").and_then(|auth| auth.get(name)).filter(|value| value.is_truthy())
    }

    fn check_authorizer(&self, name: &Node) -> Result<()> {
        let authorizers = self.of_api("Authorizers");
        if let Some(all) = authorizers {
            shape::map(all, &self.event.about, "Auth.Authorizers")?;
        }
        let place = format!("on API method [{}] for path [{}]", self.method.text, self.path.text);
        let unable = |why: &str| {
            let name = python_text(name);
            Err(self.wrong(format!("Unable to set Authorizer [{name}] {place} because {why}")))
        };
        if name == "AWS_IAM" {
            return Ok(());
        }
        if name == "NONE" {
            return match self.of_api("DefaultAuthorizer") {
                Some(_) => Ok(()),
                None => Err(self.wrong(format!(
                    "Unable to set Authorizer {place} because 'NONE' is only a valid value when a \
                     DefaultAuthorizer on the API is specified."
                ))),
            };
        }
        let Some(all) = authorizers.and_then(Node::as_dict) else {
            return unable("the related API does not define any Authorizers.");
        };
        let Some(text) = name.as_str() else {
            return Err(self.wrong(format!(
                "Unable to set Authorizer [{}] {place}. The method authorizer must be a string with a \
                 corresponding dict entry in the api authorizer.",
                python_text(name)
            )));
        };
        match all.truthy(text) {
            Some(_) => Ok(()),
            None => unable("it wasn't defined in the API's Authorizers."),
        }
    }

    /// The scopes that the authorizer asks for, of the event or else of the API.
    fn scopes(&self, auth: &Dict, name: &str) -> Node {
        let none = Node::List(Vec::new());
        let own = self.of_api("Authorizers").and_then(|all| all.get(name));
        let Some(own) = own.filter(|own| !own.is_null() && name != "NONE") else { return none };
        let given = auth.get("AuthorizationScopes").filter(|scopes| !scopes.is_null());
        let of_api = own.get("AuthorizationScopes").filter(|scopes| !scopes.is_null());
        given.or(of_api).cloned().unwrap_or(none)
    }

    fn add_key(&self, auth: &Dict, swagger: &mut Swagger) -> Result<()> {
        let required = auth.get("ApiKeyRequired").filter(|required| !required.is_null());
        let Some(required) = required else { return Ok(()) };
        if required.is_truthy() {
            let mut any = false;
            swagger.each(self.place(), |_| {
                any = true;
                Ok(())
            })?;
            if any {
                swagger.define_key()?;
            }
            return self.require_key("api_key", swagger);
        }
        if self.of_api("ApiKeyRequired").is_none() {
            return Err(self.wrong(format!(
                "Unable to set ApiKeyRequired [False] on API method [{}] for path [{}] because the related API \
                 does not specify any ApiKeyRequired.",
                self.method.text, self.path.text
            )));
        }
        self.require_key("api_key_false", swagger)
    }

    fn require_key(&self, name: &str, swagger: &mut Swagger) -> Result<()> {
        swagger.each(self.place(), |definition| {
            let there = definition.get("security").and_then(Node::as_list);
            let mut all = there.cloned().unwrap_or_default();
            all.push(legacy! { name => Node::List(Vec::new()) });
            definition.insert("security", all);
            Ok(())
        })
    }
}
