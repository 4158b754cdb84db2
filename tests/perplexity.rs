//! What 8-bit activations cost in quality: the default model reads a text on the CPU backend and on
//! the scalar one, which computes in f32.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;

use loquat::backend::cpu::CpuBackend;
use loquat::backend::scalar::ScalarBackend;
use loquat::backend::{Backend, LogitRows};
use loquat::gguf::Gguf;
use loquat::model::{LoadOptions, ModelLoader};
use loquat::tokenizer::Tokenizer;

/// The perplexities may differ by this share.
const PERPLEXITY: f64 = 0.005;
/// The logits may differ by this relative rms: what llama.cpp's 8-bit activations reach at most.
const LOGITS_RMS: f64 = 0.04;
/// Read by both backends; the first tokens of the text are as good as all and take less time.
const TOKENS: usize = 300;

#[test]
fn eight_bit_activations_keep_the_perplexity_of_a_text() {
    let Some(path) = common::real_model() else { return };
    let file = std::fs::read(path).unwrap();
    let gguf = Gguf::parse_whole(&file).unwrap();
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text/loquat-tree.txt");
    let text = std::fs::read_to_string(text).unwrap();
    let mut ids = Tokenizer::from_metadata(&gguf.metadata).unwrap().encode(&text, false).unwrap();
    assert!(ids.len() > TOKENS, "the text has only {} tokens", ids.len());
    ids.truncate(TOKENS);

    let (eight_bit, plain) = std::thread::scope(|scope| {
        let eight_bit = scope.spawn(|| logits(&gguf, &file, CpuBackend::new(1).unwrap(), &ids));
        let plain = scope.spawn(|| logits(&gguf, &file, ScalarBackend::new(), &ids));
        (eight_bit.join().unwrap(), plain.join().unwrap())
    });

    let (got, want) = (perplexity(&eight_bit, &ids), perplexity(&plain, &ids));
    let rms = relative_rms(&eight_bit, &plain);
    println!(
        "perplexity {got:.4}, in f32 {want:.4} ({:+.3}%); logits' relative rms {rms:.4}",
        (got / want - 1.0) * 1e2
    );
    assert!((5.0..100.0).contains(&want), "a model that works finds the text neither trivial nor strange: {want}");
    assert!((got / want - 1.0).abs() <= PERPLEXITY, "perplexity {got}, in f32 {want}");
    assert!(rms <= LOGITS_RMS, "relative rms of the logits {rms}");
    assert!(rms > 1e-6, "both ran in f32: the comparison shows nothing");
}

/// The logits at each position, (ids, vocab).
fn logits<B: Backend>(gguf: &Gguf, file: &[u8], backend: B, ids: &[u32]) -> Vec<f32> {
    let options = LoadOptions { context_length: Some(ids.len()), ..LoadOptions::default() };
    let mut loader = ModelLoader::new(gguf, backend, options).unwrap();
    for (i, tensor) in gguf.tensors.iter().enumerate().filter(|&(i, _)| loader.wants(i)).collect::<Vec<_>>() {
        loader.tensor(i, &file[tensor.offset as usize..][..tensor.size as usize]).unwrap();
    }
    let mut model = loader.finish().unwrap();
    let mut kv = model.new_cache().unwrap();
    let (mut all, mut some) = (Vec::new(), Vec::new());
    for batch in ids.chunks(model.plan().max_batch) {
        model.forward(&mut kv, batch, LogitRows::All).unwrap();
        pollster::block_on(model.backend().read_logits(&mut some)).unwrap();
        all.append(&mut some);
    }
    all
}

/// e to the mean negative log-likelihood of each token but the first.
fn perplexity(logits: &[f32], ids: &[u32]) -> f64 {
    let rows = logits.chunks_exact(logits.len() / ids.len());
    let nll = rows.zip(&ids[1..]).map(|(row, &id)| {
        let max = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let sum: f64 = row.iter().map(|&x| (f64::from(x) - max).exp()).sum();
        sum.ln() + max - f64::from(row[id as usize])
    });
    (nll.sum::<f64>() / (ids.len() - 1) as f64).exp()
}

fn relative_rms(got: &[f32], want: &[f32]) -> f64 {
    assert_eq!(got.len(), want.len());
    let error: f64 = got.iter().zip(want).map(|(&a, &b)| f64::from(a - b).powi(2)).sum();
    let size: f64 = want.iter().map(|&b| f64::from(b).powi(2)).sum();
    (error / size).sqrt()
}
