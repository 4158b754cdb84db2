//! How many tokens to keep under way, from the time between them: as many as make them come faster.
//!
//! A token takes the device T, and its id takes L more to be read. With n tokens under way one comes
//! every max(T, (T + L) / n), so more help until n = 1 + L / T. L is a fraction of a millisecond
//! natively, a few in Chromium, a hundred in Firefox.

/// Tokens under way at most: those beyond the end of an answer are computed for nothing.
pub const MOST: usize = 8;
/// A token more must bring this much.
const GAIN: f64 = 0.95;
/// Intervals that are judged together; their median counts.
const SAMPLE: usize = 5;
/// Samples until another depth is tried again: readings may be late at one time and not at another.
const REST: usize = 30;

/// Finds the depth by trying.
#[derive(Debug, Clone)]
pub struct Depth {
    depth: usize,
    /// Median interval at the depth below, while this one is on trial.
    below: Option<f64>,
    rest: usize,
    intervals: Vec<f64>,
    last: Option<f64>,
}

impl Default for Depth {
    fn default() -> Self {
        Depth { depth: 1, below: None, rest: 0, intervals: Vec::with_capacity(SAMPLE), last: None }
    }
}

impl Depth {
    /// Tokens to keep under way.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// What came before says nothing about the next interval.
    pub fn pause(&mut self) {
        self.last = None;
    }

    /// A token came at this time, in milliseconds.
    pub fn arrived(&mut self, now: f64) {
        if let Some(last) = self.last.replace(now) {
            self.intervals.push(now - last);
        }
        if self.intervals.len() < SAMPLE {
            return;
        }
        self.intervals.sort_by(f64::total_cmp);
        let median = self.intervals[SAMPLE / 2];
        self.intervals.clear();
        // Intervals on either side of a change of depth are neither's.
        self.last = None;
        self.judge(median);
    }

    fn judge(&mut self, median: f64) {
        match self.below.take() {
            Some(below) if median > GAIN * below => {
                self.depth -= 1;
                self.rest = REST;
            }
            _ if self.rest > 0 => {
                self.rest -= 1;
                // From the depth below it is seen whether this one is still worth it.
                if self.rest == 0 && self.depth > 1 {
                    self.depth -= 1;
                }
            }
            _ if self.depth < MOST => {
                self.below = Some(median);
                self.depth += 1;
            }
            _ => self.rest = REST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Depths over many tokens where one takes `device` ms and its reading `reading(i)` ms.
    fn depths(device: f64, reading: impl Fn(usize) -> f64) -> Vec<usize> {
        let (mut depth, mut now, mut seen) = (Depth::default(), 0.0, Vec::new());
        for i in 0..1500 {
            let interval = f64::max(device, (device + reading(i)) / depth.depth() as f64);
            now += interval;
            depth.arrived(now);
            seen.push(depth.depth());
        }
        seen
    }

    /// The depth that most of the last tokens had.
    fn usual(seen: &[usize]) -> usize {
        let count = |n: usize| seen.iter().filter(|&&d| d == n).count();
        (1..=MOST).max_by_key(|&n| count(n)).unwrap()
    }

    #[test]
    fn the_depth_covers_the_time_that_reading_takes() {
        for (device, reading, want) in [(10.0, 0.0, 1), (10.0, 9.0, 2), (10.0, 25.0, 4), (20.0, 100.0, 6)] {
            let seen = depths(device, |_| reading);
            assert_eq!(usual(&seen[200..]), want, "{device} ms a token, {reading} ms to read it");
            assert!(seen.iter().all(|d| (1..=MOST).contains(d)));
        }
        assert_eq!(usual(&depths(1.0, |_| 100.0)[200..]), MOST);
    }

    #[test]
    fn the_depth_follows_readings_that_become_slower_and_quicker() {
        let seen = depths(10.0, |i| if (300..700).contains(&i) { 30.0 } else { 0.0 });
        assert_eq!(usual(&seen[100..300]), 1);
        assert_eq!(usual(&seen[500..700]), 4);
        assert!(usual(&seen[1300..]) <= 2, "{:?}", &seen[1300..]);
    }
}
