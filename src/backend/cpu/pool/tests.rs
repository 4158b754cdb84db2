//! The pool from outside: every unit runs once, whoever comes, sleeps or dies.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

/// Less of everything where each instruction is checked.
const ROUNDS: usize = if cfg!(miri) { 3 } else { 50 };
const SIZES: &[usize] = if cfg!(miri) { &[0, 1, 7, 20] } else { &[0, 1, 7, 64, 1000] };

/// Whether this is one of a pool's own threads.
fn is_worker() -> bool {
    std::thread::current().name().is_some_and(|name| name.starts_with("loquat-"))
}

/// Waits until `flag` is set.
fn wait_for(flag: &AtomicBool) {
    while !flag.load(Ordering::Acquire) {
        std::thread::yield_now();
    }
}

/// Runs `f(unit)` over two units, of which the caller has one and a worker the other.
fn run_both(pool: &mut Pool, f: impl Fn(bool) + Sync) {
    let (caller, worker) = (AtomicBool::new(false), AtomicBool::new(false));
    pool.run(2, 1, &|_| {
        let (own, other) = if is_worker() { (&worker, &caller) } else { (&caller, &worker) };
        own.store(true, Ordering::Release);
        wait_for(other);
        f(is_worker());
    });
}

/// A bug in a kernel once left the page without an answer and without an error.
#[test]
fn a_worker_that_panics_is_an_error_and_not_an_endless_wait() {
    let mut pool = Pool::new(2);
    if pool.available() < 2 {
        return;
    }
    pool.check().unwrap();
    run_both(&mut pool, |worker| assert!(!worker, "this panic is meant"));
    assert_eq!(pool.check().unwrap_err().code(), "backend");
    // Whoever is left goes on.
    let sum = AtomicUsize::new(0);
    pool.run(100, 1, &|range| _ = sum.fetch_add(range.sum(), Ordering::Relaxed));
    assert_eq!(sum.into_inner(), 4950);
    assert!(pool.check().is_err(), "what was lost stays lost");
}

#[test]
fn a_worker_that_dies_without_unwinding_is_an_error_too() {
    let mut pool = Pool::new(2);
    if pool.available() < 2 {
        return;
    }
    let shared = pool.shared.clone().unwrap();
    let ended = Arc::new(AtomicBool::new(false));
    run_both(&mut pool, |worker| {
        if worker {
            let (shared, ended) = (shared.clone(), ended.clone());
            // SAFETY: nothing of the work follows.
            unsafe { shared.abandon() }
            wait_for(&ended);
            // A thread that is dead does not come back here; this one has to end somehow.
            std::panic::resume_unwind(Box::new(()));
        }
    });
    ended.store(true, Ordering::Release);
    assert_eq!(pool.check().unwrap_err().code(), "backend");
    // SAFETY: it is in no region, so nothing happens.
    unsafe { shared.abandon() }
    let mut again = Pool { shared: Some(shared), threads: 2, available: 2, poisoned: false, handles: Vec::new() };
    again.run(100, 1, &|_| {});
    again.check().expect("another model's pool begins anew");
}

/// The closure and what it borrows are gone when the caller has unwound.
#[test]
fn a_caller_that_panics_leaves_nobody_inside() {
    let mut pool = Pool::new(2);
    if pool.available() < 2 {
        return;
    }
    let busy = AtomicBool::new(false);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let borrowed = vec![1, 2, 3];
        run_both(&mut pool, |worker| {
            if worker {
                busy.store(true, Ordering::Release);
                std::thread::sleep(Duration::from_millis(30));
                assert_eq!(borrowed, [1, 2, 3]);
                busy.store(false, Ordering::Release);
            } else {
                wait_for(&busy);
                panic!("this panic is meant");
            }
        });
    }));
    assert!(unwound.is_err());
    assert!(!busy.load(Ordering::Acquire), "the worker goes on with a closure that is gone");
    run_both(&mut pool, |_| {});
    pool.check().expect("no worker died");
}

/// Two models in one page have the same workers.
#[test]
fn a_region_within_a_region_of_the_same_workers_runs_alone() {
    let mut outer = Pool::new(2);
    let Some(shared) = outer.shared.clone() else { return };
    let sum = AtomicUsize::new(0);
    outer.run(8, 1, &|outside| {
        let shared = Some(shared.clone());
        let mut inner = Pool { shared, threads: 2, available: 2, poisoned: false, handles: Vec::new() };
        inner.run(100, 1, &|inside| _ = sum.fetch_add(outside.len() * inside.sum::<usize>(), Ordering::Relaxed));
        inner.check().unwrap();
    });
    assert_eq!(sum.into_inner(), 8 * 4950);
}

#[test]
fn every_unit_runs_once_whatever_the_number_of_threads() {
    for threads in [1, 2, 3, 5] {
        let mut pool = Pool::new(threads);
        for &n in SIZES {
            for _ in 0..ROUNDS {
                let counts: Vec<AtomicU32> = (0..n).map(|_| AtomicU32::new(0)).collect();
                pool.run(n, 4, &|range| range.for_each(|i| _ = counts[i].fetch_add(1, Ordering::Relaxed)));
                assert!(counts.iter().all(|c| c.load(Ordering::Relaxed) == 1), "{threads} threads, {n} units");
            }
        }
    }
}

#[test]
fn sleeping_workers_wake_for_the_next_region() {
    let mut pool = Pool::new(2);
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(20));
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
        std::thread::sleep(Duration::from_millis(round as u64 % 3 * 10));
        let names = Mutex::new(std::collections::BTreeSet::new());
        for _ in 0..100 {
            pool.run(64, 1, &|range| {
                names.lock().unwrap().insert(std::thread::current().name().map(str::to_owned));
                range.for_each(|_| std::thread::sleep(Duration::from_micros(20)));
            });
            if names.lock().unwrap().len() == limit {
                break;
            }
        }
        assert_eq!(names.into_inner().unwrap().len(), limit, "round {round}");
    }
}
