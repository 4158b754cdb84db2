//! Decoding on the CPU allocates nothing within a page of the KV cache.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;

use loquat::backend::{Backend, LogitRows, cpu::CpuBackend};
use loquat::gguf::Gguf;
use loquat::model::{LoadOptions, ModelLoader};

struct Counting;

thread_local! {
    /// Of this thread alone: helpers start whenever they like, and run the same code.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_token_allocates_nothing() {
    for (name, threads) in
        [("llama-q4_1", 1), ("llama-q4_1", 2), ("gemma2-q8_0", 1), ("gpt2-q8_0", 1), ("qwen3-q4_k", 2)]
    {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch").join(name).join("model.gguf");
        let bytes = std::fs::read(file).unwrap();
        let gguf = Gguf::parse_whole(&bytes).unwrap();
        let options = LoadOptions { context_length: Some(128), max_batch: 16 };
        let mut loader = ModelLoader::new(&gguf, CpuBackend::new(threads).unwrap(), options).unwrap();
        for (i, t) in gguf.tensors.iter().enumerate() {
            loader.tensor(i, &bytes[t.offset as usize..(t.offset + t.size) as usize]).unwrap();
        }
        let mut model = loader.finish().unwrap();
        let mut kv = model.new_cache().unwrap();
        let mut logits = Vec::new();
        let mut id = 3;
        let mut allocated = 0;
        for token in 0..40 {
            let before = CALLS.get();
            model.forward(&mut kv, &[id], LogitRows::Last).unwrap();
            // The first token brings the first page of the cache.
            if token > 0 {
                allocated += CALLS.get() - before;
            }
            pollster::block_on(model.backend().read_logits(&mut logits)).unwrap();
            let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
            id = best.0 as u32;
        }
        assert_eq!(allocated, 0, "{name} on {threads} threads");
    }
}
