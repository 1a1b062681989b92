//! Pages of lists, and the markers between them.
//!
//! A marker names what was seen last, so it stays good while things come and go, and across
//! restarts. Callers are to take it as it is: what is in it may change.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fika_aws::shape::AwsError;

use crate::refuse;

/// Entries on a page of most lists, at most and by default, as on AWS.
pub(super) const MOST: usize = 50;

/// Which page is asked for.
#[derive(Debug)]
pub(super) struct Page {
    after: Option<String>,
    limit: usize,
}

impl Page {
    /// Reads `Marker` and `MaxItems`; a page has `most` entries at most, and by default.
    ///
    /// # Errors
    /// 400 for a marker that is not one of ours.
    pub(super) fn of(
        marker: Option<&str>,
        max_items: Option<i32>,
        most: usize,
    ) -> Result<Self, AwsError> {
        let after = unmark(marker, |text| Some(text.to_owned()))?;
        let limit = max_items.and_then(|n| usize::try_from(n).ok()).unwrap_or(most);
        Ok(Self { after, limit: limit.clamp(1, most) })
    }

    /// What of all entries, in the order of their keys, is on the page; and the next one's
    /// marker.
    pub(super) fn cut<T>(
        &self,
        entries: impl Iterator<Item = (String, T)>,
    ) -> (Vec<T>, Option<String>) {
        let unseen = |key: &String| self.after.as_ref().is_none_or(|after| key > after);
        let mut entries = entries.filter(|(key, _)| unseen(key));
        let (keys, shown): (Vec<_>, Vec<_>) = entries.by_ref().take(self.limit).unzip();
        let more = entries.next().is_some();
        (shown, keys.last().filter(|_| more).map(|key| mark(key)))
    }
}

/// The marker of what comes after `seen`.
pub(super) fn mark(seen: &str) -> String {
    URL_SAFE_NO_PAD.encode(seen)
}

/// What was seen before a marker, as `read` makes it of the text; none where there is none.
///
/// # Errors
/// 400 for a marker that is not one of ours.
pub(super) fn unmark<T>(
    marker: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, AwsError> {
    let Some(marker) = marker.filter(|marker| !marker.is_empty()) else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(marker).ok();
    let seen = bytes.and_then(|bytes| read(std::str::from_utf8(&bytes).ok()?));
    let refusal = || refuse::invalid("Invalid marker: use the NextMarker of an earlier answer.");
    seen.map(Some).ok_or_else(refusal)
}
