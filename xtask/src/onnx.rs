//! The default model as ONNX, for the bench's peer that reads nothing else: made here, since it can't be fetched from a
//! package registry. What the graph looks like is bench/onnx/.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{command, run, say};
use crate::{packages, paths, wheel};

const PACKAGES: [&str; 3] = ["gguf==0.19.0", "numpy==2.4.6", "onnx==1.23.2"];
const SCRIPTS: [&str; 2] = ["bench/onnx/convert.py", "bench/onnx/graph.py"];

/// Makes sure that the model's ONNX form lies in the cache, and gives its folder.
pub fn ensure(model: &Path) -> Result<PathBuf> {
    let folder = paths::cache().join("onnx");
    let made = folder.join("model");
    let stamp = folder.join("made-of");
    let version = version(model)?;
    if made.is_dir() && fs::read_to_string(&stamp).is_ok_and(|found| found == version) {
        return Ok(made);
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let python = packages(&folder)?;
    say("Making an ONNX model of the default one (190 MB in the cache, some 10 s)");
    let script = paths::root().join(SCRIPTS[0]);
    run(command("python3").arg(script).arg(model).arg(&made).env("PYTHONPATH", python))?;
    fs::write(&stamp, version).with_context(|| stamp.display().to_string())?;
    Ok(made)
}

/// Another one when the file, the scripts or their packages are others.
fn version(model: &Path) -> Result<String> {
    let mut parts = vec![wheel::sha256(model)?, PACKAGES.join(" ")];
    for script in SCRIPTS {
        parts.push(wheel::sha256(&paths::root().join(script))?);
    }
    Ok(parts.join("\n"))
}

/// The Python packages, in a folder of their own.
fn packages(cache: &Path) -> Result<PathBuf> {
    let folder = cache.join(format!("python-{}", &wheel::hex(&PACKAGES.join(" "))[..8]));
    if folder.is_dir() {
        return Ok(folder);
    }
    say("Fetching the Python packages that write ONNX (70 MB, up to a minute)");
    let fresh = cache.join(format!(".python-{}", std::process::id()));
    let args = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target"];
    let done = run(packages::pip()?.args(args).arg(&fresh).args(PACKAGES));
    if done.is_err() {
        _ = fs::remove_dir_all(&fresh);
    }
    done?;
    fs::rename(&fresh, &folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}
