//! Loquat: a transformer inference engine for web pages.

pub mod error;
pub mod gguf;

pub use error::{Error, Result};
