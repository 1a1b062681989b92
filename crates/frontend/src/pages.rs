//! What browsers are shown.
//!
//! Objects of buckets, and answers of APIs below `/_api/`, are of the same origin as these pages, and anybody's. A browser that
//! opens one of them as a document of its own is told to give it no origin at all (`sandbox`), and to start no
//! service worker from it: else the script of a stranger could do what the person at the console may.

use std::sync::Arc;

use fika_service::Pages;
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, USER_AGENT};
use http::request::Parts;
use hyper::body::Incoming;

use crate::Frontend;
use crate::answer::Answer;
use crate::reply::{self, Reply};
use crate::server::Line;

const SANDBOX: &str = "sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads";
const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");

impl<C, A, W> Frontend<C, A, W> {
    /// The pages that a path is one of, if there are any.
    pub(crate) fn pages_at(&self, parts: &Parts) -> Option<Arc<dyn Pages>> {
        self.pages.clone().filter(|pages| pages.are_at(parts.uri.path()))
    }

    /// Answers one of them.
    pub(crate) async fn page(
        &self,
        pages: Arc<dyn Pages>,
        parts: Parts,
        body: Incoming,
        line: &Line,
    ) -> Reply {
        let via = line.peer.via();
        let limit = pages.body_bytes(&parts, via);
        match line.bodies.collect(&parts.headers, body, limit).await {
            Ok((body, _room)) => {
                let _run = line.running.begin();
                pages.answer(parts, body, via).await.map(Answer::Boxed)
            }
            Err(why) => reply::refuse_and_close(why.into()),
        }
    }
}

/// How a browser asks for something that is no page of ours, though of their origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guest {
    /// Not to show it as a document, or there are no pages.
    Harmless,
    /// As a document.
    Document,
    /// As a program that could answer in our stead.
    ServiceWorker,
}

impl Guest {
    pub(crate) fn of(are_pages: bool, parts: &Parts) -> Self {
        let of = |name| parts.headers.get(name).map(HeaderValue::as_bytes);
        match of(DESTINATION).filter(|_| are_pages) {
            Some(b"document" | b"iframe" | b"frame" | b"embed" | b"object") => Self::Document,
            // Over plain HTTP from another machine browsers do not say it; all of them say that they are one.
            None if are_pages
                && of(USER_AGENT).is_some_and(|agent| agent.starts_with(b"Mozilla/")) =>
            {
                Self::Document
            }
            Some(b"serviceworker") => Self::ServiceWorker,
            _ => Self::Harmless,
        }
    }

    /// The answer, such that it can do nothing to the pages.
    pub(crate) fn kept_apart(self, mut reply: Reply) -> Reply {
        match self {
            Self::Harmless => reply,
            Self::Document => {
                let value = HeaderValue::from_static(SANDBOX);
                reply.headers_mut().append(CONTENT_SECURITY_POLICY, value);
                reply
            }
            Self::ServiceWorker => {
                let mut refused = reply::from(http::Response::default());
                *refused.status_mut() = StatusCode::FORBIDDEN;
                reply::closing(refused)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(destination: &str) -> Guest {
        let request = http::Request::get("/bucket/page.html").header(DESTINATION, destination);
        Guest::of(true, &request.body(()).expect("a request").into_parts().0)
    }

    #[test]
    fn a_browser_that_does_not_say_what_for_gets_no_origin() {
        let asked = |agent: &str| {
            let request = http::Request::get("/bucket/page.html").header(USER_AGENT, agent);
            Guest::of(true, &request.body(()).expect("a request").into_parts().0)
        };
        assert_eq!(asked("Mozilla/5.0 (X11; Linux x86_64)"), Guest::Document);
        assert_eq!(asked("aws-cli/2.1 md/Botocore"), Guest::Harmless);
    }

    #[test]
    fn a_document_of_our_origin_gets_none() {
        for destination in ["document", "iframe", "object"] {
            let reply = asked(destination).kept_apart(reply::from(http::Response::default()));
            assert!(reply.headers()[CONTENT_SECURITY_POLICY].to_str().is_ok_and(|policy| {
                policy.starts_with("sandbox") && !policy.contains("allow-same-origin")
            }));
        }
        for destination in ["empty", "image", "script"] {
            assert_eq!(asked(destination), Guest::Harmless);
        }
    }

    #[test]
    fn a_program_that_could_answer_for_us_is_not_given() {
        let reply = asked("serviceworker").kept_apart(reply::from(http::Response::default()));
        assert_eq!(reply.status(), StatusCode::FORBIDDEN);
    }
}
