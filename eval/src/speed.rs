//! How fast a tokenizer encodes: the only figures that are not the same in every run, so they are taken on request
//! alone.
//!
//! One thread, in process, on documents in memory. [`LOADS`] encoders are compiled from the tokenizer (on all threads,
//! and without reading its file), and what resident memory grew by meanwhile is noted. The last one, fresh, then
//! encodes all documents once (*cold*: its cache of pieces is empty) and [`WARM`] times more (*warm*). The time of a
//! document is taken in the last of these passes; looking at the clock costs some 50 ns of it.
//!
//! **Memory** is the growth of the resident set while an encoder was made. The allocator may serve an encoder from
//! memory that another one gave back, which does not show; so the encoders are kept while others are made, and the
//! greatest growth counts. It is known on Linux only, where `/proc/self/status` says it.

use std::time::{Duration, Instant};

use toktool::Result;
use toktool::encode::{EncodeOptions, Encoder, Scratch};
use toktool::tokenizer::Tokenizer;

/// Encoders that are made.
pub const LOADS: usize = 3;
/// Passes over the documents after the first.
pub const WARM: usize = 5;
/// Bytes of documents at most.
pub const MOST: usize = 8 << 20;

/// What is measured against: time since some moment, and resident memory in bytes.
pub trait Clock {
    /// The time.
    fn now(&mut self) -> Duration;
    /// Resident memory; `None` where it is not known.
    fn resident(&mut self) -> Option<u64>;
}

/// The clock of the machine.
#[derive(Debug)]
pub struct Machine(Instant);

impl Default for Machine {
    fn default() -> Self {
        Machine(Instant::now())
    }
}

impl Clock for Machine {
    fn now(&mut self) -> Duration {
        self.0.elapsed()
    }

    fn resident(&mut self) -> Option<u64> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        // In kilobytes, whatever the size of a page.
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    }
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Speed {
    /// Bytes encoded in each pass.
    pub bytes: u64,
    /// The first pass.
    pub cold: Duration,
    /// The median of the others.
    pub warm: Duration,
    /// Each document in the last pass, ascending.
    pub documents: Vec<Duration>,
    /// Making an encoder: the median.
    pub load: Duration,
    /// The most that making one took of memory; `None` where it is not known.
    pub memory: Option<u64>,
}

impl Speed {
    /// The time that a share of the documents does not exceed; `None` without documents.
    pub fn latency(&self, share: f64) -> Option<Duration> {
        let rank = (self.documents.len() as f64 * share).ceil() as usize;
        self.documents.get(rank.saturating_sub(1)).copied()
    }
}

/// The first documents of a list that are [`MOST`] bytes together, but at least one.
pub fn enough(documents: &[String]) -> &[String] {
    let mut bytes = 0;
    let fit = documents.iter().take_while(|document| {
        bytes += document.len();
        bytes <= MOST
    });
    let fit = fit.count();
    &documents[..fit.max(1).min(documents.len())]
}

/// Measures a tokenizer.
///
/// # Errors
/// What making the encoder and encoding report.
pub fn measure(tokenizer: &Tokenizer, documents: &[String], clock: &mut dyn Clock) -> Result<Speed> {
    let (mut encoders, mut loads, mut growth) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..LOADS {
        let (before, start) = (clock.resident(), clock.now());
        encoders.push(Encoder::new(tokenizer)?);
        loads.push(clock.now().saturating_sub(start));
        growth.extend(before.zip(clock.resident()).map(|(before, after)| after.saturating_sub(before)));
    }
    let mut speed = Speed {
        bytes: documents.iter().map(|d| d.len() as u64).sum(),
        load: median(&mut loads),
        memory: growth.into_iter().max().filter(|&bytes| bytes > 0),
        ..Speed::default()
    };
    let (Some(encoder), mut scratch, mut ids) = (encoders.pop(), Scratch::default(), Vec::new()) else {
        return Ok(speed);
    };
    let options = EncodeOptions::default();
    let mut passes = Vec::new();
    for pass in 0..=WARM {
        let last = pass == WARM;
        let start = clock.now();
        let mut before = start;
        for document in documents {
            ids.clear();
            encoder.encode_into(document, options, &mut scratch, &mut ids)?;
            if last {
                let now = clock.now();
                speed.documents.push(now.saturating_sub(before));
                before = now;
            }
        }
        let took = clock.now().saturating_sub(start);
        if pass == 0 { speed.cold = took } else { passes.push(took) }
    }
    speed.warm = median(&mut passes);
    speed.documents.sort_unstable();
    Ok(speed)
}

