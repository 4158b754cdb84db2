//! What the caller of regions and its workers share: who is inside, what they run, who sleeps.

use std::cell::{Cell, UnsafeCell};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};

use super::units::Units;

/// Checks for work before a worker goes to sleep, about 300 µs: from the end of one token to the next there are
/// some 200 µs, and waking up takes a part of them again.
const SPINS: u32 = if cfg!(miri) { 100 } else { 120_000 };
/// A thread claims this part of what is left of its range, so that there is something to steal from one that
/// the system has put aside.
const PART: u32 = 4;
/// Threads that have ranges; more than these only steal.
pub(super) const RANGES: usize = 64;

/// `state` holds the epoch in its upper bits, then whether the region is open, then how many workers are inside.
const OPEN: u32 = 1 << 8;
const EPOCH: u32 = 1 << 9;
const INSIDE: u32 = OPEN - 1;
/// Workers that can join a region, so that their count never reaches the bit beside it.
pub(super) const MOST_WORKERS: u32 = INSIDE;

thread_local! {
    /// The pool in whose region this thread is as a worker.
    static MEMBER_OF: Cell<*const Shared> = const { Cell::new(std::ptr::null()) };
}

/// One value a cache line, so that counters do not slow each other.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line<T>(T);

/// What a region does with a range of units.
pub(super) type Work<'a> = dyn Fn(Range<usize>) + Sync + 'a;

/// What a region runs. The closure is borrowed for longer than it lives: nobody follows it but inside the region.
#[derive(Clone, Copy)]
struct Job {
    work: &'static Work<'static>,
    grain: u32,
    ranges: usize,
}

/// Room for one caller. Held from before a region's job is written until after everyone has left.
struct Caller<'a>(&'a Shared);

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.called.store(false, Ordering::Release);
    }
}

/// An open region. It ends when this is dropped, by a panic of the caller's own part too: nobody joins any more, and
/// who is inside has left.
struct Region<'a>(&'a Shared);

impl Drop for Region<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.0.fetch_and(!OPEN, Ordering::AcqRel) & !OPEN;
        while state & INSIDE != 0 {
            std::hint::spin_loop();
            state = self.0.state.0.load(Ordering::Acquire);
        }
    }
}

/// A worker's stay in a region, which ends when this is dropped, by a panic too.
struct Member<'a> {
    shared: &'a Shared,
    before: *const Shared,
}

impl<'a> Member<'a> {
    /// For who has been counted.
    fn new(shared: &'a Shared) -> Self {
        Member { shared, before: MEMBER_OF.replace(shared) }
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        self.shared.leave(std::thread::panicking(), self.before);
    }
}

/// What the caller and its workers share.
pub struct Shared {
    state: Line<AtomicU32>,
    ranges: [Line<Units>; RANGES],
    job: UnsafeCell<Option<Job>>,
    /// Somebody has a region here.
    called: AtomicBool,
    /// A worker died in the region.
    failed: AtomicBool,
    sleepers: Line<AtomicU32>,
    /// Workers that have come.
    workers: AtomicU32,
    /// Workers that may join a region: so many of those who came first.
    limit: AtomicU32,
    stop: AtomicBool,
    bed: Mutex<()>,
    bell: Condvar,
}

// SAFETY: only `job` is not `Sync` by itself. It is written by the one caller that holds `called`, while the region is
// closed and nobody is inside, and read only by that caller and by members of an open region; `state` orders the two.
unsafe impl Sync for Shared {}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Default for Shared {
    fn default() -> Self {
        Shared {
            state: Line(AtomicU32::new(0)),
            ranges: std::array::from_fn(|_| Line::default()),
            job: UnsafeCell::new(None),
            called: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            sleepers: Line(AtomicU32::new(0)),
            workers: AtomicU32::new(0),
            limit: AtomicU32::new(MOST_WORKERS),
            stop: AtomicBool::new(false),
            bed: Mutex::new(()),
            bell: Condvar::new(),
        }
    }
}

impl Shared {
    /// Serves regions until the pool stops. What a worker thread runs.
    pub fn work(&self) {
        let number = self.workers.fetch_add(1, Ordering::Relaxed) + 1;
        let mut seen = self.state.0.load(Ordering::Acquire) & !(EPOCH - 1);
        // Epochs count from the next region on, but one that is open now may be joined too.
        seen = seen.wrapping_sub(EPOCH);
        while let Some(epoch) = self.wait(seen, number) {
            seen = epoch;
            if let Some(member) = self.join(epoch, number) {
                self.claim(number as usize);
                drop(member);
            }
        }
    }

    /// Ends this thread's stay in a region, if it is in one.
    fn leave(&self, died: bool, before: *const Shared) {
        if std::ptr::eq(MEMBER_OF.replace(before), self) {
            if died {
                self.failed.store(true, Ordering::Relaxed);
            }
            self.state.0.fetch_sub(1, Ordering::Release);
        }
    }

    /// Counts this thread out after a death without unwinding, so that the caller does not wait for it for ever.
    ///
    /// # Safety
    /// This thread runs nothing more of a region's work.
    pub unsafe fn abandon(&self) {
        self.leave(true, std::ptr::null());
    }

