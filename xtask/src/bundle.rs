//! www/ and pkg/ to dist/, and pkg/ itself to an npm package, by esbuild. What goes where is in bundle.mjs and
//! package.mjs beside this crate.

use anyhow::Result;
use std::time::Instant;

use crate::process::{command, run as run_command, say, seconds};
use crate::setup;

pub fn run(release: bool, python: bool) -> Result<()> {
    setup::node_modules()?;
    let start = Instant::now();
    for script in ["xtask/package.mjs", "xtask/bundle.mjs"] {
        let mut node = command("node");
        node.arg(script);
        if release {
            node.arg("--minify");
        }
        if python && script.ends_with("bundle.mjs") {
            node.arg("--python");
        }
        run_command(&mut node)?;
    }
    say(&format!("pkg/ and dist/ are ready ({})", seconds(start)));
    Ok(())
}
