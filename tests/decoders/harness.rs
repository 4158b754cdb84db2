//! Finds the fixtures, loads them on a backend, and compares.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use loquat::backend::cpu::CpuBackend;
use loquat::backend::gpu::{Gpu, GpuBackend, GpuOptions};
use loquat::backend::scalar::ScalarBackend;
use loquat::backend::{Backend, LogitRows};
use loquat::gguf::Gguf;
use loquat::kv::KvCache;
use loquat::model::{LoadOptions, Model, ModelLoader};
use serde_json::Value;

use crate::common;

/// Which backend runs a fixture.
#[derive(Debug, Clone, Copy)]
pub enum Backing {
    Scalar,
    /// With this many threads.
    Cpu(usize),
    /// With f32 keys and values.
    Gpu,
}

/// How near logits must be, from the fixtures' README.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// f32 arithmetic: |a−b| ≤ 2e-4 + 1e-4·|b|, greedy continuation equal.
    F32,
    /// 8-bit activations where weights are quantized: relative rms ≤ 0.06, greedy equal up to the
    /// first margin below 0.6. Files of plain floats must meet `F32`.
    EightBit,
}

pub struct Fixture {
    dir: PathBuf,
    expected: Value,
}

/// The folders with fixtures: ours, and the one that `LOQUAT_FIXTURES` names.
fn roots() -> Vec<PathBuf> {
    let mut roots = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")];
    match std::env::var_os("LOQUAT_FIXTURES") {
        Some(dir) => roots.push(dir.into()),
        None => eprintln!("SKIPPED: the full fixtures (LOQUAT_FIXTURES is not set)"),
    }
    roots
}

/// All fixtures share a device, so that each shader is compiled once.
fn gpu() -> GpuBackend {
    static GPU: LazyLock<Gpu> =
        LazyLock::new(|| pollster::block_on(Gpu::open(GpuOptions { f16: false, ..Default::default() })).unwrap());
    GpuBackend::on(GPU.clone()).unwrap()
}

/// Whether there is a GPU; a missing one is a skip that is counted, and a failure where one is promised.
pub fn has_gpu() -> bool {
    match pollster::block_on(Gpu::open(GpuOptions::default())) {
        Ok(_) => true,
        Err(e) if !common::gpu_is_promised() => {
            common::skip("the GPU", &e.to_string());
            false
        }
        Err(e) => panic!("a software adapter (mesa-vulkan-drivers) was promised, but: {e}"),
    }
}

/// Runs `check` on every decoder; failures are collected, so that one run shows them all.
pub fn for_each_decoder(check: impl Fn(&Fixture) -> Result<(), String>) {
    let mut failures = Vec::new();
    let mut count = 0;
    for root in roots() {
        let mut dirs: Vec<_> = std::fs::read_dir(root.join("arch")).unwrap().map(|e| e.unwrap().path()).collect();
        dirs.sort();
        for dir in dirs.into_iter().filter(|d| d.join("expected.json").exists()) {
            let expected: Value = serde_json::from_slice(&std::fs::read(dir.join("expected.json")).unwrap()).unwrap();
            if !is_decoder(expected["architecture"].as_str().unwrap()) {
                continue;
            }
            count += 1;
            let fixture = Fixture { dir, expected };
            if let Err(e) = check(&fixture) {
                failures.push(format!("{}: {e}", fixture.dir.display()));
            }
        }
    }
    assert!(count >= 15, "only {count} decoders found");
    assert!(failures.is_empty(), "{} of {count} failed:\n{}", failures.len(), failures.join("\n"));
}

fn is_decoder(architecture: &str) -> bool {
    !matches!(architecture, "bert" | "nomic-bert" | "t5")
}

pub fn load<B: Backend>(dir: &Path, backend: B, max_batch: usize) -> Result<Model<B>, String> {
    let bytes = std::fs::read(dir.join("model.gguf")).unwrap();
    let gguf = Gguf::parse_whole(&bytes).map_err(|e| e.to_string())?;
    let options = LoadOptions { context_length: Some(200), max_batch };
    let mut loader = ModelLoader::new(&gguf, backend, options).map_err(|e| e.to_string())?;
    for (i, t) in gguf.tensors.iter().enumerate() {
        let bytes = &bytes[t.offset as usize..(t.offset + t.size) as usize];
        loader.tensor(i, bytes).map_err(|e| e.to_string())?;
    }
    loader.finish().map_err(|e| e.to_string())
}

fn ids(v: &Value) -> Vec<u32> {
    v.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as u32).collect()
}

fn cpu(threads: usize) -> Result<CpuBackend, String> {
    CpuBackend::new(threads).map_err(|e| e.to_string())
}

