//! The table of wasm binaries. A browser that lacks one instruction rejects the whole module, so each set of
//! instructions is a binary of its own; all have the same API. The page picks by `needs` in pkg/variants.json.

use std::path::PathBuf;

use crate::paths;

/// One wasm binary and its JavaScript glue, in pkg/NAME/.
pub struct Variant {
    pub name: &'static str,
    /// What a browser must be able to do; the page tests each by this word.
    pub needs: &'static [&'static str],
    /// Cargo features beside [`FEATURES`].
    features: &'static [&'static str],
    pub threads: bool,
    /// Built without being asked for.
    pub default: bool,
}

/// Cargo features of every variant: the command line is native only.
const FEATURES: &[&str] = &["gpu", "encoders"];

/// Best first: the page takes the first it can run.
pub const VARIANTS: &[Variant] = &[
    Variant {
        name: "relaxed-threads",
        needs: &["simd", "relaxed-simd", "threads"],
        features: &["relaxed", "threads"],
        threads: true,
        default: false,
    },
    Variant {
        name: "simd-threads",
        needs: &["simd", "threads"],
        features: &["threads"],
        threads: true,
        default: false,
    },
    Variant {
        name: "relaxed",
        needs: &["simd", "relaxed-simd"],
        features: &["relaxed"],
        threads: false,
        default: false,
    },
    Variant { name: "simd", needs: &["simd"], features: &[], threads: false, default: true },
];

/// Relaxed SIMD is no flag: its functions ask for it with `#[target_feature]`, so that variants share dependencies.
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
    pub fn features(&self) -> String {
        [FEATURES, self.features].concat().join(",")
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
