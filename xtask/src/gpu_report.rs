//! `cargo xtask gpu-report`: the GPU backend tested and measured, here or, as a folder of binaries, on a machine that has
//! a GPU and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::paths;
use crate::process::{cargo, command, output, run as run_command, say};
use crate::setup;

/// What runs on the other machine.
const RUN: &str = include_str!("gpu_report/run.sh");
/// The test programs that need a GPU: the library's own, and those of `tests/`.
const TESTS: &[&str] = &["loquat", "decoders", "gpu"];

#[derive(Args)]
pub struct Options {
    /// Make this folder, to be copied to a machine with a GPU and started there with its run.sh, and run nothing here
    #[arg(long)]
    bundle: Option<PathBuf>,
    /// One small model and few tokens, for software adapters
    #[arg(long)]
    quick: bool,
    /// The report
    #[arg(long, default_value = "gpu-report.md")]
    out: PathBuf,
}

pub fn run(options: &Options) -> Result<()> {
    if let Some(folder) = &options.bundle {
        bundle(folder)?;
        say(&format!("{}: copy it to the machine, and start run.sh there", folder.display()));
        return Ok(());
    }
    setup::software_vulkan()?;
    let folder = paths::target().join("gpu-report");
    bundle(&folder)?;
    let mut report = command("bash");
    report.arg(folder.join("run.sh")).arg(std::env::current_dir()?.join(&options.out));
    if options.quick {
        report.env("QUICK", "1");
    }
    run_command(&mut report)?;
    let text = fs::read_to_string(&options.out).with_context(|| options.out.display().to_string())?;
    check(&text)
}

/// A report that failed somewhere is none.
fn check(text: &str) -> Result<()> {
    let bad = |line: &&str| line.contains("exit status") || line.contains("FAILED") || line.contains("panicked");
    let lines: Vec<&str> = text.lines().filter(bad).collect();
    if !lines.is_empty() {
        bail!("the report tells of failures:\n{}", lines.join("\n"));
    }
    if !text.contains("tokens/s at 0") || !text.contains("test result: ok") {
        bail!("the report lacks its measurements or its tests");
    }
    Ok(())
}

/// Everything that the report needs, in one folder.
fn bundle(folder: &Path) -> Result<()> {
    say("Building the command line and the GPU tests (first time: up to 10 minutes)");
    run_command(cargo().args(["build", "--release", "--bin", "loquat", "--features", "gpu"]))?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let programs = folder.join("programs");
    fs::create_dir_all(&programs)?;
    copy_program(&paths::target().join("release/loquat"), &folder.join("loquat"))?;
    for (name, program) in test_programs()? {
        copy_program(&program, &programs.join(name))?;
    }
    copy_fixtures(folder)?;
    // The tests ask for `tests/fixtures` of the checkout: the folder stands in for it where there is none.
    let version = env!("CARGO_PKG_VERSION");
    let built = format!("BUILT_AT='{}'\nVERSION='{version}'\n", paths::root().display());
    fs::write(folder.join("built.sh"), built)?;
    let script = folder.join("run.sh");
    fs::write(&script, RUN)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// The test programs, by name.
fn test_programs() -> Result<Vec<(String, PathBuf)>> {
    let args = ["test", "--package", "loquat", "--no-run", "--lib", "--test", "decoders", "--test", "gpu"];
    let messages = output(cargo().args(args).arg("--message-format=json"))?;
    let mut found = Vec::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()) {
        let (name, program) = (message["target"]["name"].as_str(), message["executable"].as_str());
        if let (Some(name), Some(program)) = (name, program)
            && TESTS.contains(&name)
        {
            found.push((name.to_owned(), PathBuf::from(program)));
        }
    }
    if found.len() != TESTS.len() {
        bail!("cargo made {} of the {} test programs", found.len(), TESTS.len());
    }
    Ok(found)
}

/// Without its symbols where `strip` is at hand: the bundle travels.
fn copy_program(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| from.display().to_string())?;
    let stripped = command("strip").arg(to).status();
    if !stripped.is_ok_and(|status| status.success()) {
        say(&format!("{} keeps its symbols: there is no strip", to.display()));
    }
    Ok(())
}

fn copy_fixtures(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    paths::files_below(&paths::root().join("tests/fixtures"), &mut files)?;
    for file in files {
        let to = folder.join(file.strip_prefix(paths::root())?);
        fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
        fs::copy(&file, &to).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_with_a_failure_or_without_its_measurements_is_refused() {
        let good = "decode  12.0 tokens/s at 0 (83 ms)\ntest result: ok. 5 passed; 0 failed";
        check(good).unwrap();
        let failed = format!("{good}\nexit status 101 (tests/gpu)");
        assert!(check(&failed).unwrap_err().to_string().contains("exit status 101"));
        assert!(check("test result: ok. 5 passed").is_err());
        assert!(check(&good.replace("test result: ok", "test result: FAILED")).is_err());
    }
}
