//! Long bodies are read and judged on threads of their own: a worker serves many connections,
//! and none of them shall wait for the body of another.

use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;

use crate::docker::endpoint::Endpoint;
use crate::docker::target::Target;
use crate::identity::Identity;
use crate::policy::own::Known;
use crate::policy::{Caller, Policy, Question, Verdict, decide_for};

/// True for a body, in bytes, that takes longer than going to another thread does by far: some
/// 0.3 ms and more.
pub(super) const fn is_long(body: usize) -> bool {
    body > 128 * 1024
}

/// Does some work on a thread of its own.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            // It costs its connection, as it would in the worker's thread.
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and the connection with it.
            Err(_) => pending().await,
        },
    }
}

/// A question with all that it is about, for another thread.
pub(super) struct Owned {
    endpoint: Endpoint,
    target: Target,
    identity: Identity,
    headers: HeaderMap,
    body: Bytes,
    known: Known,
}

impl Owned {
    /// The same question, about a body of these bytes.
    pub(super) fn of(question: &Question<'_>, body: Bytes) -> Self {
        Self {
            endpoint: question.endpoint,
            target: question.target.clone(),
            identity: question.identity.clone(),
            headers: question.headers.clone(),
            body,
            known: question.known.clone(),
        }
    }

    /// The question.
    pub(super) fn question(&self) -> Question<'_> {
        let Self { endpoint, target, identity, headers, body, known } = self;
        Question { endpoint: *endpoint, target, identity, headers, body: Some(body), known }
    }
}

/// Judges a call, aside if its body is long.
pub(super) async fn decided(policy: &Arc<Policy>, question: &Question<'_>, caller: Option<&Arc<Caller>>) -> Verdict {
    let Some(body) = question.body.filter(|body| is_long(body.len())) else {
        return decide_for(policy, question, caller.map(Arc::as_ref));
    };
    let (policy, caller) = (policy.clone(), caller.cloned());
    let owned = Owned::of(question, Bytes::copy_from_slice(body));
    aside(move || decide_for(&policy, &owned.question(), caller.as_deref())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[should_panic(expected = "a rule that is wrong")]
    #[expect(clippy::panic, reason = "it is what is tested")]
    async fn a_panic_aside_is_one_of_the_connection() {
        aside(|| panic!("a rule that is wrong")).await
    }

    #[tokio::test]
    async fn a_worker_goes_on_while_a_long_body_is_judged() {
        let (begun, waits) = std::sync::mpsc::channel::<()>();
        let judged = aside(move || waits.recv().is_ok());
        // Were it done in this thread, nobody could tell it to end.
        let (done, sent) = tokio::join!(judged, async move { begun.send(()).is_ok() });
        assert!(done && sent);
    }
}
