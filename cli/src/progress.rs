//! Progress bars from the library's events.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use toktool::observe::{Event, Observer};

use crate::interrupt;
use crate::ui::Ui;

/// Shows events on standard error, where that is a terminal, and passes Ctrl-C on to the library.
pub struct Progress {
    ui: Ui,
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress {
    pub fn new(ui: Ui) -> Progress {
        Progress { ui, bar: Mutex::new(None) }
    }

    fn stage(&self, name: &str, total: Option<u64>, unit: &str) {
        if !self.ui.bars() {
            return;
        }
        let count = match (unit, total) {
            ("bytes", Some(_)) => "{bytes}/{total_bytes} ({bytes_per_sec}, {eta} left)".to_owned(),
            ("bytes", None) => "{bytes} ({bytes_per_sec})".to_owned(),
            (_, Some(_)) => format!("{{human_pos}}/{{human_len}} {unit} ({{eta}} left)"),
            (_, None) => String::new(),
        };
        let bar = if total.is_some() { "{wide_bar}" } else { "{spinner}" };
        let template = format!("{{elapsed:>4}} {{msg}} {bar} {count}");
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let next = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(style);
        next.set_message(name.to_owned());
        next.enable_steady_tick(Duration::from_millis(200));
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = bar.replace(next) {
            last.finish_and_clear();
        }
    }

    /// Removes the bar, before something else is printed.
    pub fn clear(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Stage { name, total, unit } => self.stage(name, total, unit),
            Event::Progress(done) => {
                if self.ui.bars()
                    && let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
                {
                    bar.set_position(done);
                }
            }
            Event::Note(text) => {
                let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
                match bar.as_ref() {
                    Some(bar) => bar.suspend(|| self.ui.warning(text)),
                    None => self.ui.warning(text),
                }
            }
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        interrupt::requested()
    }
}
