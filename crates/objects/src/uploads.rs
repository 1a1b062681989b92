//! Uploads in parts, in memory and on disk.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use fika_store::Batch;

use crate::files::{Draft, random_name};
use crate::keys;
use crate::objects::{Condition, NotChanged, Objects, Telling, disk, json, now_ms};
use crate::record::{Done, Part, Piece, Upload, Version};
use crate::shelf::{Open, Shelf};

impl Objects {
    /// Begins an upload in parts, and names it.
    pub(crate) async fn begin(&self, shelf: &Shelf, upload: Upload) -> Result<String, NotChanged> {
        let _turn = shelf.turn.read().await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let id = random_name().map_err(disk)?;
        self.commit(Batch::new().put(keys::upload(&shelf.name, &id), json(&upload)?)).await?;
        let open = Open { upload: Arc::new(upload), parts: BTreeMap::new() };
        shelf.uploads_mut().insert(id.clone(), open);
        Ok(id)
    }

    /// Adds a part, or replaces it.
    pub(crate) async fn add(
        &self,
        shelf: &Shelf,
        id: &str,
        number: u16,
        drafts: Vec<Draft>,
        part: Part,
    ) -> Result<(), NotChanged> {
        let _turn = shelf.turn.read().await;
        let _upload = shelf.turn_of(id).await;
        if !shelf.uploads().contains_key(id) || shelf.is_gone() {
            return Err(NotChanged::NoUpload);
        }
        self.commit(Batch::new().put(keys::part(&shelf.name, id, number), json(&part)?)).await?;
        drafts.into_iter().for_each(Draft::keep);
        let mut uploads = shelf.uploads_mut();
        let open = uploads.get_mut(id).ok_or(NotChanged::NoUpload)?;
        let replaced = open.parts.insert(number, Arc::new(part));
        drop(uploads);
        if let Some(replaced) = replaced {
            self.inner.files.remove(&replaced.pieces);
        }
        Ok(())
    }

    /// Makes an object of parts of an upload, all in one commit: no content is moved.
    pub(crate) async fn complete(
        &self,
        shelf: &Shelf,
        id: &str,
        version: Version,
        asked: String,
        condition: Condition,
        telling: Telling<'_>,
    ) -> Result<Arc<Version>, NotChanged> {
        let turn = shelf.turn.read().await;
        let upload_turn = shelf.turn_of(id).await;
        let open = shelf.uploads().get(id).cloned().ok_or(NotChanged::NoUpload)?;
        let used: HashSet<String> = version.pieces.iter().map(|piece| piece.file.clone()).collect();
        let there = pieces_of(&open).collect::<Vec<_>>();
        if !used.iter().all(|name| there.iter().any(|piece| piece.file == *name)) {
            // A part was replaced meanwhile.
            return Err(NotChanged::NoUpload);
        }
        let key = open.upload.key.clone();
        shelf.uploads_mut().remove(id);
        drop(upload_turn);
        let now = now_ms();
        let over = shelf.over(now);
        let mut done = None;
        let more = |version: &Version| {
            let made = Version { pieces: Vec::new(), ..version.clone() };
            let one = Done { key: key.clone(), asked, version: made, at_ms: now };
            let batch = over.iter().map(|id| keys::done(&shelf.name, id));
            let batch = batch.fold(without(Batch::new(), &shelf.name, id, &open), Batch::delete);
            let batch = batch.put(keys::done(&shelf.name, id), json(&one)?);
            done = Some(Arc::new(one));
            Ok(batch)
        };
        match self.put_with(shelf, &key, version, condition, telling, more).await {
            Ok((put, letter)) => {
                shelf.set_done(id, done, &over);
                let unused = there.into_iter().filter(|piece| !used.contains(&piece.file));
                self.inner.files.remove(&unused.collect::<Vec<_>>());
                drop(turn);
                self.post(letter).await;
                Ok(put)
            }
            Err(error) => {
                shelf.uploads_mut().insert(id.into(), open);
                Err(error)
            }
        }
    }

    /// Gives an upload up.
    pub(crate) async fn abort(&self, shelf: &Shelf, id: &str) -> Result<(), NotChanged> {
        let _turn = shelf.turn.read().await;
        let _upload = shelf.turn_of(id).await;
        let open = shelf.uploads().get(id).cloned().ok_or(NotChanged::NoUpload)?;
        self.commit(without(Batch::new(), &shelf.name, id, &open)).await?;
        shelf.uploads_mut().remove(id);
        self.inner.files.remove(&pieces_of(&open).collect::<Vec<_>>());
        Ok(())
    }
}

/// Ends an upload in the store.
pub(crate) fn without(batch: Batch, bucket: &str, id: &str, open: &Open) -> Batch {
    let parts = open.parts.keys().map(|number| keys::part(bucket, id, *number));
    parts.fold(batch.delete(keys::upload(bucket, id)), Batch::delete)
}

pub(crate) fn pieces_of(open: &Open) -> impl Iterator<Item = Piece> + '_ {
    open.parts.values().flat_map(|part| part.pieces.iter().cloned())
}
