//! `loquat inspect`: architecture, sizes, quantization, context length.

use std::path::PathBuf;

use clap::Args;
use loquat::Result;
use loquat::config::ModelConfig;
use loquat::session::{ModelInfo, Prompts};
use loquat::tokenizer::Tokenizer;
use serde_json::{Value, json};

use crate::file::{ModelFile, print_bytes, print_json};

#[derive(Args)]
pub struct Inspect {
    /// The model file, in GGUF format
    #[arg(long)]
    model: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// List the tensors as well
    #[arg(long)]
    tensors: bool,
}

impl Inspect {
    pub fn run(self) -> Result<()> {
        let file = ModelFile::open(&self.model)?;
        let mut info = serde_json::to_value(info(&file)?).unwrap_or_default();
        if self.tensors {
            let list = file.gguf.tensors.iter().map(|t| {
                json!({"name": t.name, "type": t.dtype.to_string(), "shape": t.shape, "offset": t.offset, "size": t.size})
            });
            info["tensors"] = list.collect();
        }
        if self.json { print_json(&info) } else { print_bytes(table(&info).as_bytes()) }
    }
}

fn info(file: &ModelFile) -> Result<ModelInfo> {
    let architecture = file.architecture()?;
    if crate::seq2seq::supports(architecture) || crate::embed::supports(architecture) {
        let tokenizer = Tokenizer::from_metadata(&file.gguf.metadata)?;
        return Ok(ModelInfo::of_other(&file.gguf, architecture, Some(&tokenizer)));
    }
    let config = ModelConfig::from_gguf(&file.gguf)?;
    let prompts = Prompts::from_metadata(&file.gguf.metadata)?;
    Ok(ModelInfo::new(&file.gguf, &config, Some(&prompts)))
}

fn table(info: &Value) -> String {
    let Value::Object(fields) = info else { return String::new() };
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name:22} {text}\n"),
        Value::Array(items) => {
            let rows =
                items.iter().map(|t| format!("  {:10} {:14} {}\n", t["type"], t["shape"].to_string(), t["name"]));
            format!("{name}\n{}", rows.collect::<String>())
        }
        other => format!("{name:22} {other}\n"),
    };
    fields.iter().map(line).collect()
}
