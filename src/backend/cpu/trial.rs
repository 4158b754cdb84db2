//! Which way of computing is fastest here, found out while prompts are read.
//!
//! No page can ask for a processor's instructions or tell its cores apart, and a measurement at load
//! would time what the browser has not optimized yet, beside the threads that optimize it. All ways
//! give the same bits, so batches are computed in turns, and the clock decides.

use super::input::Input;
use super::matrix::CpuMatrix;
use super::pool::Pool;
use super::repack::GROUP;
use super::simd::{self, DotKind, NARROW};
use crate::backend::Part;
use crate::clock::now_ms;
use crate::gguf::GgmlType;

/// Tokens of a batch from which on arithmetic sets the pace.
pub const BATCH: usize = 8;
/// More threads must bring this much to be worth their heat: two may share a physical core, and a
/// phone's small cores hold back its large ones.
const GAIN: f64 = 1.07;
/// Milliseconds of batches after which the browser has optimized what they run.
const WARM: f64 = 50.0;
/// The same once that has been waited for.
const WARM_AGAIN: f64 = 10.0;
/// Milliseconds for which a number of threads is used before it counts. Where a system shares its cores out between
/// programs, what two threads have taken is made up for afterwards, at the cost of the next.
const SETTLED: f64 = 10.0;

/// Milliseconds for which a number of threads holds, however many prompts begin meanwhile: to measure it means
/// to try what is slower. Found again, it holds twice as long, up to four times.
const HOLDS: f64 = 2000.0;
const HOLDS_MOST: f64 = 8000.0;
/// Milliseconds for which each number is measured with a prompt, and with tokens of an answer: between these a
/// processor waits for memory, and what the system takes from a thread comes in slices of some milliseconds.
const MEASURED_READING: f64 = 10.0;
const MEASURED_DECODING: f64 = 30.0;

/// How a backend computes products: which of the processor's instructions, and on how many threads.
///
/// Prompts and answers have a number each: one is paced by arithmetic, the other by memory, and a thread that the
/// others wait for costs an answer more.
#[derive(Debug, Clone)]
pub struct Ways {
    dots: Trial<DotKind>,
    reading: Threads,
    decoding: Threads,
}

/// A number of threads, measured again after a while.
#[derive(Debug, Clone)]
struct Threads {
    trial: Trial<usize>,
    /// When it was found, in milliseconds.
    found: f64,
    /// For how long it holds, in milliseconds.
    holds: f64,
}

impl Threads {
    fn new(counts: &[usize], measured: f64) -> Self {
        let trial = Trial { measured, ..Trial::new(counts, GAIN, WARM_AGAIN, SETTLED) };
        Threads { trial, found: 0.0, holds: HOLDS }
    }

    fn renew(&mut self) {
        if !self.trial.asks && now_ms() - self.found >= self.holds {
            self.trial.renew();
        }
    }

    /// `products` took `ms` on so many threads.
    fn tell(&mut self, threads: usize, products: usize, ms: f64) {
        let before = self.trial.decided;
        self.trial.tell(threads, products, ms);
        if !self.trial.asks {
            self.holds = if self.trial.decided == before { (2.0 * self.holds).min(HOLDS_MOST) } else { HOLDS };
            self.found = now_ms();
        }
    }
}

impl Ways {
    /// All threads of the pool, or as many of them as are worth it.
    pub fn new(pool: &Pool, measures: bool) -> Self {
        let most = pool.available();
        let counts = if measures { candidates(most) } else { vec![most] };
        Ways {
            dots: Trial::new(&trusted(), 1.0, WARM, 0.0),
            reading: Threads::new(&counts, MEASURED_READING),
            decoding: Threads::new(&counts, MEASURED_DECODING),
        }
    }

