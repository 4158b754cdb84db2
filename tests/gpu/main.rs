//! Whole models on the GPU where the fixtures do not reach: long contexts, f16 caches, the limits that
//! every device has; and what a token costs. The twin is the scalar backend.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod sessions;

use std::path::Path;

use loquat::backend::gpu::{Gpu, GpuBackend, GpuOptions, Linears};
use loquat::backend::scalar::ScalarBackend;
use loquat::backend::{Backend, LogitRows};
use loquat::config::ModelConfig;
use loquat::gguf::Gguf;
use loquat::model::{LoadOptions, Model, ModelLoader};
use pollster::block_on;

/// |a−b| ≤ 2e-4 + 1e-4·|b|, as for the fixtures.
const F32: (f32, f32) = (2e-4, 1e-4);
/// Keys and values rounded to f16, per the fixtures' measurement of f16 activations (1.4e-2).
const F16_CACHE: (f32, f32) = (1.5e-2, 1e-3);

const EXACT: GpuOptions = GpuOptions { f16: false, default_limits: false, software: true, subgroups: true };

/// A missing GPU is a skip that is counted; where one is promised it is a failure.
fn open(options: GpuOptions) -> Option<GpuBackend> {
    match block_on(GpuBackend::new(options)) {
        Ok(backend) => Some(backend),
        Err(e) if !common::gpu_is_promised() => {
            common::skip("the GPU", &e.to_string());
            None
        }
        Err(e) => panic!("a software adapter (mesa-vulkan-drivers) was promised, but: {e}"),
    }
}

fn load<B: Backend>(name: &str, backend: B, context: usize) -> Model<B> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch");
    let bytes = std::fs::read(dir.join(name).join("model.gguf")).unwrap();
    let gguf = Gguf::parse_whole(&bytes).unwrap();
    let options = LoadOptions { context_length: Some(context), max_batch: 64 };
    let mut loader = ModelLoader::new(&gguf, backend, options).unwrap();
    for (i, t) in gguf.tensors.iter().enumerate() {
        loader.tensor(i, &bytes[t.offset as usize..(t.offset + t.size) as usize]).unwrap();
    }
    loader.finish().unwrap()
}

/// Reads `prompt` tokens in chunks, then `steps` one at a time; the logits after each of those.
fn logits<B: Backend>(mut model: Model<B>, prompt: usize, steps: usize) -> Vec<Vec<f32>> {
    let mut kv = model.new_cache().unwrap();
    let vocab = model.config().vocab;
    let tokens: Vec<u32> = (0..prompt + steps).map(|i| ((i * i + 7 * i) % vocab) as u32).collect();
    for chunk in tokens[..prompt].chunks(64) {
        model.forward(&mut kv, chunk, LogitRows::None).unwrap();
    }
    let step = |&id| {
        let mut out = Vec::new();
        model.forward(&mut kv, &[id], LogitRows::Last).unwrap();
        block_on(model.backend().read_logits(&mut out)).unwrap();
        out
    };
    tokens[prompt..].iter().map(step).collect()
}

fn check(name: &str, got: &[Vec<f32>], want: &[Vec<f32>], (absolute, relative): (f32, f32)) {
    for (step, (got, want)) in got.iter().zip(want).enumerate() {
        assert_eq!(got.len(), want.len());
        for (i, (g, w)) in got.iter().zip(want).enumerate() {
            assert!((g - w).abs() <= absolute + relative * w.abs(), "{name}, step {step}: logit {i} is {g}, want {w}");
        }
    }
}

/// Beyond 256 positions a decode step's attention is split and joined; windows and soft caps included.
#[test]
fn attention_over_many_positions_is_that_of_the_oracle() {
    for name in ["smollm2-tied-q4_0", "gemma2-q8_0", "qwen3-q4_k", "olmo2-f16", "gpt2-q8_0"] {
        let Some(gpu) = open(EXACT) else { return };
        // The learned positions of gpt2 end where its context does.
        let context = if name.starts_with("gpt2") { 256 } else { 900 };
        let prompt = context - 10;
        let want = logits(load(name, ScalarBackend::new(), context), prompt, 4);
        check(name, &logits(load(name, gpu, context), prompt, 4), &want, F32);
    }
}

