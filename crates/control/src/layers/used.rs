//! The layers of a function: chosen by ARN, and kept for as long as it has them.

use fika_aws::shape::AwsError;
use fika_model::{CodeRef, Scope, limits};
use fika_store::Pin;
use serde::{Deserialize, Serialize};

use super::{LayerVersion, LayerVersionArn};
use crate::control::Control;
use crate::refuse;
use crate::signing::Seal;

/// A layer version as a function has it: all that is needed of it when it is deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayerUse {
    pub(crate) arn: String,
    pub(crate) code: CodeRef,
    /// Bytes of its files.
    pub(crate) unpacked_bytes: u64,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Seal::is_none")]
    pub(crate) seal: Seal,
}

/// Layers chosen for a function. Their code stays on the disk while this lives.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) uses: Vec<LayerUse>,
    _pins: Vec<Pin>,
}

impl Control {
    /// The layers that a function of this scope is to have, in their order; none where nothing
    /// was said of them.
    ///
    /// # Errors
    /// As on AWS.
    pub(crate) fn choose_layers(
        &self,
        scope: &Scope,
        given: Option<&[String]>,
    ) -> Result<Option<Chosen>, AwsError> {
        let Some(given) = given else { return Ok(None) };
        if given.len() > limits::LAYERS {
            let most = limits::LAYERS;
            return Err(refuse::invalid(format!("Cannot reference more than {most} layers.")));
        }
        let (mut uses, mut pins, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for text in given {
            let arn = LayerVersionArn::parse(text);
            let arn = arn.ok_or_else(|| refuse::no_such_layer_version(text))?;
            let (layer_use, pin) = self.choose_layer(scope, &arn)?;
            once(&seen, &arn)?;
            uses.push(layer_use);
            pins.extend(pin);
            seen.push(arn);
        }
        if uses.iter().map(|one| one.unpacked_bytes).sum::<u64>() > limits::UNZIPPED_BYTES {
            let most = limits::UNZIPPED_BYTES;
            let text = format!("Layers consume more than the available size of {most} bytes");
            return Err(refuse::invalid(text));
        }
        Ok(Some(Chosen { uses, _pins: pins }))
    }

    fn choose_layer(
        &self,
        scope: &Scope,
        arn: &LayerVersionArn,
    ) -> Result<(LayerUse, Option<Pin>), AwsError> {
        if arn.layer.scope.region != scope.region {
            return Err(refuse::invalid(format!(
                "Layers are not in the same region as the function. Layers are expected to be in \
                 region {}.",
                scope.region
            )));
        }
        self.may_use_layer(scope, arn)?;
        let found = self.inner.layers.shelf.pinned(arn, &self.inner.blobs);
        let (version, pin) =
            found.ok_or_else(|| refuse::no_such_layer_version(&arn.to_string()))?;
        let LayerVersion { code, unpacked_bytes, seal, .. } = LayerVersion::clone(&version);
        Ok((LayerUse { arn: arn.to_string(), code, unpacked_bytes, seal }, pin))
    }

    /// Whether an account may use a layer: its own, and others' that allow it. Of others' it does
    /// not learn whether they are there.
    pub(crate) fn may_use_layer(
        &self,
        scope: &Scope,
        arn: &LayerVersionArn,
    ) -> Result<(), AwsError> {
        if arn.layer.scope.account == scope.account {
            return Ok(());
        }
        let version = self.inner.layers.shelf.get(arn);
        let policy = version.as_ref().and_then(|version| version.policy.as_ref());
        match policy.is_some_and(|policy| policy.allows(&scope.account)) {
            true => Ok(()),
            false => Err(refuse::layer_denied(scope, "GetLayerVersion", arn)),
        }
    }
}

/// Refuses a second version of a layer.
fn once(seen: &[LayerVersionArn], arn: &LayerVersionArn) -> Result<(), AwsError> {
    match seen.iter().find(|other| other.layer == arn.layer) {
        None => Ok(()),
        Some(other) => Err(refuse::invalid(format!(
            "Two different versions of the same layer are not allowed to be referenced in the \
             same function. {other} and {arn} are versions of the same layer."
        ))),
    }
}
