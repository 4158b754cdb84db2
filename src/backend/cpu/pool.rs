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

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod browser;
mod shared;
#[cfg(test)]
mod tests;
mod units;

use std::ops::Range;
use std::sync::Arc;

pub use shared::Shared;
use shared::{MOST_WORKERS, RANGES};

use crate::error::{Error, Result};

/// Threads that share regions of work, the caller included.
#[derive(Debug)]
pub struct Pool {
    shared: Option<Arc<Shared>>,
    threads: usize,
    available: usize,
    /// A region lost units with the worker that died over them.
    poisoned: bool,
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    handles: Vec<std::thread::JoinHandle<()>>,
}

impl Pool {
    /// A pool of `threads`, the caller included, on threads of its own.
    ///
    /// In a browser threads are workers that the page's scripts start, see `pool::browser`.
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let handles: Vec<_> = (1..threads.clamp(1, MOST_WORKERS as usize + 1))
            .map_while(|i| {
                let shared = shared.clone();
                std::thread::Builder::new().name(format!("loquat-{i}")).spawn(move || shared.work()).ok()
            })
            .collect();
        let threads = handles.len() + 1;
        let shared = Some(shared).filter(|_| !handles.is_empty());
        Pool { threads, available: threads, poisoned: false, shared, handles }
    }

    /// A pool of the caller and of workers that the page's scripts have started, `threads` together.
    ///
    /// A worker that is ready may not have come yet, so they are not counted here: it will join a later
    /// region, and nobody waits for it meanwhile.
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    pub fn new(threads: usize) -> Self {
        let threads = threads.clamp(1, MOST_WORKERS as usize + 1);
        let shared = (threads > 1).then(browser::shared);
        let mut pool = Pool { threads, available: threads, poisoned: false, shared };
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
            poisoned: false,
            #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
            handles: Vec::new(),
        }
    }

    /// Lets at most `threads` take part from now on, the caller included.
    pub fn limit(&mut self, threads: usize) {
        self.threads = threads.clamp(1, self.available);
        if let Some(shared) = &self.shared {
            // What it is clamped to fits.
            shared.limit(self.threads as u32 - 1);
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

    /// Runs `f` over `0..n`, cut into ranges of at least `grain`; returns when all are done. What a worker that
    /// panics leaves undone is seen by [`Pool::check`].
    ///
    /// # Panics
    /// As `f` does in the caller's own part; all workers have left then.
    pub fn run(&mut self, n: usize, grain: usize, f: &(dyn Fn(Range<usize>) + Sync)) {
        match (&self.shared, u32::try_from(n)) {
            (Some(shared), Ok(units)) if n > grain && self.threads > 1 => {
                // It is less than n.
                self.poisoned |= !shared.run(f, units, grain as u32, self.threads.min(RANGES));
            }
            _ => f(0..n),
        }
    }

    /// Whether every region was run as a whole so far.
    ///
    /// # Errors
    /// [`Error::Backend`] from the first region on in which a worker died.
    pub fn check(&self) -> Result<()> {
        match self.poisoned {
            false => Ok(()),
            true => Err(Error::Backend { backend: "cpu", problem: "one of its threads stopped at a bug".into() }),
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