    /// The kernels in use, for reports.
    pub fn variant(&self) -> &'static str {
        match self.dots.decided_or_first() {
            DotKind::Wide(level) => level.name(),
            DotKind::Halves | DotKind::Words => simd::VARIANT,
        }
    }

    /// A prompt begins, or the next token of an answer: other programs may have come or gone since the last.
    pub fn renew(&mut self, tokens: usize) {
        if tokens >= BATCH { self.reading.renew() } else { self.decoding.renew() }
    }

    /// y ← W·x + b by the best way known, or by the one whose turn it is.
    pub fn product(
        &mut self,
        pool: &mut Pool,
        matrix: &CpuMatrix,
        input: &mut Input,
        bias: Option<&[f32]>,
        y: &mut [f32],
    ) {
        // One question at a time; how bytes are summed up concerns quads alone.
        let asks_dots = self.dots.asks && matrix.needs().quads && input.tokens() >= BATCH;
        // Until something is found, all that there are, or what the other has found.
        let other = [&self.reading, &self.decoding].map(|t| t.trial.decided());
        let known = other[0].or(other[1]).unwrap_or(pool.available());
        let threads = if input.tokens() >= BATCH { &mut self.reading } else { &mut self.decoding };
        input.dots = if asks_dots { self.dots.next() } else { self.dots.decided_or_first() };
        if !asks_dots && !threads.trial.asks {
            pool.limit(threads.trial.decided().unwrap_or(known));
            return matrix.product(pool, input, bias, y);
        }
        pool.limit(if asks_dots { known } else { threads.trial.next() });
        let start = now_ms();
        matrix.product(pool, input, bias, y);
        let (ms, products) = (now_ms() - start, input.tokens() * matrix.rows() * matrix.cols());
        if asks_dots {
            self.dots.tell(input.dots, products, ms);
        } else {
            threads.tell(pool.threads(), products, ms);
        }
    }
}

/// The ways of summing that give the same bits as the first, in every format that they serve.
///
/// A browser's first compiler may get a rare instruction wrong where its second does not: V8 11.3 did so with
/// the one behind [`DotKind::Words`]. Functions that never ran are in the hands of the first.
pub fn trusted() -> Vec<DotKind> {
    let same = |&kind: &DotKind| kind == NARROW[0] || sample(kind) == sample(NARROW[0]);
    let mut kinds: Vec<_> = simd::dot_kinds().into_iter().filter(same).collect();
    if kinds.is_empty() {
        kinds.push(NARROW[0]);
    }
    kinds
}

/// A type for each way that bits lie in, and where a block's scales have their upper bytes.
const SAMPLES: [(GgmlType, &[usize]); 5] = [
    (GgmlType::Q4_1, &[1, 3]),
    (GgmlType::Q5_1, &[1, 3]),
    (GgmlType::Q2_K, &[81, 83]),
    (GgmlType::Q6_K, &[209]),
    (GgmlType::Q8_0, &[1]),
];

/// What small matrices of all formats make of one token and of two, summed like `kind`.
fn sample(kind: DotKind) -> Option<Vec<u32>> {
    const COLS: usize = 256;
    let mut pool = Pool::alone();
    let (mut all, mut input) = (Vec::new(), Input::new(2, COLS));
    input.dots = kind;
    for (dtype, scales) in SAMPLES {
        let part = Part { name: "sample".into(), rows: GROUP, cols: COLS, dtype };
        let mut matrix = CpuMatrix::new(std::slice::from_ref(&part)).ok()?;
        let mut bytes: Vec<u8> = (0..dtype.bytes(GROUP * COLS)?).map(|i| (i * 89 % 251) as u8).collect();
        for block in bytes.chunks_exact_mut(dtype.block()?.1) {
            // The upper byte of some hundredths.
            scales.iter().for_each(|&at| block[at] = 0x28);
        }
        matrix.fill(0, 0, &bytes).ok()?;
        for tokens in [1, 2] {
            input.fill(&mut pool, tokens, COLS, matrix.needs(), &|t, x| {
                x.iter_mut().enumerate().for_each(|(i, x)| *x = ((i * 37 + t * 11) % 101) as f32 - 50.0);
            });
            let mut y = vec![0.0; tokens * GROUP];
            matrix.product(&mut pool, &input, None, &mut y);
            all.extend(y.iter().map(|y| y.to_bits()));
        }
    }
    Some(all)
}

