//! The names of layers and of their versions.

use std::fmt;

use fika_model::{AccountId, Region, Scope};

/// `arn:aws:lambda:REGION:ACCOUNT:layer:NAME`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayerArn {
    pub(crate) scope: Scope,
    /// 1 to 140 letters, digits, `-` and `_`.
    pub(crate) name: String,
}

/// The same with `:VERSION` after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayerVersionArn {
    pub(crate) layer: LayerArn,
    /// From 1 on.
    pub(crate) version: u64,
}

impl LayerArn {
    /// A `LayerName` that has passed the model's constraints: an ARN, or a name in the caller's
    /// own scope. None where the ARN's account or region is none.
    pub(crate) fn parse(text: &str, caller: &Scope) -> Option<Self> {
        if text.contains(':') {
            return Self::read(text);
        }
        Some(Self { scope: caller.clone(), name: text.into() })
    }

    fn read(arn: &str) -> Option<Self> {
        match arn.split(':').collect::<Vec<_>>().as_slice() {
            ["arn", _, "lambda", region, account, "layer", name] => Some(Self {
                scope: Scope {
                    account: AccountId::new(account).ok()?,
                    region: Region::new(region).ok()?,
                },
                name: (*name).into(),
            }),
            _ => None,
        }
    }

    pub(crate) fn version(self, version: u64) -> LayerVersionArn {
        LayerVersionArn { layer: self, version }
    }
}

impl LayerVersionArn {
    /// An ARN that has passed the model's constraints. None for one of AWS's own layers, which
    /// are AWS's only.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (layer, version) = text.rsplit_once(':')?;
        let version = version.parse().ok().filter(|version| *version > 0)?;
        Some(LayerArn::read(layer)?.version(version))
    }
}

impl fmt::Display for LayerArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scope { account, region } = &self.scope;
        write!(f, "arn:aws:lambda:{region}:{account}:layer:{}", self.name)
    }
}

impl fmt::Display for LayerVersionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.layer, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_are_read() {
        let layer = "arn:aws:lambda:eu-north-1:123456789012:layer:tools";
        let version = LayerVersionArn::parse(&format!("{layer}:7")).expect("a version");
        assert_eq!((version.to_string(), version.version), (format!("{layer}:7"), 7));
        let caller = version.layer.scope.clone();
        for text in ["tools", layer] {
            assert_eq!(LayerArn::parse(text, &caller), Some(version.layer.clone()), "{text}");
        }
        for text in [layer, "arn:aws:lambda:::awslayer:x", "tools:1", &format!("{layer}:0"), ""] {
            assert_eq!(LayerVersionArn::parse(text), None, "{text}");
        }
    }
}
