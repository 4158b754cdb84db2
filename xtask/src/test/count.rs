//! How many tests passed, failed and were skipped, read from what cargo test and node print.

use anyhow::Result;
use std::fmt;
use std::ops::AddAssign;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            skipped => write!(f, ", {skipped} skipped"),
        }
    }
}

/// Reads `cargo test -- --show-output` line by line. A test that could not do its work prints `SKIP: why` and
/// returns: libtest knows no skipping, so such a test is taken out of the passed ones here.
#[derive(Default)]
pub struct Libtest {
    pub count: Count,
    /// Within the output of tests that passed: nobody needs to see it, but for the skips.
    muted: bool,
}

impl Libtest {
    /// Takes one line in and says whether to show it.
    pub fn line(&mut self, line: &str) -> bool {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.muted = false;
            self.result(result);
            return true;
        }
        if line == "successes:" {
            self.muted = true;
        } else if line == "failures:" {
            self.muted = false;
        }
        if self.muted && line.starts_with("SKIP: ") {
            self.count.skipped += 1;
            self.count.passed = self.count.passed.wrapping_sub(1);
            return true;
        }
        !self.muted
    }

    /// `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`
    fn result(&mut self, text: &str) {
        let words: Vec<&str> = text.split([' ', ';']).collect();
        let before = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at.checked_sub(1)?)?.parse::<usize>().ok()
        };
        // A skip was subtracted before its test was counted.
        self.count.passed = self.count.passed.wrapping_add(before("passed").unwrap_or(0));
        self.count.failed += before("failed").unwrap_or(0);
        self.count.skipped += before("ignored").unwrap_or(0);
    }
}

/// Reads the closing comments of node's TAP reporter. None when they are not there: the runner died.
pub fn tap(text: &str) -> Option<Count> {
    let number = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name))?;
        line.trim().parse::<usize>().ok()
    };
    Some(Count {
        passed: number("pass ")?,
        failed: number("fail ")? + number("cancelled ")?,
        skipped: number("skipped ")? + number("todo ")?,
    })
}

/// A runner that failed without a failed test (it did not compile, it crashed) is a failure all the same.
pub fn checked(mut count: Count, succeeded: bool, runner: &str) -> Result<Count> {
    if !succeeded && count.failed == 0 {
        eprintln!("  {runner} failed outside its tests, see above");
        count.failed = 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_dies_is_never_a_pass() {
        let fine = Count { passed: 3, ..Count::default() };
        assert_eq!(checked(fine, true, "x").expect("counted"), fine);
        assert_eq!(checked(fine, false, "x").expect("counted").failed, 1);
        let one = Count { failed: 1, ..fine };
        assert_eq!(checked(one, false, "x").expect("counted"), one, "not counted twice");
    }

    #[test]
    fn libtest_results_add_up_and_skips_are_not_passes() {
        let output = "\nrunning 3 tests\ntest a ... ok\ntest b ... ok\ntest c ... ignored\n\nsuccesses:\n\n\
            ---- a stdout ----\nSKIP: no GPU adapter\n\n---- b stdout ----\nnoise\n\n\nsuccesses:\n    a\n    b\n\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
            running 1 test\ntest d ... FAILED\n\nfailures:\n\n---- d stdout ----\npanicked\n\nfailures:\n    d\n\n\
            test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        let mut libtest = Libtest::default();
        let shown: Vec<&str> = output.lines().filter(|line| libtest.line(line)).collect();
        assert_eq!(libtest.count, Count { passed: 1, failed: 1, skipped: 2 });
        assert!(shown.contains(&"SKIP: no GPU adapter") && shown.contains(&"panicked"));
        assert!(!shown.contains(&"noise"), "what passed is quiet");
    }

    #[test]
    fn tap_summary_of_node() {
        let tap_text = "TAP version 13\nok 1 - a # pass 9\n1..3\n# tests 4\n# suites 0\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n# duration_ms 5.0\n";
        assert_eq!(tap(tap_text), Some(Count { passed: 2, failed: 1, skipped: 1 }));
        assert_eq!(tap("TAP version 13\n"), None, "a runner that died counted nothing");
    }

    #[test]
    fn the_closing_line() {
        assert_eq!(Count { passed: 5, failed: 0, skipped: 0 }.to_string(), "5 passed, 0 failed");
        assert_eq!(Count { passed: 5, failed: 1, skipped: 2 }.to_string(), "5 passed, 1 failed, 2 skipped");
    }
}