/// 1, 2, 4, … and all.
fn candidates(most: usize) -> Vec<usize> {
    let mut all: Vec<_> = std::iter::successors(Some(1), |n| Some(2 * n)).take_while(|&n| n < most).collect();
    all.push(most);
    all
}

/// Ways that are compared, the one to begin with first.
#[derive(Debug, Clone)]
struct Trial<W> {
    ways: Vec<W>,
    /// A way is preferred to those after it unless they are faster by this factor.
    margin: f64,
    /// Milliseconds to go by before anything counts.
    warm: f64,
    /// Milliseconds of a way's turn that do not count; without any, ways alternate.
    settled: f64,
    /// Milliseconds that each way is measured for.
    measured: f64,
    turn: usize, // whose it is
    taken: f64,  // ms of that turn
    calls: u32,
    spent: Vec<f64>, // ms
    done: Vec<f64>,  // products
    /// What was found last; what follows from it holds while it is asked again.
    last: Option<usize>,
    decided: Option<usize>,
    asks: bool,
}

impl<W: Copy + PartialEq> Trial<W> {
    /// A trial of `ways`, which begins `warm` milliseconds of batches after the first.
    fn new(ways: &[W], margin: f64, warm: f64, settled: f64) -> Self {
        let none = vec![0.0; ways.len()];
        let (asks, decided) = (ways.len() > 1, (ways.len() == 1).then_some(0));
        let (spent, done, ways) = (none.clone(), none, ways.to_vec());
        Trial {
            ways,
            margin,
            warm,
            settled,
            measured: 10.0,
            turn: 0,
            taken: 0.0,
            calls: 0,
            spent,
            done,
            last: decided,
            decided,
            asks,
        }
    }

    /// Asks again, since the machine may do other things now; an answer that is not found yet stays the question.
    fn renew(&mut self) {
        if !self.asks && self.ways.len() > 1 {
            self.asks = true;
            self.begin();
        }
    }

    fn begin(&mut self) {
        (self.turn, self.taken) = (0, 0.0);
        self.spent.fill(0.0);
        self.done.fill(0.0);
    }

    /// The way for the next matrix.
    fn next(&mut self) -> W {
        let at = match self.decided.filter(|_| !self.asks) {
            Some(at) => at,
            None if self.settled > 0.0 && self.warm <= 0.0 => self.turn,
            None => {
                // In no step with the order of a layer's matrices.
                self.calls = self.calls.wrapping_add(1);
                (self.calls.wrapping_mul(0x9e37_79b1) >> 16) as usize % self.ways.len()
            }
        };
        self.ways[at]
    }

    /// What was found, if anything was.
    fn decided(&self) -> Option<W> {
        self.decided.or(self.last).map(|at| self.ways[at])
    }

    /// What was found, or the way to begin with.
    fn decided_or_first(&self) -> W {
        self.decided().unwrap_or(self.ways[0])
    }

