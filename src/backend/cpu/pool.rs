//! Parallel regions over ranges of units: the caller takes part, and nobody waits for a thread that
//! has not come.
//!
//! A region opens with a new epoch; workers that see it in time join, claim units, and leave. The
//! caller claims units too, closes the region when none are left, and waits only for those who are
//! inside. A worker that sleeps or was never started costs nothing, so one thread on a busy machine is
//! never slower for having had helpers. Which thread computes a unit never changes its result.
//!
//! Each thread has a range of units of its own, which it claims from the front: neighbours in memory
//! follow each other, and a processor that fetches ahead goes on doing so. Who has none left steals the
//! back half of another's.

use std::cell::UnsafeCell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

/// Checks for work before a worker goes to sleep, about 300 µs: from the end of one token to the next there are
/// some 200 µs, and waking up takes a part of them again.
const SPINS: u32 = 120_000;
/// A thread claims this part of what is left of its range, so that there is something to steal from one that
/// the system has put aside.
const PART: u32 = 4;
/// Threads that have ranges; more than these only steal.
const RANGES: usize = 64;

/// `state` holds the epoch in its upper bits, then whether the region is open, then who is inside.
const OPEN: u32 = 1 << 8;
const EPOCH: u32 = 1 << 9;
const INSIDE: u32 = OPEN - 1;

/// One value a cache line, so that counters do not slow each other.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line<T>(T);

/// What a region runs: a borrowed closure whose lifetime the region outlives.
#[derive(Clone, Copy)]
struct Job {
    work: *const (dyn Fn(Range<usize>) + Sync),
    grain: u32,
    ranges: usize,
}

/// Units that are yet to be claimed, their first and their end, which change together.
#[derive(Debug, Default)]
struct Units(AtomicU64);

impl Units {
    fn set(&self, units: Range<u32>) {
        self.0.store(Self::pack(units), Ordering::Relaxed);
    }

