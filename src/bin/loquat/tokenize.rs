//! `loquat tokenize` and `loquat detokenize`: text ↔ token ids. Read no weights.

use std::path::PathBuf;

use clap::Args;
use loquat::Result;
use loquat::tokenizer::Tokenizer;
use serde_json::json;

use crate::file::{ModelFile, print_bytes, print_json, read_json};
use crate::ids::Ids;

#[derive(Args)]
pub struct Tokenize {
    /// The model file, in GGUF format
    #[arg(long)]
    model: PathBuf,
    /// The text
    #[arg(long, required_unless_present = "file", conflicts_with = "file")]
    text: Option<String>,
    /// A JSON file with an array of texts
    #[arg(long)]
    file: Option<PathBuf>,
    /// Take the texts of special tokens as plain text
    #[arg(long)]
    no_special: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Tokenize {
    pub fn run(self) -> Result<()> {
        let tokenizer = tokenizer(&self.model)?;
        let encode = |text: &String| tokenizer.encode(text, !self.no_special);
        let (many, rows) = match &self.file {
            Some(path) => (true, read_json::<Vec<String>>(path)?.iter().map(encode).collect::<Result<Vec<_>>>()?),
            None => (false, vec![encode(&self.text.unwrap_or_default())?]),
        };
        if self.json {
            return print_json(&if many { json!({"ids": rows}) } else { json!({"ids": rows[0]}) });
        }
        let line = |ids: &Vec<u32>| ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",") + "\n";
        print_bytes(rows.iter().map(line).collect::<String>().as_bytes())
    }
}

#[derive(Args)]
pub struct Detokenize {
    /// The model file, in GGUF format
    #[arg(long)]
    model: PathBuf,
    /// Token ids, separated by commas
    #[arg(long)]
    ids: Ids,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Detokenize {
    pub fn run(self) -> Result<()> {
        let text = tokenizer(&self.model)?.decode(&self.ids.0)?;
        if self.json { print_json(&json!({"text": text})) } else { print_bytes((text + "\n").as_bytes()) }
    }
}

fn tokenizer(model: &std::path::Path) -> Result<Tokenizer> {
    Tokenizer::from_metadata(&ModelFile::open(model)?.gguf.metadata)
}
