//! Every check and every test, as a list of steps. A step that fails or can't run counts as a failure and the
//! others go on; the last line sums up. How the runners' outputs are read is in test/count.rs.

mod count;
mod cycles;
mod node;
mod steps;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use std::time::Instant;

use self::count::Count;
use crate::process::{say, seconds};

#[derive(Args)]
#[group(id = "test")]
pub struct Options {
    /// Only one kind of step; lint is part of all kinds when this is not given
    #[arg(long)]
    only: Option<StepKind>,
    /// Only tests whose name contains this (Rust), or matches it (JavaScript, a regular expression)
    #[arg(long)]
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepKind {
    Lint,
    Rust,
    Js,
    Browser,
}

/// One line of the run: what it is, and how it is done.
struct Step {
    kind: StepKind,
    name: &'static str,
    run: fn(&Options) -> Result<Count>,
}

pub fn run(options: &Options) -> Result<()> {
    let mut total = Count::default();
    let mut bad = Vec::new();
    let wanted = steps::STEPS.iter().filter(|step| options.only.is_none_or(|only| only == step.kind));
    for step in wanted {
        let start = Instant::now();
        say(step.name);
        let count = (step.run)(options).unwrap_or_else(|error| {
            eprintln!("  {} failed: {error:#}", step.name);
            Count { failed: 1, ..Count::default() }
        });
        say(&format!("{}: {count} ({})", step.name, seconds(start)));
        if count.failed > 0 {
            bad.push(step.name);
        }
        total += count;
    }
    if !bad.is_empty() {
        eprintln!("Failed: {}", bad.join(", "));
    }
    println!("{total}");
    match bad.is_empty() {
        true if total.passed == 0 => bail!("no test ran"),
        true => Ok(()),
        false => std::process::exit(1),
    }
}
