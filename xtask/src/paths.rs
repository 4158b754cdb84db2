//! Where things are: the checkout, its generated folders, the cache that outlives a checkout.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The checkout. Cargo says so when it runs this: a target folder may be shared by several checkouts, and what was
/// built in one of them runs for another.
pub fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").map_or(PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().unwrap_or(&xtask).to_path_buf()
}

/// Cargo's target folder, as the caller's environment has it.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => env::current_dir().unwrap_or_default().join(dir),
        None => root().join("target"),
    }
}

/// Downloads and tools shared by all checkouts.
pub fn cache() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let base = match (set("XDG_CACHE_HOME"), set("HOME")) {
        (Some(dir), _) => PathBuf::from(dir),
        (None, Some(home)) => PathBuf::from(home).join(".cache"),
        (None, None) => env::temp_dir(),
    };
    base.join("loquat")
}

/// The reference outputs tests compare with, when they lie beside the checkout.
pub fn fixtures() -> Option<PathBuf> {
    let found = match env::var_os("LOQUAT_FIXTURES") {
        Some(dir) => PathBuf::from(dir),
        None => root().join("../shared/fixtures"),
    };
    found.canonicalize().ok()
}

/// Adds every file below a folder.
pub fn files_below(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