    /// Takes `some` of those that are left, if there are any: what is taken, and what is left then.
    fn take(&self, some: impl Fn(Range<u32>) -> (Range<u32>, Range<u32>)) -> Option<Range<u32>> {
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

/// What the caller and its workers share.
pub struct Shared {
    state: Line<AtomicU32>,
    ranges: [Line<Units>; RANGES],
    job: UnsafeCell<Option<Job>>,
    sleepers: Line<AtomicU32>,
    /// Workers that have come.
    workers: AtomicU32,
    /// Workers that may join a region: so many of those who came first.
    limit: AtomicU32,
    stop: AtomicBool,
    bed: Mutex<()>,
    bell: Condvar,
}

// SAFETY: `job` is written by the caller while the region is closed and nobody is inside, and read
// only by those inside an open region; `state` orders the two.
unsafe impl Sync for Shared {}
// SAFETY: the pointer in `job` is only followed inside a region, during which its closure lives.
unsafe impl Send for Shared {}

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
            sleepers: Line(AtomicU32::new(0)),
            workers: AtomicU32::new(0),
            limit: AtomicU32::new(INSIDE),
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
            if self.join(epoch, number) {
                self.claim(number as usize);
                self.state.0.fetch_sub(1, Ordering::Release);
            }
        }
    }

    /// What the threads of one wasm memory share: each worker runs [`Shared::work`] on it.
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    pub fn global() -> Arc<Shared> {
        static GLOBAL: std::sync::OnceLock<Arc<Shared>> = std::sync::OnceLock::new();
        GLOBAL.get_or_init(Arc::default).clone()
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
    fn limit(&self, workers: u32) {
        let before = self.limit.swap(workers, Ordering::SeqCst);
        if workers > before {
            drop(self.bed.lock().unwrap_or_else(|e| e.into_inner()));
            self.bell.notify_all();
        }
    }

    /// Enters the region of `epoch` if it is still open, as the worker with this number.
    fn join(&self, epoch: u32, number: u32) -> bool {
        let mut state = self.state.0.load(Ordering::Acquire);
        if number > self.limit.load(Ordering::Relaxed) {
            return false;
        }
        while state & !(EPOCH - 1) == epoch && state & OPEN != 0 {
            match self.state.0.compare_exchange_weak(state, state + 1, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Runs units until none are left, as thread `number`; the caller is 0.
    fn claim(&self, number: usize) {
        // SAFETY: called inside an open region only, where nobody writes the job.
        let Some(job) = (unsafe { *self.job.get() }) else { return };
        let own = (number < job.ranges).then(|| &self.ranges[number].0);
        // SAFETY: the caller does not return, and so keeps the closure, while we are inside.
        let run = |units: Range<u32>| unsafe { (*job.work)(units.start as usize..units.end as usize) };
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

    fn run(&self, job: Job, units: u32) {
        // SAFETY: the previous region was closed and left by all; nobody reads the job now.
        unsafe { *self.job.get() = Some(job) };
        let share = |i: usize| (u64::from(units) * i as u64 / job.ranges as u64) as u32;
        for (i, range) in self.ranges[..job.ranges].iter().enumerate() {
            range.0.set(share(i)..share(i + 1));
        }
        let before = self.state.0.load(Ordering::Relaxed);
        self.state.0.store((before & !(EPOCH - 1)).wrapping_add(EPOCH) | OPEN, Ordering::SeqCst);
        if self.sleepers.0.load(Ordering::SeqCst) > 0 {
            drop(self.bed.lock().unwrap_or_else(|e| e.into_inner()));
            self.bell.notify_all();
        }
        self.claim(0);
        let mut state = self.state.0.fetch_and(!OPEN, Ordering::AcqRel) & !OPEN;
        while state & INSIDE != 0 {
            std::hint::spin_loop();
            state = self.state.0.load(Ordering::Acquire);
        }
    }

    /// Sends all workers home.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(self.bed.lock().unwrap_or_else(|e| e.into_inner()));
        self.bell.notify_all();
    }
}

/// Threads that share regions of work, the caller included.
#[derive(Debug)]
pub struct Pool {
    shared: Option<Arc<Shared>>,
    threads: usize,
    available: usize,
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    handles: Vec<std::thread::JoinHandle<()>>,
}

impl Pool {
    /// A pool of `threads`, the caller included, on threads of its own.
    ///
    /// In a browser threads are workers that the page's scripts start, see [`Shared::global`].
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let handles: Vec<_> = (1..threads.max(1))
            .map_while(|i| {
                let shared = shared.clone();
                std::thread::Builder::new().name(format!("loquat-{i}")).spawn(move || shared.work()).ok()
            })
            .collect();
        let threads = handles.len() + 1;
        Pool { threads, available: threads, shared: Some(shared).filter(|_| !handles.is_empty()), handles }
    }

    /// A pool of the caller and of workers that the page's scripts have started, `threads` together.
    ///
    /// A worker that is ready may not have come yet, so they are not counted here: it will join a later
    /// region, and nobody waits for it meanwhile.
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    pub fn new(threads: usize) -> Self {
        let shared = Shared::global();
        let threads = threads.max(1);
        let mut pool = Pool { threads, available: threads, shared: Some(shared).filter(|_| threads > 1) };
        // The model before this one may have had another limit.
        pool.limit(threads);
        pool
    }

    /// The caller alone.
    pub fn alone() -> Self {
        Pool {
            shared: None,
            threads: 1,
            available: 1,
            #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
            handles: Vec::new(),
        }
    }

    /// Lets at most `threads` take part from now on, the caller included.
    pub fn limit(&mut self, threads: usize) {
        self.threads = threads.clamp(1, self.available);
        if let Some(shared) = &self.shared {
            let workers = self.threads as u32 - 1;
            if workers != shared.limit.load(Ordering::Relaxed) {
                shared.limit(workers);
            }
        }
    }

    /// Threads that could take part.
    pub fn available(&self) -> usize {
        self.available
    }

    /// Threads that take part.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Runs `f` over `0..n`, cut into ranges of at least `grain`; returns when all are done.
    pub fn run(&self, n: usize, grain: usize, f: &(dyn Fn(Range<usize>) + Sync)) {
        match (&self.shared, u32::try_from(n)) {
            (Some(shared), Ok(units)) if n > grain && self.threads > 1 => {
                // SAFETY: only the lifetime changes; `Shared::run` returns after the last use.
                let work: &'static (dyn Fn(Range<usize>) + Sync) = unsafe { std::mem::transmute(f) };
                // It is less than n.
                let grain = grain as u32;
                shared.run(Job { work, grain, ranges: self.threads.min(RANGES) }, units);
            }
            _ => f(0..n),
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared
            && !self.handles.is_empty()
        {
            shared.stop();
            for handle in self.handles.drain(..) {
                // A worker that panicked has nothing left to say here.
                let _ = handle.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_unit_runs_once_whatever_the_number_of_threads() {
        for threads in [1, 2, 3, 5] {
            let pool = Pool::new(threads);
            for n in [0, 1, 7, 64, 1000] {
                for _ in 0..50 {
                    let counts: Vec<AtomicU32> = (0..n).map(|_| AtomicU32::new(0)).collect();
                    pool.run(n, 4, &|range| range.for_each(|i| _ = counts[i].fetch_add(1, Ordering::Relaxed)));
                    assert!(counts.iter().all(|c| c.load(Ordering::Relaxed) == 1), "{threads} threads, {n} units");
                }
            }
        }
    }

    #[test]
    fn sleeping_workers_wake_for_the_next_region() {
        let pool = Pool::new(2);
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let sum = AtomicUsize::new(0);
            pool.run(100, 1, &|range| _ = sum.fetch_add(range.sum(), Ordering::Relaxed));
            assert_eq!(sum.into_inner(), 4950);
        }
    }
    #[test]
    fn a_pool_is_as_large_as_its_limit_says() {
        let mut pool = Pool::new(4);
        for (round, limit) in [1, 4, 2, 1, 3, 4].into_iter().enumerate() {
            // There are no threads in every place where this runs.
            let limit = limit.min(pool.available());
            pool.limit(limit);
            // Long enough for all to fall asleep in some rounds, and not in others.
            std::thread::sleep(std::time::Duration::from_millis(round as u64 % 3 * 10));
            let names = Mutex::new(std::collections::BTreeSet::new());
            for _ in 0..100 {
                pool.run(64, 1, &|range| {
                    names.lock().unwrap().insert(std::thread::current().name().map(str::to_owned));
                    range.for_each(|_| std::thread::sleep(std::time::Duration::from_micros(20)));
                });
                if names.lock().unwrap().len() == limit {
                    break;
                }
            }
            assert_eq!(names.into_inner().unwrap().len(), limit, "round {round}");
        }
    }
}
