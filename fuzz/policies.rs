//! What is done with a fuzzer's bytes where they are a policy that somebody wrote.

use std::sync::Arc;

use fika_policy::{
    Context, Denial, DocumentKind, Identity, Policy, PolicyKind, Request, Side, Who, decide,
};

const DENY_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;

/// `action resource key=value…` on the first line, then a document for the caller and, after an empty
/// line, one for the resource. Nobody is let in whom neither lets in, nor whom anything denies.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((line, documents)) = text.split_once('\n') else { return };
    let (own, other) = documents.split_once("\n\n").unwrap_or((documents, ""));
    let own: Vec<_> = read(own, DocumentKind::Identity).into_iter().collect();
    let resource = read(other, DocumentKind::Resource);
    let _ = read(other, DocumentKind::Trust);

    let mut words = line.split(' ');
    let (action, arn) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut context = Context::new();
    for (key, value) in words.filter_map(|word| word.split_once('=')) {
        context.add(key, value);
    }
    let request = Request { action, resource: arn, context: &context };
    let arns = ["arn:aws:iam::111111111111:user/ada"];
    let who = Who { account: "111111111111", arns: &arns, service: None };
    for side in [Side::Same, Side::Other] {
        let judge = |own: &[Arc<Policy>]| {
            let identity = Identity::Policies { own, session: None };
            decide(&request, &who, identity, resource.as_deref(), side)
        };
        let allowed = judge(&own).is_ok();
        assert!(!allowed || !own.is_empty() || resource.is_some(), "nobody lets it");
        assert!(!allowed || side == Side::Same || resource.is_some(), "its owner does not let it");
        let denied: Vec<_> =
            own.iter().cloned().chain(read(DENY_ALL, DocumentKind::Identity)).collect();
        let answer = judge(&denied);
        assert!(matches!(
            answer,
            Err(Denial::Explicit(PolicyKind::Identity | PolicyKind::Resource))
        ));
    }
}

fn read(text: &str, kind: DocumentKind) -> Option<Arc<Policy>> {
    Policy::parse(text, kind).ok().map(Arc::new)
}