/// The middle one of an odd number of times.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use toktool::train::{BpeTrainer, Frame, TrainInput, Trainer, assemble};
    use toktool::words::WordCounts;

    /// Each look at the time is later than the one before by one millisecond more: 1, 3, 6, 10, ... ms.
    #[derive(Default)]
    struct Fake {
        looks: u64,
        resident: Vec<Option<u64>>,
    }

    impl Clock for Fake {
        fn now(&mut self) -> Duration {
            self.looks += 1;
            Duration::from_millis(self.looks * (self.looks + 1) / 2)
        }

        fn resident(&mut self) -> Option<u64> {
            self.resident.pop().flatten()
        }
    }

    fn tokenizer() -> Tokenizer {
        let mut words = WordCounts::default();
        words.push(b" ev", 9);
        let trainer = BpeTrainer { vocab_size: 258, ..BpeTrainer::default() };
        let trained = trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap();
        assemble(trained, &Frame::default(), None)
    }

    /// Looks 1 to 6 are those of three loads: 2, 4 and 6 ms. The first pass is looks 7 and 8: 8 ms. Four passes follow:
    /// 10, 12, 14, 16 ms; the last begins at look 17, has a look after each of two documents (18 and 19 ms) and ends
    /// with look 20: 18 + 19 + 20 = 57 ms. The median of 10, 12, 14, 16, 57 is 14.
    #[test]
    fn the_books_are_kept() {
        let documents = ["ev ev".to_owned(), "kuş".to_owned()];
        // Taken from the end: growth of 0, then unknown, then 4,096.
        let resident = vec![Some(9096), Some(5000), None, Some(5000), Some(5000), Some(5000)];
        let mut clock = Fake { looks: 0, resident };
        let speed = measure(&tokenizer(), &documents, &mut clock).unwrap();
        let ms = Duration::from_millis;
        let wanted = Speed {
            bytes: 9,
            cold: ms(8),
            warm: ms(14),
            documents: vec![ms(18), ms(19)],
            load: ms(4),
            memory: Some(4096),
        };
        assert_eq!(speed, wanted);
        assert_eq!(clock.looks, 20);
    }

    #[test]
    fn memory_that_is_not_known_is_none() {
        let speed = measure(&tokenizer(), &["ev".to_owned()], &mut Fake::default()).unwrap();
        assert_eq!(speed.memory, None);
    }

    /// Ranks of 200 documents: 100 and 198.
    #[test]
    fn latencies_are_ranks() {
        let documents = (1..=200).map(Duration::from_micros).collect();
        let speed = Speed { documents, ..Speed::default() };
        let at = |share| speed.latency(share).map(|d| d.as_micros());
        assert_eq!([at(0.5), at(0.99), at(1.0)], [Some(100), Some(198), Some(200)]);
        assert_eq!(Speed::default().latency(0.5), None);
    }

    #[test]
    fn no_more_text_than_enough() {
        let documents = vec!["a".repeat(MOST / 2); 5];
        assert_eq!(enough(&documents).len(), 2);
        assert_eq!(enough(&["a".repeat(MOST + 1)]).len(), 1);
        assert!(enough(&[]).is_empty());
    }

    #[test]
    fn the_machine_has_a_clock_that_goes_on() {
        let mut machine = Machine::default();
        let speed = measure(&tokenizer(), &["ev ".repeat(1000)], &mut machine).unwrap();
        assert!(speed.cold > Duration::ZERO && speed.warm > Duration::ZERO && speed.load > Duration::ZERO);
        assert!(speed.latency(0.5) <= speed.latency(0.99));
        assert!(!cfg!(target_os = "linux") || machine.resident().is_some_and(|bytes| bytes > 0));
    }
}
