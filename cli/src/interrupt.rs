//! Ctrl-C: the first asks the work to stop, so that temporary files are removed; the second ends the process at once.
//!
//! A thread that waits for standard input hears nothing of the first. Such reading therefore happens on a thread of
//! its own (see [`crate::pipeline`]), or is cut short here after a grace period.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use toktool::{Error, Result};

use crate::exit::Exit;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static BLOCKABLE: AtomicBool = AtomicBool::new(false);

/// How long work that may be blocked on standard input has to stop by itself.
const GRACE: Duration = Duration::from_secs(1);

/// Starts listening.
pub fn install() {
    let quit = || std::process::exit(i32::from(Exit::Interrupted.code()));
    // Without a handler, Ctrl-C kills the process, which is right, too.
    let _ = ctrlc::set_handler(move || {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            quit();
        }
        std::thread::spawn(move || {
            std::thread::sleep(GRACE);
            if BLOCKABLE.load(Ordering::SeqCst) {
                quit();
            }
        });
    });
}

/// Whether Ctrl-C was pressed.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// `Err(Interrupted)` once Ctrl-C was pressed.
pub fn check() -> Result<()> {
    if requested() { Err(Error::Interrupted) } else { Ok(()) }
}

/// While it lives, the process holds no temporary file and may be waiting for standard input: after the grace period
/// Ctrl-C ends it from outside.
pub struct Blockable(());

impl Blockable {
    /// Begins such a stretch.
    pub fn begin() -> Blockable {
        BLOCKABLE.store(true, Ordering::SeqCst);
        Blockable(())
    }
}

impl Drop for Blockable {
    fn drop(&mut self) {
        BLOCKABLE.store(false, Ordering::SeqCst);
    }
}
