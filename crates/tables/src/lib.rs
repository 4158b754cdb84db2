//! Spreadsheets of any size: reading, checked plans, exact results.
//!
//! ```text
//! bytes ─ read ─ sheet ─ table ─ plan (check, run) ─ table ─ write
//!                  parse ─┘        │
//!                                 ask: a question → candidates → plan → answer
//! ```
//!
//! No IO, no clock, no panic on any input.

pub mod ask;
mod column;
pub mod desk;
mod error;
pub mod expression;
mod parse;
pub mod plan;
pub mod read;
mod sheet;
mod table;
mod value;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod wasm;
mod words;
pub mod write;

pub use column::{Column, Kind};
pub use error::{Reason, Result, TableError};
pub use plan::Plan;
pub use read::Workbook;
pub use sheet::{Merge, Sheet, letters, position};
pub use table::Table;
pub use value::{Value, civil, days, iso};
