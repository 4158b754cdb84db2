//! Units of work that are yet to be claimed: a range that threads take parts of without a lock.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Units that are yet to be claimed, their first and their end, which change together.
#[derive(Debug, Default)]
pub(super) struct Units(AtomicU64);

impl Units {
    pub fn set(&self, units: Range<u32>) {
        self.0.store(Self::pack(units), Ordering::Relaxed);
    }

    /// Takes `some` of those that are left, if there are any: what is taken, and what is left then.
    pub fn take(&self, some: impl Fn(Range<u32>) -> (Range<u32>, Range<u32>)) -> Option<Range<u32>> {
        let mut packed = self.0.load(Ordering::Relaxed);
        loop {
            let left = packed as u32..(packed >> 32) as u32;
            if left.is_empty() {
                return None;
            }
            let (taken, rest) = some(left);
            match self.0.compare_exchange_weak(packed, Self::pack(rest), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(taken),
                Err(now) => packed = now,
            }
        }
    }

    fn pack(units: Range<u32>) -> u64 {
        u64::from(units.end) << 32 | u64::from(units.start)
    }
}
