//! `cargo xtask`: every task of the project, one file each. This one only reads the command line.

mod bench;
mod build;
mod bundle;
mod dist;
mod gpu_report;
mod knowledge;
mod model;
mod models;
mod modules;
mod onnx;
mod packages;
mod paths;
mod process;
mod quality;
mod serve;
mod setup;
mod templates;
mod test;
mod variants;
mod wheel;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, serve, test and measure Loquat")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure Loquat beside wllama and native llama.cpp, in turn, and print a table
    Bench(bench::Options),
    /// Build the page: Rust to pkg/, then www/ and pkg/ to dist/
    Build(build::Options),
    /// Make dist/ for a static host: release build, precompressed, with a report of the sizes
    Dist(dist::Options),
    /// Test and measure the GPU backend on whatever adapter there is, or make a folder that does so on another machine
    GpuReport(gpu_report::Options),
    /// Build the knowledge that a shop's widget answers from
    Knowledge(knowledge::Options),
    /// Fetch models into models/
    Model(model::Options),
    /// Answer a file of cases with a model, or make docs/quality.md
    Quality(quality::Options),
    /// Set up what is missing, build, and serve the page
    Serve(serve::Options),
    /// Fetch the chat templates that tests compare with into the cache
    Templates,
    /// Run every check and every test
    Test(test::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Bench(options) => bench::run(&options),
        Task::Build(options) => build::run(&options),
        Task::Dist(options) => dist::run(&options),
        Task::GpuReport(options) => gpu_report::run(&options),
        Task::Knowledge(options) => knowledge::run(&options),
        Task::Model(options) => model::run(&options),
        Task::Quality(options) => quality::run(&options),
        Task::Serve(options) => serve::run(&options),
        Task::Templates => templates::ensure(),
        Task::Test(options) => test::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// `serve` once stopped at a panic: two of its argument groups had the same name.
    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
