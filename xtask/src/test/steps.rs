//! The steps of `cargo xtask test`, quickest answers first. How they are counted and summed up is not here.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

use super::count::{Count, Libtest, checked};
use super::cycles;
use super::node::{self, Failed};
use super::{Options, Step, StepKind};
use crate::process::{cargo, command, lines, output, run, say};
use crate::quality::floors;
use crate::variants::FEATURES;
use crate::{build, model, modules, paths, setup, templates};

pub const STEPS: &[Step] = &[
    Step { kind: StepKind::Lint, name: "rustfmt", run: rustfmt },
    Step { kind: StepKind::Lint, name: "prettier", run: prettier },
    Step { kind: StepKind::Lint, name: "import order", run: import_order },
    Step { kind: StepKind::Lint, name: "module cycles", run: module_cycles },
    Step { kind: StepKind::Lint, name: "cargo deny", run: deny },
    Step { kind: StepKind::Js, name: "JavaScript tests", run: js },
    Step { kind: StepKind::Rust, name: "Rust tests", run: rust },
    Step { kind: StepKind::Rust, name: "Rust tests in wasm", run: in_wasm },
    Step { kind: StepKind::Rust, name: "quality", run: quality },
    Step { kind: StepKind::Lint, name: "clippy", run: clippy },
    Step { kind: StepKind::Lint, name: "clippy for wasm", run: clippy_wasm },
    Step { kind: StepKind::Browser, name: "browser tests", run: browser },
    Step { kind: StepKind::Lint, name: "type check", run: types },
];

const ONE: Count = Count { passed: 1, failed: 0, skipped: 0 };

fn rustfmt(_: &Options) -> Result<Count> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    Ok(ONE)
}

fn clippy(_: &Options) -> Result<Count> {
    let mut count = Count::default();
    for package in members()? {
        let lint = ["clippy", "--package", package.as_str(), "--all-targets", "--quiet", "--", "-D", "warnings"];
        run(cargo().args(lint))?;
        count += ONE;
    }
    Ok(count)
}

/// The code that only browsers run.
fn clippy_wasm(_: &Options) -> Result<Count> {
    setup::wasm_target()?;
    let mut clippy = cargo();
    clippy.args(["clippy", "--package", "loquat", "--lib", "--quiet", "--target", "wasm32-unknown-unknown"]);
    clippy.args(["--no-default-features", "--features", FEATURES, "--", "-D", "warnings"]);
    run(&mut clippy)?;
    let mut count = ONE;
    for name in modules::MODULES {
        let mut clippy = cargo();
        clippy.args(["clippy", "--package", &format!("loquat-{name}"), "--lib", "--quiet"]);
        clippy.args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--", "-D", "warnings"]);
        run(&mut clippy)?;
        count += ONE;
    }
    Ok(count)
}

fn prettier(_: &Options) -> Result<Count> {
    run(tool("prettier")?.args(["--check", "--log-level=warn", "."]))?;
    Ok(ONE)
}

/// Which room of www/ may import which, and that no two modules import each other.
fn import_order(_: &Options) -> Result<Count> {
    run(tool("depcruise")?.args(["--config", ".dependency-cruiser.cjs", "www"]))?;
    Ok(ONE)
}

/// Each crate of the workspace, and each program beside its library.
fn module_cycles(_: &Options) -> Result<Count> {
    let mut count = Count::default();
    for root in targets()? {
        cycles::check(&root)?;
        count += ONE;
    }
    Ok(count)
}

/// The types of the wasm API come out of the build.
fn types(_: &Options) -> Result<Count> {
    if !paths::root().join("pkg/simd/loquat.d.ts").exists() {
        build::wasm(&build::Options::default())?;
    }
    run(tool("tsc")?.args(["--project", "tsconfig.json"]))?;
    Ok(ONE)
}