#[test]
fn keys_and_values_may_be_f16() {
    for name in ["smollm2-tied-q4_0", "gemma3-f16"] {
        let Some(gpu) = open(GpuOptions::default()) else { return };
        if !gpu.describe().0.contains("f16") {
            return common::skip("f16 caches", "the adapter has no shader-f16");
        }
        let want = logits(load(name, ScalarBackend::new(), 400), 300, 4);
        check(name, &logits(load(name, gpu, 400), 300, 4), &want, F16_CACHE);
    }
}

/// With the kernels that a software adapter takes by itself, and with those of a GPU.
#[test]
fn the_limits_of_every_device_are_enough() {
    let name = "llama-q4_k_m";
    let want = logits(load(name, ScalarBackend::new(), 128), 70, 2);
    let subgroups = Linears { subgroups: true, ..Linears::new(64, 8, 4) };
    for linears in [None, Some(Linears::new(64, 16, 4)), Some(subgroups)] {
        let Some(mut gpu) = open(GpuOptions { default_limits: true, ..EXACT }) else { return };
        if linears.is_some_and(|l| !l.is_possible(gpu.gpu())) {
            common::skip("subgroups of 8", &format!("this device's have {} invocations", gpu.gpu().subgroup()));
            continue;
        }
        linears.into_iter().for_each(|l| gpu.set_linears(l));
        check(name, &logits(load(name, gpu, 128), 70, 2), &want, F32);
    }
}

/// The cost of a decode step in dispatches: five a layer for the llama family, never more than seven.
#[test]
fn a_token_takes_few_dispatches_and_one_submission() {
    // Name, layers, dispatches a layer (all layers), besides them.
    let costs = [
        ("smollm2-tied-q4_0", 2, 2 * 5, 2),
        ("qwen3-q4_k", 2, 2 * 5, 2),
        ("phi3-q4_k", 2, 2 * 5, 2),
        // Where V has another format than Q and K it takes a dispatch of its own.
        ("llama-q4_k_m", 3, 3 * 5 + 2, 2),
        // Norms after both halves.
        ("gemma3-f16", 7, 7 * 7, 2),
        ("olmo2-f16", 3, 3 * 7, 2),
        // Layer norms are not folded; positions are embedded apart.
        ("gpt2-q8_0", 2, 2 * 7, 4),
    ];
    for (name, layers, in_layers, besides) in costs {
        let Some(gpu) = open(EXACT) else { return };
        let mut model = load(name, gpu, 128);
        assert_eq!(model.config().layers.len(), layers, "{name}");
        let mut kv = model.new_cache().unwrap();
        let mut out = Vec::new();
        for position in 0..3 {
            let before = model.backend().stats();
            model.forward(&mut kv, &[position], LogitRows::Last).unwrap();
            block_on(model.backend().read_logits(&mut out)).unwrap();
            let after = model.backend().stats();
            assert_eq!(after.dispatches - before.dispatches, in_layers + besides, "{name} at {position}");
            assert_eq!(after.submits - before.submits, 1, "{name} at {position}");
        }
        assert!(in_layers <= 7 * layers as u64, "{name}");
    }
}

/// Weights stay about as small as in the file: no format is widened.
#[test]
fn a_token_reads_no_more_than_the_file_holds() {
    for (name, overhead) in
        [("llama-q4_1", 1.0), ("smollm2-tied-q4_0", 20.0 / 18.0), ("llama-q4_k_m", 1.06), ("llama-q2_k", 1.01)]
    {
        let Some(gpu) = open(EXACT) else { return };
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch");
        let gguf = Gguf::parse_whole(&std::fs::read(dir.join(name).join("model.gguf")).unwrap()).unwrap();
        let tied = gguf.tensor("output.weight").is_none();
        let read = |n: &str| n.starts_with("blk.") || n == if tied { "token_embd.weight" } else { "output.weight" };
        let matrices = gguf.tensors.iter().filter(|t| t.shape.len() == 2 && read(&t.name));
        let in_file: u64 = matrices.map(|t| t.size).sum();
        let mut model = load(name, gpu, 64);
        let bytes = model.backend().stats().token_bytes as f64;
        assert!(bytes <= in_file as f64 * overhead + 1.0, "{name}: {bytes} bytes a token, {in_file} in the file");
        assert!(bytes >= in_file as f64 * 0.99, "{name}: {bytes} bytes a token, {in_file} in the file");
    }
}

