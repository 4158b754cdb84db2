//! `loquat bench` of an encoder: tokens a second of one passage after the other, and of the same model on candle in f32.
//! candle takes its number of threads from `RAYON_NUM_THREADS`.

use std::time::Instant;

use loquat::Result;
use loquat::encoder::{Encoder, EncoderLoader, Pooling};
use serde_json::json;

use super::{Bench, median};
use crate::embedder::load;
use crate::file::{ModelFile, print_bytes, print_json};

pub fn run(bench: &Bench, mut file: ModelFile) -> Result<()> {
    let threads = bench.threads.unwrap_or(1);
    let loader = EncoderLoader::new(&file.gguf)?;
    let packed = load(&mut file, loader)?.with_threads(threads);
    let loader = EncoderLoader::reference(&file.gguf)?;
    let candle = load(&mut file, loader)?;
    let length = packed.context_length().min(bench.prompt_tokens as usize);
    let ids: Vec<u32> = (0..length).map(|i| ((i * 7919 + 101) % packed.vocab_size()) as u32).collect();
    let mut ms = [Vec::new(), Vec::new()];
    for _ in 0..bench.rounds {
        // In turns, so that both meet the same other programs.
        for (encoder, ms) in [&packed, &candle].into_iter().zip(&mut ms) {
            ms.push(time(encoder, &ids)?);
        }
    }
    let [packed, candle] = ms.map(|ms| length as f64 / median(ms.into_iter()) * 1e3);
    if bench.json {
        return print_json(&json!({
            "threads": threads, "rounds": bench.rounds, "tokens": length,
            "tokens_per_second": packed, "candle_tokens_per_second": candle, "ratio": packed / candle,
        }));
    }
    let text = format!(
        "passages of {length} tokens, median of {} rounds\nencode   {packed:8.1} tokens/s ({threads} threads)\n\
         candle   {candle:8.1} tokens/s\nratio    {:8.2}\n",
        bench.rounds,
        packed / candle
    );
    print_bytes(text.as_bytes())
}

/// Milliseconds of one passage.
fn time(encoder: &Encoder, ids: &[u32]) -> Result<f64> {
    let start = Instant::now();
    encoder.embed(ids, Pooling::Mean, true)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
