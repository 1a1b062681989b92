//! A list by pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fika_aws::shape::AwsError;

use crate::error::bad_token;

/// Some of a list, each with its name, and the token that the page after them is asked with.
type Page<T> = (Vec<(String, T)>, Option<String>);

/// The next of a list that is in the order of its names.
pub(crate) fn page<T>(
    all: impl IntoIterator<Item = (String, T)>,
    token: Option<&str>,
    size: usize,
) -> Result<Page<T>, AwsError> {
    let after = token.filter(|token| !token.is_empty()).map(read).transpose()?;
    let mut rest = all.into_iter();
    let rest = rest.by_ref().skip_while(|(name, _)| after.as_ref().is_some_and(|at| name <= at));
    let mut page: Vec<_> = rest.take(size + 1).collect();
    let more = page.len() > size;
    page.truncate(size);
    let next = page.last().filter(|_| more).map(|(name, _)| URL_SAFE_NO_PAD.encode(name));
    Ok((page, next))
}

fn read(token: &str) -> Result<String, AwsError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| bad_token())?;
    String::from_utf8(bytes).map_err(|_| bad_token())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_the_whole_list_and_nothing_twice() {
        let all: Vec<(String, usize)> = (10..37).map(|n| (n.to_string(), n)).collect();
        for size in 1..30 {
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let (page, next) = page(all.clone(), token.as_deref(), size).expect("a page");
                assert!(page.len() <= size);
                seen.extend(page);
                token = next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, all, "{size}");
        }
        let refused = page(all, Some("?"), 1).expect_err("no token");
        assert_eq!(refused.name(), "InvalidNextToken");
    }
}
