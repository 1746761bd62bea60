//! Every seed of a target, and every one cut short, through the function that the target runs.

use std::fs;
use std::path::Path;

/// Cuts fall at every so many bytes: a prime, so that they drift across fields of every width.
const STEP: usize = 13;

/// Replays the seeds of `target`, which lie in a folder of its name under `seeds`.
pub fn replay(seeds: &Path, target: &str, body: fn(&[u8])) {
    let mut paths: Vec<_> = fs::read_dir(seeds.join(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "`{target}` has no seed");
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() < 2048, "{}: a seed is small", path.display());
        let run = |to: usize| {
            if std::panic::catch_unwind(|| body(&bytes[..to])).is_err() {
                panic!("{}: its first {to} of {} bytes make `{target}` panic", path.display(), bytes.len());
            }
        };
        run(bytes.len());
        (0..bytes.len()).step_by(STEP).for_each(run);
    }
}
