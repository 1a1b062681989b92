//! The documented rules, one line each, and histories of random policies.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use fika_policy::{
    BadPolicy, Context, Decision, Denial, DocumentKind, Identity, Policy, PolicyKind, Request,
    Side, Who, decide,
};
use proptest::prelude::*;

const FUNCTION: &str = "arn:aws:lambda:eu-north-1:111111111111:function:hello";
const ADA: &str = "arn:aws:iam::111111111111:user/ada";
const MISSING_IDENTITY: Decision = Err(Denial::Missing(PolicyKind::Identity));
const MISSING_RESOURCE: Decision = Err(Denial::Missing(PolicyKind::Resource));

fn policy(kind: DocumentKind, statements: &str) -> Arc<Policy> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    Arc::new(Policy::parse(&text, kind).expect(&text))
}

fn statement(effect: &str, rest: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"lambda:InvokeFunction",{rest}}}"#)
}

fn own(effect: &str) -> String {
    statement(effect, r#""Resource":"*""#)
}

fn of(effect: &str, principal: &str) -> String {
    let resource = format!(r#""Principal":{principal},"Resource":"{FUNCTION}""#);
    statement(effect, &resource)
}

fn ada() -> Who<'static> {
    Who { account: "111111111111", arns: &[ADA], service: None }
}

struct Case<'a> {
    own: &'a [&'a str],
    session: Option<&'a [&'a str]>,
    resource: Option<&'a str>,
    side: Side,
}

fn judge(case: &Case<'_>, who: &Who<'_>, context: &Context) -> Decision {
    let read = |list: &[&str]| {
        list.iter().map(|text| policy(DocumentKind::Identity, text)).collect::<Vec<_>>()
    };
    let (own, session) = (read(case.own), case.session.map(read));
    let kind = match case.side {
        Side::Trust { .. } => DocumentKind::Trust,
        _ => DocumentKind::Resource,
    };
    let resource = case.resource.map(|text| policy(kind, text));
    let identity = Identity::Policies { own: &own, session: session.as_deref() };
    let request = Request { action: "lambda:InvokeFunction", resource: FUNCTION, context };
    decide(&request, who, identity, resource.as_deref(), case.side)
}