/// A device that goes away is an error with its own code, at the next wait, never a hang or garbage.
#[test]
fn a_lost_device_is_reported_as_such() {
    let Some(gpu) = open(EXACT) else { return };
    let device = gpu.gpu().clone();
    let mut model = load("llama-q4_1", gpu, 64);
    let mut kv = model.new_cache().unwrap();
    let mut out = Vec::new();
    model.forward(&mut kv, &[1, 2, 3], LogitRows::Last).unwrap();
    block_on(model.backend().read_logits(&mut out)).unwrap();
    device.destroy();
    let lost = (0..3).find_map(|id| {
        let step = model.forward(&mut kv, &[id], LogitRows::Last);
        step.and_then(|()| block_on(model.backend().read_logits(&mut out))).err()
    });
    assert_eq!(lost.map(|e| e.code()), Some("device_lost"));
}

/// Where there is no room for the keys and values of a long context, a shorter one is taken, and told.
#[test]
fn a_context_that_does_not_fit_becomes_a_shorter_one() {
    let name = "llama-q4_1";
    let Some(gpu) = open(GpuOptions { default_limits: true, ..EXACT }) else { return };
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch");
    let bytes = std::fs::read(dir.join(name).join("model.gguf")).unwrap();
    let gguf = Gguf::parse_whole(&bytes).unwrap();
    let options = LoadOptions { context_length: Some(1 << 20), max_batch: 64 };
    let mut loader = ModelLoader::new(&gguf, gpu, options).unwrap();
    for (i, t) in gguf.tensors.iter().enumerate() {
        loader.tensor(i, &bytes[t.offset as usize..(t.offset + t.size) as usize]).unwrap();
    }
    let model = block_on(loader.fit()).unwrap();
    // Keys and values of a layer share a binding of 128 MiB.
    let position = 2 * 4 * model.config().kv_dim();
    let most = (128 << 20) / position;
    let context = model.plan().context;
    assert!(context <= most && 2 * context > most, "{context} positions of {position} bytes");
    let note = model.note().unwrap().to_string();
    assert!(note.contains(&format!("{context} tokens")), "{note}");
    check(name, &logits(model, 70, 2), &logits(load(name, ScalarBackend::new(), 128), 70, 2), F32);
}

/// The self-test runs on every family, and finds nothing on a device that is right.
#[test]
fn every_family_passes_the_self_test() {
    let Some(first) = open(GpuOptions::default()) else { return };
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch");
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path().join("model.gguf");
        let gguf = Gguf::parse_whole(&std::fs::read(&path).unwrap()).unwrap();
        let Ok(config) = ModelConfig::from_gguf(&gguf) else { continue };
        let tested = block_on(GpuBackend::tested(first.gpu().clone(), &gguf, &config));
        let (_, note) = tested.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(note, [], "{}", path.display());
    }
}

/// What a model took is given back when it is dropped.
#[test]
fn loading_twenty_times_takes_no_more_memory_than_once() {
    let Some(first) = open(EXACT) else { return };
    let gpu: Gpu = first.gpu().clone();
    drop(first);
    let mut sizes = Vec::new();
    let mut seen: Option<Vec<Vec<f32>>> = None;
    for _ in 0..20 {
        let got = logits(load("llama-q4_1", GpuBackend::on(gpu.clone()).unwrap(), 64), 3, 1);
        assert_eq!(*seen.get_or_insert_with(|| got.clone()), got);
        block_on(gpu.settle()).unwrap();
        let Some(bytes) = gpu.allocated() else { return common::skip("memory", "this device does not report it") };
        sizes.push(bytes);
    }
    assert!(sizes[19] <= sizes[1], "bytes allocated after each load: {sizes:?}");
}
