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

/// Whether whoever runs the tests has installed an adapter: then GPU tests must not be skipped. `cargo xtask test` does.
pub fn gpu_is_promised() -> bool {
    std::env::var_os("LOQUAT_GPU_PROMISED").is_some()
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

/// A model file with three of its tokens declared to be those for filling in the middle.
pub fn with_infill_tokens(file: &[u8], [prefix, suffix, middle]: [u32; 3]) -> Vec<u8> {
    let mut added = Vec::new();
    let key =
        |name: &str, kind: u32| [&(name.len() as u64).to_le_bytes()[..], name.as_bytes(), &kind.to_le_bytes()].concat();
    for (name, id) in [("fim_pre", prefix), ("fim_suf", suffix), ("fim_mid", middle)] {
        added.extend(key(&format!("tokenizer.ggml.{name}_token_id"), 4));
        added.extend(id.to_le_bytes());
    }
    // What follows the header begins at a multiple of 32, and is to stay there: a text of the length that is missing.
    added.extend(key("test.padding", 8));
    let length = (32 - (added.len() + 8) % 32) % 32;
    added.extend((length as u64).to_le_bytes());
    added.extend(std::iter::repeat_n(b' ', length));
    let count = u64::from_le_bytes(file[16..24].try_into().unwrap()) + 4;
    [&file[..16], &count.to_le_bytes(), &added, &file[24..]].concat()
}
