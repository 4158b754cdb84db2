//! `loquat bench`: tokens a second of prefill and decode, natively; of encoders, of passages.

mod encoder;

#[cfg(feature = "gpu")]
mod synthetic;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use loquat::Result;
use loquat::backend::{Backend, LogitRows};
use loquat::kv::KvCache;
use loquat::model::Model;
use loquat::sampler::{Sampler, SamplingParams, argmax};
use serde_json::json;

use crate::backend::{Choice, Loaded, ModelArgs, Task};
use crate::file::{print_bytes, print_json};

#[derive(Args)]
pub struct Bench {
    /// The model file, in GGUF format
    #[arg(long, required_unless_present = "synthetic", conflicts_with = "synthetic")]
    model: Option<PathBuf>,
    /// Instead of a file: a name such as Llama-3.2-3B:Q4_0, or a file whose sizes are taken; weights come from a seed
    #[arg(long, value_name = "NAME|FILE")]
    synthetic: Option<String>,
    /// Lengths of context to generate at, with --synthetic
    #[arg(long, value_delimiter = ',', default_value = "0,1024,8192,32768")]
    contexts: Vec<usize>,
    /// Lengths of prompts to read, with --synthetic
    #[arg(long, value_delimiter = ',', default_value = "128,512,2048")]
    prefills: Vec<usize>,
    /// Where to compute
    #[arg(long, value_enum, default_value = "cpu")]
    backend: Choice,
    /// Threads of the cpu backend; by default as many cores as are worth it, which is measured
    #[arg(long)]
    threads: Option<usize>,
    /// Positions of the KV cache
    #[arg(long)]
    context_length: Option<usize>,
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
        if let Some(what) = self.synthetic.take() {
            return self.synthetic(&what);
        }
        let args = ModelArgs {
            model: self.model.clone().unwrap_or_default(),
            backend: self.backend,
            threads: self.threads,
            context_length: self.context_length.or(Some((self.prompt_tokens + self.tokens) as usize)),
        };
        let file = args.open()?;
        if crate::embed::supports(file.architecture()?) {
            return encoder::run(&self, file);
        }
        args.with(file, self)
    }

    #[cfg(not(feature = "gpu"))]
    fn synthetic(&self, _what: &str) -> Result<()> {
        Err(loquat::Error::Backend { backend: "gpu", problem: "this build has no synthetic models".into() })
    }

    /// Measures a model of these sizes.
    #[cfg(feature = "gpu")]
    fn synthetic(&self, what: &str) -> Result<()> {
        use loquat::backend::cpu::CpuBackend;
        use loquat::backend::gpu::{Gpu, GpuOptions};
        use loquat::backend::scalar::ScalarBackend;
        use loquat::config::ModelConfig;
        use loquat::verdict::{Verdict, shapes};
        use synthetic::{Plan, measure};

        let gguf = match std::path::Path::new(what) {
            file if file.exists() => crate::file::ModelFile::open(file)?.gguf,
            _ => {
                let (name, quantization) = what.split_once(':').unwrap_or((what, "Q4_0"));
                shapes::header(name, quantization)?
            }
        };
        let config = ModelConfig::from_gguf(&gguf)?;
        let tokens = self.tokens as usize;
        let longest = self.contexts.iter().map(|c| c + 2 * tokens + 2).chain(self.prefills.iter().copied()).max();
        let most = config.context_length.max(tokens + 1);
        let context = self.context_length.unwrap_or(longest.unwrap_or(tokens + 1).min(most));
        let (contexts, prefills) = (self.contexts.clone(), self.prefills.clone());
        let plan = Plan { contexts, prefills, tokens, rounds: self.rounds as usize };
        let bytes = gguf.tensors.iter().map(|t| t.size).sum();
        let figures = match self.backend {
            Choice::Scalar => {
                measure(shapes::load(&gguf, ScalarBackend::new(), context)?, &plan, bytes, None, |_| None)?
            }
            Choice::Cpu => {
                let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
                let backend = CpuBackend::new(self.threads.unwrap_or(cores))?;
                measure(shapes::load(&gguf, backend, context)?, &plan, bytes, None, |_| None)?
            }
            Choice::Gpu => {
                let gpu = pollster::block_on(Gpu::open(GpuOptions::default()))?;
                let copy = pollster::block_on(gpu.copy_bandwidth())?;
                let (backend, _) = pollster::block_on(Verdict::find(gpu, &gguf, &config, None))?;
                let model = shapes::load(&gguf, backend, context)?;
                measure(model, &plan, bytes, Some(copy), |model| Some(model.backend().stats()))?
            }
        };
        if self.json { print_json(&json!(figures)) } else { print_bytes(figures.text().as_bytes()) }
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
