//! The entry of a helper thread: a worker over the same memory calls it and stays.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::backend::cpu::pool::Shared;

/// Serves the engine's parallel regions. Never returns: the page ends a helper by terminating it.
#[wasm_bindgen]
pub fn work() {
    Shared::global().work();
}
