//! dist/ as any static host can serve it: release build, names that change with content, precompressed files, and a
//! report of the sizes. The model is not in it: hosts differ in what they let a file weigh.

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::process::{command, run as run_command, say};

#[derive(Args)]
#[group(id = "dist")]
pub struct Options {
    /// Build this wasm variant (may be repeated) instead of all
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Put Python beside the page, so that it runs what answers have of it: Pyodide, 13 MB, fetched from npm
    #[arg(long)]
    python: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let variants = options.variants.clone();
    say("Making dist/ for a static host (every wasm variant with link-time optimization: up to 30 minutes)");
    let (all, python) = (variants.is_empty(), options.python);
    build::run(&build::Options { release: true, all, variants, python, ..build::Options::default() })?;
    say("Compressing (up to a minute)");
    run_command(command("node").arg("xtask/compress.mjs"))
}
