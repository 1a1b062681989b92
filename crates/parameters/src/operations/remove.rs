//! Parameters that go, with all their versions.

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::json;

use super::get::NAMES;
use super::{Answered, Ask};
use crate::check::{count, required};
use crate::error::no_parameter;
use crate::name::Name;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMany {
    names: Option<Vec<String>>,
}

impl Ask<'_> {
    pub(super) async fn delete(self, asked: Delete) -> Answered {
        let name = self.name(&required(asked.name, "name")?)?;
        self.permitted("DeleteParameter", &name)?;
        match self.gone(&name).await? {
            true => Ok(json!({})),
            false => Err(no_parameter(&name)),
        }
    }

    pub(super) async fn delete_many(self, asked: DeleteMany) -> Answered {
        let texts = required(asked.names, "names")?;
        count(&texts, "names", 1, NAMES)?;
        let names: Vec<Name> =
            texts.iter().map(|text| self.name(text)).collect::<Result<_, _>>()?;
        names.iter().try_for_each(|name| self.may("DeleteParameters", name))?;
        let (mut deleted, mut invalid) = (Vec::new(), Vec::new());
        for (name, text) in names.iter().zip(texts) {
            match self.gone(name).await? {
                true => deleted.push(text),
                false => invalid.push(text),
            }
        }
        Ok(json!({"DeletedParameters": deleted, "InvalidParameters": invalid}))
    }

    /// Removes a parameter; whether it was there.
    async fn gone(self, name: &Name) -> Result<bool, AwsError> {
        self.parameters.change(name, |record| Ok((None, record.is_some()))).await
    }
}
