//! Which service a request says it was signed for, before anything of that is checked.

use super::RequestView;

/// The service in the credential scope, of the header or the query; none where neither has one.
#[must_use]
pub fn signed_for<'r>(request: &RequestView<'r>) -> Option<&'r str> {
    if let Some(header) = request.headers.get(http::header::AUTHORIZATION) {
        let credential = header.to_str().ok()?.split_once("Credential=")?.1;
        return credential.split([',', ' ']).next()?.split('/').nth(3);
    }
    let of = |pair: &'r str| pair.strip_prefix("X-Amz-Credential=");
    let credential = request.query.split('&').find_map(of)?;
    credential.split('/').flat_map(|part| part.split("%2F")).flat_map(|p| p.split("%2f")).nth(3)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn header_and_query_name_the_service() {
        let said = |header: Option<&'static str>, uri: &'static str| {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|h| (http::header::AUTHORIZATION, h.parse().expect("text"))));
            let uri = uri.parse().expect("a path");
            let view = RequestView::new(&http::Method::GET, &uri, &headers);
            signed_for(&view).map(str::to_owned)
        };
        let header = "AWS4-HMAC-SHA256 Credential=AKIA/20261123/us-east-1/sqs/aws4_request, Sig=1";
        assert_eq!(said(Some(header), "/").as_deref(), Some("sqs"));
        for query in ["AKIA%2F20261123%2Fus-east-1%2Fs3%2Faws4_request", "a/b/c/s3/d"] {
            let uri = format!("/?a=b&X-Amz-Credential={query}&c=d");
            assert_eq!(said(None, uri.leak()).as_deref(), Some("s3"));
        }
        for (header, uri) in
            [(None, "/?x=y"), (Some("Bearer a/b/c/sqs"), "/"), (Some("Credential="), "/")]
        {
            assert_eq!(said(header, uri), None);
        }
    }
}
