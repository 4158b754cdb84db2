//! Attention against the scalar backend's, within small random models: head widths that no fixture has,
//! shared heads, windows, soft caps, both caches, prompts in any pieces. Fresh seeds, and activations that are no
//! numbers until a kernel writes them. Long contexts are in `tests/gpu`.

use super::kernel_tests::{fresh, gpu};
use super::{Gpu, GpuBackend};
use crate::backend::scalar::ScalarBackend;
use crate::backend::{Backend, LogitRows};
use crate::config::{ModelConfig, QkNorm};
use crate::gguf::Gguf;
use crate::model::Model;
use crate::verdict::synthetic::{CONTEXT, Random, Size, Synthetic};

/// Largest difference of a logit, relative to the largest logit.
const F32_1E4: f32 = 1e-4;
/// The same where keys and values are rounded to f16.
const F16_3E2: f32 = 3e-2;

fn model(name: &str) -> (Gguf, ModelConfig) {
    let path = format!("{}/tests/fixtures/arch/{name}/model.gguf", env!("CARGO_MANIFEST_DIR"));
    let gguf = Gguf::parse_whole(&std::fs::read(path).unwrap()).unwrap();
    let config = ModelConfig::from_gguf(&gguf).unwrap();
    (gguf, config)
}

/// The logits after each piece of a text.
fn answers<B: Backend>(mut model: Model<B>, tokens: &[u32], pieces: &[usize]) -> Vec<Vec<f32>> {
    let mut kv = model.new_cache().unwrap();
    let mut rest = tokens;
    let read = |&n: &usize| {
        let (piece, after) = rest.split_at(n);
        rest = after;
        let mut logits = Vec::new();
        model.forward(&mut kv, piece, LogitRows::Last).unwrap();
        pollster::block_on(model.backend().read_logits(&mut logits)).unwrap();
        logits
    };
    pieces.iter().map(read).collect()
}

/// Pieces of 1 to 31 tokens until the context is full: single ones often, as in decoding.
fn pieces(random: &mut Random) -> Vec<usize> {
    let (mut all, mut left) = (Vec::new(), CONTEXT);
    while left > 0 {
        let n = if random.bits() >> 63 == 0 { 1 } else { 1 + (random.bits() >> 32) as usize % 31 };
        all.push(n.min(left));
        left -= n.min(left);
    }
    all
}

fn check(gpu: &Gpu, random: &mut Random, (gguf, config): (&Gguf, &ModelConfig)) {
    let small = Synthetic::like(gguf, config, Size::Small).seeded(random.bits() | 1);
    let tokens: Vec<u32> = (0..CONTEXT).map(|_| (random.bits() >> 32) as u32 % 96).collect();
    let pieces = pieces(random);
    let want = answers(small.load(ScalarBackend::new()).unwrap(), &tokens, &pieces);
    let most = want.iter().flatten().fold(0.0, |most: f32, w| most.max(w.abs()));
    for (gpu, limit) in [(gpu.without_f16(), F32_1E4), (gpu.clone(), F16_3E2)] {
        let got = answers(small.load(GpuBackend::on(gpu.clone()).unwrap()).unwrap(), &tokens, &pieces);
        for (i, (got, want)) in got.iter().zip(&want).enumerate() {
            assert_eq!(got.len(), want.len());
            for (g, w) in got.iter().zip(want) {
                assert!(
                    (g - w).abs() <= limit * most,
                    "heads of {}, f16 {}, {:?}, pieces {pieces:?}: a logit after {i} is {g}, want {w} of {most}",
                    config.head_dim,
                    gpu.f16,
                    config.qk_norm,
                );
            }
        }
    }
}

#[test]
fn attention_agrees_with_the_scalar_twin_for_heads_of_any_width() {
    let Some(gpu) = gpu() else { return };
    let mut random = fresh();
    for (name, norm) in
        [("llama-headdim-f16", QkNorm::None), ("gemma3-f16", QkNorm::PerHead), ("olmo2-f16", QkNorm::Full)]
    {
        let (gguf, config) = model(name);
        assert_eq!(config.qk_norm, norm, "{name}");
        for head_dim in [4, 20, 64, 80, 132, 256] {
            let mut config = config.clone();
            config.dims.head_dim = head_dim;
            config.attn_scale = (head_dim as f32).sqrt().recip();
            // Fewer pairs than the head has, where there is room for it.
            config.rope.dims = if head_dim > 64 { head_dim - 12 } else { head_dim };
            config.attn_softcap = (head_dim == 80).then_some(3.0);
            check(&gpu, &mut random, (&gguf, &config));
        }
    }
}
