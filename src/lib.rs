//! Loquat: a transformer inference engine for web pages.

pub mod backend;
pub mod config;
pub mod error;
pub mod gguf;
pub mod kv;
pub mod model;
pub mod quant;
pub mod weights;

pub use error::{Error, Result};
