//! `loquat embed`: a text's embedding by an encoder model, `[rows, hidden]`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use loquat::encoder::{Encoder, EncoderLoader, Pooling};
use loquat::tokenizer::Tokenizer;
use loquat::{Error, Result};
use serde_json::json;

use crate::backend::ModelArgs;
use crate::embedder::load;
use crate::file::{FloatFile, print_json};
use crate::ids::Ids;

#[derive(Clone, Copy, ValueEnum)]
enum PoolingArg {
    /// A row for every token
    None,
    /// The mean over all tokens
    Mean,
    /// The first token's row
    Cls,
}

#[derive(Args)]
pub struct Embed {
    #[command(flatten)]
    model: ModelArgs,
    /// Token ids, taken as they are
    #[arg(long, required_unless_present = "text", conflicts_with = "text")]
    ids: Option<Ids>,
    /// The text
    #[arg(long)]
    text: Option<String>,
    /// How rows become one; by default what the file names
    #[arg(long, value_enum)]
    pooling: Option<PoolingArg>,
    /// Scale every row to length 1
    #[arg(long)]
    normalize: bool,
    /// Compute on candle in f32, the second opinion on the same weights
    #[arg(long)]
    reference: bool,
    /// Where to write raw little-endian f32
    #[arg(long, required_unless_present = "json")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Whether a file of this architecture is an encoder.
pub fn supports(architecture: &str) -> bool {
    Encoder::supports(architecture)
}

impl Embed {
    pub fn run(self) -> Result<()> {
        let mut file = self.model.open()?;
        let architecture = file.architecture()?;
        if !supports(architecture) {
            return Err(Error::BadParameter {
                name: "model",
                problem: format!("{architecture:?} is no encoder; embeddings need one, such as bert or nomic-bert"),
            });
        }
        let ids = match (self.ids, self.text) {
            (Some(ids), _) => ids.0,
            (None, text) => {
                Tokenizer::from_metadata(&file.gguf.metadata)?.encode_for_model(&text.unwrap_or_default())?
            }
        };
        file.gguf.metadata.forget_tokenizer();
        let loader = match self.reference {
            true => EncoderLoader::reference(&file.gguf)?,
            false => EncoderLoader::new(&file.gguf)?,
        };
        let encoder = load(&mut file, loader)?;
        let pooling = match self.pooling {
            None => encoder.default_pooling(),
            Some(PoolingArg::None) => Pooling::None,
            Some(PoolingArg::Mean) => Pooling::Mean,
            Some(PoolingArg::Cls) => Pooling::Cls,
        };
        let rows = encoder.embed(&ids, pooling, self.normalize)?;
        let hidden = encoder.hidden_size();
        if let Some(path) = &self.out {
            let mut out = FloatFile::create(path)?;
            out.write(&rows)?;
            out.finish()?;
        }
        let shape = [rows.len() / hidden, hidden];
        if !self.json {
            return print_json(&json!({"shape": shape}));
        }
        let embedding = rows.chunks_exact(hidden).collect::<Vec<_>>();
        print_json(&json!({"ids": ids, "shape": shape, "embedding": embedding}))
    }
}
