//! The wasm modules beside the engine: crates that the page loads at first use, each in a worker of its own. Built to
//! pkg/modules/NAME/, listed in pkg/modules.json. The engine's own binaries are in variants.rs.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, command, output, run, say, seconds};
use crate::{paths, wheel};

/// Crates below crates/, by the name under which the page opens them.
pub const MODULES: &[&str] = &["documents", "numbers", "safety", "tables"];

/// Builds all modules into pkg/modules/, or only those that are named; one whose sources are as they were is left alone.
pub fn build(release: bool, only: &[String]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| !MODULES.contains(&name.as_str())) {
        bail!("there is no module {unknown:?}; there are {MODULES:?}");
    }
    let pkg = paths::root().join("pkg");
    let mut rows = Map::new();
    for name in MODULES {
        let start = Instant::now();
        let folder = pkg.join("modules").join(name);
        let stamp = folder.join(".made-from");
        let made_from = inputs(name, release)?;
        let wanted = only.is_empty() || only.iter().any(|one| one == name);
        if wanted && !fs::read_to_string(&stamp).is_ok_and(|before| before == made_from) {
            say(&format!("Building wasm module {name} (first time: up to 2 minutes)"));
            let wasm = compile(name, release)?;
            bind(&wasm, name, &folder, release)?;
            fs::write(&stamp, made_from).with_context(|| stamp.display().to_string())?;
        }
        let wasm = format!("modules/{name}/{name}_bg.wasm");
        if !wanted && !pkg.join(&wasm).exists() {
            continue;
        }
        let bytes = fs::metadata(pkg.join(&wasm))?.len();
        say(&format!("pkg/modules/{name}: {:.2} MB of wasm ({})", bytes as f64 / 1e6, seconds(start)));
        rows.insert(
            (*name).into(),
            json!({ "glue": format!("modules/{name}/{name}.js"), "wasm": wasm, "bytes": bytes }),
        );
    }
    fs::create_dir_all(&pkg)?;
    let list = serde_json::to_string_pretty(&json!({ "modules": Value::Object(rows) }))?;
    fs::write(pkg.join("modules.json"), list + "\n").context("pkg/modules.json")
}

/// Modules use no SIMD beyond what every browser has, and share the engine's compiled dependencies.
fn compile(name: &str, release: bool) -> Result<PathBuf> {
    let profile = if release { "wasm" } else { "wasm-dev" };
    let mut build = cargo();
    build.args(["rustc", "--package", &format!("loquat-{name}"), "--lib", "--crate-type", "cdylib"]);
    build.args(["--target", "wasm32-unknown-unknown", "--profile", profile, "--no-default-features"]);
    build.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=+simd128").env_remove("RUSTFLAGS");
    run(build.arg("--target-dir").arg(paths::target()))?;
    let folder = paths::target().join("wasm32-unknown-unknown").join(profile);
    Ok(folder.join(format!("loquat_{name}.wasm")))
}

fn bind(wasm: &Path, name: &str, folder: &Path, release: bool) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(name).typescript(true).keep_debug(false).remove_name_section(release);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)).context("wasm-bindgen")
}

/// One hash over all that decides what the compiler makes.
fn inputs(name: &str, release: bool) -> Result<String> {
    let root = paths::root();
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    for package in ["agent", name] {
        let folder = root.join("crates").join(package);
        paths::files_below(&folder, &mut files).with_context(|| folder.display().to_string())?;
    }
    files.sort();
    let mut list = format!("release={release} {}", output(command("rustc").arg("--version"))?);
    for file in files {
        list += &format!("{} {}\n", file.display(), wheel::sha256(&file)?);
    }
    Ok(wheel::hex(&list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_is_a_crate_that_can_be_one() {
        for name in MODULES {
            let manifest = paths::root().join("crates").join(name).join("Cargo.toml");
            let text = fs::read_to_string(&manifest).expect("a crate of the module's name");
            assert!(text.contains("cdylib"), "{name} is no cdylib");
        }
    }
}
