//! Loquat: a transformer inference engine for web pages.

pub mod backend;
pub mod config;
#[cfg(feature = "encoders")]
mod dense;
#[cfg(feature = "encoders")]
pub mod encoder;
pub mod error;
pub mod gguf;
pub mod kv;
pub mod model;
pub mod quant;
pub mod sampler;
#[cfg(feature = "encoders")]
pub mod seq2seq;
pub mod session;
pub mod stream;
pub mod template;
pub mod tokenizer;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
pub mod weights;

pub use error::{Error, Result};
