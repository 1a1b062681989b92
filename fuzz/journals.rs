//! What is done with a fuzzer's bytes where they are a segment of a journal.

use fika_journal::{Batch, Journal, JournalOptions};

const OPTIONS: JournalOptions = JournalOptions { disk_bytes: 2 << 20 };

/// A segment with a right header, whose frames have right sums: each as long as its first byte says. So
/// hostile changes are read, not only torn frames. What is after the last frame is as it is.
fn segment(bytes: &[u8]) -> Vec<u8> {
    let mut segment = b"fikajrn1".to_vec();
    segment.extend(1u32.to_le_bytes());
    segment.extend(1u64.to_le_bytes());
    segment.extend(crc32fast::hash(&segment).to_le_bytes());
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first() {
        let Some((payload, after)) = after.split_at_checked(usize::from(*length)) else { break };
        let mut frame = (payload.len() as u32).to_le_bytes().to_vec();
        frame.extend(payload);
        segment.extend(&frame[..4]);
        segment.extend(crc32fast::hash(&frame).to_le_bytes());
        segment.extend(payload);
        rest = after;
    }
    segment.extend(rest);
    segment
}

/// Whatever a segment says, it is read or refused; and what was read can be used.
pub fn journal(bytes: &[u8]) {
    let Ok(dir) = tempfile::tempdir() else { return };
    if std::fs::write(dir.path().join("0000000001.segment"), segment(bytes)).is_err() {
        return;
    }
    let Ok((journal, live)) = Journal::open(dir.path(), OPTIONS) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        for entry in &live {
            let body = journal.body(entry.id).await.expect("it was read").expect("it is live");
            assert_eq!(body.len(), entry.size as usize);
        }
        let new = journal.commit(Batch::new().put("event".into(), "h", "b")).await;
        let all = live.iter().fold(Batch::new(), |batch, entry| batch.remove(entry.id));
        journal.commit(all).await.expect("what is live can be removed");
        let left = u64::from(new.is_ok());
        assert_eq!(journal.facts().entries, left);
    });
}
