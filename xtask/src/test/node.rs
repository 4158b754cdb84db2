//! Runs `node --test`. A browser test that fails is run once more by itself, when the machine is quiet again: on a
//! busy one a page can take longer than a test waits. What passes then is named at the end, for somebody to mend;
//! what fails twice has failed.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::Options;
use super::count::{self, Count, checked};
use crate::paths;
use crate::process::{command, run, say};

/// What is done about tests that fail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    Once,
    RunAgain,
}

/// The *.test.js files below a folder.
pub fn tests(
    folder: &Path,
    options: &Options,
    failed: Failed,
    prepare: impl Fn(&mut Command) -> Result<()>,
) -> Result<Count> {
    let mut files = Vec::new();
    paths::files_below(folder, &mut files).with_context(|| folder.display().to_string())?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.js"));
    if files.is_empty() {
        bail!("no *.test.js in {}", folder.display());
    }
    files.sort();
    let files: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let (first, succeeded) = node(&files, options.filter.as_deref(), &prepare)?;
    let mut count = count::tap(&first).context("node's report has no summary")?;
    if failed == Failed::RunAgain && count.failed > 0 {
        for (file, names) in failures(&first) {
            say(&format!("once more: {}", names.join(" · ")));
            let pattern = names.iter().map(|name| format!("^{}$", escaped(name))).collect::<Vec<_>>().join("|");
            let (second, _) = node(&[file], Some(&pattern), &prepare)?;
            let passed = passed(&second);
            for name in names.iter().filter(|name| passed.contains(name)) {
                println!("UNSTEADY: failed, then passed: {name}");
                count.failed -= 1;
                count.passed += 1;
            }
        }
        return checked(count, count.failed == 0, "node --test");
    }
    checked(count, succeeded, "node --test")
}

/// One run; its report in TAP, and whether it succeeded.
fn node(
    files: &[String],
    pattern: Option<&str>,
    prepare: impl Fn(&mut Command) -> Result<()>,
) -> Result<(String, bool)> {
    let report = paths::root().join("target").join(format!("node-{}.tap", std::process::id()));
    fs::create_dir_all(report.parent().context("target/")?)?;
    let mut node = command("node");
    node.args(["--test", "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"]);
    node.arg(format!("--test-reporter-destination={}", report.display()));
    prepare(&mut node)?;
    if let Some(pattern) = pattern {
        node.arg(format!("--test-name-pattern={pattern}"));
    }
    let succeeded = run(node.args(files)).is_ok();
    let text = fs::read_to_string(&report).context("node wrote no report")?;
    fs::remove_file(&report)?;
    Ok((text, succeeded))
}

/// The tests that failed, by file. One whose subtests failed is not among them: a pattern would leave those out.
fn failures(tap: &str) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut failed: Option<String> = None;
    let mut place: Option<String> = None;
    for line in tap.lines() {
        if let Some(name) = line.strip_prefix("not ok ") {
            failed = name.split_once(" - ").map(|(_, name)| unescaped(name));
            place = None;
        } else if let Some(location) = line.strip_prefix("  location: '") {
            place = location.trim_end_matches('\'').rsplitn(3, ':').nth(2).map(str::to_owned);
        } else if line == "  failureType: 'subtestsFailed'" || line.starts_with("ok ") {
            failed = None;
        } else if line == "  ..." {
            // A file that could not be loaded is named by its path, which is no test to run by its name.
            if let (Some(name), Some(file)) = (failed.take(), place.take())
                && name != file
            {
                all.entry(file).or_default().push(name);
            }
        }
    }
    all
}

/// The tests that passed: neither skipped nor left out by a pattern.
fn passed(tap: &str) -> Vec<String> {
    let ok = tap.lines().filter_map(|line| line.strip_prefix("ok ")?.split_once(" - "));
    ok.filter(|(_, name)| !name.contains(" # SKIP")).map(|(_, name)| unescaped(name)).collect()
}

/// TAP escapes `#` and the backslash in names.
fn unescaped(name: &str) -> String {
    name.replace("\\#", "#").replace("\\\\", "\\")
}

/// A name as a regular expression that matches it and nothing else.
fn escaped(name: &str) -> String {
    let special = |sign: char| "\\^$.*+?()[]{}|/".contains(sign);
    name.chars().flat_map(|sign| special(sign).then_some('\\').into_iter().chain([sign])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "TAP version 13\n# Subtest: one (x) $1\nnot ok 1 - one (x) $1\n  ---\n  duration_ms: 1\n  \
        location: '/a/b.test.js:2:1'\n  failureType: 'testCodeFailure'\n  ...\n    not ok 1 - inner\n      ---\n      \
        location: '/a/b.test.js:3:34'\n      ...\nnot ok 2 - two\n  ---\n  location: '/a/b.test.js:3:1'\n  \
        failureType: 'subtestsFailed'\n  ...\nok 3 - three # SKIP\n  ---\n  ...\nok 4 - four \\#4\n  ---\n  ...\n\
        not ok 5 - /a/c.test.js\n  ---\n  location: '/a/c.test.js:1:1'\n  failureType: 'testCodeFailure'\n  ...\n";

    #[test]
    fn a_failed_test_is_found_with_its_file() {
        let found = failures(REPORT);
        assert_eq!(found, BTreeMap::from([("/a/b.test.js".to_owned(), vec!["one (x) $1".to_owned()])]));
    }

    #[test]
    fn what_was_skipped_has_not_passed() {
        assert_eq!(passed(REPORT), ["four #4"]);
    }

    #[test]
    fn names_are_no_patterns() {
        assert_eq!(escaped("one (x) $1?"), "one \\(x\\) \\$1\\?");
    }
}
