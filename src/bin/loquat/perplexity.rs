//! `loquat perplexity`: how well a model predicts a text.
//!
//! The text is cut into consecutive chunks of the context; in each, every token but the first is
//! predicted from those before it. The perplexity is e to the mean negative log-likelihood.

use std::path::PathBuf;

use clap::Args;
use loquat::backend::{Backend, LogitRows};
use loquat::sampler::Sampler;
use loquat::session::Prompts;
use loquat::{Error, Result};
use serde_json::json;

use crate::backend::{Loaded, ModelArgs, Task};
use crate::file::{print_bytes, print_json, read_text};

#[derive(Args)]
pub struct Perplexity {
    #[command(flatten)]
    model: ModelArgs,
    /// A text file
    #[arg(long)]
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Perplexity {
    pub fn run(self) -> Result<()> {
        let args = self.model.clone();
        args.with(args.open()?, self)
    }
}

impl Task for Perplexity {
    type Output = ();

    fn run<B: Backend>(self, Loaded { mut model, file, .. }: Loaded<B>) -> Result<()> {
        let prompts = Prompts::from_metadata(&file.gguf.metadata)?;
        let request = loquat::session::Request { prompt: Some(read_text(&self.file)?), ..Default::default() };
        let ids = prompts.prompt(&request)?.ids;
        if ids.len() < 2 {
            let problem = format!("the text has {} tokens; at least 2 are needed", ids.len());
            return Err(Error::BadParameter { name: "file", problem });
        }
        let mut kv = model.new_cache()?;
        let (context, vocab) = (kv.capacity(), model.config().vocab);
        let (mut sum, mut count) = (0.0, 0usize);
        let mut logits = Vec::new();
        for chunk in ids.chunks(context) {
            kv.truncate(0);
            kv.set_rope_long(model.wants_long_rope(chunk.len()));
            // The last token's logits predict nothing that is known.
            let inputs = &chunk[..chunk.len() - 1];
            let mut targets = chunk[1..].iter();
            for batch in inputs.chunks(model.plan().max_batch) {
                model.forward(&mut kv, batch, LogitRows::All)?;
                pollster::block_on(model.backend().read_logits(&mut logits))?;
                for (row, &target) in logits.chunks_exact(vocab).zip(&mut targets) {
                    sum -= f64::from(Sampler::logprobs(row, target, 0).logprob);
                    count += 1;
                }
            }
        }
        let mean = sum / count as f64;
        if self.json {
            return print_json(&json!({
                "tokens": count, "text_tokens": ids.len(), "context": context,
                "mean_nll": mean, "perplexity": mean.exp(),
            }));
        }
        print_bytes(format!("{count} tokens, mean nll {mean:.5}, perplexity {:.4}\n", mean.exp()).as_bytes())
    }
}
