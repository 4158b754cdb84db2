//! GGUF header prefix → metadata and tensor directory. Reads no weights and does no IO.
//!
//! The format is described in ggml's `docs/gguf.md` (versions 2 and 3, little-endian). Every length
//! in the file is hostile until it has been compared with what can follow it: a damaged header is an
//! [`Error`](crate::Error), never a panic and never a large allocation.

mod dtype;
mod header;
mod value;

pub use dtype::GgmlType;
pub use header::{Gguf, Parsed, TensorInfo};
pub use value::{Array, Metadata, Value};
