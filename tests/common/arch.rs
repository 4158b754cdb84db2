//! Folders of `fixtures/arch`: which exist, what they expect, their GGUF one tensor at a time.

use std::path::PathBuf;

use loquat::gguf::Gguf;
use serde_json::Value;

use crate::common::{fixture_roots, json};

/// A tiny model and what the reference implementation computes with it.
pub struct Fixture {
    pub dir: PathBuf,
    pub expected: Value,
    pub bytes: Vec<u8>,
    pub gguf: Gguf,
}

/// Every fixture of the core set, and of `$LOQUAT_FIXTURES` where that is set, with one of these architectures.
pub fn fixtures(architectures: &[&str]) -> Vec<Fixture> {
    let mut found = Vec::new();
    for root in fixture_roots() {
        let folder = root.join("arch");
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries {
            let dir = entry.unwrap().path();
            if !dir.join("expected.json").exists() {
                continue;
            }
            let expected = json(&dir.join("expected.json"));
            if architectures.contains(&expected["architecture"].as_str().unwrap()) {
                let bytes = std::fs::read(dir.join("model.gguf")).unwrap();
                let gguf = Gguf::parse_whole(&bytes).unwrap();
                found.push(Fixture { dir, expected, bytes, gguf });
            }
        }
    }
    found
}

impl Fixture {
    pub fn name(&self) -> &str {
        self.expected["name"].as_str().unwrap()
    }

    pub fn cases(&self) -> &[Value] {
        self.expected["cases"].as_array().unwrap()
    }

    /// Every tensor's name and bytes, last one first, so that no loader comes to rely on the file's order.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.gguf.tensors.iter().rev().map(|t| {
            let start = usize::try_from(t.offset).unwrap();
            (t.name.as_str(), &self.bytes[start..start + usize::try_from(t.size).unwrap()])
        })
    }

    /// A raw f32 file beside `expected.json`.
    pub fn floats(&self, file: &str) -> Vec<f32> {
        let bytes = std::fs::read(self.dir.join(file)).unwrap();
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    }
}

/// A list of ids in a case.
pub fn ids(case: &Value, key: &str) -> Vec<u32> {
    case[key].as_array().unwrap().iter().map(|v| u32::try_from(v.as_u64().unwrap()).unwrap()).collect()
}

/// A list of numbers.
pub fn numbers(list: &Value) -> Vec<f32> {
    list.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

/// Fails unless every `|got - want| <= absolute + relative * |want|`.
pub fn assert_close(what: &str, got: &[f32], want: &[f32], absolute: f32, relative: f32) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    assert!(!want.is_empty(), "{what}: nothing to compare");
    let mut worst = 0.0f32;
    for (i, (&g, &w)) in got.iter().zip(want).enumerate() {
        let error = (g - w).abs();
        // Written so that NaN fails.
        assert!(error <= absolute + relative * w.abs(), "{what}: element {i} is {g}, want {w}");
        worst = worst.max(error);
    }
    println!("{what}: {} values, worst difference {worst:.2e}", want.len());
}
