//! Rust to pkg/NAME/ for each wasm variant, then on to the bundle. A variant is built again when its inputs are
//! others; what cargo remembers would not do, because it keeps one `loquat.wasm` for all sets of features.

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Validator, WasmFeatures};

use crate::models::Model;
use crate::process::{cargo, command, output, run as run_command, say, seconds};
use crate::variants::{FEATURES, VARIANTS, Variant};
use crate::{bundle, model, modules, paths, setup, wheel};

#[derive(Args, Default, Clone)]
#[group(id = "build")]
pub struct Options {
    /// Optimize across crates and minify: smaller and a little faster, minutes slower to build
    #[arg(long)]
    pub release: bool,
    /// Build this wasm variant (may be repeated) instead of the default ones
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
    /// Build all wasm variants
    #[arg(long)]
    pub all: bool,
    /// Build this module beside the engine (may be repeated) and nothing else
    #[arg(long = "module", value_name = "NAME")]
    pub modules: Vec<String>,
    /// With these as well: `ocr` has the page read scans (8 MB more), `pyodide` has it run Python (13 MB more), loaded by whoever
    /// wants it; a model is fetched, and offered where the page is served
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = extras())]
    pub with: Vec<String>,
}

/// What `--with` adds beside models.
pub const OCR: &str = "ocr";
pub const PYODIDE: &str = "pyodide";

fn extras() -> Vec<&'static str> {
    [&[OCR, PYODIDE][..], &model::names()].concat()
}

impl Options {
    /// The models among what is wanted as well.
    pub fn models(&self) -> Result<Vec<&'static Model>> {
        let names = self.with.iter().filter(|name| ![OCR, PYODIDE].contains(&name.as_str()));
        names.map(|name| model::find(name)).collect()
    }

    fn has(&self, extra: &str) -> bool {
        self.with.iter().any(|name| name == extra)
    }
}

pub fn run(options: &Options) -> Result<()> {
    if !options.modules.is_empty() {
        return modules::build(options.release, &options.modules);
    }
    wasm(options)?;
    modules::build(options.release, &[])?;
    for model in options.models()? {
        model::ensure_named(model)?;
    }
    bundle::run(options.release, options.has(OCR), options.has(PYODIDE))
}

/// Builds the chosen variants into pkg/.
pub fn wasm(options: &Options) -> Result<()> {
    let chosen = choose(options)?;
    setup::wasm_target()?;
    if chosen.iter().any(|variant| variant.threads) {
        setup::rust_src()?;
    }
    let pkg = paths::root().join("pkg");
    let inputs = inputs(options.release)?;
    let mut rows = Vec::new();
    for variant in chosen {
        let start = Instant::now();
        let folder = pkg.join(variant.name);
        let stamp = folder.join(".made-from");
        let made_from = format!("{inputs} {:?} {:?}\n", variant.crate_flags(), variant.rustflags());
        if fs::read_to_string(&stamp).is_ok_and(|before| before == made_from) {
            say(&format!("Wasm variant {} is up to date", variant.name));
        } else {
            say(&format!("Building wasm variant {} (first time: up to 5 minutes)", variant.name));
            let wasm = compile(variant, options.release)?;
            bind(&wasm, &folder, options.release)?;
            needs_no_more(variant, &folder.join("loquat_bg.wasm"))?;
            fs::write(&stamp, made_from).with_context(|| stamp.display().to_string())?;
        }
        let bytes = fs::metadata(folder.join("loquat_bg.wasm"))?.len();
        say(&format!("pkg/{}: {:.1} MB of wasm ({})", variant.name, bytes as f64 / 1e6, seconds(start)));
        rows.push(json!({
            "name": variant.name,
            "needs": variant.needs,
            "glue": format!("{}/loquat.js", variant.name),
            "wasm": format!("{}/loquat_bg.wasm", variant.name),
            "bytes": bytes,
        }));
    }
    let list = serde_json::to_string_pretty(&json!({ "variants": rows }))?;
    fs::write(pkg.join("variants.json"), list + "\n").context("pkg/variants.json")
}

