//! `loquat logits`: the logits of every position, `[positions, vocab]`, for comparison with references.

use std::path::PathBuf;

use clap::Args;
use loquat::backend::{Backend, LogitRows};
use loquat::{Error, Result};
use serde_json::json;

use crate::backend::{Loaded, ModelArgs, Task};
use crate::file::{FloatFile, print_json};
use crate::ids::Ids;
use crate::seq2seq;

#[derive(Args)]
pub struct Logits {
    #[command(flatten)]
    model: ModelArgs,
    /// Token ids, separated by commas; of the decoder, in an encoder-decoder model
    #[arg(long)]
    ids: Ids,
    /// Token ids of the encoder's input
    #[arg(long)]
    encoder_ids: Option<Ids>,
    /// Where to write
    #[arg(long)]
    out: PathBuf,
}

impl Logits {
    pub fn run(mut self) -> Result<()> {
        if self.ids.0.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        let file = self.model.open()?;
        if seq2seq::supports(file.architecture()?) {
            let encoder_ids = self.encoder_ids.ok_or_else(|| Error::BadParameter {
                name: "encoder-ids",
                problem: "an encoder-decoder model needs the input's ids".into(),
            })?;
            return seq2seq::logits(file, &encoder_ids.0, &self.ids.0, &self.out);
        }
        // Exactly what is asked: a long prompt is no error, a short one needs little memory.
        self.model.context_length.get_or_insert(self.ids.0.len());
        let args = self.model.clone();
        args.with(file, self)
    }
}

impl Task for Logits {
    type Output = ();

    fn run<B: Backend>(self, Loaded { mut model, .. }: Loaded<B>) -> Result<()> {
        let ids = &self.ids.0;
        let mut kv = model.new_cache()?;
        kv.set_rope_long(model.wants_long_rope(ids.len()));
        let mut out = FloatFile::create(&self.out)?;
        let mut logits = Vec::new();
        for chunk in ids.chunks(model.plan().max_batch) {
            model.forward(&mut kv, chunk, LogitRows::All)?;
            pollster::block_on(model.backend().read_logits(&mut logits))?;
            out.write(&logits)?;
        }
        out.finish()?;
        print_json(&json!({"shape": [ids.len(), model.config().vocab]}))
    }
}
