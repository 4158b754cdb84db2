//! Workers in a browser: threads of one wasm memory, which the page's scripts start and end.

use std::sync::{Arc, OnceLock};

use super::Shared;

/// What the threads of one wasm memory share.
pub(super) fn shared() -> Arc<Shared> {
    static SHARED: OnceLock<Arc<Shared>> = OnceLock::new();
    SHARED.get_or_init(Arc::default).clone()
}

/// Serves regions. What a worker thread runs.
pub fn work() {
    shared().work();
}

/// Counts this thread out of the region that it dies in. Called by the hook for panics, which do not unwind here,
/// and by the worker's script after a trap; for a thread that is in no region it does nothing.
pub fn abandon() {
    // SAFETY: after the hook there is only the abort, and after a trap the script calls nothing but this.
    unsafe { shared().abandon() }
}
