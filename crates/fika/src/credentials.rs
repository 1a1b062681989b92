//! Where a client command finds its server and its keys.
//!
//! A server named by a flag or by `AWS_ENDPOINT_URL` is spoken to with the keys of the
//! environment, else with those of the data directory. A server found through the data
//! directory is spoken to with the data directory's keys: variables that name no server are
//! most likely meant for AWS. So is one whose data directory a flag names.

use std::env;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::cli::ServerArgs;
use crate::failure::{Failure, Kind};
use crate::root::{self, Root};

/// How long a server may take to start.
const STARTING: Duration = Duration::from_secs(2);
/// How often it is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(50);
const DEFAULT_REGION: &str = "us-east-1";

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// The token of temporary keys.
    pub session_token: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.access_key_id)
    }
}

/// A server, and as whom to speak to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// `host:port`, for the TCP connection and the `Host` header.
    pub authority: String,
    /// The region requests are signed for.
    pub region: String,
    /// The key they are signed with.
    pub keys: Keys,
    /// The account, where the data directory tells it.
    pub account_id: Option<String>,
}

/// Finds server and keys. One that is just starting, as by `fika serve &` on the line before, is
/// waited for.
///
/// # Errors
/// When there are none, or the server's address is of a kind fika's client does not speak.
pub async fn find(args: &ServerArgs) -> Result<Access, Failure> {
    let dir = args.data.dir()?;
    for _ in 0..STARTING.as_millis() / LOOK.as_millis() {
        match resolve(args, variable, &dir) {
            Err(missing) if missing.kind == Kind::Unavailable => tokio::time::sleep(LOOK).await,
            found => return found,
        }
    }
    resolve(args, variable, &dir)
}

/// Finds server and keys, as they are now.
///
/// # Errors
/// As [`find`].
pub fn now(args: &ServerArgs) -> Result<Access, Failure> {
    resolve(args, variable, &args.data.dir()?)
}

/// The region: the flag's, else the environment's, else us-east-1.
pub fn region(flag: Option<&str>) -> String {
    region_from(flag, variable)
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn region_from(flag: Option<&str>, var: impl Fn(&str) -> Option<String>) -> String {
    flag.map(str::to_owned)
        .or_else(|| var("AWS_REGION"))
        .or_else(|| var("AWS_DEFAULT_REGION"))
        .unwrap_or_else(|| DEFAULT_REGION.into())
}

fn resolve(
    args: &ServerArgs,
    var: impl Fn(&str) -> Option<String>,
    data_dir: &Path,
) -> Result<Access, Failure> {
    let root = Root::load(data_dir)?;
    // A data directory that a flag names is meant, whatever the environment says.
    let environment = args.data.data_dir.is_none();
    let named = args.endpoint_url.clone().or_else(|| {
        environment.then(|| var("AWS_ENDPOINT_URL_LAMBDA").or_else(|| var("AWS_ENDPOINT_URL")))?
    });
    let from_environment = named.is_some().then(|| keys_of_environment(&var)).flatten();
    let keys = from_environment
        .or_else(|| root.clone().map(keys_of_root))
        .ok_or_else(|| no_keys(data_dir))?;
    let account_id =
        root.filter(|root| root.access_key_id == keys.access_key_id).map(|root| root.account_id);
    let url = named.or_else(|| root::endpoint(data_dir)).ok_or_else(|| no_server(data_dir))?;
    let region = region_from(args.region.as_deref(), &var);
    Ok(Access { authority: authority(&url)?, region, keys, account_id })
}

fn keys_of_environment(var: impl Fn(&str) -> Option<String>) -> Option<Keys> {
    Some(Keys {
        access_key_id: var("AWS_ACCESS_KEY_ID")?,
        secret_access_key: var("AWS_SECRET_ACCESS_KEY")?,
        session_token: var("AWS_SESSION_TOKEN"),
    })
}

fn keys_of_root(root: Root) -> Keys {
    let Root { access_key_id, secret_access_key, .. } = root;
    Keys { access_key_id, secret_access_key, session_token: None }
}

/// `http://host[:port][/]` → `host:port`. Keys are never sent, only signatures made with
/// them, so plain HTTP on loopback gives nothing away.
fn authority(url: &str) -> Result<String, Failure> {
    let wrong = |why: &str| {
        Failure::config("name the server as http://HOST:PORT", format!("{url:?} {why}"))
    };
    let rest = url.strip_prefix("http://").ok_or_else(|| wrong("does not start with http://"))?;
    let authority: http::uri::Authority =
        rest.trim_end_matches('/').parse().map_err(|_| wrong("names no host"))?;
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(wrong("names no host"));
    }
    Ok(match authority.port_u16() {
        Some(port) => format!("{}:{port}", authority.host()),
        None => format!("{}:80", authority.host()),
    })
}

