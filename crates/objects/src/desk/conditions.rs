//! What a request asks an object to be, before it is read or changed.

use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Result, s3_error};

use super::precondition;
use crate::objects::{Condition, NotChanged};
use crate::record::Version;

/// Of a read, or of a copy's source.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) matches: Option<ETagCondition>,
    pub(super) differs: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

impl Reader {
    /// Whether it is so, in the order of RFC 9110, 13.2.2.
    ///
    /// # Errors
    /// `PreconditionFailed`, or `NotModified`.
    pub(super) fn check(&self, version: &Version) -> S3Result<()> {
        let modified = version.modified();
        match (&self.matches, &self.unmodified_since) {
            (Some(wanted), _) if !is(wanted, version) => return Err(precondition()),
            (None, Some(time)) if modified > *time => return Err(precondition()),
            _ => {}
        }
        match (&self.differs, &self.modified_since) {
            (Some(known), _) if is(known, version) => Err(s3_error!(NotModified)),
            (None, Some(time)) if modified <= *time => Err(s3_error!(NotModified)),
            _ => Ok(()),
        }
    }
}

fn is(wanted: &ETagCondition, version: &Version) -> bool {
    match wanted {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => wanted.value() == version.etag,
    }
}

/// Of a write: what is there must be that, or nothing may be.
pub(super) fn of_write(
    matches: Option<ETagCondition>,
    differs: Option<ETagCondition>,
) -> Condition {
    Box::new(move |there| {
        match (&matches, there) {
            (Some(_), None) => return Err(NotChanged::NoKey),
            (Some(wanted), Some(version)) if !is(wanted, version) => {
                return Err(NotChanged::Condition);
            }
            _ => {}
        }
        match (&differs, there) {
            (Some(known), Some(version)) if is(known, version) => Err(NotChanged::Condition),
            _ => Ok(()),
        }
    })
}

/// That anything may be there.
pub(super) fn none() -> Condition {
    Box::new(|_| Ok(()))
}

/// An ETag as it is written.
pub(super) fn etag(version: &Version) -> ETag {
    ETag::Strong(version.etag.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Head, Sums};

    fn version(etag: &str) -> Version {
        Version {
            id: "null".into(),
            at: 10_000_000,
            marker: false,
            pieces: Vec::new(),
            etag: etag.into(),
            sums: Sums::default(),
            head: Head::default(),
            tags: Vec::new(),
        }
    }

    fn tag(text: &str) -> Option<ETagCondition> {
        Some(ETagCondition::ETag(ETag::Strong(text.into())))
    }

    #[test]
    fn readers_ask_for_what_they_know_or_do_not_know() {
        let there = version("one");
        let code =
            |reader: Reader| reader.check(&there).err().map(|e| e.code().as_str().to_owned());
        assert_eq!(code(Reader { matches: tag("one"), ..Reader::default() }), None);
        let failed = Some("PreconditionFailed".to_owned());
        assert_eq!(code(Reader { matches: tag("two"), ..Reader::default() }), failed);
        let known = Some("NotModified".to_owned());
        assert_eq!(code(Reader { differs: tag("one"), ..Reader::default() }), known);
        let at = |ms| Some(crate::record::at_ms(ms));
        let since = |ms| Reader { modified_since: at(ms), ..Reader::default() };
        assert_eq!((code(since(10_000)), code(since(9_999))), (known, None));
        let until = |ms| Reader { unmodified_since: at(ms), ..Reader::default() };
        assert_eq!((code(until(9_000)), code(until(10_000))), (failed, None));
        // A tag that matches outweighs the time.
        let both = Reader { matches: tag("one"), unmodified_since: at(0), ..Reader::default() };
        assert_eq!(code(both), None);
    }

    #[test]
    fn writers_ask_for_what_is_there_or_for_nothing() {
        let there = version("one");
        assert!(of_write(None, Some(ETagCondition::Any))(None).is_ok());
        assert!(of_write(None, Some(ETagCondition::Any))(Some(&there)).is_err());
        assert!(of_write(tag("one"), None)(Some(&there)).is_ok());
        assert!(matches!(of_write(tag("two"), None)(Some(&there)), Err(NotChanged::Condition)));
        assert!(matches!(of_write(tag("one"), None)(None), Err(NotChanged::NoKey)));
    }
}
