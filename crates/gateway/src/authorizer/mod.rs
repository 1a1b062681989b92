//! Who may call a route.
//!
//! - [`Source`]: where in a request somebody says who they are
//! - [`lambda`]: functions that decide; [`jwt`]: tokens of an issuer, whose keys [`keys`] gets
//! - [`Verdicts`]: what functions decided, for a while

pub mod jwt;
pub mod keys;
pub mod lambda;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::payload::Received;

/// How many verdicts of a stage are remembered.
const VERDICTS: usize = 1_000;

/// Where in a request somebody says who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A header.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// A variable of the stage.
    Stage(String),
    /// Something known of the request, as in `routeKey`.
    Context(String),
}

impl Source {
    /// Reads `$request.header.Authorization` or, as REST APIs write it, `method.request.header.…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('$').or(text.strip_prefix("method.")).unwrap_or(text);
        let (kind, name) = match text.strip_prefix("request.") {
            Some(rest) => rest.split_once('.')?,
            None => text.split_once('.')?,
        };
        let own = || name.to_owned();
        (!name.is_empty()).then_some(())?;
        match kind {
            "header" => Some(Self::Header(name.to_ascii_lowercase())),
            "querystring" => Some(Self::Query(own())),
            "stageVariables" => Some(Self::Stage(own())),
            "context" => Some(Self::Context(own())),
            _ => None,
        }
    }

    /// What a request says there; nothing where that is empty.
    pub fn read(
        &self,
        request: &Received<'_>,
        stage: &Map<String, Value>,
        context: &dyn Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let said = match self {
            Self::Header(name) => request.header(name).map(Into::into),
            Self::Query(name) => {
                let mut pairs = form_urlencoded::parse(request.query.as_bytes());
                pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
            }
            Self::Stage(name) => stage.get(name).and_then(Value::as_str).map(Into::into),
            Self::Context(name) => context(name),
        };
        said.filter(|said: &String| !said.is_empty())
    }
}

/// What functions decided. Bounded: the oldest go first.
#[derive(Debug, Default)]
pub struct Verdicts {
    known: Mutex<HashMap<String, (Duration, Arc<lambda::Verdict>)>>,
}

impl Verdicts {
    /// What was decided of a caller; `now` is since whatever moment.
    pub fn get(&self, caller: &str, now: Duration) -> Option<Arc<lambda::Verdict>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, verdict) = known.get(caller)?;
        (now < *until).then(|| Arc::clone(verdict))
    }

    /// Remembers what was decided.
    pub fn put(&self, caller: String, now: Duration, ttl: Duration, verdict: Arc<lambda::Verdict>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= VERDICTS {
            known.retain(|_, (until, _)| now < *until);
        }
        if known.len() >= VERDICTS {
            let oldest = known.iter().min_by_key(|(_, (until, _))| *until);
            if let Some(oldest) = oldest.map(|(caller, _)| caller.clone()) {
                known.remove(&oldest);
            }
        }
        known.insert(caller, (now + ttl, verdict));
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_both_services_are_read() {
        let header = Some(Source::Header("authorization".into()));
        assert_eq!(Source::parse("$request.header.Authorization"), header);
        assert_eq!(Source::parse("method.request.header.Authorization"), header);
        assert_eq!(Source::parse("$context.routeKey"), Some(Source::Context("routeKey".into())));
        assert_eq!(Source::parse("context.httpMethod"), Some(Source::Context("httpMethod".into())));
        assert_eq!(Source::parse("$stageVariables.a"), Some(Source::Stage("a".into())));
        assert_eq!(Source::parse("$request.querystring.q"), Some(Source::Query("q".into())));
        for none in ["", "$request.header.", "$request.body", "header", "$request.body.x"] {
            assert_eq!(Source::parse(none), None, "{none}");
        }
    }

    #[test]
    fn verdicts_are_forgotten_in_time_and_never_too_many() {
        let verdicts = Verdicts::default();
        let yes = Arc::new(lambda::Verdict::Simple { allowed: true, context: Map::new() });
        let ttl = Duration::from_secs(10);
        for caller in 0..VERDICTS + 5 {
            verdicts.put(
                caller.to_string(),
                Duration::from_millis(caller as u64),
                ttl,
                yes.clone(),
            );
        }
        let later = Duration::from_secs(1);
        assert!(verdicts.get("0", later).is_none());
        assert!(verdicts.get("5", later).is_some());
        assert!(verdicts.get("5", Duration::from_secs(10) + Duration::from_millis(5)).is_none());
    }
}
