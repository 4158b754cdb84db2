//! The table of wasm binaries. A browser that lacks one instruction rejects the whole module, so each set of
//! instructions is a binary of its own; all have the same API. The page picks by `needs` in pkg/variants.json.

use std::path::PathBuf;

use crate::paths;

/// One wasm binary and its JavaScript glue, in pkg/NAME/.
pub struct Variant {
    pub name: &'static str,
    /// What a browser must be able to do; the page tests each by this word.
    pub needs: &'static [&'static str],
    /// The engine's own code, and only that, is compiled with relaxed SIMD.
    pub relaxed: bool,
    /// Atomics and a shared memory, which need a standard library built that way.
    pub threads: bool,
    /// Built without being asked for.
    pub default: bool,
}

/// Cargo features of every variant: the command line is native only.
pub const FEATURES: &str = "gpu,encoders";

/// Best first: the page takes the first it can run.
pub const VARIANTS: &[Variant] = &[
    Variant {
        name: "relaxed-threads",
        needs: &["simd", "relaxed-simd", "threads"],
        relaxed: true,
        threads: true,
        default: true,
    },
    Variant { name: "simd-threads", needs: &["simd", "threads"], relaxed: false, threads: true, default: false },
    Variant { name: "relaxed", needs: &["simd", "relaxed-simd"], relaxed: true, threads: false, default: true },
    Variant { name: "simd", needs: &["simd"], relaxed: false, threads: false, default: true },
];

/// Relaxed SIMD is not among them: only the engine's crate gets it, so that variants share their dependencies.
const SIMD_FLAGS: &[&str] = &["-Ctarget-feature=+simd128"];

/// Without these link arguments the memory is not shared ("Memory could not be cloned").
const THREAD_FLAGS: &[&str] = &[
    "-Ctarget-feature=+simd128,+atomics,+bulk-memory,+mutable-globals",
    "-Clink-arg=--shared-memory",
    "-Clink-arg=--import-memory",
    "-Clink-arg=--max-memory=4294967296",
    "-Clink-arg=--export=__wasm_init_tls",
    "-Clink-arg=--export=__tls_size",
    "-Clink-arg=--export=__tls_align",
    "-Clink-arg=--export=__tls_base",
];

impl Variant {
    /// Arguments to rustc for the engine's crate alone.
    pub fn crate_flags(&self) -> &'static [&'static str] {
        if self.relaxed { &["-Ctarget-feature=+relaxed-simd"] } else { &[] }
    }

    /// For CARGO_ENCODED_RUSTFLAGS.
    pub fn rustflags(&self) -> String {
        let flags = if self.threads { THREAD_FLAGS } else { SIMD_FLAGS };
        flags.join("\x1f")
    }

    /// Where cargo builds: another standard library, another folder.
    pub fn target_dir(&self) -> PathBuf {
        match self.threads {
            true => paths::target().join("wasm-threads"),
            false => paths::target(),
        }
    }
}
