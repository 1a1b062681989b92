//! The one way layers change: in turn, committed, and only then seen.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_store::Batch;

use super::record::{self, LayerRecord, LayerVersion};
use super::{LayerArn, LayerVersionArn};
use crate::change::json;
use crate::control::Control;
use crate::refuse;

impl Control {
    /// Publishes a version under the next number of its layer. The caller has pinned its code.
    pub(crate) async fn add_layer_version(
        &self,
        layer: LayerArn,
        version: LayerVersion,
    ) -> Result<(LayerVersionArn, Arc<LayerVersion>), AwsError> {
        let layers = &self.inner.layers;
        let _turn = layers.turn.lock().await;
        let (scope, bytes) = (layer.scope.clone(), version.code.size);
        let room = self.claim(&scope, bytes)?;
        let published = layers.shelf.published(&layer).unwrap_or_default() + 1;
        let (record, arn) = (LayerRecord { published }, layer.clone().version(published));
        let batch = Batch::new().put(record::key(&layer), json(&record));
        self.commit_layer(batch.put(record::version_key(&arn), json(&version))).await?;
        let version = Arc::new(version);
        self.inner.registry.keep_layer(&scope, bytes, room);
        layers.shelf.number(&layer, record);
        layers.shelf.put(&arn, Arc::clone(&version));
        Ok((arn, version))
    }

    /// Changes a version. `edit` sees it as it then is, or none where there is none; what it
    /// returns is the answer, once the change is on disk.
    pub(crate) async fn change_layer_version<T>(
        &self,
        arn: &LayerVersionArn,
        edit: impl FnOnce(&mut LayerVersion) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let layers = &self.inner.layers;
        let _turn = layers.turn.lock().await;
        let before = layers.shelf.get(arn).ok_or_else(|| refuse::no_layer_version(arn))?;
        let mut version = LayerVersion::clone(&before);
        let answer = edit(&mut version)?;
        self.commit_layer(Batch::new().put(record::version_key(arn), json(&version))).await?;
        layers.shelf.put(arn, Arc::new(version));
        Ok(answer)
    }

    /// Deletes a version. Functions that have it keep its code; one that is not there is no error.
    pub(crate) async fn remove_layer_version(&self, arn: &LayerVersionArn) -> Result<(), AwsError> {
        let layers = &self.inner.layers;
        let _turn = layers.turn.lock().await;
        let Some(version) = layers.shelf.get(arn) else { return Ok(()) };
        self.commit_layer(Batch::new().delete(record::version_key(arn))).await?;
        layers.shelf.remove(arn);
        self.inner.registry.drop_layer(&arn.layer.scope, version.code.size);
        self.forget(&version.code);
        Ok(())
    }

    async fn commit_layer(&self, batch: Batch) -> Result<(), AwsError> {
        let done = self.inner.store.commit(batch).await;
        done.map(drop).map_err(|error| refuse::store_failed(&error))
    }
}