fn argmax(logits: &[f32]) -> u32 {
    (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap() as u32
}

/// Logits of every position, prefilled in chunks of `chunk`.
fn prefill<B: Backend>(m: &mut Model<B>, kv: &mut KvCache<B>, ids: &[u32], chunk: usize) -> Result<Vec<f32>, String> {
    let (mut all, mut part) = (Vec::new(), Vec::new());
    for tokens in ids.chunks(chunk) {
        m.forward(kv, tokens, LogitRows::All).map_err(|e| e.to_string())?;
        pollster::block_on(m.backend().read_logits(&mut part)).map_err(|e| e.to_string())?;
        all.extend_from_slice(&part);
    }
    Ok(all)
}

fn decode<B: Backend>(m: &mut Model<B>, kv: &mut KvCache<B>, id: u32) -> Result<Vec<f32>, String> {
    let mut out = Vec::new();
    m.forward(kv, &[id], LogitRows::Last).map_err(|e| e.to_string())?;
    pollster::block_on(m.backend().read_logits(&mut out)).map_err(|e| e.to_string())?;
    Ok(out)
}

impl Fixture {
    pub fn check(&self, backing: Backing, tolerance: Tolerance) -> Result<(), String> {
        match backing {
            Backing::Scalar => self.check_on(ScalarBackend::new(), tolerance),
            Backing::Gpu => self.check_on(gpu(), tolerance),
            Backing::Cpu(threads) => self.check_on(cpu(threads)?, self.tolerance(tolerance)),
        }
    }

    /// Rounded activations only happen where weights are quantized.
    fn tolerance(&self, tolerance: Tolerance) -> Tolerance {
        let plain = |t: &String| matches!(t.as_str(), "F32" | "F16" | "BF16");
        let types = self.expected["tensor_types"].as_object().unwrap();
        if types.keys().all(plain) { Tolerance::F32 } else { tolerance }
    }

    fn cases(&self) -> Vec<&Value> {
        // `long_full_attention` is the long case with the window ignored, which the file asks for.
        let cases = self.expected["cases"].as_array().unwrap().iter();
        cases.filter(|c| c["name"] != "long_full_attention").collect()
    }

    fn check_on<B: Backend>(&self, backend: B, tolerance: Tolerance) -> Result<(), String> {
        let mut model = load(&self.dir, backend, 64)?;
        let vocab = model.config().vocab;
        for case in self.cases() {
            let name = case["name"].as_str().unwrap();
            let input = ids(&case["input_ids"]);
            let greedy = ids(&case["greedy_ids"]);
            let mut kv = model.new_cache().map_err(|e| e.to_string())?;
            let long = model.wants_long_rope(input.len() + greedy.len());
            kv.set_rope_long(long);
            let logits = prefill(&mut model, &mut kv, &input, 64)?;
            if let Some(file) = case["logits_file"].as_str() {
                let want = std::fs::read(self.dir.join(file)).unwrap();
                let want: Vec<f32> = want.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
                compare(&logits, &want, tolerance).map_err(|e| format!("{name}: {e}"))?;
            }
            for (p, row) in logits.chunks_exact(vocab).enumerate() {
                let top = ids(&case["top5_ids"][p]);
                let want: Vec<f32> =
                    case["top5_logits"][p].as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect();
                let got: Vec<f32> = top.iter().map(|&i| row[i as usize]).collect();
                if tolerance == Tolerance::F32 {
                    compare(&got, &want, tolerance).map_err(|e| format!("{name} position {p}: {e}"))?;
                }
            }
            let mut next = argmax(&logits[logits.len() - vocab..]);
            for (step, &want) in greedy.iter().enumerate() {
                if next != want {
                    let margin = &case["greedy_margins"][step];
                    if tolerance == Tolerance::EightBit && margin.as_f64().unwrap() < 0.6 {
                        break;
                    }
                    return Err(format!("{name}: greedy token {step} is {next}, want {want} (margin {margin})"));
                }
                next = argmax(&decode(&mut model, &mut kv, next)?);
            }
        }
        Ok(())
    }

    pub fn check_chunking(&self, backing: Backing, chunks: &[usize]) -> Result<(), String> {
        match backing {
            Backing::Scalar => self.check_chunking_on(ScalarBackend::new(), chunks, equal),
            Backing::Cpu(threads) => self.check_chunking_on(cpu(threads)?, chunks, equal),
            // One token and a batch run different kernels, which add up in different orders.
            Backing::Gpu => self.check_chunking_on(gpu(), chunks, |a, b| compare(a, b, Tolerance::F32)),
        }
    }

    fn check_chunking_on<B: Backend>(
        &self,
        backend: B,
        chunks: &[usize],
        same: impl Fn(&[f32], &[f32]) -> Result<(), String>,
    ) -> Result<(), String> {
        let input = ids(&self.cases()[0]["input_ids"]);
        let mut model = load(&self.dir, backend, 64)?;
        let mut kv = model.new_cache().map_err(|e| e.to_string())?;
        let whole = prefill(&mut model, &mut kv, &input, 64)?;
        for &chunk in chunks {
            kv.truncate(0);
            let logits = prefill(&mut model, &mut kv, &input, chunk)?;
            same(&logits, &whole).map_err(|e| format!("chunks of {chunk}: {e}"))?;
        }
        Ok(())
    }

    /// Logits of a prompt and a decoded token, bit for bit the same as on one thread.
    pub fn check_threads(&self, threads: &[usize]) -> Result<(), String> {
        let input = ids(&self.cases()[0]["input_ids"]);
        let run = |threads: usize| -> Result<Vec<f32>, String> {
            let mut model = load(&self.dir, cpu(threads)?, 64)?;
            let mut kv = model.new_cache().map_err(|e| e.to_string())?;
            let mut logits = prefill(&mut model, &mut kv, &input, 64)?;
            logits.extend(decode(&mut model, &mut kv, 3)?);
            Ok(logits)
        };
        let want = run(1)?;
        for &n in threads {
            if run(n)? != want {
                return Err(format!("{n} threads change the logits"));
            }
        }
        Ok(())
    }

    pub fn check_sessions(&self, backing: Backing) -> Result<(), String> {
        match backing {
            Backing::Scalar => self.check_sessions_on(ScalarBackend::new()),
            Backing::Gpu => self.check_sessions_on(gpu()),
            Backing::Cpu(threads) => self.check_sessions_on(cpu(threads)?),
        }
    }

    /// Fork, truncate and save/restore all continue as the original does.
    fn check_sessions_on<B: Backend>(&self, backend: B) -> Result<(), String> {
        let text = |e: loquat::Error| e.to_string();
        let input = ids(&self.cases()[0]["input_ids"]);
        let mut model = load(&self.dir, backend, 64)?;
        let mut kv = model.new_cache().map_err(text)?;
        prefill(&mut model, &mut kv, &input, 64)?;
        let mut fork = kv.fork(model.backend()).map_err(text)?;
        let saved = pollster::block_on(kv.save(model.backend(), 7)).map_err(text)?;
        let want = decode(&mut model, &mut kv, 5)?;
        if decode(&mut model, &mut fork, 5)? != want {
            return Err("a fork continues differently".into());
        }
        decode(&mut model, &mut kv, 9)?;
        kv.truncate(input.len());
        if decode(&mut model, &mut kv, 5)? != want {
            return Err("a truncated cache continues differently".into());
        }
        let mut restored = model.new_cache().map_err(text)?;
        if restored.restore(model.backend(), 8, &saved).map_err(|e| e.code()) != Err("session") {
            return Err("another model's session was accepted".into());
        }
        restored.restore(model.backend(), 7, &saved).map_err(text)?;
        if restored.tokens() != input {
            return Err("restore lost the tokens".into());
        }
        // Keys and values travel in 16 bits.
        let got = decode(&mut model, &mut restored, 5)?;
        let worst = got.iter().zip(&want).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        if worst > 2e-2 { Err(format!("a restored session moves logits by {worst}")) } else { Ok(()) }
    }
}

fn equal(got: &[f32], want: &[f32]) -> Result<(), String> {
    if got == want { Ok(()) } else { Err("the logits change".into()) }
}

fn compare(got: &[f32], want: &[f32], tolerance: Tolerance) -> Result<(), String> {
    if got.len() != want.len() {
        return Err(format!("{} values, want {}", got.len(), want.len()));
    }
    match tolerance {
        Tolerance::EightBit => {
            let square = |x: f32| f64::from(x) * f64::from(x);
            let error: f64 = got.iter().zip(want).map(|(a, b)| square(a - b)).sum();
            let rms = (error / want.iter().map(|&b| square(b)).sum::<f64>()).sqrt();
            if rms <= 0.06 { Ok(()) } else { Err(format!("relative rms {rms}")) }
        }
        Tolerance::F32 => {
            // A NaN is near nothing.
            let near = |a: f32, b: f32| (a - b).abs() <= 2e-4 + 1e-4 * b.abs();
            let bad = |(a, b): &(&f32, &f32)| !near(**a, **b);
            match got.iter().zip(want).enumerate().find(|(_, p)| bad(p)) {
                Some((i, (a, b))) => Err(format!("value {i} is {a}, want {b}")),
                None => Ok(()),
            }
        }
    }
}
