//! What an extension's process writes, line by line, in the log of its sandbox.

use std::sync::Arc;

use fika_sandbox::LogReader;

use crate::slot::Slot;

/// The longest line kept whole, as for functions.
const LINE_BYTES: usize = 256 * 1024;
/// How much is read at once.
const CHUNK_BYTES: usize = 8 * 1024;

/// Reads until nobody writes any more.
pub(crate) async fn read(slot: Arc<Slot>, output: LogReader) {
    let (mut chunk, mut line) = (vec![0; CHUNK_BYTES], Vec::new());
    while let Ok(read @ 1..) = output.read(&mut chunk).await {
        for piece in chunk[..read].split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || line.len() >= LINE_BYTES {
                slot.logbook.extension_output(&line);
                line.clear();
            }
        }
        // A flooding extension must not keep the lane from everybody else.
        tokio::task::yield_now().await;
    }
    if !line.is_empty() {
        slot.logbook.extension_output(&line);
    }
}
