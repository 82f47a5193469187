//! The workers: one thread each, with a runtime of its own. A connection stays
//! with the worker it was given to, and both its halves are one task.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::accept::Accepted;
use super::connection::{Shared, serve};
use super::drain::Phase;
use super::limit::Counts;
use super::{NewStack, agenda};
use crate::settings::Limits;

/// All workers.
pub(super) struct Pool {
    workers: Arc<Workers>,
    running: Vec<oneshot::Receiver<()>>,
}

/// The way to the workers.
#[derive(Debug)]
pub(super) struct Workers {
    workers: Vec<Worker>,
    turn: AtomicUsize,
}

#[derive(Debug)]
struct Worker {
    orders: UnboundedSender<Order>,
    load: Arc<AtomicUsize>,
}

enum Order {
    Serve(Accepted, Load),
    Enter(Phase),
    Reloaded,
}

/// One connection in the count of its worker.
pub(super) struct Load(Arc<AtomicUsize>);

impl Pool {
    /// Starts the workers: as many as the limits say, or one for each core.
    pub(super) fn start<N: NewStack>(new_stack: &N, limits: &Limits, counts: &Arc<Counts>) -> io::Result<Self> {
        let number = match limits.workers {
            0 => thread::available_parallelism().map_or(1, usize::from),
            number => number,
        };
        let (mut workers, mut running) = (Vec::new(), Vec::new());
        for index in 0..number {
            let (worker, ended) = Worker::start(index, new_stack, limits, counts)?;
            workers.push(worker);
            running.push(ended);
        }
        Ok(Self { workers: Arc::new(Workers { workers, turn: AtomicUsize::new(0) }), running })
    }

    /// The way to the workers.
    pub(super) fn workers(&self) -> &Arc<Workers> {
        &self.workers
    }

    /// Waits until every worker has ended.
    pub(super) async fn ended(&mut self) {
        while let Some(ended) = self.running.last_mut() {
            // An error is the sender being dropped, which is what ends it.
            let _ = ended.await;
            self.running.pop();
        }
    }
}

impl Workers {
    /// Gives a connection to the worker that has the fewest; of several, to the next in turn.
    pub(super) fn hand_over(&self, accepted: Accepted) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.workers.len().max(1);
        let (before, from) = self.workers.split_at(turn);
        let in_turn = from.iter().chain(before);
        if let Some(worker) = in_turn.min_by_key(|worker| worker.load.load(Ordering::Relaxed)) {
            worker.load.fetch_add(1, Ordering::Relaxed);
            // A worker that is gone has ended; so does the connection.
            let _ = worker.orders.send(Order::Serve(accepted, Load(worker.load.clone())));
        }
    }

    /// Tells the workers how far the end has come.
    pub(super) fn enter(&self, phase: Phase) {
        for worker in &self.workers {
            let _ = worker.orders.send(Order::Enter(phase));
        }
    }

    /// Has the connections look whether they may go on.
    pub(super) fn reloaded(&self) {
        for worker in &self.workers {
            let _ = worker.orders.send(Order::Reloaded);
        }
    }
}

impl Worker {
    fn start<N: NewStack>(
        index: usize,
        new_stack: &N,
        limits: &Limits,
        counts: &Arc<Counts>,
    ) -> io::Result<(Self, oneshot::Receiver<()>)> {
        let (orders, received) = unbounded_channel();
        let (ending, ended) = oneshot::channel();
        let (ready, started) = sync_channel(1);
        let (new_stack, limits, counts) = (new_stack.clone(), limits.clone(), counts.clone());
        thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
            match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
                Ok(runtime) => {
                    let _ = ready.send(Ok(()));
                    let shared = Rc::new(Shared::new(new_stack, &limits, counts));
                    work(runtime, shared, received);
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
            drop(ending);
        })?;
        started.recv().map_err(io::Error::other)??;
        Ok((Self { orders, load: Arc::default() }, ended))
    }
}

/// Serves until the end has come and no connection is left.
fn work<N: NewStack>(runtime: LocalRuntime, shared: Rc<Shared<N>>, mut received: UnboundedReceiver<Order>) {
    let (tasks, pace) = (shared.tasks.clone(), shared.pace.clone());
    runtime.block_on(async {
        tokio::task::spawn_local(async move { pace.call().await });
        tokio::task::spawn_local(agenda::run());
        let mut phase = Phase::Serving;
        loop {
            let order = if phase == Phase::Serving {
                received.recv().await
            } else {
                tokio::select! {
                    order = received.recv() => order,
                    () = tasks.emptied() => return,
                }
            };
            match order {
                Some(Order::Serve(accepted, load)) => {
                    let (shared, task) = (shared.clone(), tasks.add());
                    tokio::task::spawn_local(serve(shared, accepted, task, load));
                }
                Some(Order::Enter(next)) => {
                    phase = next;
                    tasks.enter(phase);
                    if phase == Phase::Closing {
                        // Every connection has its own, shorter time for a proper end.
                        let _ = timeout(CLOSING, tasks.emptied()).await;
                    }
                    if phase >= Phase::Closing {
                        return;
                    }
                }
                Some(Order::Reloaded) => tasks.reloaded(),
                None => return,
            }
        }
    });
}

/// How long the proper end of what is left may take.
const CLOSING: Duration = Duration::from_millis(800);

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
