//! Work on a stream of blocks: read in order, worked on by several threads, written in order.
//!
//! Block `i` goes to worker `i mod n` through a short queue, and its result is taken from there in turn: order needs
//! no sorting, and look-ahead is bounded by the queues. Each worker keeps its own state (an encoder's cache) for the
//! whole run. Reading has a thread of its own, which may hang on standard input; nobody waits for it at the end.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use toktool::{Error, Result};

use crate::interrupt;

/// Blocks waiting at each end of a worker.
const AHEAD: usize = 2;

/// Where blocks come from: `None` at the end.
pub type Source<B> = Box<dyn FnMut() -> Result<Option<B>> + Send>;

/// Passes every block of `source` through a worker and hands the results to `sink` in order. `worker` makes the
/// function that one thread runs.
pub fn run<B, R, W>(
    threads: usize,
    mut source: Source<B>,
    worker: impl Fn() -> W,
    mut sink: impl FnMut(R) -> Result<()>,
) -> Result<()>
where
    B: Send + 'static,
    R: Send + 'static,
    W: FnMut(B) -> Result<R> + Send + 'static,
{
    let failed = |e| Error::io("start a thread for", "the work", e);
    let (mut inputs, mut workers) = (Vec::new(), Vec::new());
    for _ in 0..threads.max(1) {
        let (send_block, blocks) = sync_channel::<Result<B>>(AHEAD);
        let (send_result, results) = sync_channel::<Result<R>>(AHEAD);
        let mut work = worker();
        let body = move || serve(&blocks, &send_result, &mut work);
        let thread = thread::Builder::new().spawn(body).map_err(failed)?;
        inputs.push(send_block);
        workers.push((results, thread));
    }
    let feeder = thread::Builder::new().spawn(move || feed(&mut source, &inputs)).map_err(failed)?;
    let mut turn = 0;
    while let Some(result) = receive(&workers[turn].0)? {
        sink(result?)?;
        turn = (turn + 1) % workers.len();
    }
    // Blocks are dealt in turn, so the first worker without one marks the end: unless a thread is at fault.
    for thread in [workers.swap_remove(turn).1, feeder] {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
    Ok(())
}

fn serve<B, R>(blocks: &Receiver<Result<B>>, results: &SyncSender<Result<R>>, work: &mut impl FnMut(B) -> Result<R>) {
    for block in blocks {
        let result = block.and_then(&mut *work);
        let stop = result.is_err();
        // Nobody listens any more once the sink has failed.
        if results.send(result).is_err() || stop {
            return;
        }
    }
}

fn feed<B>(source: &mut Source<B>, workers: &[SyncSender<Result<B>>]) {
    for worker in workers.iter().cycle() {
        let block = match source() {
            Ok(Some(block)) => Ok(block),
            Ok(None) => return,
            Err(e) => Err(e),
        };
        let stop = block.is_err();
        if worker.send(block).is_err() || stop {
            return;
        }
    }
}

/// The next result, `None` where there is no more; gives up on Ctrl-C.
fn receive<R>(results: &Receiver<Result<R>>) -> Result<Option<Result<R>>> {
    loop {
        interrupt::check()?;
        match results.recv_timeout(Duration::from_millis(100)) {
            Ok(result) => return Ok(Some(result)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_to(n: u32) -> Source<u32> {
        let mut next = 0;
        Box::new(move || {
            next += 1;
            Ok((next <= n).then_some(next))
        })
    }

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        for threads in [1, 2, 3, 7] {
            for n in [0, 1, 6, 7, 8, 500] {
                let mut seen = Vec::new();
                let slow_odd = || {
                    |x: u32| {
                        if x % 7 == 1 {
                            thread::sleep(Duration::from_micros(200));
                        }
                        Ok(x * 2)
                    }
                };
                run(threads, count_to(n), slow_odd, |r| {
                    seen.push(r);
                    Ok(())
                })
                .unwrap();
                assert_eq!(seen, (1..=n).map(|x| x * 2).collect::<Vec<_>>(), "{threads} threads, {n} blocks");
            }
        }
    }

    #[test]
    fn a_panic_is_no_silent_end() {
        let fault = || |x: u32| if x == 5 { panic!("a fault put in by the test") } else { Ok(x) };
        let caught = std::panic::catch_unwind(|| run(2, count_to(100), fault, |_| Ok(())));
        assert!(caught.is_err());
    }

    #[test]
    fn the_first_error_in_order_ends_it() {
        for threads in [1, 2, 3] {
            let mut done = 0;
            let fail_late = || |x: u32| if x >= 20 { Err(Error::input("x", format!("{x}"))) } else { Ok(x) };
            let error = run(threads, count_to(1000), fail_late, |_| {
                done += 1;
                Ok(())
            });
            assert_eq!((error.unwrap_err().to_string().as_str(), done), ("`x`: 20", 19));
        }
        let source: Source<u32> = Box::new(|| Err(Error::input("x", "unreadable")));
        assert!(run(2, source, || |x: u32| Ok(x), |_| Ok(())).is_err());
        assert!(run(2, count_to(9), || |x: u32| Ok(x), |_| Err(Error::Interrupted)).is_err());
    }
}
