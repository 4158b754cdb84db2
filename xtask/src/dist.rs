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
    /// With `ocr`, which has the page read scans (8 MB more), or `pyodide`, which has it run Python (13 MB more), each loaded by
    /// whoever wants it
    #[arg(long, value_name = "NAME", value_parser = [build::OCR, build::PYODIDE])]
    with: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let (variants, with) = (options.variants.clone(), options.with.clone());
    say("Making dist/ for a static host (every wasm variant with link-time optimization: up to 30 minutes)");
    let all = variants.is_empty();
    build::run(&build::Options { release: true, all, variants, with, ..build::Options::default() })?;
    say("Compressing (up to a minute)");
    run_command(command("node").arg("xtask/compress.mjs"))
}
