//! How long work reports what it is doing, and how it is asked to stop.

/// Something worth telling whoever waits.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A stage begins; `total` is its size in `unit`s where it is known beforehand.
    Stage {
        /// What the stage does, as a short phrase: `counting`.
        name: &'a str,
        /// Its size, if known.
        total: Option<u64>,
        /// What `total` and [`Event::Progress`] count: `bytes`, `merges`.
        unit: &'a str,
    },
    /// So much of the running stage is done.
    Progress(u64),
    /// A warning: the work goes on, but the user should know.
    Note(&'a str),
}

/// Receives [`Event`]s and may ask the work to stop. `()` is the silent one.
pub trait Observer: Sync {
    /// Called from any thread; must be cheap and must not panic.
    fn event(&self, event: Event<'_>);

    /// Polled at least several times a second; once true, the work ends with [`crate::Error::Interrupted`].
    fn cancelled(&self) -> bool {
        false
    }
}

impl Observer for () {
    fn event(&self, _: Event<'_>) {}
}

/// `Err(Interrupted)` once the observer asks to stop.
pub(crate) fn check(observer: &dyn Observer) -> crate::Result<()> {
    if observer.cancelled() { Err(crate::Error::Interrupted) } else { Ok(()) }
}
