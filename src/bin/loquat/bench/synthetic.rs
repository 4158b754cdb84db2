//! `loquat bench --synthetic`: a model's speed where nothing can be downloaded, with weights from a seed; by context, and
//! beside what a copy reaches on the same device.

use std::time::Instant;

use loquat::Result;
use loquat::backend::gpu::GpuStats;
use loquat::backend::{Backend, LogitRows};
use loquat::kv::KvCache;
use loquat::model::Model;
use loquat::sampler::{Sampler, SamplingParams};
use serde::Serialize;

/// What is measured of one model.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Tokens that the cache holds before those that are generated.
    pub contexts: Vec<usize>,
    /// Lengths of prompts.
    pub prefills: Vec<usize>,
    /// Tokens generated at each context.
    pub tokens: usize,
    /// Rounds, of which the median counts.
    pub rounds: usize,
}

/// Generating at one length of context.
#[derive(Debug, Serialize)]
pub struct Decode {
    pub context: usize,
    pub tokens_per_second: f64,
    /// From one token to the next.
    pub token_ms: f64,
    /// The same where nothing is waited for: what the device computes.
    pub busy_ms: f64,
    /// Of the time of a token, what is lost to waiting, in percent.
    pub idle_percent: f64,
    /// This side's work to record a token.
    pub record_ms: Option<f64>,
    pub dispatches: Option<f64>,
    /// Bytes of weights, keys and values that a token reads.
    pub bytes: f64,
    /// Read per second of computing, of what a copy reads and writes there, in percent.
    pub bandwidth_percent: Option<f64>,
}

/// Reading a prompt.
#[derive(Debug, Serialize)]
pub struct Prefill {
    pub tokens: usize,
    pub tokens_per_second: f64,
    pub ms: f64,
}

/// All of it.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub model: String,
    pub backend: &'static str,
    pub variant: String,
    pub threads: usize,
    pub weight_bytes: u64,
    /// Bytes read and written by a copy, a second.
    pub copy_bytes_per_second: Option<f64>,
    pub decode: Vec<Decode>,
    pub prefill: Vec<Prefill>,
}

/// Measures a model that is loaded.
pub fn measure<B: Backend>(
    mut model: Model<B>,
    plan: &Plan,
    weight_bytes: u64,
    copy: Option<f64>,
    stats: impl Fn(&mut Model<B>) -> Option<GpuStats>,
) -> Result<Figures> {
    let mut kv = model.new_cache()?;
    let (variant, threads) = model.describe();
    let config = model.config();
    let kv_bytes = (config.layers.len() * 2 * config.kv_dim() * 2) as f64;
    // The embedding table is read as the output matrix; of its rows as embeddings one is read.
    let token_bytes = stats(&mut model).map_or(weight_bytes as f64, |s| s.token_bytes as f64);
    let name = model.config().name.clone();
    let capacity = kv.capacity();
    let mut decode = Vec::new();
    for &context in plan.contexts.iter().filter(|&&c| c + 2 * plan.tokens + 2 <= capacity) {
        let before = stats(&mut model);
        let token_ms = median(plan.rounds, || generate(&mut model, &mut kv, context, plan.tokens))?;
        let after = stats(&mut model);
        let busy_ms = median(plan.rounds, || queue(&mut model, &mut kv, context, plan.tokens))?;
        let of = before.zip(after).filter(|(a, b)| b.steps > a.steps);
        let steps = of.map(|(a, b)| (b.steps - a.steps) as f64);
        let bytes = token_bytes + kv_bytes * context as f64;
        decode.push(Decode {
            context,
            tokens_per_second: 1e3 / token_ms,
            token_ms,
            busy_ms,
            idle_percent: ((token_ms - busy_ms) / token_ms * 100.0).max(0.0),
            record_ms: of.zip(steps).map(|((a, b), n)| (b.encode_ms - a.encode_ms) / n),
            dispatches: of.zip(steps).map(|((a, b), n)| (b.dispatches - a.dispatches) as f64 / n),
            bytes,
            bandwidth_percent: copy.map(|copy| bytes / (busy_ms / 1e3) / copy * 100.0),
        });
    }
    let mut prefill = Vec::new();
    for &tokens in plan.prefills.iter().filter(|&&n| n <= capacity) {
        let ms = median(plan.rounds, || read(&mut model, &mut kv, tokens))?;
        prefill.push(Prefill { tokens, tokens_per_second: tokens as f64 / ms * 1e3, ms });
    }
    Ok(Figures {
        model: name,
        backend: B::NAME,
        variant,
        threads,
        weight_bytes,
        copy_bytes_per_second: copy,
        decode,
        prefill,
    })
}

