//! `loquat bench`: tokens a second of prefill and decode, natively.

use std::time::Instant;

use clap::Args;
use loquat::Result;
use loquat::backend::{Backend, LogitRows};
use loquat::kv::KvCache;
use loquat::model::Model;
use loquat::sampler::{Sampler, SamplingParams, argmax};
use serde_json::json;

use crate::backend::{Loaded, ModelArgs, Task};
use crate::file::{print_bytes, print_json};

#[derive(Args)]
pub struct Bench {
    #[command(flatten)]
    model: ModelArgs,
    /// Tokens of the prompt
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    prompt_tokens: u32,
    /// Tokens to generate after it
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..))]
    tokens: u32,
    /// Rounds, of which the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub fn run(mut self) -> Result<()> {
        self.model.context_length.get_or_insert((self.prompt_tokens + self.tokens) as usize);
        let args = self.model.clone();
        args.with(args.open()?, self)
    }
}

/// Milliseconds of one round.
struct Round {
    prefill_ms: f64,
    decode_ms: f64,
}

impl Task for Bench {
    type Output = ();

    fn run<B: Backend>(self, Loaded { mut model, load_ms, .. }: Loaded<B>) -> Result<()> {
        let mut kv = model.new_cache()?;
        let rounds = (0..self.rounds).map(|_| self.round(&mut model, &mut kv)).collect::<Result<Vec<_>>>()?;
        let rate = |n: u32, ms: f64| f64::from(n) / ms * 1e3;
        let prefill_ms = median(rounds.iter().map(|r| r.prefill_ms));
        let decode_ms = median(rounds.iter().map(|r| r.decode_ms));
        let (prefill, decode) = (rate(self.prompt_tokens, prefill_ms), rate(self.tokens, decode_ms));
        let (variant, threads) = model.describe();
        if self.json {
            return print_json(&json!({
                "model": model.config().name, "backend": B::NAME, "variant": variant, "threads": threads,
                "load_ms": load_ms, "rounds": self.rounds,
                "prompt_tokens": self.prompt_tokens, "prefill_ms": prefill_ms, "prefill_tokens_per_second": prefill,
                "tokens": self.tokens, "decode_ms": decode_ms, "decode_tokens_per_second": decode,
            }));
        }
        let text = format!(
            "{} on {} ({variant}, {threads} threads), median of {} rounds\nload     {load_ms:8.0} ms\n\
             prefill  {prefill:8.1} tokens/s ({} tokens)\ndecode   {decode:8.1} tokens/s ({} tokens)\n",
            model.config().name,
            B::NAME,
            self.rounds,
            self.prompt_tokens,
            self.tokens
        );
        print_bytes(text.as_bytes())
    }
}

impl Bench {
    fn round<B: Backend>(&self, model: &mut Model<B>, kv: &mut KvCache<B>) -> Result<Round> {
        let vocab = model.config().vocab as u32;
        let prompt: Vec<u32> = (0..self.prompt_tokens).map(|i| (i.wrapping_mul(7919) + 101) % vocab).collect();
        kv.truncate(0);
        let mut logits = Vec::new();
        let start = Instant::now();
        let chunks = prompt.chunks(model.plan().max_batch).collect::<Vec<_>>();
        for (i, chunk) in chunks.iter().enumerate() {
            let rows = if i + 1 == chunks.len() { LogitRows::Last } else { LogitRows::None };
            model.forward(kv, chunk, rows)?;
        }
        pollster::block_on(model.backend().read_logits(&mut logits))?;
        let prefill_ms = start.elapsed().as_secs_f64() * 1e3;
        let greedy = Sampler::new(SamplingParams::greedy())?;
        let start = Instant::now();
        if model.backend().draws(&greedy.draw(0, 0)) {
            self.draw(model, kv, &greedy, &prompt)?;
        } else {
            for _ in 0..self.tokens {
                let id = argmax(&logits).unwrap_or(0);
                model.forward(kv, &[id], LogitRows::Last)?;
                pollster::block_on(model.backend().read_logits(&mut logits))?;
            }
        }
        Ok(Round { prefill_ms, decode_ms: start.elapsed().as_secs_f64() * 1e3 })
    }

    /// As a session does it: the device draws, and the next token is under way while one is read.
    fn draw<B: Backend>(
        &self,
        model: &mut Model<B>,
        kv: &mut KvCache<B>,
        greedy: &Sampler,
        prompt: &[u32],
    ) -> Result<()> {
        model.backend().remember(prompt)?;
        model.backend().draw(&greedy.draw(0, prompt.len()))?;
        for i in 1..=self.tokens as usize {
            model.forward_drawn(kv)?;
            model.backend().draw(&greedy.draw(i, prompt.len() + i))?;
            pollster::block_on(model.backend().drawn())?;
        }
        pollster::block_on(model.backend().drawn())?;
        Ok(())
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
