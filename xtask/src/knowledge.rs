//! A merchant's folder to the knowledge file of the widget, by xtask/knowledge/cli.mjs, which is also the package's command.

use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

use crate::process::{command, run as run_command};
use crate::setup;

#[derive(Args)]
#[group(id = "knowledge")]
pub struct Options {
    /// The folder of pages, questions and products
    folder: PathBuf,
    /// Where the knowledge goes
    #[arg(long, default_value = "knowledge.loquat")]
    out: PathBuf,
    /// A sitemap, by file or address: only the pages in it
    #[arg(long)]
    sitemap: Option<String>,
}

pub fn run(options: &Options) -> Result<()> {
    setup::node_modules()?;
    // The command runs in the repository; the paths count from where the person is.
    let (folder, out) = (std::path::absolute(&options.folder)?, std::path::absolute(&options.out)?);
    let mut node = command("node");
    node.args(["xtask/knowledge/cli.mjs", "knowledge", "build"]).arg(folder).arg("--out").arg(out);
    if let Some(sitemap) = &options.sitemap {
        node.arg("--sitemap").arg(sitemap);
    }
    run_command(&mut node)
}
