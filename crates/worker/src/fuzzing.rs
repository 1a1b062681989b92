//! For `make fuzz`: the APIs inside a sandbox, as its own processes may call them.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use fika_model::{FunctionVersion, RequestId};
use fika_sandbox::Connection;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::{Invocation, runtime_api, testing};

/// How long a connection may take to end when its client has left.
const PATIENCE: Duration = Duration::from_secs(10);

thread_local! {
    /// One for all, so that their logs are one.
    static VERSION: Arc<FunctionVersion> = testing::version(Duration::from_secs(60));
}

/// Sends these bytes to a sandbox's API, in two pieces, with an invocation before each where the
/// sandbox takes one. Its id is all zeros, so that a fuzzer can know it.
///
/// # Panics
/// When something is wrong with fika: a panic in it, or a connection that outlives its client.
pub fn runtime_api(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("an event loop").block_on(talk(bytes));
}

async fn talk(bytes: &[u8]) {
    let bare = testing::bare(VERSION.with(Arc::clone));
    let _ = bare.slot.starting();
    let (mut client, server) = pair().await;
    let serving = tokio::spawn(runtime_api::serve_connection(
        Arc::clone(&bare.slot),
        Connection::Tcp(server),
        Arc::new(testing::Role),
    ));
    let (first, second) = bytes.split_at(bytes.len() / 2);
    for piece in [first, second] {
        let given = testing::invocation("{}", false);
        let _caller =
            bare.slot.accept(Invocation { request_id: RequestId(uuid::Uuid::nil()), ..given });
        let _ = client.write_all(piece).await;
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }
    drop(client);
    let ended = tokio::time::timeout(PATIENCE, serving).await;
    ended.expect("a connection ends with its client").expect("nothing panics");
    // As its keeper does, of which there is none here: the two hold each other.
    bare.roster.remove(testing::SANDBOX);
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let client = std::net::TcpStream::connect(address).expect("a connection");
    let (server, _) = listener.accept().expect("the connection");
    let own = |stream: std::net::TcpStream| {
        stream.set_nonblocking(true).expect("a socket");
        TcpStream::from_std(stream).expect("an event loop")
    };
    (own(client), own(server))
}
