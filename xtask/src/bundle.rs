//! www/ and pkg/ to dist/, and pkg/ itself to an npm package, by esbuild. What goes where is in bundle.mjs and
//! package.mjs beside this crate.

use anyhow::Result;
use std::path::PathBuf;
use std::time::Instant;

use crate::process::{command, run as run_command, say, seconds};
use crate::{paths, setup};

/// `ocr`: with what reads scans, `python`: with what runs Python, each fetched where it is missing.
pub fn run(release: bool, ocr: bool, python: bool) -> Result<()> {
    setup::node_modules()?;
    let ocr = if ocr { Some(ensure_ocr()?) } else { None };
    let start = Instant::now();
    for script in ["xtask/package.mjs", "xtask/bundle.mjs"] {
        let mut node = command("node");
        node.arg(script);
        if release {
            node.arg("--minify");
        }
        if let Some(folder) = ocr.as_ref().filter(|_| script.ends_with("bundle.mjs")) {
            node.arg("--ocr").arg(folder);
        }
        if python && script.ends_with("bundle.mjs") {
            node.arg("--python");
        }
        run_command(&mut node)?;
    }
    say(&format!("pkg/ and dist/ are ready ({})", seconds(start)));
    Ok(())
}

/// The folder of what reads scans; `ocr.mjs` has its packages with their checksums.
fn ensure_ocr() -> Result<PathBuf> {
    let folder = paths::cache().join("ocr");
    run_command(command("node").arg("xtask/ocr.mjs").arg(&folder))?;
    Ok(folder)
}
