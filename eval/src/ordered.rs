//! A corpus read by several threads, with results in the order of the corpus.
//!
//! Threads take pieces as they come; a result that comes before its turn waits. So what is added up does not depend on
//! the number of threads. Memory: the results of the pieces that are read while one of them takes long.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use toktool::corpus::{Corpus, Raw};
use toktool::observe::{Event, Observer};
use toktool::{Error, Result};

/// Results that wait for their turn.
struct Queue<P, T> {
    next: u64,
    early: BTreeMap<u64, P>,
    take: T,
}

impl<P, T: FnMut(P)> Queue<P, T> {
    fn accept(&mut self, number: u64, result: P) {
        self.early.insert(number, result);
        while let Some(result) = self.early.remove(&self.next) {
            (self.take)(result);
            self.next += 1;
        }
    }
}

/// Reads a corpus to its end. Each of `threads` threads makes a worker; `work` makes a result of a piece, and `take` gets
/// the results in the order of the corpus. Returns the workers.
///
/// # Errors
/// What reading and `work` report, from whichever thread fails first; [`Error::Interrupted`].
pub fn run<W: Send, P: Send>(
    corpus: &Corpus,
    threads: usize,
    observer: &dyn Observer,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, Raw) -> Result<P> + Sync,
    take: impl FnMut(P) + Send,
) -> Result<Vec<W>> {
    let queue = Mutex::new(Queue { next: 0, early: BTreeMap::new(), take });
    // Once a piece has failed, results behind it would wait for ever.
    let failed = AtomicBool::new(false);
    let read = || -> Result<W> {
        let mut worker = worker();
        while !failed.load(Ordering::Relaxed)
            && let Some(raw) = corpus.next()?
        {
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
            let number = raw.number;
            let result = work(&mut worker, raw)?;
            queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).accept(number, result);
            observer.event(Event::Progress(corpus.stats().read));
        }
        Ok(worker)
    };
    let thread = || {
        let done = read();
        failed.fetch_or(done.is_err(), Ordering::Relaxed);
        done
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(thread)).collect();
        let joined = threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.collect::<Vec<_>>()
    })
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> Corpus {
        // Several pieces of a mebibyte.
        let text: String = (0..400_000).map(|n| format!("satır {n}\n")).collect();
        Corpus::from_text("text", Box::leak(text.into_boxed_str()), Default::default())
    }

    #[test]
    fn results_come_in_the_order_of_the_corpus() {
        for threads in [1, 4] {
            let corpus = corpus();
            let (mut numbers, mut documents) = (Vec::new(), 0);
            let work = |seen: &mut usize, raw: Raw| {
                let number = raw.number;
                let count = raw.decode(&corpus)?.documents().count();
                *seen += count;
                Ok((number, count))
            };
            let workers = run(
                &corpus,
                threads,
                &(),
                || 0,
                work,
                |(number, count)| {
                    numbers.push(number);
                    documents += count;
                },
            );
            assert_eq!(workers.unwrap().iter().sum::<usize>(), documents);
            assert!(documents == 400_000 && numbers.len() > 3 && numbers.iter().copied().eq(0..numbers.len() as u64));
        }
    }

    #[test]
    fn a_failure_ends_the_reading() {
        let corpus = corpus();
        let work = |_: &mut (), raw: Raw| match raw.number {
            1 => Err(Error::input("x", "bad")),
            number => Ok(number),
        };
        let mut last = 0;
        let error = run(&corpus, 2, &(), || (), work, |number| last = number).unwrap_err();
        assert!(error.to_string().contains("bad") && last == 0, "{error}");
    }
}
