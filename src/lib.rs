//! Loquat: a transformer inference engine for web pages.
//!
//! # The map
//!
//! Data flows one way; a module knows what is above it in this list and nothing below.
//!
//! ```text
//! GGUF bytes ─ gguf ─ config ─┐
//!  (one tensor at a time)     ├─ weights ─ model ─ session ─ wasm ─ (worker, page)
//!                 tokenizer ──┤     │        │        │  └──── bin/loquat (the command line)
//!                 template  ──┘  backend     kv    sampler, stream
//! ```
//!
//! | module | does |
//! | --- | --- |
//! | [`reason`] | why a model runs the way it does, as facts |
//! | [`error`] | every error, with a stable code and a remedy |
//! | [`gguf`] | header prefix → metadata and tensor directory |
//! | [`json`] | JSON text, as JavaScript may write it |
//! | [`config`] | metadata → validated `ModelConfig`: the architecture as data, a row a family |
//! | [`tokenizer`] | text ↔ ids, from GGUF metadata |
//! | [`template`] | messages → prompt text, by the model's own Jinja template |
//! | [`quant`] | block formats → f32, bit for bit; the reference for all kernels |
//! | [`backend`] | the trait, cut where kernels fuse: five steps a layer; drawing tokens is optional |
//! | [`backend::scalar`] | the oracle: plain loops in f32 |
//! | [`backend::cpu`] | packed weights, integer dots, SIMD, threads |
//! | `backend::gpu` | WebGPU compute shaders |
//! | [`weights`] | one tensor at a time into a backend |
//! | [`kv`] | the cache of one sequence: truncate, fork, save, restore |
//! | [`model`] | `forward<B: Backend>`, written once for every decoder |
//! | `verdict` | whether a GPU computes a kind of model rightly, and how fast; what was found, for the next load |
//! | [`grammar`] | a schema or grammar for the answer → the tokens that may come next |
//! | [`sampler`] | logits → id; the reference for sampling on a GPU |
//! | [`stream`] | ids → whole UTF-8 text, stop strings |
//! | [`session`] | prefix reuse, prefill in chunks, the decode loop with tokens in flight, cancellation |
//! | `encoder`, `seq2seq` | sentence embeddings (BERT on the packed kernels, others on candle) and T5, on candle |
//! | `api` | what only JavaScript sees; the TypeScript of everything that crosses, generated into `www/protocol/` |
//! | `wasm` | conversions and coded errors for JavaScript, nothing else |
//! | `src/bin/loquat/` | the command line: the same engine without a browser |
//!
//! Outside this crate: `www/` is the page (its worker drives `wasm`), `xtask/` builds, serves, tests and
//! measures.
//!
//! # Invariants
//!
//! - The library does no IO: bytes come in as slices, text and logits go out. It reads no clock but the
//!   one in [`clock`].
//! - Nothing here panics on input, however damaged; every length of a file is checked against what can
//!   follow it before anything is allocated.
//! - The whole file is never in memory: a tensor's bytes live until they are repacked.
//! - There is one forward pass. No module asks which family or which backend it runs.
//! - Weights never change after loading. What changes lives in the backend's run state, in
//!   [`kv::KvCache`] and in [`session::Session`].
//! - Between two steps of a session the cache holds a true prefix of prompt and answer, so stopping at
//!   any step loses nothing.
//! - A backend is right if it agrees with the scalar one, and the scalar one if it agrees with the
//!   reference logits in `tests/fixtures`.
//! - `unsafe` stands in [`backend::cpu`] only: SIMD, outputs that threads share, their pool.

pub mod reason;

pub mod error;

pub mod gguf;

pub mod clock;
pub mod json;

pub mod config;

pub mod tokenizer;

pub mod template;

pub mod quant;

pub mod backend;

pub mod weights;

pub mod kv;

pub mod model;

#[cfg(feature = "gpu")]
pub mod verdict;

pub mod grammar;

pub mod sampler;

pub mod stream;

pub mod session;

#[cfg(feature = "encoders")]
mod dense;

#[cfg(feature = "encoders")]
pub mod encoder;

#[cfg(feature = "encoders")]
pub mod seq2seq;

#[cfg(all(feature = "gpu", any(test, all(target_arch = "wasm32", target_os = "unknown", feature = "encoders"))))]
mod api;

#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "gpu", feature = "encoders"))]
pub mod wasm;

pub use error::{Error, Result};