/// No server has run on the data directory, or it has stopped.
pub fn no_server(data_dir: &Path) -> Failure {
    Failure::new(
        Kind::Unavailable,
        "start a server with `fika serve`, or name one with --endpoint-url",
        format!("no server runs on {}", data_dir.display()),
    )
}

/// No server has ever run on the data directory.
pub fn no_keys(data_dir: &Path) -> Failure {
    Failure::new(
        Kind::Unavailable,
        "start a server with `fika serve`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        format!("there are no credentials in {}", data_dir.display()),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::cli::DataArgs;

    const HERE: &str = "http://127.0.0.1:9000";

    fn data_dir() -> (TempDir, Root) {
        let dir = tempfile::tempdir().expect("a directory");
        let text = r#"{"account_id":"1","access_key_id":"AKIAROOT","secret_access_key":"s"}"#;
        fs::write(dir.path().join("credentials"), text).expect("written");
        let root = Root::load(dir.path()).expect("read").expect("a key");
        root::publish_endpoint(dir.path(), HERE).expect("an address");
        (dir, root)
    }

    fn args(endpoint_url: Option<&str>) -> ServerArgs {
        let data = DataArgs { data_dir: None, runtimes_dir: None };
        ServerArgs { endpoint_url: endpoint_url.map(Into::into), region: None, data }
    }

    fn vars(given: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| given.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    const AWS_KEYS: &[(&str, &str)] = &[
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-north-1"),
    ];
    const AWS_ALL: &[(&str, &str)] = &[
        ("AWS_ENDPOINT_URL", "http://localhost:1/"),
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];

    #[test]
    fn the_data_directory_is_enough() {
        let (dir, root) = data_dir();
        let found = resolve(&args(None), vars(&[]), dir.path()).expect("found");
        assert_eq!(found.authority, "127.0.0.1:9000");
        assert_eq!(found.region, "us-east-1");
        assert_eq!(found.account_id, Some(root.account_id.clone()));
        assert_eq!(found.keys, keys_of_root(root));
    }

    #[test]
    fn keys_of_the_environment_go_with_a_named_server_only() {
        let (dir, root) = data_dir();
        let keys = |endpoint, given| {
            resolve(&args(endpoint), vars(given), dir.path()).expect("found").keys.access_key_id
        };
        assert_eq!(keys(None, AWS_KEYS), root.access_key_id);
        assert_eq!(keys(Some(HERE), AWS_KEYS), "AKIAENV");
        assert_eq!(keys(Some(HERE), &[]), root.access_key_id);
        assert_eq!(keys(None, AWS_ALL), "AKIAENV");
    }

    #[test]
    fn flags_go_before_variables() {
        let (dir, _) = data_dir();
        let found = resolve(&args(Some(HERE)), vars(AWS_ALL), dir.path()).expect("found");
        assert_eq!(found.authority, "127.0.0.1:9000");
        assert_eq!(found.keys.session_token.as_deref(), Some("token"));
        assert_eq!(region_from(Some("xx-1"), vars(AWS_KEYS)), "xx-1");
        assert_eq!(region_from(None, vars(AWS_KEYS)), "eu-north-1");
    }

    #[test]
    fn nothing_to_go_by_says_what_to_do() {
        let empty = tempfile::tempdir().expect("a directory");
        let failure = resolve(&args(None), vars(&[]), empty.path()).expect_err("no keys");
        assert_eq!(failure.code(), 69);
        let (dir, _) = data_dir();
        root::withdraw_endpoint(dir.path());
        let failure = resolve(&args(None), vars(&[]), dir.path()).expect_err("no server");
        assert_eq!(failure.code(), 69);
        assert!(failure.fix.contains("fika serve"), "{failure}");
    }

    #[test]
    fn addresses() {
        for (url, expected) in [
            ("http://localhost:9000", Some("localhost:9000")),
            ("http://localhost:9000/", Some("localhost:9000")),
            ("http://fika", Some("fika:80")),
            ("http://[::1]:9000", Some("[::1]:9000")),
            ("https://lambda.example", None),
            ("localhost:9000", None),
            ("http://", None),
            ("http://a:b@c:1", None),
            ("http://a:1/path", None),
        ] {
            assert_eq!(authority(url).ok().as_deref(), expected, "{url}");
        }
    }
}
