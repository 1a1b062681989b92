//! What a function streams, for a client that gets it whole: at a URL whose invoke mode is `BUFFERED`.
//! It is what `Invoke` would give, and a stream's prelude is its head all the same.

use bytes::{Bytes, BytesMut};
use fika_gateway::payload::{Answer, Prelude, v2};
use fika_model::limits;
use serde::de::IgnoredAny;

use super::head_of;
use super::refusal::Refusal;
use crate::stream::{Next, Streamed};

/// All of it, up to what an answer may have.
pub(super) async fn whole(mut streamed: Streamed) -> Result<Answer, Refusal> {
    let head = streamed.prelude().await.map_err(|_| Refusal::Function)?;
    let body = gathered(&mut streamed).await?;
    let head = match head {
        Some(head) => head,
        None if serde_json::from_slice::<IgnoredAny>(&body).is_ok() => {
            return v2::answer(body).map_err(|_| Refusal::Function);
        }
        None => head_of(streamed.content_type().cloned()),
    };
    let Prelude { status, headers } = head;
    Ok(Answer { status, headers, body })
}

async fn gathered(streamed: &mut Streamed) -> Result<Bytes, Refusal> {
    let mut all = BytesMut::new();
    loop {
        match streamed.next().await {
            Next::Data(data) if all.len() + data.len() <= limits::SYNC_RESPONSE_BYTES => {
                all.extend_from_slice(&data);
            }
            Next::Data(_) => return Err(Refusal::Function),
            Next::End(outcome) if outcome.failed => return Err(Refusal::Function),
            Next::End(_) => return Ok(all.freeze()),
        }
    }
}
