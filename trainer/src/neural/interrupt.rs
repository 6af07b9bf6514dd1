//! Ctrl-C during training: the first ends it with the best so far, the second at once.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);
static WATCHED: Once = Once::new();

/// From now on, has Ctrl-C only ask to end.
pub fn watch() {
    WATCHED.call_once(|| {
        let handler = || {
            if ASKED.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
            crate::progress::tell!("stopping after this step; once more to stop at once");
        };
        // Where signals can't be watched, Ctrl-C ends the program as ever.
        let _ = ctrlc::set_handler(handler);
    });
}

/// Whether somebody asked trainings to end.
pub fn is_stopped() -> bool {
    ASKED.load(Ordering::SeqCst)
}
