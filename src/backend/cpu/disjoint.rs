//! A slice that the threads of a region write at places that never overlap.

use std::marker::PhantomData;
use std::ops::Range;

/// A slice that several threads write at places that never overlap.
#[derive(Debug)]
pub struct Disjoint<'a, T> {
    start: *mut T,
    len: usize,
    lifetime: PhantomData<&'a mut [T]>,
}

// SAFETY: threads reach the slice through the unsafe methods only, whose contracts keep them apart.
unsafe impl<T: Send> Sync for Disjoint<'_, T> {}

impl<'a, T: Copy> Disjoint<'a, T> {
    /// Borrows a slice for a region.
    pub fn new(slice: &'a mut [T]) -> Self {
        Disjoint { start: slice.as_mut_ptr(), len: slice.len(), lifetime: PhantomData }
    }

    /// Copies `values` to `at..`.
    ///
    /// # Safety
    /// No other thread may read or write these places during the region.
    #[inline(always)]
    pub unsafe fn write(&self, at: usize, values: &[T]) {
        assert!(at + values.len() <= self.len);
        // SAFETY: in bounds by the assertion, unshared by the contract.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(at), values.len()) }
    }

    /// A part of the slice.
    ///
    /// # Safety
    /// No other thread may read or write this range during the region.
    #[inline(always)]
    pub unsafe fn slice(&self, range: Range<usize>) -> &'a mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: in bounds by the assertion, unshared by the contract.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }

    /// One place of the slice.
    ///
    /// # Safety
    /// No other thread may read or write this place during the region.
    #[inline(always)]
    pub unsafe fn one(&self, at: usize) -> &'a mut T {
        assert!(at < self.len);
        // SAFETY: in bounds by the assertion, unshared by the contract.
        unsafe { &mut *self.start.add(at) }
    }
}
