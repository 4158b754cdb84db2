//! Measures Loquat beside the engines people would take instead. This file sets up what the bench needs and hands over
//! to bench/run.js; what is measured, and how, is there.

use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

use crate::process::{command, output, run as run_command, say};
use crate::{build, model, onnx, setup};

#[derive(Args)]
#[group(id = "bench")]
pub struct Options {
    /// One short round: shows that everything runs, not how fast
    #[arg(long)]
    quick: bool,
    /// Also write every sample to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure the WebGPU paths instead, on software adapters
    #[arg(long)]
    gpu: bool,
    /// Numbers of threads
    #[arg(long, default_value = "1,2")]
    threads: String,
    /// Rounds in which each engine has its turn [default: 5, with --quick 1]
    #[arg(long)]
    rounds: Option<u32>,
    /// Only these of loquat, wllama, native, transformers [default: all but transformers; with --gpu all but native]
    #[arg(long, value_name = "LIST")]
    engines: Option<String>,
    /// Another model file, in GGUF format [default: SmolLM2-135M-Instruct Q4_1]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Measure the page in this folder, as it is, instead of building it
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
}

impl Options {
    fn measures(&self, engine: &str) -> bool {
        self.engines.as_ref().map_or(self.gpu, |list| list.split(',').any(|name| name == engine))
    }
}

pub fn run(options: &Options) -> Result<()> {
    setup::node_modules()?;
    setup::bench_modules()?;
    let chromium = setup::chromium()?;
    let model = match &options.model {
        Some(file) if !file.is_file() => bail!("there is no model file {}", file.display()),
        Some(file) => std::path::absolute(file)?,
        None => model::ensure()?,
    };
    let mut node = command("node");
    node.arg("bench/run.js").env("LOQUAT_MODEL", &model).env("LOQUAT_CHROMIUM", &chromium);
    if options.measures("transformers") {
        // Without it the others are still worth measuring: the report says what is missing, and why.
        _ = match onnx::ensure(&model) {
            Ok(folder) => node.env("LOQUAT_ONNX", folder),
            Err(error) => node.env("LOQUAT_ONNX_MISSING", format!("no ONNX model could be made: {error:#}")),
        };
    }
    if options.gpu {
        setup::software_vulkan()?;
    }
    match &options.dist {
        Some(dist) if !dist.join("pkg/variants.json").exists() => bail!("{} is no built page", dist.display()),
        Some(dist) => _ = node.arg("--dist").arg(std::path::absolute(dist)?),
        None => build::run(&build::Options { release: true, ..build::Options::default() })?,
    }
    for (name, set) in [("--quick", options.quick), ("--gpu", options.gpu)] {
        if set {
            node.arg(name);
        }
    }
    node.args(["--threads", &options.threads]);
    if options.model.is_some() {
        node.arg("--model").arg(&model);
    }
    if let Some(file) = &options.json {
        node.arg("--json").arg(std::path::absolute(file)?);
    }
    if let Some(rounds) = options.rounds {
        node.args(["--rounds", &rounds.to_string()]);
    }
    if let Some(engines) = &options.engines {
        node.args(["--engines", engines]);
    }
    say(output(command(&chromium).arg("--version"))?.trim());
    say(if options.quick && !options.gpu { "One short round: a minute or two" } else { "Five minutes a round" });
    run_command(&mut node)?;
    Ok(())
}
