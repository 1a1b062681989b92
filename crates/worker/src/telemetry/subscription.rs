//! What a subscriber wants, read from its request.

use std::time::Duration;

use serde::Deserialize;

/// By which API somebody subscribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// 2022-07-01.
    Telemetry,
    /// 2020-08-15, which tells less.
    Logs,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Platform,
    Function,
    Extension,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Function => "function",
            Self::Extension => "extension",
        }
    }
}

/// How much is gathered before it is delivered, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Buffering {
    pub items: usize,
    pub bytes: usize,
    pub time: Duration,
}

/// Where it is delivered, in the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// By POST, to this port and path.
    Http { port: u16, path: String },
    /// One line each, to this port.
    Tcp { port: u16 },
}

/// What a subscriber wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub kinds: Vec<Kind>,
    pub buffering: Buffering,
    pub destination: Destination,
}

impl Wish {
    pub fn wants(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    schema_version: Option<String>,
    types: Vec<Kind>,
    #[serde(default)]
    buffering: BufferingRequest,
    destination: DestinationRequest,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct BufferingRequest {
    max_items: Option<u64>,
    max_bytes: Option<u64>,
    timeout_ms: Option<u64>,
}

#[derive(Deserialize)]
struct DestinationRequest {
    protocol: String,
    #[serde(rename = "URI")]
    uri: Option<String>,
    port: Option<u16>,
}

impl Api {
    /// The versions of its schema.
    fn versions(self) -> &'static [&'static str] {
        match self {
            Self::Telemetry => &["2022-07-01", "2022-12-13", "2025-01-29"],
            Self::Logs => &["2020-08-15", "2021-03-18"],
        }
    }

    /// Whether it tells of events of that type.
    pub fn tells(self, name: &str) -> bool {
        let only_telemetry = ["platform.init", "platform.restore", "platform.telemetry"];
        match self {
            Self::Telemetry => name != "platform.end",
            Self::Logs => !only_telemetry.iter().any(|begin| name.starts_with(begin)),
        }
    }

    /// Reads a request. The error says what is wrong with it.
    pub fn read(self, body: &[u8]) -> Result<Wish, String> {
        let request: Request = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        match (self, request.schema_version.as_deref()) {
            // The first version of the Logs API had none.
            (Self::Logs, None) => {}
            (_, Some(version)) if self.versions().contains(&version) => {}
            _ => {
                return Err(format!("schemaVersion must be one of {}", self.versions().join(", ")));
            }
        }
        if request.types.is_empty() {
            return Err("types must name at least one of platform, function, extension".into());
        }
        Ok(Wish {
            kinds: request.types,
            buffering: request.buffering.read()?,
            destination: request.destination.read()?,
        })
    }
}

impl BufferingRequest {
    fn read(self) -> Result<Buffering, String> {
        let within = |name: &str, given: Option<u64>, default: u64, least: u64, most: u64| {
            let given = given.unwrap_or(default);
            let fits = (least..=most).contains(&given);
            fits.then_some(given).ok_or(format!("buffering.{name} must be {least} to {most}"))
        };
        let items = within("maxItems", self.max_items, 10_000, 1_000, 10_000)?;
        let bytes = within("maxBytes", self.max_bytes, 262_144, 262_144, 1_048_576)?;
        let time = within("timeoutMs", self.timeout_ms, 1_000, 25, 30_000)?;
        // All are small: they have passed their bounds.
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Buffering { items: size(items), bytes: size(bytes), time: Duration::from_millis(time) })
    }
}

/// The names of a sandbox for itself.
const HOSTS: [&str; 4] = ["sandbox.localdomain", "sandbox", "localhost", "127.0.0.1"];

impl DestinationRequest {
    fn read(self) -> Result<Destination, String> {
        match (self.protocol.as_str(), self.uri, self.port) {
            ("TCP", None, Some(port @ 1..)) => Ok(Destination::Tcp { port }),
            ("TCP", ..) => Err("destination.port must be 1 to 65535".into()),
            ("HTTP", Some(uri), _) => http(&uri).ok_or_else(|| {
                "destination.URI must be http://sandbox.localdomain:PORT/PATH".to_owned()
            }),
            _ => Err("destination.protocol must be HTTP, with a URI, or TCP, with a port".into()),
        }
    }
}

fn http(uri: &str) -> Option<Destination> {
    let uri: http::Uri = uri.parse().ok()?;
    let host = uri.host()?;
    let fits = uri.scheme_str() == Some("http") && HOSTS.contains(&host);
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let port = uri.port_u16().unwrap_or(80);
    (fits && port > 0).then_some(Destination::Http { port, path })
}
