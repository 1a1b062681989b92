//! One API, as the store keeps it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::Scope;
use serde::{Deserialize, Serialize};

use crate::document::Document;

/// Things of one sort, by id or name.
pub type Things = BTreeMap<String, Document>;

/// Which of the two services made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// An HTTP API, of `apigatewayv2`.
    Http,
    /// A REST API, of `apigateway`.
    Rest,
}

/// What a deployment is a copy of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Settings that requests feel (`corsConfiguration`, `binaryMediaTypes` …).
    #[serde(default)]
    pub settings: Document,
    /// Routes of an HTTP API.
    #[serde(default)]
    pub routes: Things,
    /// Integrations of an HTTP API.
    #[serde(default)]
    pub integrations: Things,
    /// Authorizers.
    #[serde(default)]
    pub authorizers: Things,
    /// Resources of a REST API, with their methods.
    #[serde(default)]
    pub resources: Things,
}

/// An API but for what was deployed. Add members with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which service made it.
    pub kind: Kind,
    /// When, milliseconds since 1970.
    pub created_ms: i64,
    /// What is not deployed: its name, description, tags.
    pub about: Document,
    /// As it is edited.
    pub config: Config,
    /// By name.
    pub stages: Things,
    /// By id.
    pub deployments: Things,
}

/// An API as it is about to be: what a change is made to.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub scope: Scope,
    /// All but what was deployed.
    pub record: Record,
    /// What was deployed, by deployment.
    pub snapshots: BTreeMap<String, Arc<Config>>,
    /// Milliseconds since 1970.
    pub now_ms: i64,
}

impl Draft {
    /// Deploys what is edited now.
    pub fn deploy(&mut self, id: String, about: Document) {
        self.record.deployments.insert(id.clone(), about);
        self.snapshots.insert(id, Arc::new(self.record.config.clone()));
    }

    /// Forgets a deployment.
    pub fn undeploy(&mut self, id: &str) -> Option<Document> {
        self.snapshots.remove(id);
        self.record.deployments.remove(id)
    }
}
