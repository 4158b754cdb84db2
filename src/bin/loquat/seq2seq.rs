//! Encoder-decoder models (T5) on the command line: teacher-forced logits and greedy or sampled output.

use std::path::Path;
use std::time::Instant;

use loquat::Result;
use loquat::sampler::{Sampler, SamplingParams};
use loquat::seq2seq::{T5, T5Loader};
use loquat::session::{Done, Request, StopReason, Timings, Usage};
use loquat::stream::TextStream;
use loquat::tokenizer::Tokenizer;
use serde_json::json;

use crate::file::{FloatFile, ModelFile, print_json};

/// Whether a file of this architecture is an encoder-decoder.
pub fn supports(architecture: &str) -> bool {
    T5::supports(architecture)
}

fn load(file: &mut ModelFile) -> Result<T5> {
    let mut loader = T5Loader::new(&file.gguf)?;
    file.tensors(|_| true, |_, info, bytes| loader.tensor(&info.name, bytes))?;
    loader.finish()
}

/// Logits of every decoder position, `[positions, vocab]`.
pub fn logits(mut file: ModelFile, encoder_ids: &[u32], decoder_ids: &[u32], out: &Path) -> Result<()> {
    let model = load(&mut file)?;
    let logits = model.decode(&model.encode(encoder_ids)?, decoder_ids)?;
    let mut out = FloatFile::create(out)?;
    out.write(&logits)?;
    out.finish()?;
    print_json(&json!({"shape": [decoder_ids.len(), model.vocab_size()]}))
}

/// Generates an output for the input in `request`: the ids, the text, and the end.
pub fn generate(mut file: ModelFile, request: &Request) -> Result<(Vec<u32>, String, Done)> {
    let tokenizer = Tokenizer::from_metadata(&file.gguf.metadata)?;
    let input = match (&request.ids, &request.prompt) {
        (Some(ids), _) => ids.clone(),
        (None, prompt) => tokenizer.encode_for_model(prompt.as_deref().unwrap_or_default())?,
    };
    let model = load(&mut file)?;
    let start = Instant::now();
    let mut state = model.start(&model.encode(&input)?)?;
    let prompt_ms = start.elapsed().as_secs_f64() * 1e3;

    let start = Instant::now();
    let mut sampler = Sampler::new(SamplingParams::from(&request.sampling))?;
    let mut stream = TextStream::new(request.stop.as_ref().map(|s| s.to_vec()).unwrap_or_default());
    let (mut ids, mut text, mut last) = (Vec::new(), String::new(), model.start_token());
    let limit = request.max_tokens.unwrap_or(usize::MAX);
    let reason = loop {
        if ids.len() >= limit {
            break StopReason::Length;
        }
        if state.tokens() >= model.context_length() {
            break StopReason::Context;
        }
        let mut logits = model.step(&mut state, &[last])?;
        last = sampler.sample(&mut logits, &ids);
        ids.push(last);
        if tokenizer.stop_ids().contains(&last) && !request.ignore_eos.unwrap_or(false) {
            break StopReason::Stop;
        }
        text += &stream.push(&tokenizer, last);
        if stream.stopped().is_some() {
            break StopReason::Stop;
        }
    };
    let rest = stream.finish();
    text += &rest;
    let (prompt_n, predicted_n) = (input.len(), ids.len());
    let predicted_ms = start.elapsed().as_secs_f64() * 1e3;
    let usage = Usage {
        prompt_tokens: prompt_n,
        completion_tokens: predicted_n,
        total_tokens: prompt_n + predicted_n,
        cached_tokens: 0,
    };
    let timings = Timings { prompt_n, prompt_ms, predicted_n, predicted_ms, cached_n: 0 };
    Ok((ids, text, Done { reason, text: rest, usage, timings }))
}
