//! Foreign servers that may be polled.

use std::collections::HashMap;
use std::sync::Arc;

use async_nats::ServerAddr;
use thiserror::Error;

/// A foreign server, and how this one signs in there.
#[derive(Clone)]
pub struct Broker {
    pub(crate) address: ServerAddr,
    pub(crate) user: Option<(String, String)>,
}

// What somebody signs in with must not end up in a log.
impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker").field("at", &self.at()).finish_non_exhaustive()
    }
}

/// A text that names no broker.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("write brokers as nats://HOST:PORT, or nats://USER:PASSWORD@HOST:PORT")]
pub struct NotABroker;

impl Broker {
    /// Its address, as mappings name it: `localhost:4222`.
    #[must_use]
    pub fn at(&self) -> String {
        format!("{}:{}", self.address.host(), self.address.port())
    }
}

impl std::str::FromStr for Broker {
    type Err = NotABroker;

    fn from_str(text: &str) -> Result<Self, NotABroker> {
        if !text.starts_with("nats://") && !text.starts_with("tls://") {
            return Err(NotABroker);
        }
        let address: ServerAddr = text.parse().map_err(|_| NotABroker)?;
        let user = match (address.username(), address.password()) {
            (Some(name), Some(password)) => Some((name.to_owned(), password.to_owned())),
            (None, None) => None,
            _ => return Err(NotABroker),
        };
        Ok(Self { address, user })
    }
}

/// All of them, by the address that mappings name.
#[derive(Debug, Clone, Default)]
pub struct Brokers(Arc<HashMap<String, Broker>>);

impl Brokers {
    /// The first of these addresses that may be polled.
    pub(crate) fn find(&self, servers: &[String]) -> Option<&Broker> {
        servers.iter().find_map(|server| self.0.get(server))
    }
}

impl FromIterator<Broker> for Brokers {
    fn from_iter<I: IntoIterator<Item = Broker>>(brokers: I) -> Self {
        Self(Arc::new(brokers.into_iter().map(|broker| (broker.at(), broker)).collect()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_found_by_their_address() {
        let brokers: Brokers = ["nats://localhost:4222", "nats://me:secret@example.test:5000"]
            .map(|text| text.parse::<Broker>().unwrap())
            .into_iter()
            .collect();
        let found = brokers.find(&["other:1".into(), "example.test:5000".into()]).unwrap();
        assert_eq!(found.user, Some(("me".into(), "secret".into())));
        assert!(!format!("{brokers:?}").contains("secret"));
        assert!(brokers.find(&["localhost:4223".into()]).is_none());
        for wrong in ["localhost:4222", "http://localhost:4222", "nats://me@localhost", ""] {
            assert!(wrong.parse::<Broker>().is_err(), "{wrong}");
        }
    }
}
