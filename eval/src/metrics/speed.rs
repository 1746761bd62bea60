//! How fast a tokenizer is. On request alone: no two runs give the same figures.

use std::time::Duration;

use crate::metric::{Better, Compute, Figure, Metric};
use crate::speed::Speed;

const FAMILY: &str = "speed";
const ONCE: &str = "one thread, up to 8 MiB of the document sample";
const BASELINE: &str = "a baseline is no program to time";
const SOURCE: &str = "as tokenizer benchmarks do; differs from run to run";

/// Megabytes (10^6 bytes) a second.
fn rate(speed: &Speed, time: Duration) -> Figure {
    let seconds = time.as_secs_f64();
    let value = (seconds > 0.0 && speed.bytes > 0).then(|| speed.bytes as f64 / 1e6 / seconds);
    Figure { value, n: speed.bytes }
}

fn latency(speed: &Speed, share: f64) -> Figure {
    Figure { value: speed.latency(share).map(|time| time.as_secs_f64() * 1e6), n: speed.documents.len() as u64 }
}

/// The rows.
pub const ROWS: &[Metric] = &[
    row!(
        FAMILY,
        "speed_cold_mb_per_s",
        "MB/s",
        Higher,
        ONCE,
        BASELINE,
        SOURCE,
        "megabytes of text that a fresh encoder encodes in a second, its cache of pieces empty",
        Compute::Speed(|s| rate(s, s.cold))
    ),
    row!(
        FAMILY,
        "speed_warm_mb_per_s",
        "MB/s",
        Higher,
        ONCE,
        BASELINE,
        SOURCE,
        "the same on the same text again: median of five passes",
        Compute::Speed(|s| rate(s, s.warm))
    ),
    row!(
        FAMILY,
        "latency_p50_us",
        "microseconds",
        Lower,
        ONCE,
        BASELINE,
        SOURCE,
        "time that half of the documents take no longer than, in the last of these passes",
        Compute::Speed(|s| latency(s, 0.5))
    ),
    row!(
        FAMILY,
        "latency_p99_us",
        "microseconds",
        Lower,
        ONCE,
        BASELINE,
        SOURCE,
        "time that 99 % of the documents take no longer than",
        Compute::Speed(|s| latency(s, 0.99))
    ),
    row!(
        FAMILY,
        "load_seconds",
        "seconds",
        Lower,
        "median of three",
        BASELINE,
        SOURCE,
        "time to make an encoder of a tokenizer in memory, on all threads; reading its file left out",
        Compute::Speed(|s| Figure { value: Some(s.load.as_secs_f64()), n: crate::speed::LOADS as u64 })
    ),
    row!(
        FAMILY,
        "encoder_memory_bytes",
        "bytes",
        Lower,
        "most of three",
        "a baseline is no program, or resident memory is not known here, or did not grow",
        SOURCE,
        "growth of resident memory while an encoder is made, without the cache that it fills later",
        Compute::Speed(|s| Figure { value: s.memory.map(|bytes| bytes as f64), n: crate::speed::LOADS as u64 })
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 MB in 2 s are 1.5 MB/s; without text or time there is no rate.
    #[test]
    fn rates_by_hand() {
        let speed = Speed { bytes: 3_000_000, ..Speed::default() };
        assert_eq!(rate(&speed, Duration::from_secs(2)).value, Some(1.5));
        assert_eq!(rate(&speed, Duration::ZERO).value, None);
        assert_eq!(rate(&Speed::default(), Duration::from_secs(1)).value, None);
        let speed = Speed { documents: vec![Duration::from_nanos(1500)], ..Speed::default() };
        assert_eq!(latency(&speed, 0.5), Figure { value: Some(1.5), n: 1 });
    }

    #[test]
    fn all_of_them_are_on_request_and_nothing_else_is() {
        for metric in crate::metric::all() {
            assert_eq!(metric.on_request(), metric.family == FAMILY, "{}", metric.name);
        }
    }
}
