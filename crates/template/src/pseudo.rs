//! The parameters that every template has.

use serde_json::Value;

/// What `AWS::…` names stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudo {
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::Partition`: `aws`.
    pub partition: String,
    /// `AWS::URLSuffix`: `amazonaws.com`.
    pub url_suffix: String,
    /// `AWS::StackId`, an ARN.
    pub stack_id: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// `AWS::NotificationARNs`.
    pub notification_arns: Vec<String>,
}

/// What removes the property, or the item, that refers to it.
pub(crate) const NO_VALUE: &str = "AWS::NoValue";

const NAMES: [&str; 8] = [
    "AWS::AccountId",
    "AWS::Region",
    "AWS::Partition",
    "AWS::URLSuffix",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::NotificationARNs",
    NO_VALUE,
];

/// Whether a name is one of those.
pub(crate) fn is_pseudo(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Pseudo {
    /// What a name stands for; nothing for [`NO_VALUE`], and for what is none of them.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let text = match name {
            "AWS::AccountId" => &self.account,
            "AWS::Region" => &self.region,
            "AWS::Partition" => &self.partition,
            "AWS::URLSuffix" => &self.url_suffix,
            "AWS::StackId" => &self.stack_id,
            "AWS::StackName" => &self.stack_name,
            "AWS::NotificationARNs" => return Some(self.notification_arns.clone().into()),
            _ => return None,
        };
        Some(text.clone().into())
    }
}