fn deny(_: &Options) -> Result<Count> {
    let deny = setup::cargo_deny()?;
    let check = |what: &[&str]| run(command(&deny).args(["--log-level", "error", "check", "--show-stats"]).args(what));
    check(&["licenses", "bans", "sources"])?;
    // Knowing the advisories takes the advisory database, which not every machine reaches.
    let fetched = command(&deny).args(["--log-level", "off", "fetch", "db"]).output();
    if fetched.is_ok_and(|out| out.status.success()) {
        check(&["advisories"])?;
        return Ok(Count { passed: 2, ..ONE });
    }
    eprintln!("  SKIP: advisories were not checked: the advisory database cannot be reached from this machine");
    Ok(Count { skipped: 1, ..ONE })
}

fn rust(options: &Options) -> Result<Count> {
    setup::software_vulkan()?;
    if let Err(error) = templates::ensure() {
        eprintln!("  SKIP: real chat templates are not compared: {error:#}");
    }
    say("Compiling and running the Rust tests (first time: up to 10 minutes)");
    let mut count = Count::default();
    for package in members()? {
        let mut test = cargo();
        test.args(["test", "--package", package.as_str(), "--no-fail-fast", "--quiet", "--", "--show-output"]);
        test.args(&options.filter);
        // Installed above: a GPU test that finds none has failed.
        test.env("LOQUAT_GPU_PROMISED", "1");
        environment(&mut test)?;
        count += libtest(&mut test, "cargo test")?;
    }
    Ok(count)
}

/// What of the engine's unit tests runs as wasm: all that lengths of 32 bits or another instruction set may change.
const UNITS_IN_WASM: &[&str] = &["backend::cpu", "config::", "gguf::", "sampler::", "template::", "tokenizer::"];
/// The same of its other tests.
const FILES_IN_WASM: &[&str] = &["gguf", "template", "tokenizer"];

/// Tests as wasm, in Node: units with simd128, then with relaxed SIMD too, and those of everything that reads files.
fn in_wasm(options: &Options) -> Result<Count> {
    setup::wasi_target()?;
    say("Compiling tests to wasm (first time: up to 4 minutes)");
    let mut count = Count::default();
    for features in ["+simd128", "+simd128,+relaxed-simd"] {
        let mut build = cargo();
        build.args(["rustc", "--package", "loquat", "--lib", "--profile", "test", "--target", "wasm32-wasip1"]);
        build.args(["--no-default-features", "--message-format=json-render-diagnostics", "--quiet", "--"]);
        build.arg(format!("-Ctarget-feature={features}"));
        for program in programs(&mut build)? {
            let units: &[&str] = if options.filter.is_none() { UNITS_IN_WASM } else { &[] };
            count += libtest(in_node(&program)?.args(units).args(&options.filter), features)?;
        }
    }
    let mut build = cargo();
    build.args(["test", "--package", "loquat", "--no-run", "--target", "wasm32-wasip1", "--no-default-features"]);
    build.args(["--message-format=json-render-diagnostics", "--quiet"]);
    build.args(FILES_IN_WASM.iter().flat_map(|file| ["--test", file]));
    for program in programs(&mut build)? {
        count += libtest(in_node(&program)?.args(&options.filter), "tests in wasm")?;
    }
    Ok(count)
}

/// The figures of docs/quality.md on a few cases: none may have dropped.
fn quality(options: &Options) -> Result<Count> {
    if options.filter.is_some() {
        return Ok(Count::default());
    }
    // As its tests have built it: by itself it would be built anew, with other features of what it depends on.
    run(cargo().args(["test", "--package", "loquat", "--test", "cli", "--no-run", "--quiet"]))?;
    let cli = paths::target().join("debug").join(format!("loquat{}", std::env::consts::EXE_SUFFIX));
    let Some(outcomes) = floors::run(&cli)? else {
        println!("SKIP: the public cases are not at hand; LOQUAT_CASES=FOLDER says where they are");
        return Ok(Count { skipped: 1, ..Count::default() });
    };
    let mut count = Count::default();
    for outcome in outcomes {
        println!("  {} {}", if outcome.holds { "as good:" } else { "WORSE:" }, outcome.says);
        count += if outcome.holds { ONE } else { Count { failed: 1, ..Count::default() } };
    }
    Ok(count)
}