    /// `products` took `ms` that way.
    fn tell(&mut self, way: W, products: usize, ms: f64) {
        if !self.asks {
            return;
        }
        if self.warm > 0.0 {
            self.warm -= ms;
            return;
        }
        let Some(at) = self.ways.iter().position(|&w| w == way) else { return };
        self.taken += ms;
        if self.taken - ms < self.settled {
            return;
        }
        self.spent[at] += ms;
        self.done[at] += products as f64;
        if self.settled > 0.0 && self.spent[at] >= self.measured {
            (self.turn, self.taken) = ((self.turn + 1) % self.ways.len(), 0.0);
        }
        if self.spent.iter().all(|&ms| ms >= self.measured) {
            let rate = |at: usize| self.done[at] / self.spent[at];
            let best = (0..self.ways.len()).map(rate).fold(0.0, f64::max);
            let found = (0..self.ways.len()).find(|&at| rate(at) * self.margin >= best);
            // Another program's turn may have been mistaken for a way's: what is new must be found twice.
            self.asks = self.settled > 0.0 && self.last != found;
            self.last = found;
            if self.asks {
                self.begin();
            } else {
                self.decided = found;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a trial settles for if either way takes so many ms a product.
    fn settles(ms: [f64; 2], margin: f64) -> usize {
        let found = [0.0, 10.0].map(|settled| {
            let mut trial = Trial::new(&[0, 1], margin, 50.0, settled);
            let mut turns = vec![0];
            for _ in 0..1000 {
                let way = trial.next();
                // Not optimized yet at first: the other way round, and slow. And so it is after a change.
                let warm = trial.warm > 0.0 || turns.iter().rev().take(2).any(|&w| w != way) && settled > 0.0;
                turns.push(way);
                trial.tell(way, 10, 10.0 * if warm { 3.0 * ms[1 - way] } else { ms[way] });
            }
            let found = trial.decided().expect("it had a thousand calls");
            assert_eq!([0; 9].map(|_| trial.next()), [found; 9]);
            found
        });
        assert_eq!(found[0], found[1]);
        found[0]
    }

    #[test]
    fn the_faster_way_wins_once_both_are_warm() {
        assert_eq!(settles([0.1, 0.2], 1.0), 0);
        assert_eq!(settles([0.2, 0.1], 1.0), 1);
    }

    #[test]
    fn a_way_that_is_hardly_faster_is_not_taken() {
        assert_eq!(settles([0.1, 0.098], 1.03), 0);
        assert_eq!(settles([0.1, 0.09], 1.03), 1);
    }

    #[test]
    fn what_was_found_is_found_again_when_the_machine_has_changed() {
        let mut trial = Trial::new(&['a', 'b'], 1.0, 0.0, 10.0);
        let mut run = |slow: char| {
            trial.renew();
            let before = trial.decided;
            for _ in 0..200 {
                let way = trial.next();
                assert!(!trial.asks || trial.decided == before, "what was found holds until something is found");
                trial.tell(way, 1, if way == slow { 2.0 } else { 1.0 });
            }
            trial.decided()
        };
        assert_eq!((run('a'), run('b')), (Some('b'), Some('a')));
    }

    #[test]
    fn candidates_end_with_all_threads() {
        assert_eq!(candidates(2), [1, 2]);
        assert_eq!(candidates(6), [1, 2, 4, 6]);
        assert_eq!(candidates(8), [1, 2, 4, 8]);
    }

    /// Q8_0 models have no quads, and were never measured.
    #[test]
    fn the_number_of_threads_is_found_in_every_format() {
        let mut pool = Pool::new(2);
        for dtype in [GgmlType::Q8_0, GgmlType::Q4_1] {
            let part = Part { name: "w".into(), rows: 64, cols: 256, dtype };
            let mut matrix = CpuMatrix::new(std::slice::from_ref(&part)).expect("room");
            matrix.fill(0, 0, &vec![0; dtype.bytes(64 * 256).expect("whole blocks")]).expect("the right length");
            let (mut input, mut y) = (Input::new(BATCH, 256), vec![0.0; BATCH * 64]);
            input.fill(&mut pool, BATCH, 256, matrix.needs(), &|_, x| x.fill(1.0));
            let mut ways = Ways::new(&pool, true);
            let found = (0..1_000_000).find(|_| {
                ways.product(&mut pool, &matrix, &mut input, None, &mut y);
                ways.reading.trial.decided().is_some()
            });
            assert!(found.is_some(), "{dtype} goes on measuring for ever");
        }
    }

    #[test]
    fn one_way_is_no_trial() {
        assert_eq!(Trial::new(&['a'], 1.0, 9.0, 9.0).decided(), Some('a'));
    }
}
