//! The entry of a helper thread: a worker over the same memory calls it and stays.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::backend::cpu::pool::browser;

/// Serves the engine's parallel regions. Never returns: the page ends a helper by terminating it.
#[wasm_bindgen]
pub fn work() {
    browser::work();
}

/// To be called on the thread that threw out of [`work`], before it ends: else an answer would wait for it for ever.
/// A panic has done so already.
#[wasm_bindgen]
pub fn abandon_work() {
    browser::abandon();
}