/// Builds test programs and gives their files.
fn programs(build: &mut Command) -> Result<Vec<String>> {
    let built = output(build)?;
    let messages = built.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let programs: Vec<_> =
        messages.filter_map(|message| Some(message.get("executable")?.as_str()?.to_owned())).collect();
    if programs.is_empty() {
        bail!("cargo built no test program");
    }
    Ok(programs)
}

/// Runs a wasm program; its arguments are up to the caller.
fn in_node(program: &str) -> Result<Command> {
    let mut node = command("node");
    // Beside threads of its own V8 crashes now and then after a deep recursion in wasm (Node 20: SIGSEGV, SIGTRAP).
    node.args(["--no-warnings", "--single-threaded", "--experimental-wasm-relaxed-simd"]);
    node.arg(paths::root().join("xtask/wasi.mjs"));
    node.args([program, "--show-output"]);
    environment(&mut node)?;
    Ok(node)
}

/// Runs a program of Rust tests and counts what it prints.
fn libtest(program: &mut Command, runner: &str) -> Result<Count> {
    let mut libtest = Libtest::default();
    let succeeded = lines(program, |line| {
        if libtest.line(line) && !line.is_empty() {
            println!("{line}");
        }
    })?;
    checked(libtest.count, succeeded, runner)
}

/// The workspace's packages. Each is built by itself: cargo would compile shared dependencies anew for all at once,
/// with the features of all of them, and what a developer's own `cargo test` has built would not do.
fn members() -> Result<Vec<String>> {
    let metadata = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: no packages")?;
    packages.iter().map(|package| Ok(package["name"].as_str().context("cargo metadata: no name")?.into())).collect()
}

/// The root files of libraries and programs that are checked for cycles.
fn targets() -> Result<Vec<PathBuf>> {
    let metadata = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let checked = packages.filter(|package| package["name"] == "loquat" || package["name"] == "xtask");
    let targets = checked.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let code = targets.filter(|target| target["kind"][0] != "test" && target["kind"][0] != "example");
    Ok(code.filter_map(|target| target["src_path"].as_str()).map(PathBuf::from).collect())
}

fn js(options: &Options) -> Result<Count> {
    setup::node_modules()?;
    node::tests(&paths::root().join("tests/js"), options, Failed::Once, environment)
}

/// One browser after the other: two at once would slow each other down on a small machine.
fn browser(options: &Options) -> Result<Count> {
    let chromium = setup::chromium()?;
    say(output(command(&chromium).arg("--version"))?.trim());
    if let Err(error) = setup::more_programs() {
        eprintln!("  Tests in other browsers may be skipped: {error:#}");
    }
    build::run(&build::Options::default())?;
    node::tests(&paths::root().join("tests/browser"), options, Failed::RunAgain, |node| {
        node.arg("--test-concurrency=1").env("LOQUAT_CHROMIUM", &chromium);
        environment(node)
    })
}

/// Where tests find the real model and the reference outputs.
fn environment(command: &mut Command) -> Result<()> {
    command.env("LOQUAT_MODEL", model::ensure()?);
    match paths::fixtures() {
        Some(fixtures) => command.env("LOQUAT_FIXTURES", fixtures),
        None => command.env_remove("LOQUAT_FIXTURES"),
    };
    Ok(())
}

/// A program of node_modules.
fn tool(name: &str) -> Result<Command> {
    setup::node_modules()?;
    Ok(command(paths::root().join("node_modules/.bin").join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_package_of_the_workspace_is_left_out() {
        let mut names = members().expect("cargo metadata");
        names.sort();
        assert_eq!(
            names,
            ["loquat", "loquat-agent", "loquat-documents", "loquat-numbers", "loquat-safety", "loquat-tables", "xtask"]
        );
    }
}
