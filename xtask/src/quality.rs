//! `cargo xtask quality`: answers cases with the command line, built in release. Without a file of cases it answers
//! the public ones that lie beside the checkout with every model that is there, and writes docs/quality.md.

pub mod floors;
mod table;

use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{cargo, command, run as run_command, say};
use crate::{model, paths};

#[derive(Args)]
pub struct Options {
    /// The cases, one JSON object a line; what they refer to lies beside the file. Without: the public ones, by table
    #[arg(long, requires_all = ["kind", "out"])]
    cases: Option<PathBuf>,
    /// What kind of cases they are: `loquat quality --help` lists them
    #[arg(long, requires = "cases")]
    kind: Option<String>,
    /// The model file, or a name that `cargo xtask model` knows; by default the one that the page starts with
    #[arg(long)]
    model: Option<String>,
    /// The model alone, without the layer around it
    #[arg(long, requires = "cases")]
    plain: bool,
    /// Only the first so many cases
    #[arg(long)]
    limit: Option<usize>,
    /// Where to write the predictions; cases that stand in it are not answered again
    #[arg(long, requires = "cases")]
    out: Option<PathBuf>,
    /// For questions over paragraphs: an encoder, by its file or its name, that searches beside the words
    #[arg(long, requires = "cases")]
    embedder: Option<String>,
    /// For questions over paragraphs: these, instead of those beside the file
    #[arg(long, requires = "cases")]
    paragraphs: Option<PathBuf>,
    /// Threads of the processor; by default all cores
    #[arg(long)]
    threads: Option<usize>,
}

pub fn run(options: &Options) -> Result<()> {
    let cli = build()?;
    let (Some(cases), Some(kind), Some(out)) = (&options.cases, &options.kind, &options.out) else {
        return table::run(options, &cli);
    };
    let model = match &options.model {
        None => model::ensure()?,
        Some(given) => locate(given)?,
    };
    let run = Run {
        cases: here(cases),
        kind,
        model: Some(&model),
        embedder: options.embedder.as_deref().map(locate).transpose()?,
        paragraphs: options.paragraphs.as_deref().map(here),
        plain: options.plain,
        limit: options.limit,
    };
    run.answer(&cli, &here(out), options.threads)
}

/// One run of the command line over a file of cases.
pub struct Run<'a> {
    pub cases: PathBuf,
    pub kind: &'a str,
    /// Who answers what the layer leaves to a model; without one, nobody does.
    pub model: Option<&'a Path>,
    pub embedder: Option<PathBuf>,
    pub paragraphs: Option<PathBuf>,
    pub plain: bool,
    pub limit: Option<usize>,
}

impl Run<'_> {
    /// Writes the predictions to `out`, and goes on where an earlier run has stopped.
    pub fn answer(&self, cli: &Path, out: &Path, threads: Option<usize>) -> Result<()> {
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut loquat = command(cli);
        loquat.args(["quality", "--kind", self.kind, "--cases"]).arg(&self.cases);
        loquat.arg("--out").arg(out);
        match self.kind {
            // No model is asked.
            "retrieval" => {}
            "template" => {
                loquat.arg("--template-writer").arg(paths::root().join("xtask/write-template.mjs"));
            }
            "code" => {
                loquat.arg("--code-runner").arg(paths::root().join("xtask/run-code.mjs"));
            }
            "facts" => {
                loquat.arg("--pdf-reader").arg(paths::root().join("xtask/read-pdf.mjs"));
            }
            _ => {}
        }
        if let Some(model) = self.model.filter(|_| !["retrieval", "facts"].contains(&self.kind)) {
            loquat.arg("--model").arg(model);
        }
        if self.plain {
            loquat.arg("--plain");
            if self.kind == "refusal" {
                loquat.args(["--max-tokens", "48"]); // whether it declines is told in its first words
            }
        }
        for (name, path) in [("--embedder", &self.embedder), ("--paragraphs", &self.paragraphs)] {
            if let Some(path) = path {
                loquat.arg(name).arg(path);
            }
        }
        for (name, value) in [("--limit", self.limit), ("--threads", threads)] {
            if let Some(value) = value {
                loquat.args([name, &value.to_string()]);
            }
        }
        run_command(&mut loquat)
    }
}

/// The command line in release, without what only the browser needs.
fn build() -> Result<PathBuf> {
    say("Building the command line (the first time: up to 10 minutes)");
    let mut build = cargo();
    build.args(["build", "--release", "--bin", "loquat", "--no-default-features", "--features", "cli"]);
    run_command(&mut build)?;
    Ok(paths::target().join("release").join(format!("loquat{}", std::env::consts::EXE_SUFFIX)))
}

/// A model by its file or by its name.
fn locate(given: &str) -> Result<PathBuf> {
    if model::names().contains(&given) {
        return model::ensure_named(model::find(given)?);
    }
    let file = here(Path::new(given));
    if !file.exists() {
        bail!("no file {given} and no model of that name: `cargo xtask model` knows {}", model::names().join(", "));
    }
    Ok(file)
}

/// A path as the caller means it: programs are started in the checkout, whatever the caller's folder.
fn here(path: &Path) -> PathBuf {
    std::env::current_dir().unwrap_or_default().join(path)
}
