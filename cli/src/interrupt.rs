//! Ctrl-C: the first asks the work to stop, so that temporary files are removed; the second ends the process at once.
//!
//! A thread that waits for standard input hears nothing of the first. Such reading therefore happens on a thread of
//! its own (see [`Stdin`] and [`crate::pipeline`]), or is cut short here after a grace period.

use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
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

/// Standard input that Ctrl-C can end: a thread reads it and may be left waiting.
pub struct Stdin {
    portions: Receiver<io::Result<Vec<u8>>>,
    portion: io::Cursor<Vec<u8>>,
}

/// Bytes read at once.
const PORTION: usize = 1 << 16;

impl Stdin {
    /// Begins to read.
    pub fn open() -> Stdin {
        let (send, portions) = sync_channel(4);
        std::thread::spawn(move || {
            let mut stdin = io::stdin().lock();
            loop {
                let mut bytes = vec![0; PORTION];
                let read = stdin.read(&mut bytes).map(|n| {
                    bytes.truncate(n);
                    bytes
                });
                let last = read.as_ref().map_or(true, Vec::is_empty);
                if send.send(read).is_err() || last {
                    return;
                }
            }
        });
        Stdin { portions, portion: io::Cursor::default() }
    }
}

impl Read for Stdin {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.portion.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            match self.portions.recv_timeout(Duration::from_millis(50)) {
                // `ErrorKind::Interrupted` would be tried again.
                Err(RecvTimeoutError::Timeout) if requested() => return Err(io::Error::other("interrupted")),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Ok(portion) => {
                    self.portion = io::Cursor::new(portion?);
                    if self.portion.get_ref().is_empty() {
                        return Ok(0);
                    }
                }
            }
        }
    }
}

/// A failure to read `path`, which may be Ctrl-C.
pub fn read_error(path: &Path, e: io::Error) -> Error {
    if requested() { Error::Interrupted } else { Error::io("read", path, e) }
}
