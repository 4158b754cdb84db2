//! How many threads to use, measured on the model's own largest product once it is loaded.
//!
//! More threads are not always faster: two logical cores may share one physical core, and a phone's
//! small cores hold back its large ones.

use super::input::Input;
use super::matrix::CpuMatrix;
use super::pool::Pool;
use crate::clock::now_ms;

/// Rounds of each candidate; the fastest counts, because disturbances only ever slow things down.
const ROUNDS: usize = 4;
/// Another thread must bring this much to be worth its heat.
const GAIN: f64 = 0.93;

/// Limits the pool to the smallest number of threads that is about as fast as any.
pub fn tune(pool: &mut Pool, matrix: &CpuMatrix, input: &mut Input) {
    let most = pool.available();
    if most == 1 {
        return;
    }
    input.reshape(matrix.cols());
    input.row_mut(0).iter_mut().enumerate().for_each(|(i, x)| *x = (i % 17) as f32 - 8.0);
    input.quantize(0, matrix.needs());
    let mut y = vec![0.0; matrix.rows()];
    let mut best = (1, f64::INFINITY);
    for threads in candidates(most) {
        pool.limit(threads);
        let mut fastest = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = now_ms();
            matrix.product(pool, input, 1, None, &mut y);
            fastest = fastest.min(now_ms() - start);
        }
        if fastest < best.1 * if threads > 1 { GAIN } else { 1.0 } {
            best = (threads, fastest);
        }
    }
    pool.limit(best.0);
}

/// 1, 2, 4, … and all.
fn candidates(most: usize) -> Vec<usize> {
    let mut all: Vec<_> = std::iter::successors(Some(1), |n| Some(2 * n)).take_while(|&n| n < most).collect();
    all.push(most);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_end_with_all_threads() {
        assert_eq!(candidates(2), [1, 2]);
        assert_eq!(candidates(6), [1, 2, 4, 6]);
        assert_eq!(candidates(8), [1, 2, 4, 8]);
    }
}