fn choose(options: &Options) -> Result<Vec<&'static Variant>> {
    let known = || VARIANTS.iter().map(|variant| variant.name).collect::<Vec<_>>().join(", ");
    for name in &options.variants {
        if !VARIANTS.iter().any(|variant| variant.name == name) {
            bail!("no wasm variant {name:?}: there are {}", known());
        }
    }
    let wanted = |variant: &&Variant| match options.variants.as_slice() {
        _ if options.all => true,
        [] => variant.default,
        names => names.iter().any(|name| name == variant.name),
    };
    Ok(VARIANTS.iter().filter(wanted).collect())
}

/// Runs cargo and gives the path of the wasm.
fn compile(variant: &Variant, release: bool) -> Result<PathBuf> {
    let profile = if release { "wasm" } else { "wasm-dev" };
    let target_dir = variant.target_dir();
    let mut build = cargo();
    build.args(["rustc", "--package", "loquat", "--lib", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    build.args(["--no-default-features", "--features", FEATURES, "--target-dir"]).arg(&target_dir);
    build.env("CARGO_ENCODED_RUSTFLAGS", variant.rustflags()).env_remove("RUSTFLAGS");
    if variant.threads {
        build.args(["-Z", "build-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
    }
    build.args(["--crate-type", "cdylib", "--"]).args(variant.crate_flags());
    run_command(&mut build)?;
    Ok(target_dir.join("wasm32-unknown-unknown").join(profile).join("loquat.wasm"))
}

/// One hash over all that decides what the compiler makes, but for the variant.
fn inputs(release: bool) -> Result<String> {
    let root = paths::root();
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    paths::files_below(&root.join("src"), &mut files).context("src/")?;
    files.sort();
    let mut list = format!("release={release} {}", output(command("rustc").arg("--version"))?);
    for file in files {
        list += &format!("{} {}\n", file.display(), wheel::sha256(&file)?);
    }
    Ok(wheel::hex(&list))
}

/// Writes the module and its glue.
fn bind(wasm: &Path, folder: &Path, release: bool) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("loquat").typescript(true).keep_debug(false).remove_name_section(release);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)).context("wasm-bindgen")
}

/// A browser refuses a module whole for one instruction that it does not know, so none may be in there that the
/// variant's row does not name.
fn needs_no_more(variant: &Variant, wasm: &Path) -> Result<()> {
    let bytes = fs::read(wasm).with_context(|| wasm.display().to_string())?;
    let mut features = WasmFeatures::WASM2;
    features.set(WasmFeatures::RELAXED_SIMD, variant.relaxed);
    features.set(WasmFeatures::THREADS, variant.threads);
    let checked = Validator::new_with_features(features).validate_all(&bytes);
    checked.map(drop).with_context(|| format!("{} needs more of a browser than its row says", wasm.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `f32x4.relaxed_madd`, in a module that does nothing else.
    const RELAXED: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x3e\x01\x3c\0\
        \xfd\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xfd\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
        \xfd\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xfd\x85\x02\x1a\x0b";

    #[test]
    fn relaxed_simd_in_the_simd_build_stops_the_build() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let wasm = dir.path().join("relaxed.wasm");
        fs::write(&wasm, RELAXED).expect("write");
        for variant in VARIANTS {
            assert_eq!(needs_no_more(variant, &wasm).is_ok(), variant.relaxed, "{}", variant.name);
        }
    }

    fn names(options: &Options) -> Vec<&'static str> {
        choose(options).expect("known names").iter().map(|variant| variant.name).collect()
    }

    #[test]
    fn variants_keep_the_order_of_the_table_whatever_the_order_asked() {
        let asked =
            |names: &[&str]| Options { variants: names.iter().map(|&n| n.into()).collect(), ..Default::default() };
        assert_eq!(names(&asked(&["simd", "relaxed"])), ["relaxed", "simd"]);
        assert_eq!(names(&Options { all: true, ..Default::default() }).len(), VARIANTS.len());
        assert!(names(&Options::default()).contains(&"simd"), "every browser needs one it can run");
        let message = choose(&asked(&["fast"])).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("\"fast\"") && message.contains("relaxed-threads"), "{message}");
    }
}
