//! What pages of other origins may do with a bucket: rules, what is asked before a request (a preflight) and
//! what is added to an answer. As the S3 user guide has it, "Using cross-origin resource sharing".

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::CORSRule;
use s3s::{S3Error, S3Result, s3_error};

use crate::content::other;

/// How many rules a bucket may have.
const MOST: usize = 100;
/// How much its rules may say in all, bytes, as on AWS; each word counts for one more.
const BYTES: usize = 64 * 1024;
/// How many headers a page may ask for at once.
const ASKED: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// What S3 takes as rules.
///
/// # Errors
/// `MalformedXML` for none or too many, `InvalidRequest` for what is in one.
pub(crate) fn check(rules: &[CORSRule]) -> S3Result<()> {
    let bytes: usize = rules.iter().flat_map(words).map(|word| word.len() + 1).sum();
    if !(1..=MOST).contains(&rules.len()) || bytes > BYTES {
        let text = "The XML you provided was not well-formed or did not validate against our \
                    published schema";
        return Err(s3_error!(MalformedXML, "{text}"));
    }
    for rule in rules {
        if let Some(method) = rule.allowed_methods.iter().find(|one| !METHODS.contains(&&***one)) {
            let text = "Found unsupported HTTP method in CORS config. Unsupported method is";
            return Err(s3_error!(InvalidRequest, "{text} {method}"));
        }
        let headers = rule.allowed_headers.iter().flatten();
        for pattern in rule.allowed_origins.iter().chain(headers) {
            if pattern.matches('*').count() > 1 {
                let text = "can not have more than one wildcard.";
                return Err(s3_error!(InvalidRequest, "\"{pattern}\" {text}"));
            }
        }
    }
    Ok(())
}

fn words(rule: &CORSRule) -> impl Iterator<Item = &String> {
    let headers = rule.allowed_headers.iter().chain(&rule.expose_headers).flatten();
    rule.allowed_origins.iter().chain(&rule.allowed_methods).chain(headers)
}