fn ids(count: usize) -> Vec<u32> {
    (0..count as u32).map(|i| (i.wrapping_mul(7919) + 101) % 32_000).collect()
}

/// Milliseconds a token as a session generates them: drawn on the device where it can, the next one under way.
fn generate<B: Backend>(model: &mut Model<B>, kv: &mut KvCache<B>, context: usize, tokens: usize) -> Result<f64> {
    kv.assume(&ids(context))?;
    let greedy = Sampler::new(SamplingParams::greedy())?;
    let mut logits = Vec::new();
    model.forward(kv, &[1], LogitRows::Last)?;
    let history = ids(context + 1);
    if !model.backend().draws(&greedy.draw(0, 0)) {
        pollster::block_on(model.backend().read_logits(&mut logits))?;
        let start = Instant::now();
        for _ in 0..tokens {
            model.forward(kv, &[1], LogitRows::Last)?;
            pollster::block_on(model.backend().read_logits(&mut logits))?;
        }
        return Ok(start.elapsed().as_secs_f64() * 1e3 / tokens as f64);
    }
    model.backend().remember(&history)?;
    model.backend().draw(&greedy.draw(0, history.len()))?;
    let depth = model.backend().depth();
    let mut start = Instant::now();
    let mut under_way = 1;
    for i in 1..=tokens + depth {
        model.forward_drawn(kv)?;
        model.backend().draw(&greedy.draw(i, history.len() + i))?;
        under_way += 1;
        if under_way > depth {
            pollster::block_on(model.backend().drawn())?;
            under_way -= 1;
        }
        if i == depth {
            start = Instant::now();
        }
    }
    let ms = start.elapsed().as_secs_f64() * 1e3 / tokens as f64;
    for _ in 0..under_way {
        pollster::block_on(model.backend().drawn())?;
    }
    Ok(ms)
}

/// Milliseconds a token where all are queued and none is looked at.
fn queue<B: Backend>(model: &mut Model<B>, kv: &mut KvCache<B>, context: usize, tokens: usize) -> Result<f64> {
    kv.assume(&ids(context))?;
    model.forward(kv, &[1], LogitRows::Last)?;
    pollster::block_on(model.backend().settle())?;
    let start = Instant::now();
    for _ in 0..tokens {
        model.forward(kv, &[1], LogitRows::Last)?;
    }
    pollster::block_on(model.backend().settle())?;
    Ok(start.elapsed().as_secs_f64() * 1e3 / tokens as f64)
}

/// Milliseconds of a whole prompt.
fn read<B: Backend>(model: &mut Model<B>, kv: &mut KvCache<B>, tokens: usize) -> Result<f64> {
    kv.truncate(0);
    let batch = model.plan().max_batch;
    let mut logits = Vec::new();
    let start = Instant::now();
    let prompt = ids(tokens);
    for chunk in prompt.chunks(batch) {
        model.forward(kv, chunk, LogitRows::Last)?;
    }
    pollster::block_on(model.backend().read_logits(&mut logits))?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// The median of several rounds, after one that pays for compilation.
fn median(rounds: usize, mut round: impl FnMut() -> Result<f64>) -> Result<f64> {
    round()?;
    let mut all = (0..rounds.max(1)).map(|_| round()).collect::<Result<Vec<f64>>>()?;
    all.sort_by(f64::total_cmp);
    Ok(all[all.len() / 2])
}

impl Figures {
    /// A table for people.
    pub fn text(&self) -> String {
        use std::fmt::Write as _;
        let gigabytes = |bytes: f64| bytes / 1e9;
        let mut out = format!(
            "{} on {} ({}, {} threads), {:.2} GB of weights\n",
            self.model,
            self.backend,
            self.variant,
            self.threads,
            gigabytes(self.weight_bytes as f64)
        );
        if let Some(copy) = self.copy_bytes_per_second {
            let _ = writeln!(out, "copy     {:8.1} GB/s read and written", gigabytes(copy));
        }
        let maybe = |value: Option<f64>, unit: &str| value.map_or("–".to_owned(), |v| format!("{v:.2}{unit}"));
        for d in &self.decode {
            let _ = writeln!(
                out,
                "decode   {:8.1} tokens/s at {} ({:.2} ms, {:.0}% idle, {} to record, {} dispatches, {} of the copy)",
                d.tokens_per_second,
                d.context,
                d.token_ms,
                d.idle_percent,
                maybe(d.record_ms, " ms"),
                d.dispatches.map_or("–".to_owned(), |n| format!("{n:.0}")),
                maybe(d.bandwidth_percent, "%"),
            );
        }
        for p in &self.prefill {
            let _ = writeln!(out, "prefill  {:8.1} tokens/s of {} ({:.0} ms)", p.tokens_per_second, p.tokens, p.ms);
        }
        out
    }
}
