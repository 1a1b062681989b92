//! A page of a listing: pure, over keys in their order.

use std::ops::Bound;

use crate::shelf::{Keys, Versions};

/// The most that a page has.
pub(crate) const MOST: i32 = 1000;

/// What is to be listed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) prefix: &'a str,
    /// What ends a common prefix; empty for none.
    pub(crate) delimiter: &'a str,
    /// The page begins after this key.
    pub(crate) after: &'a str,
    /// Whether that is the end of an earlier page, which may have been a common prefix.
    pub(crate) goes_on: bool,
    /// Of the key `after`, the page begins after this version.
    pub(crate) version: Option<&'a str>,
    pub(crate) most: usize,
}

/// A page.
#[derive(Debug, PartialEq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) prefixes: Vec<String>,
    /// The last key or common prefix of this page, where there are more.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    fn is_full(&self, most: usize) -> bool {
        self.items.len() + self.prefixes.len() >= most
    }
}

/// How many may be on a page.
pub(crate) fn most(asked: Option<i32>) -> usize {
    usize::try_from(asked.unwrap_or(MOST).clamp(0, MOST)).unwrap_or(0)
}

/// The common prefix that a key goes under.
fn group<'k>(key: &'k str, wanted: &Wanted<'_>) -> Option<&'k str> {
    if wanted.delimiter.is_empty() {
        return None;
    }
    let rest = key.strip_prefix(wanted.prefix)?;
    let end = rest.find(wanted.delimiter)? + wanted.delimiter.len();
    key.get(..wanted.prefix.len() + end)
}

/// The next page of what `show` makes of keys: nothing, one item or several of a key.
pub(crate) fn page<T>(
    keys: &Keys,
    wanted: &Wanted<'_>,
    mut show: impl FnMut(&str, &Versions) -> Vec<T>,
) -> Page<T> {
    let mut page = Page { items: Vec::new(), prefixes: Vec::new(), next: None };
    if wanted.most == 0 {
        return page;
    }
    let passed = Some(wanted.after).filter(|_| wanted.goes_on && wanted.version.is_none());
    let passed = passed.filter(|after| group(after, wanted) == Some(*after));
    let mut from = start(wanted, passed);
    let mut last = String::new();
    'keys: loop {
        let (from_here, _) = (from.clone(), ());
        let range = keys.range::<str, _>((bound(&from_here), Bound::Unbounded));
        for (key, versions) in range {
            if !key.starts_with(wanted.prefix) {
                break 'keys;
            }
            if passed.is_some_and(|passed| key.starts_with(passed)) {
                continue;
            }
            let mut items = show(key, versions);
            if items.is_empty() {
                continue;
            }
            if page.prefixes.last().is_some_and(|prefix| key.starts_with(prefix.as_str())) {
                continue;
            }
            let room = wanted.most - (page.items.len() + page.prefixes.len());
            if room == 0 {
                page.next = Some(last);
                return page;
            }
            if let Some(prefix) = group(key, wanted) {
                prefix.clone_into(&mut last);
                page.prefixes.push(prefix.into());
                // Past everything under it, however much that is.
                from = Bound::Excluded(format!("{prefix}{}", char::MAX));
                continue 'keys;
            }
            key.as_ref().clone_into(&mut last);
            if items.len() > room {
                items.truncate(room);
                page.items.append(&mut items);
                page.next = Some(last);
                return page;
            }
            page.items.append(&mut items);
        }
        break;
    }
    debug_assert!(page.next.is_none() || page.is_full(wanted.most));
    page
}

fn start(wanted: &Wanted<'_>, passed: Option<&str>) -> Bound<String> {
    if let Some(passed) = passed {
        return Bound::Excluded(format!("{passed}{}", char::MAX));
    }
    if wanted.after < wanted.prefix {
        return Bound::Included(wanted.prefix.into());
    }
    match wanted.version {
        Some(_) => Bound::Included(wanted.after.into()),
        None if wanted.after.is_empty() => Bound::Included(String::new()),
        None => Bound::Excluded(wanted.after.into()),
    }
}

fn bound(bound: &Bound<String>) -> Bound<&str> {
    match bound {
        Bound::Included(text) => Bound::Included(text),
        Bound::Excluded(text) => Bound::Excluded(text),
        Bound::Unbounded => Bound::Unbounded,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn keys(names: &BTreeSet<String>) -> Keys {
        names.iter().map(|name| (name.as_str().into(), Vec::new())).collect()
    }

    /// All pages, one after the other.
    fn walk(keys: &Keys, prefix: &str, delimiter: &str, most: usize) -> (Vec<String>, Vec<String>) {
        let (mut found, mut prefixes, mut after) = (Vec::new(), Vec::new(), String::new());
        let mut goes_on = false;
        loop {
            let wanted = Wanted { prefix, delimiter, after: &after, goes_on, version: None, most };
            let page = page(keys, &wanted, |key, _| vec![key.to_owned()]);
            assert!(page.items.len() + page.prefixes.len() <= most);
            found.extend(page.items);
            prefixes.extend(page.prefixes);
            match page.next {
                Some(next) => (after, goes_on) = (next, true),
                None => return (found, prefixes),
            }
        }
    }

    proptest! {
        #[test]
        fn pages_together_are_everything_once(
            names in prop::collection::btree_set("[ab/\u{10FFFF}]{1,6}", 0..40),
            prefix in "[ab/]{0,2}",
            delimiter in "/?",
            most in 1_usize..5,
        ) {
            let under: Vec<_> = names.iter().filter(|name| name.starts_with(&prefix)).collect();
            let cut = |name: &str| -> Option<String> {
                let rest = name.strip_prefix(&prefix)?;
                let end = rest.find('/').filter(|_| !delimiter.is_empty())?;
                Some(format!("{prefix}{}/", &rest[..end]))
            };
            let plain: Vec<_> =
                under.iter().filter(|n| cut(n).is_none()).map(|n| (*n).clone()).collect();
            let groups: BTreeSet<_> = under.iter().filter_map(|name| cut(name)).collect();
            let (found, prefixes) = walk(&keys(&names), &prefix, &delimiter, most);
            prop_assert_eq!(found, plain);
            prop_assert_eq!(prefixes, groups.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_page_of_nothing_is_the_last() {
        let names = BTreeSet::from(["a".to_owned()]);
        let none = page(&keys(&names), &Wanted::default(), |key, _| vec![key.to_owned()]);
        assert_eq!(none, Page { items: vec![], prefixes: vec![], next: None });
    }
}
