//! Long bodies, which are judged beside the worker.

use std::any::Any;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::last;
use crate::policy::{Call, Head};

/// True for a body that others would feel if it were judged at a stretch: it takes more than a tenth of a millisecond.
pub(super) const fn is_long(body: &[u8]) -> bool {
    body.len() >= 64 * 1024
}

/// The end of a job that gave its result, or panicked.
type Ended<T> = Result<(Head, T), Box<dyn Any + Send>>;

/// Does work about a call and its body beside the worker, while the worker serves others. If the call ends before
/// its turn comes, nothing is done.
pub(super) async fn apart<B, T: Send + 'static>(
    call: &mut Call<B>,
    body: &Bytes,
    work: impl FnOnce(&mut Call<()>, &[u8]) -> T + Send + 'static,
) -> T {
    let (reply, ended) = oneshot::channel::<Ended<T>>();
    // The caller keeps the body, and is the last to let go of it: its memory is the worker's, who must not wait for a
    // thread that comes last.
    let (head, bytes) = (call.take_head(), body.clone());
    let job = move || {
        if !reply.is_closed() {
            // The bytes are let go of before the reply.
            let work = AssertUnwindSafe(move || head.with(|call| work(call, &bytes)));
            let _ = reply.send(catch_unwind(work));
        }
    };
    KEPT.call_once(|| drop(black_box(Vec::<u8>::with_capacity(KEEP))));
    last::beside(job);
    match ended.await {
        Ok(Ok((head, done))) => {
            call.put_back(head);
            done
        }
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => unreachable!("a job is done while its call waits for it"),
    }
}

/// glibc takes a large block from the system each time and gives it back, until one of that size was freed: from then
/// on it keeps twice as much (mallopt(3), `M_MMAP_THRESHOLD`). Else half of what a long body costs would be page faults.
static KEPT: Once = Once::new();

/// More than half of the bytes that a long body takes with what is read of it: 17 MiB, for short texts that fill what
/// may be judged by default. A page that is given back costs a fault when the next one comes, and those of a whole list
/// come at a stretch.
const KEEP: usize = 12 * 1024 * 1024;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::thread::current;

    use futures_util::FutureExt;
    use thread_priority::thread_schedule_policy;
    use tokio::runtime::Builder;

    use super::*;
    use crate::docker::endpoint::Endpoint;
    use crate::policy::{Policy, load};

    fn call() -> Call<()> {
        let policy = Arc::new(Policy { profile: load::profile("engine", None).unwrap(), access: None });
        Call::of_nobody(&policy, Endpoint::ContainerCreate, "/v1.41/containers/create")
    }

    fn run(test: impl Future<Output = ()>) {
        Builder::new_current_thread().build().unwrap().block_on(test);
    }

    /// Work that waits for a word, and tells the name of its thread and the body.
    fn waits(word: Receiver<()>) -> impl FnOnce(&mut Call<()>, &[u8]) -> (Option<String>, Vec<u8>) + Send + 'static {
        move |_, body| {
            word.recv().unwrap();
            (current().name().map(str::to_owned), body.to_vec())
        }
    }

    #[test]
    fn bodies_are_judged_one_after_the_other_beside_the_worker() {
        run(async {
            let ((mut one, mut two), body) = ((call(), call()), Bytes::from_static(b"{}"));
            let ((first, of_first), (second, of_second)) = (channel(), channel());
            let one = apart(&mut one, &body, waits(of_first));
            let two = apart(&mut two, &body, waits(of_second));
            let (mut one, mut two) = (Box::pin(one), Box::pin(two));
            assert!(one.as_mut().now_or_never().is_none());
            assert!(two.as_mut().now_or_never().is_none());
            second.send(()).unwrap();
            first.send(()).unwrap();
            let judged = (Some("beside".to_owned()), b"{}".to_vec());
            assert_eq!((two.await, one.now_or_never()), (judged.clone(), Some(judged)));
        });
    }

    #[test]
    fn whoever_is_woken_where_a_body_is_judged_has_the_processor() {
        run(async {
            let policy = apart(&mut call(), &Bytes::from_static(b"{}"), |_, _| thread_schedule_policy()).await;
            assert_eq!(policy, Ok(last::POLICY));
        });
    }

    #[test]
    fn a_call_that_ended_before_its_turn_is_not_judged() {
        run(async {
            let ((mut one, mut two), body) = ((call(), call()), Bytes::from_static(b"{}"));
            let ((first, of_first), (told, tells)) = (channel(), channel());
            let mut waiting = Box::pin(apart(&mut one, &body, waits(of_first)));
            assert!(waiting.as_mut().now_or_never().is_none());
            let gone = apart(&mut two, &body, move |_, _| told.send(()).unwrap());
            assert!(Box::pin(gone).as_mut().now_or_never().is_none());
            first.send(()).unwrap();
            waiting.await;
            apart(&mut call(), &body, |_, _| ()).await;
            assert!(tells.recv().is_err());
        });
    }

    #[test]
    fn what_is_done_to_a_call_is_done_to_it_and_a_panic_ends_it_alone() {
        run(async {
            let (mut one, body) = (call(), Bytes::from_static(b"{}"));
            let failed = AssertUnwindSafe(apart(&mut one, &body, |_, _| panic!("as a test"))).catch_unwind().await;
            assert_eq!(failed.unwrap_err().downcast_ref(), Some(&"as a test"));
            let mut two = call();
            two.headers.insert("x-kept", "yes".parse().unwrap());
            let change = |call: &mut Call<()>, _: &[u8]| {
                call.endpoint = Endpoint::ContainerList;
                call.headers.insert("x-new", "too".parse().unwrap());
            };
            apart(&mut two, &body, change).await;
            assert_eq!(two.endpoint, Endpoint::ContainerList);
            assert_eq!(two.headers.get("x-kept").unwrap(), "yes");
            assert_eq!(two.headers.get("x-new").unwrap(), "too");
        });
    }
}