/// The answer to who asks first; none where that is no question of a browser.
///
/// # Errors
/// `BadRequest` where the question is not whole, `AccessForbidden` where the answer is no.
pub(crate) fn preflight(rules: &[CORSRule], asked: &HeaderMap) -> S3Result<HeaderMap> {
    let bad = |text: &str| other("BadRequest", StatusCode::BAD_REQUEST, text);
    let origin = text(asked, &ORIGIN)
        .ok_or_else(|| bad("Insufficient information. Origin request header needed."))?;
    let method = text(asked, &ACCESS_CONTROL_REQUEST_METHOD)
        .ok_or_else(|| bad("Invalid Access-Control-Request-Method: null"))?;
    let headers = text(asked, &ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    if rules.is_empty() {
        return Err(forbidden("CORSResponse: CORS is not enabled for this bucket."));
    }
    if headers.split(',').count() > ASKED {
        return Err(refused());
    }
    let rule = rules.iter().find(|rule| {
        let named = headers.split(',').map(str::trim).filter(|name| !name.is_empty());
        takes(rule, origin, method) && named.into_iter().all(|name| takes_header(rule, name))
    });
    let mut answer = said(rule.ok_or_else(refused)?, origin);
    if !headers.is_empty() {
        put(&mut answer, ACCESS_CONTROL_ALLOW_HEADERS, &headers.to_ascii_lowercase());
    }
    Ok(answer)
}

/// What is added to the answer to a page of that origin; nothing where no rule takes it.
pub(crate) fn added(rules: &[CORSRule], origin: &str, method: &str) -> HeaderMap {
    let rule = rules.iter().find(|rule| takes(rule, origin, method));
    rule.map(|rule| said(rule, origin)).unwrap_or_default()
}

fn said(rule: &CORSRule, origin: &str) -> HeaderMap {
    let mut answer = HeaderMap::new();
    // By `*` alone everybody is meant, whoever they are.
    if rule.allowed_origins.iter().any(|pattern| pattern == "*") {
        put(&mut answer, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        put(&mut answer, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        put(&mut answer, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    put(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    if let Some(exposed) = rule.expose_headers.as_ref().filter(|all| !all.is_empty()) {
        put(&mut answer, ACCESS_CONTROL_EXPOSE_HEADERS, &exposed.join(", "));
    }
    if let Some(seconds) = rule.max_age_seconds {
        put(&mut answer, ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
    let varies = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    put(&mut answer, VARY, varies);
    answer
}

fn takes(rule: &CORSRule, origin: &str, method: &str) -> bool {
    rule.allowed_methods.iter().any(|one| one == method)
        && rule.allowed_origins.iter().any(|pattern| is_like(pattern, origin, <[u8]>::eq))
}

fn takes_header(rule: &CORSRule, name: &str) -> bool {
    let mut patterns = rule.allowed_headers.iter().flatten();
    patterns.any(|pattern| is_like(pattern, name, <[u8]>::eq_ignore_ascii_case))
}

/// Whether a text is as a pattern with at most one `*` says, by what counts as the same.
fn is_like(pattern: &str, text: &str, same: impl Fn(&[u8], &[u8]) -> bool) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let Some(star) = pattern.iter().position(|byte| *byte == b'*') else {
        return same(pattern, text);
    };
    let (start, end) = (&pattern[..star], &pattern[star + 1..]);
    text.len() >= start.len() + end.len()
        && same(&text[..start.len()], start)
        && same(&text[text.len() - end.len()..], end)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// What no header can say is left out.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn forbidden(text: &'static str) -> S3Error {
    other("AccessForbidden", StatusCode::FORBIDDEN, text)
}

fn refused() -> S3Error {
    forbidden(
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
         Origin, request method / Access-Control-Request-Method or \
         Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CORSRule {
        let all = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        CORSRule {
            allowed_headers: Some(all(headers)),
            allowed_methods: all(methods),
            allowed_origins: all(origins),
            expose_headers: Some(vec!["ETag".into()]),
            id: None,
            max_age_seconds: Some(60),
        }
    }

    fn ask(rules: &[CORSRule], asked: &[(HeaderName, &'static str)]) -> Result<String, String> {
        let asked =
            asked.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        let answer = preflight(rules, &asked.collect());
        let origin =
            |answer: HeaderMap| answer[ACCESS_CONTROL_ALLOW_ORIGIN].to_str().map(Into::into);
        answer
            .map(|answer| origin(answer).expect("text"))
            .map_err(|error| error.code().as_str().to_owned())
    }

    #[test]
    fn a_page_may_what_a_rule_says() {
        let own = rule(&["https://*.example.com"], &["PUT"], &["x-amz-*", "Content-Type"]);
        let (origin, method) = (ORIGIN, ACCESS_CONTROL_REQUEST_METHOD);
        let put = |from| [(origin.clone(), from), (method.clone(), "PUT")];
        let rules = [own, rule(&["*"], &["GET"], &[])];
        let page = "https://a.example.com";
        assert_eq!(ask(&rules, &put(page)), Ok(page.into()));
        assert_eq!(ask(&rules, &put("https://example.com")), Err("AccessForbidden".into()));
        assert_eq!(ask(&rules, &put("http://a.example.com")), Err("AccessForbidden".into()));
        let get = [(origin.clone(), "http://anywhere"), (method.clone(), "GET")];
        assert_eq!(ask(&rules, &get), Ok("*".into()));
        assert_eq!(ask(&[], &get), Err("AccessForbidden".into()));
        assert_eq!(ask(&rules, &get[..1]), Err("BadRequest".into()));
        assert_eq!(ask(&rules, &get[1..]), Err("BadRequest".into()));
        let with = |named| {
            let [origin, method] = put(page);
            ask(&rules, &[origin, method, (ACCESS_CONTROL_REQUEST_HEADERS, named)])
        };
        assert_eq!(with("content-type, X-Amz-Date"), Ok(page.into()));
        assert_eq!(with("content-type, authorization"), Err("AccessForbidden".into()));
        assert_eq!(added(&rules, page, "PUT")[ACCESS_CONTROL_EXPOSE_HEADERS], "ETag");
        assert!(added(&rules, page, "DELETE").is_empty());
    }

    #[test]
    fn rules_are_checked() {
        assert!(check(&[rule(&["*"], &["GET"], &["*"])]).is_ok());
        assert!(check(&[]).is_err());
        assert!(check(&[rule(&["*"], &["PATCH"], &[])]).is_err());
        assert!(check(&[rule(&["http://*.a.*"], &["GET"], &[])]).is_err());
        assert!(check(&vec![rule(&["*"], &["GET"], &[]); 101]).is_err());
    }

    #[test]
    fn rules_and_questions_have_a_bound() {
        let long = "x".repeat(BYTES / 2);
        assert!(check(&[rule(&[&long], &["GET"], &["a"])]).is_ok());
        assert!(check(&[rule(&[&long], &["GET"], &[&long])]).is_err());
        let many = vec!["GET"; BYTES];
        assert!(check(&[rule(&["*"], &many, &["a"])]).is_err());
        let rules = [rule(&["*"], &["GET"], &["X-*-Z"])];
        let ask = |headers: &str| {
            let mut asked = HeaderMap::new();
            put(&mut asked, ORIGIN, "https://a");
            put(&mut asked, ACCESS_CONTROL_REQUEST_METHOD, "GET");
            put(&mut asked, ACCESS_CONTROL_REQUEST_HEADERS, headers);
            preflight(&rules, &asked).is_ok()
        };
        assert!(ask("x-a-z, X--Z") && !ask("x-z") && !ask("x-a"));
        assert!(ask(&["x-a-z"; ASKED].join(",")) && !ask(&["x-a-z"; ASKED + 1].join(",")));
    }
}
