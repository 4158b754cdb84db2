//! Where tests find fixtures, and how they say that they skip.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::path::{Path, PathBuf};

use loquat::gguf::{Gguf, Metadata, Parsed};

/// The checked-in core set, and all of the fixtures when `LOQUAT_FIXTURES` names their folder.
pub fn fixture_roots() -> Vec<PathBuf> {
    let mut roots = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")];
    match std::env::var_os("LOQUAT_FIXTURES") {
        Some(more) => roots.push(PathBuf::from(more)),
        None => {
            static SAID: std::sync::Once = std::sync::Once::new();
            SAID.call_once(|| eprintln!("only the core fixtures: LOQUAT_FIXTURES names no folder with all of them"));
        }
    }
    roots
}

/// The line by which `cargo xtask test` counts a test as skipped; the test returns after it.
pub fn skip(what: &str, why: &str) {
    println!("SKIP: {what}: {why}");
}

/// A file of JSON, or a panic that names it.
pub fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The default model, fetched by `cargo xtask`; none (said aloud) where it is not there.
pub fn real_model() -> Option<PathBuf> {
    let name = "SmolLM2-135M-Instruct.Q4_1.gguf";
    let path = match std::env::var_os("LOQUAT_MODEL") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name),
    };
    if path.is_file() {
        return Some(path);
    }
    skip(name, &format!("{} is not there; `cargo xtask test` fetches it", path.display()));
    None
}

/// The metadata of a GGUF file, or of one cut off after its header.
pub fn metadata(path: &Path) -> Metadata {
    use std::io::Read;
    let mut file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    let mut want = 1 << 16;
    loop {
        let more = (want as usize).saturating_sub(bytes.len()) as u64;
        let got = file.by_ref().take(more).read_to_end(&mut bytes).unwrap();
        assert!(got > 0, "{} ends inside its header", path.display());
        match Gguf::parse(&bytes, None).unwrap_or_else(|e| panic!("{}: {e}", path.display())) {
            Parsed::Done(gguf) => return gguf.metadata,
            Parsed::NeedMore(need) => want = need,
        }
    }
}
