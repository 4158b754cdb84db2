//! Products of packed weights by vectors of 256 and 512 bits, on the x86-64 processors that have them.
//!
//! The same sums in the same order as `kernels.rs`, bit for bit, so it does not matter to a result where it was
//! computed. A token of an answer reads one group of rows at a time, as there: memory sets its pace. For a batch of
//! tokens a *tile* of [`Level::groups`](super::level::Level::groups) groups is unpacked such that a vector holds the same quad of all its rows, and
//! no product is ever moved across lanes.

#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
pub use x86::{mat_mul, mat_vec};

#[cfg(not(target_arch = "x86_64"))]
mod none;
#[cfg(not(target_arch = "x86_64"))]
pub use none::{mat_mul, mat_vec};

/// Groups of the largest tile.
pub const MOST_GROUPS: usize = 4;
