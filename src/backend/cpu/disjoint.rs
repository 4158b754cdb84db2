//! A slice that the threads of a region write at places that never overlap.

use std::marker::PhantomData;
use std::ops::Range;

/// A slice that several threads write at places that never overlap.
#[derive(Debug)]
pub struct Disjoint<'a> {
    start: *mut f32,
    len: usize,
    lifetime: PhantomData<&'a mut [f32]>,
}

// SAFETY: threads reach the slice through `write` and `slice` only, whose contract keeps them apart.
unsafe impl Sync for Disjoint<'_> {}

impl<'a> Disjoint<'a> {
    /// Borrows a slice for a region.
    pub fn new(slice: &'a mut [f32]) -> Self {
        Disjoint { start: slice.as_mut_ptr(), len: slice.len(), lifetime: PhantomData }
    }

    /// Copies `values` to `at..`.
    ///
    /// # Safety
    /// No other thread may read or write these places during the region.
    #[inline(always)]
    pub unsafe fn write(&self, at: usize, values: &[f32]) {
        assert!(at + values.len() <= self.len);
        // SAFETY: in bounds by the assertion, unshared by the contract.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(at), values.len()) }
    }

    /// A part of the slice.
    ///
    /// # Safety
    /// No other thread may read or write this range during the region.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "this is the purpose; the contract keeps it sound")]
    pub unsafe fn slice(&self, range: Range<usize>) -> &mut [f32] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: in bounds by the assertion, unshared by the contract.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}
