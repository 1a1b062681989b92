//! `ResourcePolicy`: from where an API may be called, as statements in its document.

use super::swagger::{POLICY, Swagger};
use crate::error::{Result, template};
use crate::openapi::{ANY, each_item, path_pattern};
use crate::tree::{Dict, Node, Text, dict, legacy, list};

impl Swagger {
    /// Adds the statements for a path.
    pub fn add_policy(&mut self, given: &Dict, path: &Text, stage: &Node) -> Result<()> {
        let places = self.places(path, stage)?;
        let list_of = |name: &str| given.get(name).filter(|list| !list.is_null());
        for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
            if let Some(list) = list_of(name) {
                self.add_accounts(list, effect, &places)?;
            }
        }
        for (name, condition) in
            [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")]
        {
            if let Some(list) = list_of(name).filter(|list| list.is_truthy()) {
                let list = as_list(list);
                self.add_pair(dict! { condition => dict! { "aws:SourceIp" => list } }, &places);
            }
        }
        for (kind, condition) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
            let networks = networks(given, kind)?;
            if !networks.is_empty() {
                self.add_pair(dict! { condition => networks }, &places);
            }
        }
        self.body.insert(POLICY, self.policy.clone());
        Ok(())
    }

    /// Adds statements as they are written.
    pub fn add_statements(&mut self, given: &Node) {
        self.policy.insert("Version", "2012-10-17");
        if self.policy.get("Statement").is_none() {
            self.policy.insert("Statement", given.clone());
        } else {
            self.add_new(as_list(given).as_list().cloned().unwrap_or_default());
        }
        self.body.insert(POLICY, self.policy.clone());
    }

    /// The ARNs of a path's methods.
    fn places(&mut self, path: &Text, stage: &Node) -> Result<Node> {
        let mut methods = Vec::new();
        each_item(self.paths(), path, |item| {
            methods.extend(item.names());
            Ok(())
        })?;
        let pattern = without_parameters(path);
        let place = |method: Text| {
            let any = matches!(&*method.to_lowercase(), ANY | "any");
            let verb = if any { "*".to_owned() } else { method.to_uppercase() };
            let text = format!("execute-api:/${{__Stage__}}/{verb}{pattern}");
            let unicode = path.unicode || (!any && method.unicode);
            dict! { "Fn::Sub" => list![Text { text, unicode }, dict! { "__Stage__" => stage }] }
        };
        Ok(Node::List(methods.into_iter().map(place).collect()))
    }

    fn add_accounts(&mut self, list: &Node, effect: &str, places: &Node) -> Result<()> {
        if !list.is_truthy() {
            return Ok(());
        }
        if list.as_str().is_some() || !matches!(list, Node::Dict(_) | Node::List(_)) {
            return Err(template(format!(
                "Type of '{}' must be a list or dictionary",
                crate::globals::python_text(list)
            )));
        }
        self.policy.insert("Version", "2012-10-17");
        let statement = legacy! {
            "Effect" => effect,
            "Action" => "execute-api:Invoke",
            "Resource" => places,
            "Principal" => legacy! { "AWS" => as_list(list) },
        };
        match self.policy.get("Statement").filter(|there| !there.is_null()) {
            None => self.policy.insert("Statement", statement),
            Some(there) => {
                let mut all = as_list(there).as_list().cloned().unwrap_or_default();
                all.push(statement);
                self.policy.insert("Statement", all);
            }
        }
        Ok(())
    }

    /// Allows everybody, and denies those of a condition.
    fn add_pair(&mut self, condition: Node, places: &Node) {
        self.policy.insert("Version", "2012-10-17");
        let statement = |effect: &str| {
            let mut one = Dict::legacy();
            one.insert("Effect", effect);
            one.insert("Action", "execute-api:Invoke");
            one.insert("Resource", places.clone());
            one.insert("Principal", "*");
            one
        };
        let mut deny = statement("Deny");
        deny.insert("Condition", condition);
        self.add_new(vec![statement("Allow").into(), deny.into()]);
    }

    /// Adds statements that are not there.
    fn add_new(&mut self, statements: Vec<Node>) {
        let there = self.policy.get("Statement").filter(|there| !there.is_null());
        let mut all = there.map(as_list).and_then(|all| all.as_list().cloned()).unwrap_or_default();
        for one in statements {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        self.policy.insert("Statement", all);
    }
}

fn as_list(node: &Node) -> Node {
    match node {
        Node::List(_) => node.clone(),
        other => list![other],
    }
}

/// The path with its parameters as stars; a slash at its end stays.
fn without_parameters(path: &str) -> String {
    let made = path_pattern(path, true);
    if path.ends_with('/') && path.len() > 1 { format!("{made}/") } else { made }
}

/// The networks that are listed, by the key of a condition that they are for.
fn networks(given: &Dict, kind: &str) -> Result<Dict> {
    let plain = given.get(&format!("SourceVpc{kind}")).filter(|list| !list.is_null());
    let mut of = [Vec::new(), Vec::new()];
    for one in plain.map(as_list).and_then(|all| all.as_list().cloned()).unwrap_or_default() {
        let Some(text) = one.as_str() else {
            return Err(template(format!(
                "SourceVpc{kind} must be a list of strings. Use IntrinsicVpc{kind} instead for values that use \
                 Intrinsic Functions"
            )));
        };
        if text.starts_with("vpce-") {
            of[1].push(one);
        } else if text.starts_with("vpc-") {
            of[0].push(one);
        }
    }
    let mut made = Dict::legacy();
    for (index, name, key) in [(0, "Vpc", "aws:SourceVpc"), (1, "Vpce", "aws:SourceVpce")] {
        let mut all = std::mem::take(&mut of[index]);
        let more = given.get(&format!("Intrinsic{name}{kind}")).and_then(Node::as_list);
        all.extend(more.into_iter().flatten().cloned());
        if !all.is_empty() {
            made.insert(key, all);
        }
    }
    Ok(made)
}
