//! Runtimes that are started before their function is known: who may have one, and how it is told.
//!
//! A parked runtime connects to the Runtime API, asks `GET /fika/function` and waits. The answer is
//! the function; after it the runtime is the function's, on the same connection.

use std::collections::BTreeMap;
use std::io;

use fika_model::{FunctionVersion, Runtime};
use fika_sandbox::Connection;
use fika_sandbox::image::Image;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::environment::{self, RUNTIME_API};

/// Where functions' code is, and their working directory.
pub(crate) const TASK_ROOT: &str = "/var/task";
/// Has a runtime client park.
const PARKED: &str = "FIKA_PARKED";

/// A runtime that waits to be told its function.
#[derive(Debug)]
pub(crate) struct Parked {
    pub connection: Connection,
    /// Others have woken from the same memory.
    pub restored: bool,
}

/// What Node, OpenSSL and the libraries below them read at their start only.
const NODE_ONLY: &[&str] =
    &["SSL_CERT_DIR", "SSL_CERT_FILE", "ICU_DATA", "FORCE_COLOR", "NO_COLOR"];
const NODE_ONLY_BUT: &[&str] = &["NODE_PATH", "NODE_ENV", "UV_THREADPOOL_SIZE"];
const NODE_ONLY_STARTS: &[&str] = &["NODE_", "OPENSSL_", "UV_"];
/// The same for Python.
const PYTHON_ONLY: &[&str] = &["SSL_CERT_DIR", "SSL_CERT_FILE", "LANG"];
const PYTHON_ONLY_BUT: &[&str] = &["PYTHONPATH"];
const PYTHON_ONLY_STARTS: &[&str] = &["PYTHON", "OPENSSL_", "LC_"];
/// What the C library reads, and what stands for another program.
const ONLY: &[&str] = &["GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "AWS_LAMBDA_EXEC_WRAPPER"];
const ONLY_STARTS: &[&str] = &["LD_", "MALLOC_"];

/// Whether fika's client of this runtime can park. A function on `provided` brings its own.
pub(crate) fn can_park(runtime: Runtime) -> bool {
    !matches!(runtime, Runtime::Provided { .. })
}

/// The variables a runtime is parked with: what most functions have.
pub(crate) fn variables(runtime: Runtime) -> Vec<(String, String)> {
    let own = [(PARKED, "1".to_owned()), ("AWS_LAMBDA_RUNTIME_API", RUNTIME_API.to_owned())];
    let all = environment::defaults(runtime).into_iter().chain(own);
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What runtime has parked how: one that was parked otherwise is of no use.
pub(crate) fn state(image: &Image) -> String {
    format!("{:?} {:?}", image.argv, variables(image.runtime))
}

/// Whether a function may have a parked runtime: it must not find anything else than one that was
/// started for it would have found.
pub(crate) fn fits(version: &FunctionVersion) -> bool {
    let parked: BTreeMap<_, _> = environment::defaults(version.runtime).into_iter().collect();
    let late = |name: &str, value: &String| {
        !is_start_only(version.runtime, name) || parked.get(name) == Some(value)
    };
    can_park(version.runtime) && version.environment.iter().all(|(name, value)| late(name, value))
}

/// Whether a variable is read when the runtime starts, and not again.
fn is_start_only(runtime: Runtime, name: &str) -> bool {
    let (only, but, starts) = match runtime {
        Runtime::Node { .. } => (NODE_ONLY, NODE_ONLY_BUT, NODE_ONLY_STARTS),
        Runtime::Python { .. } => (PYTHON_ONLY, PYTHON_ONLY_BUT, PYTHON_ONLY_STARTS),
        Runtime::Provided { .. } => return true,
    };
    let begins = |with: &&str| name.starts_with(*with);
    let is_one = ONLY.iter().chain(only).any(|one| *one == name)
        || ONLY_STARTS.iter().chain(starts).any(begins);
    is_one && !but.contains(&name)
}

/// Reads what a parked runtime asks. It is fika's own program with nobody else's code in it, so
/// anything but the one request it makes means that it is not what it should be.
///
/// # Errors
/// When something else comes, or the connection ends.
pub(crate) async fn asked(connection: &mut Connection) -> io::Result<()> {
    let expected = format!("GET /fika/function HTTP/1.1\r\nHost: {RUNTIME_API}\r\n\r\n");
    let mut request = vec![0; expected.len()];
    connection.read_exact(&mut request).await?;
    if request == expected.as_bytes() {
        return Ok(());
    }
    let begin = String::from_utf8_lossy(&request[..request.len().min(40)]).into_owned();
    Err(io::Error::other(format!("it asks something else than for its function: {begin:?}")))
}

/// The function, as a parked runtime takes it.
#[derive(Serialize)]
struct Function<'a> {
    environment: BTreeMap<&'a str, &'a str>,
    directory: &'a str,
    /// Others have woken from the same memory.
    restored: bool,
}

/// Tells a parked runtime its function. From here on the connection is the Runtime API's.
///
/// # Errors
/// When the runtime is gone, or the current event loop cannot take the connection.
pub(crate) async fn tell(
    parked: Parked,
    environment: &[(String, String)],
) -> io::Result<Connection> {
    let Parked { connection, restored } = parked;
    let environment = environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let function = Function { environment, directory: TASK_ROOT, restored };
    let body = serde_json::to_vec(&function).map_err(io::Error::other)?;
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    let mut connection = here(connection)?;
    connection.write_all(&answer).await?;
    connection.flush().await?;
    Ok(connection)
}

/// Has this lane's event loop wake for the connection, and not that of the one that built it.
fn here(connection: Connection) -> io::Result<Connection> {
    match connection {
        Connection::Tcp(stream) => Ok(Connection::Tcp(TcpStream::from_std(stream.into_std()?)?)),
        channel @ Connection::Channel(_) => Ok(channel),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing;

    fn fits_with(runtime: Runtime, name: &str, value: &str) -> bool {
        let mut version = FunctionVersion::clone(&testing::version(Duration::from_secs(3)));
        version.runtime = runtime;
        version.environment = BTreeMap::from([(name.into(), value.into())]);
        fits(&version)
    }

    #[test]
    fn what_is_read_at_the_start_only_needs_a_start() {
        let (node, python) = (Runtime::Node { major: 22 }, Runtime::Python { minor: 12 });
        for (runtime, name, fits) in [
            (node, "MINE", true),
            (node, "NODE_ENV", true),
            (node, "NODE_PATH", true),
            (node, "UV_THREADPOOL_SIZE", true),
            (node, "TZ", true),
            (node, "LANG", true),
            (node, "PYTHONHASHSEED", true),
            (node, "NODE_OPTIONS", false),
            (node, "NODE_EXTRA_CA_CERTS", false),
            (node, "UV_USE_IO_URING", false),
            (node, "LD_PRELOAD", false),
            (node, "LD_LIBRARY_PATH", false),
            (node, "MALLOC_ARENA_MAX", false),
            (node, "AWS_LAMBDA_EXEC_WRAPPER", false),
            (python, "NODE_OPTIONS", true),
            (python, "PYTHONPATH", true),
            (python, "PYTHONHASHSEED", false),
            (python, "LANG", false),
            (python, "LC_ALL", false),
            (python, "OPENSSL_CONF", false),
            (Runtime::Provided { year: 2023 }, "MINE", false),
        ] {
            assert_eq!(fits_with(runtime, name, "x"), fits, "{runtime}: {name}");
        }
        assert!(fits_with(python, "LANG", "en_US.UTF-8"), "what it was parked with");
    }

    async fn pair() -> (TcpStream, Connection) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let theirs = TcpStream::connect(address).await.expect("a connection");
        (theirs, Connection::Tcp(listener.accept().await.expect("accepted").0))
    }

    #[tokio::test]
    async fn only_the_one_request_is_understood() {
        let right = "GET /fika/function HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n\r\n";
        for (request, well) in [
            (right.to_owned(), true),
            (right.replace("GET", "PUT"), false),
            (right.replace("9001", "9002"), false),
            (right[..20].to_owned(), false),
            (String::new(), false),
        ] {
            let (mut theirs, mut ours) = pair().await;
            theirs.write_all(request.as_bytes()).await.expect("room");
            theirs.shutdown().await.expect("open");
            assert_eq!(asked(&mut ours).await.is_ok(), well, "{request:?}");
        }
    }

    #[tokio::test]
    async fn it_is_told_all_of_its_environment() {
        let (mut theirs, ours) = pair().await;
        let environment = [("A".to_owned(), "ü\"\n".to_owned()), ("B".to_owned(), String::new())];
        let parked = Parked { connection: ours, restored: true };
        drop(tell(parked, &environment).await.expect("told"));
        let mut answer = String::new();
        theirs.read_to_string(&mut answer).await.expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{head}");
        let said: serde_json::Value = serde_json::from_str(body).expect("JSON");
        let all = serde_json::json!({ "A": "ü\"\n", "B": "" });
        let all =
            serde_json::json!({ "environment": all, "directory": "/var/task", "restored": true });
        assert_eq!(said, all);
    }
}
