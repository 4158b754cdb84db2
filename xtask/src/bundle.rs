//! www/ and pkg/ to dist/, by esbuild. What goes where is in bundle.mjs beside this crate.

use anyhow::Result;
use std::time::Instant;

use crate::process::{command, run as run_command, say, seconds};
use crate::setup;

pub fn run(release: bool) -> Result<()> {
    setup::node_modules()?;
    let start = Instant::now();
    let mut node = command("node");
    node.arg("xtask/bundle.mjs");
    if release {
        node.arg("--minify");
    }
    run_command(&mut node)?;
    say(&format!("dist/ is ready ({})", seconds(start)));
    Ok(())
}