#[test]
fn the_documented_rules() {
    let (allow, deny) = (own("Allow"), own("Deny"));
    let (allow, deny) = (allow.as_str(), deny.as_str());
    let by_name = of("Allow", &format!(r#"{{"AWS":"{ADA}"}}"#));
    let by_account = of("Allow", r#"{"AWS":"111111111111"}"#);
    let by_root = of("Allow", r#"{"AWS":"arn:aws:iam::111111111111:root"}"#);
    let everyone = of("Allow", r#""*""#);
    let refused = of("Deny", r#"{"AWS":"111111111111"}"#);
    let others = of("Allow", r#"{"AWS":"222222222222"}"#);
    let not_ada = statement("Deny", &format!(r#""NotPrincipal":{{"AWS":"{ADA}"}},"Resource":"*""#));
    let explicit = |kind| Err(Denial::Explicit(kind));
    let (same, other) = (Side::Same, Side::Other);
    for (own, session, resource, side, wanted) in [
        (&[][..], None, None, same, MISSING_IDENTITY),
        (&[allow], None, None, same, Ok(())),
        (&[allow, deny], None, None, same, explicit(PolicyKind::Identity)),
        (&[], None, Some(&by_name), same, Ok(())),
        (&[], None, Some(&everyone), same, Ok(())),
        // The account is named, so it is for the account's own policies to say who.
        (&[], None, Some(&by_account), same, MISSING_IDENTITY),
        (&[], None, Some(&others), same, MISSING_IDENTITY),
        (&[deny], None, Some(&by_name), same, explicit(PolicyKind::Identity)),
        (&[allow], None, Some(&refused), same, explicit(PolicyKind::Resource)),
        (&[allow], None, Some(&not_ada), same, Ok(())),
        (&[allow], None, None, other, MISSING_RESOURCE),
        (&[], None, Some(&by_name), other, MISSING_IDENTITY),
        (&[allow], None, Some(&by_name), other, Ok(())),
        (&[allow], None, Some(&by_account), other, Ok(())),
        (&[allow], None, Some(&by_root), other, Ok(())),
        (&[allow], None, Some(&others), other, MISSING_RESOURCE),
        (&[allow], Some(&[][..]), None, same, Err(Denial::Missing(PolicyKind::Session))),
        (&[allow], Some(&[allow]), None, same, Ok(())),
        (&[], Some(&[allow]), None, same, MISSING_IDENTITY),
        (&[allow], Some(&[allow, deny]), None, same, explicit(PolicyKind::Session)),
    ] {
        let resource = resource.map(String::as_str);
        let case = Case { own, session, resource, side };
        let got = judge(&case, &ada(), &Context::new());
        assert_eq!(got, wanted, "{own:?} {session:?} {resource:?} {side:?}");
    }
}

#[test]
fn a_role_is_assumed_by_whom_it_trusts() {
    let request = Context::new();
    let trust = |principal: &str| {
        format!(r#"{{"Effect":"Allow","Action":"lambda:InvokeFunction","Principal":{principal}}}"#)
    };
    let allow = own("Allow");
    let (by_name, by_account) =
        (trust(&format!(r#"{{"AWS":"{ADA}"}}"#)), trust(r#"{"AWS":"111111111111"}"#));
    let missing_trust = Err(Denial::Missing(PolicyKind::Trust));
    for (own, resource, same_account, wanted) in [
        (&[][..], Some(&by_name), true, Ok(())),
        (&[], Some(&by_name), false, MISSING_IDENTITY),
        (&[], Some(&by_account), true, MISSING_IDENTITY),
        (&[allow.as_str()], Some(&by_account), true, Ok(())),
        (&[allow.as_str()], Some(&by_account), false, Ok(())),
        (&[allow.as_str()], None, true, missing_trust),
    ] {
        let resource = resource.map(String::as_str);
        let case = Case { own, session: None, resource, side: Side::Trust { same_account } };
        assert_eq!(judge(&case, &ada(), &request), wanted, "{own:?} {resource:?} {same_account}");
    }
}

#[test]
fn roots_services_and_strangers() {
    let context = Context::new();
    let request =
        Request { action: "lambda:InvokeFunction", resource: FUNCTION, context: &context };
    let bucket = Who { account: "", arns: &[], service: Some("s3.amazonaws.com") };
    let stranger = Who { account: "", arns: &[], service: None };
    let root =
        Who { account: "222222222222", arns: &["arn:aws:iam::222222222222:root"], service: None };
    let to_s3 = of("Allow", r#"{"Service":"s3.amazonaws.com"}"#);
    let to_all = of("Allow", r#"{"AWS":"*"}"#);
    let to_root = of("Allow", r#"{"AWS":"arn:aws:iam::222222222222:root"}"#);
    for (who, identity, resource, side, wanted) in [
        (&bucket, Identity::None, &to_s3, Side::Other, Ok(())),
        (&bucket, Identity::None, &to_root, Side::Other, MISSING_RESOURCE),
        (&stranger, Identity::None, &to_all, Side::Other, Ok(())),
        (&stranger, Identity::None, &to_s3, Side::Other, MISSING_RESOURCE),
        (&root, Identity::Root, &to_root, Side::Other, Ok(())),
        (&root, Identity::Root, &to_s3, Side::Other, MISSING_RESOURCE),
        (&root, Identity::Root, &to_s3, Side::Same, Ok(())),
    ] {
        let policy = policy(DocumentKind::Resource, resource);
        let got = decide(&request, who, identity, Some(&policy), side);
        assert_eq!(got, wanted, "{who:?} {resource} {side:?}");
    }
}

#[test]
fn conditions_compare_as_documented() {
    let context = Context::new()
        .with("aws:username", "ada")
        .with("aws:SourceIp", "10.1.2.3")
        .with("aws:CurrentTime", "2026-11-23T12:00:00Z")
        .with("aws:SecureTransport", "false")
        .with("aws:SourceArn", "arn:aws:s3:::bucket")
        .with("lambda:Count", "7")
        .with("aws:TagKeys", "team")
        .with("aws:TagKeys", "stage");
    for (condition, holds) in [
        (r#"{"StringEquals":{"aws:username":"ada"}}"#, true),
        (r#"{"StringEquals":{"AWS:UserName":["bob","ada"]}}"#, true),
        (r#"{"StringEquals":{"aws:username":"a*"}}"#, false),
        (r#"{"StringEquals":{"aws:username":"ADA"}}"#, false),
        (r#"{"StringEquals":{"aws:username":"${aws:username}"}}"#, true),
        (r#"{"StringEqualsIgnoreCase":{"aws:username":"ADA"}}"#, true),
        (r#"{"StringNotEqualsIgnoreCase":{"aws:username":"ADA"}}"#, false),
        (r#"{"StringLike":{"aws:username":"a?a*"}}"#, true),
        (r#"{"StringNotLike":{"aws:username":["b*","a*"]}}"#, false),
        (r#"{"StringNotEquals":{"aws:username":["bob","eve"]}}"#, true),
        // A key the request does not have.
        (r#"{"StringEquals":{"aws:none":"x"}}"#, false),
        (r#"{"StringEqualsIfExists":{"aws:none":"x"}}"#, true),
        (r#"{"StringEqualsIfExists":{"aws:username":"x"}}"#, false),
        (r#"{"StringNotEquals":{"aws:none":"x"}}"#, true),
        (r#"{"Null":{"aws:none":"true"}}"#, true),
        (r#"{"Null":{"aws:none":false}}"#, false),
        (r#"{"Null":{"aws:username":["false"]}}"#, true),
        (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b*"}}"#, true),
        (r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::bucket"}}"#, true),
        (r#"{"ArnNotLike":{"aws:SourceArn":"arn:aws:sqs:*"}}"#, true),
        (r#"{"ArnLike":{"aws:username":"*"}}"#, true),
        (r#"{"ArnLike":{"aws:username":"arn:*"}}"#, false),
        (r#"{"NumericEquals":{"lambda:Count":7}}"#, true),
        (r#"{"NumericLessThan":{"lambda:Count":"7"}}"#, false),
        (r#"{"NumericLessThanEquals":{"lambda:Count":"7.0"}}"#, true),
        (r#"{"NumericGreaterThan":{"aws:username":"0"}}"#, false),
        (r#"{"NumericNotEquals":{"lambda:Count":"8"}}"#, true),
        (r#"{"DateLessThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}}"#, true),
        (r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-11-24"}}"#, false),
        (r#"{"DateGreaterThan":{"aws:CurrentTime":1700000000}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":true}}"#, false),
        (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","10.0.0.0/8"]}}"#, true),
        (r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, false),
        (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["team","stage","x"]}}"#, true),
        (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}"#, false),
        (r#"{"ForAllValues:StringEquals":{"aws:none":"team"}}"#, true),
        (r#"{"ForAnyValue:StringLike":{"aws:TagKeys":"t*"}}"#, true),
        (r#"{"ForAnyValue:StringEquals":{"aws:none":"team"}}"#, false),
        (r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":"team"}}"#, true),
        (r#"{"ForAllValues:StringNotEquals":{"aws:TagKeys":"team"}}"#, false),
        // All of them must hold.
        (r#"{"StringEquals":{"aws:username":"ada","aws:SourceIp":"no"}}"#, false),
        (r#"{"StringEquals":{"aws:username":"ada"},"Bool":{"aws:SecureTransport":"true"}}"#, false),
        (r#"{}"#, true),
    ] {
        let text = statement("Allow", &format!(r#""Resource":"*","Condition":{condition}"#));
        let case = Case { own: &[&text], session: None, resource: None, side: Side::Same };
        assert_eq!(judge(&case, &ada(), &context).is_ok(), holds, "{condition}");
    }
}

#[test]
fn what_is_named_and_what_is_not() {
    for (rest, allowed) in [
        (r#""Action":"lambda:Invoke*","Resource":"*""#, true),
        (r#""Action":["s3:*","LAMBDA:invokefunction"],"Resource":"*""#, true),
        (r#""Action":"lambda:Get*","Resource":"*""#, false),
        (r#""NotAction":"lambda:Get*","Resource":"*""#, true),
        (r#""NotAction":"lambda:*","Resource":"*""#, false),
        (r#""Action":"*","NotResource":"arn:aws:lambda:*:*:function:hello""#, false),
        (r#""Action":"*","NotResource":"arn:aws:lambda:*:*:function:other""#, true),
        (r#""Action":"*","Resource":["arn:aws:s3:::x","arn:aws:lambda:*:*:function:h*"]"#, true),
    ] {
        let text = format!(r#"{{"Effect":"Allow",{rest}}}"#);
        let case = Case { own: &[&text], session: None, resource: None, side: Side::Same };
        assert_eq!(judge(&case, &ada(), &Context::new()).is_ok(), allowed, "{rest}");
    }
}

#[test]
fn nothing_is_guessed() {
    let whole = |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    let good = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#;
    assert!(Policy::parse(&whole(good), DocumentKind::Identity).is_ok());
    assert!(Policy::parse(&format!(r#"{{"Statement":[{good}]}}"#), DocumentKind::Identity).is_ok());
    for (text, kind, why) in [
        (String::new(), DocumentKind::Identity, BadPolicy::Syntax),
        ("[]".into(), DocumentKind::Identity, BadPolicy::Syntax),
        ("{}".into(), DocumentKind::Identity, BadPolicy::Syntax),
        (whole("[]"), DocumentKind::Identity, BadPolicy::Syntax),
        (whole("[[]]"), DocumentKind::Identity, BadPolicy::Syntax),
        (whole(&good.replace("Allow", "allow")), DocumentKind::Identity, BadPolicy::Syntax),
        (whole(&good.replace("Resource", "resource")), DocumentKind::Identity, BadPolicy::Syntax),
        (whole(&good.replace("\"*\"", "1")), DocumentKind::Identity, BadPolicy::Syntax),
        (
            whole(r#"{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}"#),
            DocumentKind::Identity,
            BadPolicy::Syntax,
        ),
        (
            whole(r#"{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}"#),
            DocumentKind::Identity,
            BadPolicy::Syntax,
        ),
        (
            whole(r#"{"Effect":"Allow","Resource":"*"}"#),
            DocumentKind::Identity,
            BadPolicy::NoActions,
        ),
        (
            whole(r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#),
            DocumentKind::Identity,
            BadPolicy::NoActions,
        ),
        (
            whole(r#"{"Effect":"Allow","Action":"s3:Get"}"#),
            DocumentKind::Identity,
            BadPolicy::NoResources,
        ),
        (whole(&good.replace("s3:", "")), DocumentKind::Identity, BadPolicy::Action),
        (
            whole(&good.replace("\"*\"", "\"bucket\"")),
            DocumentKind::Identity,
            BadPolicy::Resource("bucket".into()),
        ),
        (whole(good), DocumentKind::Resource, BadPolicy::NoPrincipal),
        (whole(good), DocumentKind::Trust, BadPolicy::NoPrincipal),
        (
            whole(&good.replace("\"Action\"", "\"Principal\":\"*\",\"Action\"")),
            DocumentKind::Identity,
            BadPolicy::HasPrincipal,
        ),
        (
            whole(&good.replace("\"Action\"", "\"Principal\":\"*\",\"Action\"")),
            DocumentKind::Trust,
            BadPolicy::HasResource,
        ),
        (
            whole(&good.replace("\"Action\"", "\"Principal\":{\"AWS\":\"bob\"},\"Action\"")),
            DocumentKind::Resource,
            BadPolicy::Principal("bob".into()),
        ),
        (
            whole(&good.replace('}', r#","Condition":{"StringIs":{"a":"b"}}}"#)),
            DocumentKind::Identity,
            BadPolicy::Operator("StringIs".into()),
        ),
        (
            whole(&good.replace('}', r#","Condition":{"NumericEquals":{"a":"b"}}}"#)),
            DocumentKind::Identity,
            BadPolicy::Value { operator: "NumericEquals".into(), value: "b".into() },
        ),
        (whole(good).replace("2012", "2013"), DocumentKind::Identity, BadPolicy::Version),
        (
            whole(&format!("[{0},{0}]", good.replace('{', r#"{"Sid":"a","#))),
            DocumentKind::Identity,
            BadPolicy::SameSid,
        ),
    ] {
        assert_eq!(Policy::parse(&text, kind), Err(why), "{text}");
    }
}

/// A random statement of an identity's policy, with its effect.
fn random_statement() -> impl Strategy<Value = (bool, String)> {
    let action = prop_oneof!["lambda:[A-Z?*]{0,3}", Just("lambda:*".into()), Just("*".into())];
    let action = action.prop_map(|text| if text == "lambda:" { "lambda:*".into() } else { text });
    let resource = prop_oneof![
        Just("*".to_owned()),
        Just(FUNCTION.to_owned()),
        Just("arn:aws:lambda:*:*:function:h*".to_owned()),
        Just("arn:aws:s3:::*".to_owned()),
    ];
    (any::<bool>(), any::<bool>(), action, any::<bool>(), resource).prop_map(
        |(allow, not, action, elsewhere, resource)| {
            let (effect, not) = (if allow { "Allow" } else { "Deny" }, if not { "Not" } else { "" });
            let elsewhere = if elsewhere { "Not" } else { "" };
            let text = format!(
                r#"{{"Effect":"{effect}","{not}Action":"{action}","{elsewhere}Resource":"{resource}"}}"#
            );
            (allow, text)
        },
    )
}

proptest! {
    /// A deny that applies wins, wherever it stands; without one, more allows never allow less;
    /// with no allow, nothing is allowed.
    #[test]
    fn denies_win_and_allows_add(
        mut statements in proptest::collection::vec(random_statement(), 0..6),
        more in random_statement(),
        at in any::<proptest::sample::Index>(),
    ) {
        let decision = |statements: &[(bool, String)]| {
            let texts: Vec<&str> = statements.iter().map(|(_, text)| text.as_str()).collect();
            let case = Case { own: &texts, session: None, resource: None, side: Side::Same };
            judge(&case, &ada(), &Context::new())
        };
        let before = decision(&statements);
        if statements.iter().all(|(allow, _)| !allow) {
            prop_assert!(before.is_err());
        }
        let place = at.index(statements.len() + 1);
        let (allow, _) = more;
        statements.insert(place, more);
        let after = decision(&statements);
        if allow {
            prop_assert!(before.is_err() || after.is_ok());
        } else {
            prop_assert!(before.is_ok() || after.is_err());
        }
        let deny = (false, own("Deny"));
        statements.insert(place, deny);
        prop_assert_eq!(decision(&statements), Err(Denial::Explicit(PolicyKind::Identity)));
    }

    /// Whatever a stranger sends is a policy or an error, and nothing else.
    #[test]
    fn no_text_is_too_strange(text in "[{}\\[\\]\":,A-Za-z*?$ ]{0,200}") {
        let _ = Policy::parse(&text, DocumentKind::Resource);
    }
}

#[test]
fn a_policy_is_public_where_anybody_is_let_in() {
    let public = |principal: &str, more: &str| {
        let text = format!(
            r#"[{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Principal":{principal}{more}}}]"#
        );
        policy(DocumentKind::Resource, &text).is_public()
    };
    let on = |operator: &str, key: &str, value: &str| {
        let more = format!(r#","Condition":{{"{operator}":{{"{key}":"{value}"}}}}"#);
        public(r#""*""#, &more)
    };
    assert!(public(r#""*""#, "") && public(r#"{"AWS":"*"}"#, ""));
    assert!(!public(r#"{"AWS":"111111111111"}"#, ""));
    assert!(!public(r#"{"Service":"s3.amazonaws.com"}"#, ""));
    assert!(!on("StringEquals", "aws:SourceAccount", "111111111111"));
    assert!(!on("IpAddress", "aws:SourceIp", "203.0.113.0/24"));
    assert!(on("IpAddress", "aws:SourceIp", "0.0.0.0/1"));
    assert!(on("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"));
    assert!(on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*"));
    assert!(on("StringEqualsIfExists", "aws:SourceAccount", "111111111111"));
    assert!(on("Bool", "aws:SecureTransport", "true"));
}