    /// Waits for an epoch other than `seen`: spins a moment, then sleeps. A worker that may not join sleeps
    /// at once, and until it may. `None` on stop.
    fn wait(&self, seen: u32, number: u32) -> Option<u32> {
        let changed = || {
            let epoch = self.state.0.load(Ordering::SeqCst) & !(EPOCH - 1);
            (epoch != seen).then_some(epoch)
        };
        let may = || number <= self.limit.load(Ordering::SeqCst);
        for _ in 0..SPINS {
            if !may() {
                break;
            }
            if let Some(epoch) = changed() {
                return Some(epoch);
            }
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            std::hint::spin_loop();
        }
        let mut guard = self.bed.lock().unwrap_or_else(|e| e.into_inner());
        let mut counted = false;
        let result = loop {
            if self.stop.load(Ordering::SeqCst) {
                break None;
            }
            // Whoever opens a region rings for those who are counted.
            let wanted = may();
            if wanted && !counted {
                self.sleepers.0.fetch_add(1, Ordering::SeqCst);
            } else if counted && !wanted {
                self.sleepers.0.fetch_sub(1, Ordering::SeqCst);
            }
            counted = wanted;
            if let Some(epoch) = changed().filter(|_| wanted) {
                break Some(epoch);
            }
            guard = self.bell.wait(guard).unwrap_or_else(|e| e.into_inner());
        };
        if counted {
            self.sleepers.0.fetch_sub(1, Ordering::SeqCst);
        }
        result
    }

    /// Lets the first `workers` join regions.
    pub(super) fn limit(&self, workers: u32) {
        let workers = workers.min(MOST_WORKERS);
        if workers == self.limit.load(Ordering::Relaxed) {
            return;
        }
        let before = self.limit.swap(workers, Ordering::SeqCst);
        if workers > before {
            drop(self.bed.lock().unwrap_or_else(|e| e.into_inner()));
            self.bell.notify_all();
        }
    }

    /// Enters the region of `epoch` if it is still open, as the worker with this number.
    fn join(&self, epoch: u32, number: u32) -> Option<Member<'_>> {
        let mut state = self.state.0.load(Ordering::Acquire);
        if number > self.limit.load(Ordering::Relaxed) {
            return None;
        }
        while state & !(EPOCH - 1) == epoch && state & OPEN != 0 {
            match self.state.0.compare_exchange_weak(state, state + 1, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Some(Member::new(self)),
                Err(now) => state = now,
            }
        }
        None
    }

    /// Runs units until none are left, as thread `number`; the caller is 0.
    fn claim(&self, number: usize) {
        // SAFETY: called inside an open region only, by its caller or a member, when nobody writes the job.
        let Some(job) = (unsafe { *self.job.get() }) else { return };
        let own = (number < job.ranges).then(|| &self.ranges[number].0);
        let run = |units: Range<u32>| (job.work)(units.start as usize..units.end as usize);
        let next = |units: &Units| {
            units.take(|left| {
                let end = left.start + (left.len() as u32 / PART).max(job.grain).min(left.len() as u32);
                (left.start..end, end..left.end)
            })
        };
        loop {
            while let Some(units) = own.and_then(next) {
                run(units);
            }
            let others = (1..=job.ranges).map(|i| (number + i) % job.ranges);
            let stolen = others.map(|i| &self.ranges[i].0).find_map(|other| {
                other.take(|left| {
                    let middle = left.start + (left.len() as u32).saturating_sub(job.grain) / 2;
                    (middle..left.end, left.start..middle)
                })
            });
            match (stolen, own) {
                (None, _) => return,
                (Some(units), None) => run(units),
                (Some(units), Some(own)) => own.set(units),
            }
        }
    }

    /// Runs `work` over `0..units` on all who come. Whether every unit was run: not if a worker died over one.
    ///
    /// Where a region is open already, because two pools share the workers, all is run by the caller alone.
    pub(super) fn run(&self, work: &Work<'_>, units: u32, grain: u32, ranges: usize) -> bool {
        if self.called.swap(true, Ordering::Acquire) {
            work(0..units as usize);
            return true;
        }
        let _caller = Caller(self);
        self.failed.store(false, Ordering::Relaxed);
        // SAFETY: only lifetimes change. It is followed by members of this region only (and by this function), and
        // `Region` keeps this function from ending, in whatever way, before they have left.
        let work: &'static Work<'static> = unsafe { std::mem::transmute(work) };
        let ranges = ranges.clamp(1, RANGES);
        // SAFETY: there is no other caller, and the last region was closed and left by all.
        unsafe { *self.job.get() = Some(Job { work, grain: grain.max(1), ranges }) };
        let share = |i: usize| (u64::from(units) * i as u64 / ranges as u64) as u32;
        for (i, range) in self.ranges[..ranges].iter().enumerate() {
            range.0.set(share(i)..share(i + 1));
        }
        let before = self.state.0.load(Ordering::Relaxed);
        self.state.0.store((before & !(EPOCH - 1)).wrapping_add(EPOCH) | OPEN, Ordering::SeqCst);
        let region = Region(self);
        if self.sleepers.0.load(Ordering::SeqCst) > 0 {
            drop(self.bed.lock().unwrap_or_else(|e| e.into_inner()));
            self.bell.notify_all();
        }
        self.claim(0);
        drop(region);
        !self.failed.load(Ordering::Relaxed)
    }

    /// Sends all workers home.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(self.bed.lock().unwrap_or_else(|e| e.into_inner()));
        self.bell.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_workers_reaches_the_bit_that_says_open() {
        let shared = Shared::default();
        shared.limit(u32::MAX);
        shared.state.0.store(EPOCH | OPEN, Ordering::SeqCst);
        let members: Vec<_> = (1..=300).map_while(|number| shared.join(EPOCH, number)).collect();
        assert_eq!(members.len(), 255);
        assert_eq!(shared.state.0.load(Ordering::SeqCst), EPOCH | OPEN | INSIDE);
        // All are one thread here, which leaves once.
        members.into_iter().for_each(std::mem::forget);
    }
}
