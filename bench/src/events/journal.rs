//! What events stand on: commits of the journal, beside a loop of bare writes and syncs of the same bytes on
//! the same disk.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use fika_journal::{Batch, Journal, JournalOptions};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::Effort;
use crate::figures::{Figure, median};
use crate::place::Place;
use crate::report::{Findings, say};

/// Who commits at once.
const CLIENTS: usize = 64;
/// Head and body of an entry: about what an event of 30 bytes takes.
const HEAD: usize = 130;
const BODY: usize = 400;
/// What an entry of the topic takes beside them in the journal.
const FRAME: usize = 32;

/// Its figures.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let dir = place.data("journal");
    let (mut many, mut one) = (Vec::new(), Vec::new());
    let mut shared = Vec::new();
    for _ in 0..effort.rounds {
        let (rate, each) = commits(&dir, CLIENTS, effort.round)?;
        shared.push(each);
        many.push((rate, bare(&dir, CLIENTS, effort.round)?));
        one.push((commits(&dir, 1, effort.round)?.0, bare(&dir, 1, effort.round)?));
    }
    let of = |seen: &[(f64, f64)]| {
        (median(seen.iter().map(|both| both.0)), median(seen.iter().map(|both| both.1)))
    };
    let ((many, groups), (one, single)) = (of(&many), of(&one));
    say(&format!("journal: {many:.0} commits/s, bare {groups:.0}; alone {one:.0}, {single:.0}"));
    findings.figures.extend([
        Figure::new("journal.commits", "/s", many, groups, "bare write + fdatasync"),
        Figure::new("journal.commits.alone", "/s", one, single, "bare write + fdatasync"),
    ]);
    findings.notes.push(format!(
        "journal.commits: {CLIENTS} at once, of {} bytes, {:.1} for each sync, beside {CLIENTS} to each \
         bare sync; alone: one after the other",
        HEAD + BODY + FRAME,
        median(shared)
    ));
    Ok(())
}

/// Commits a second, and for each sync.
fn commits(dir: &Path, clients: usize, time: Duration) -> Result<(f64, f64)> {
    let (journal, _) = Journal::open(dir, JournalOptions { disk_bytes: 64 << 30 })?;
    let topic: Arc<str> = "event".into();
    let (head, body) = (Bytes::from(vec![b'h'; HEAD]), Bytes::from(vec![b'b'; BODY]));
    let runtime = Builder::new_current_thread().build()?;
    let begun = Instant::now();
    let done: u32 = runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            let (journal, topic) = (journal.clone(), Arc::clone(&topic));
            let (head, body) = (head.clone(), body.clone());
            tasks.spawn(async move {
                let mut done = 0;
                while begun.elapsed() < time {
                    let batch = Batch::new().put(Arc::clone(&topic), head.clone(), body.clone());
                    journal.commit(batch).await?;
                    done += 1;
                }
                anyhow::Ok(done)
            });
        }
        let all = tasks.join_all().await;
        all.into_iter().sum::<Result<u32>>()
    })?;
    let rate = f64::from(done) / begun.elapsed().as_secs_f64();
    let facts = journal.facts();
    drop(journal);
    fs::remove_dir_all(dir).context("removing a journal")?;
    Ok((rate, facts.commits as f64 / facts.syncs.max(1) as f64))
}

/// The same with nothing but a file.
fn bare(dir: &Path, clients: usize, time: Duration) -> Result<f64> {
    fs::create_dir_all(dir)?;
    let mut file = File::create(dir.join("bare"))?;
    let bytes = vec![b'b'; clients * (HEAD + BODY + FRAME)];
    let begun = Instant::now();
    let mut done = 0;
    while begun.elapsed() < time {
        file.write_all(&bytes)?;
        file.sync_data()?;
        done += clients;
    }
    let rate = done as f64 / begun.elapsed().as_secs_f64();
    fs::remove_dir_all(dir).context("removing what was written")?;
    Ok(rate)
}
