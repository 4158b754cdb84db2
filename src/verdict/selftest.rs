//! Never silently wrong: before a model is loaded, a small one of its kind must give the oracle's
//! logits on this device. Falls back from subgroups and from an f16 cache to f32, and says so.

use super::synthetic::{Size, Synthetic};
use crate::backend::gpu::{Gpu, GpuBackend, GpuOptions, Linears};
use crate::backend::scalar::ScalarBackend;
use crate::backend::{Backend, Draws, LogitRows};
use crate::clock::now_ms;
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::model::Model;
use crate::reason::Reason;
use crate::sampler::{Sampler, SamplingParams};

/// Largest root mean square error, relative to that of the logits: rounding of f32 sums.
const F32_RMS: f32 = 1e-4;
/// The same where keys and values are rounded to f16.
const F16_RMS: f32 = 2e-2;

/// Logits of a prompt read as batches of several sizes and as single tokens.
async fn answers<B: Backend>(mut model: Model<B>) -> Result<Vec<f32>> {
    let mut kv = model.new_cache()?;
    let vocab = model.config().vocab as u32;
    let tokens: Vec<u32> = (0..27).map(|i| (i * i + 5 * i + 1) % vocab).collect();
    let (mut all, mut part) = (Vec::new(), Vec::new());
    for range in [0..5, 5..24, 24..25, 25..26, 26..27] {
        model.forward(&mut kv, &tokens[range], LogitRows::Last)?;
        model.backend().read_logits(&mut part).await?;
        all.extend_from_slice(&part);
    }
    Ok(all)
}

/// Root mean square of the difference, relative to that of `want`; infinite if anything is no number.
fn relative_rms(got: &[f32], want: &[f32]) -> f32 {
    let square = |x: f32| f64::from(x) * f64::from(x);
    let error: f64 = got.iter().zip(want).map(|(g, w)| square(g - w)).sum();
    let size: f64 = want.iter().map(|&w| square(w)).sum();
    let rms = (error / size.max(1e-30)).sqrt() as f32;
    if rms.is_finite() && got.len() == want.len() { rms } else { f32::INFINITY }
}

impl GpuBackend {
    /// A backend for this model on the best adapter, if it passes the self-test, and what to tell the
    /// user about it.
    ///
    /// # Errors
    /// [`Error::Backend`] if there is no device, or it does not compute this model rightly.
    pub async fn for_model(
        gguf: &Gguf,
        config: &ModelConfig,
        options: GpuOptions,
    ) -> Result<(GpuBackend, Vec<Reason>)> {
        GpuBackend::tested(Gpu::open(options).await?, gguf, config).await
    }

    /// As [`GpuBackend::for_model`], on an open device.
    ///
    /// # Errors
    /// [`Error::Backend`] if the device does not compute this model rightly.
    pub async fn tested(gpu: Gpu, gguf: &Gguf, config: &ModelConfig) -> Result<(GpuBackend, Vec<Reason>)> {
        let small = Synthetic::like(gguf, config, Size::Small);
        let want = answers(small.load(ScalarBackend::new())?).await?;
        GpuBackend::tested_against(gpu, &small, &want, F16_RMS).await
    }

    async fn tested_against(
        mut gpu: Gpu,
        small: &Synthetic,
        want: &[f32],
        f16_rms: f32,
    ) -> Result<(GpuBackend, Vec<Reason>)> {
        let mut notes = Vec::new();
        loop {
            let limit = if gpu.f16 { f16_rms } else { F32_RMS };
            let problem = match answers_of(small, &gpu).await {
                Ok(got) => match relative_rms(&got, want) {
                    error if error <= limit => None,
                    error => Some(format!("its logits differ from the CPU's by {error:.1e}, more than {limit:.1e}")),
                },
                Err(e @ (Error::DeviceLost(_) | Error::OutOfMemory { .. })) => return Err(e),
                Err(e) => Some(e.to_string()),
            };
            match problem {
                None => break,
                // Which invocations make a subgroup is the driver's to say, and whether there are any.
                Some(problem) if Linears::guess(&gpu).subgroups => {
                    notes.push(Reason::NoSubgroups { because: Reason::other(problem) });
                    // A browser tells of a refused shader later, and then of everything that would have used it.
                    _ = gpu.settle().await;
                    gpu.forgive();
                    gpu = gpu.without_subgroups();
                }
                Some(problem) if gpu.f16 => {
                    notes.push(Reason::NoF16 { because: Reason::other(problem) });
                    gpu = gpu.without_f16();
                }
                Some(problem) => {
                    let problem = format!("{} fails the self-test: {problem}", gpu.adapter());
                    return Err(Error::Backend { backend: "gpu", problem });
                }
            }
        }
        let mut backend = GpuBackend::on(gpu.clone())?;
        if let Err(e) = draws_rightly(small.load(GpuBackend::on(gpu)?)?).await {
            if matches!(e, Error::DeviceLost(_)) {
                return Err(e);
            }
            backend.draws = false;
            notes.push(Reason::DrawsOnCpu { because: Reason::other(e) });
        }
        Ok((backend, notes))
    }
}

/// Whether the device draws the sampler's tokens, and goes on from them.
async fn draws_rightly(mut model: Model<GpuBackend>) -> Result<()> {
    let mut kv = model.new_cache()?;
    let history = [5, 3, 5];
    let (mut logits, mut after, mut again) = (Vec::new(), Vec::new(), Vec::new());
    model.forward(&mut kv, &history, LogitRows::Last)?;
    model.backend().read_logits(&mut logits).await?;
    let unlike = SamplingParams { temperature: 1.5, top_k: 20, presence_penalty: 0.5, ..SamplingParams::default() };
    for (params, seed) in [(SamplingParams::greedy(), 1), (unlike.clone(), 2), (unlike, 3)] {
        let mut sampler = Sampler::new(SamplingParams { seed: Some(seed), ..params })?;
        kv.truncate(history.len() - 1);
        model.forward(&mut kv, &history[2..], LogitRows::Last)?;
        model.backend().remember(&history)?;
        model.backend().draw(&sampler.draw(0, history.len()))?;
        model.forward_drawn(&mut kv)?;
        let (got, want) = (model.backend().drawn().await?, sampler.sample(&mut logits.clone(), &history));
        model.backend().read_logits(&mut after).await?;
        kv.truncate(history.len());
        model.forward(&mut kv, &[want], LogitRows::Last)?;
        model.backend().read_logits(&mut again).await?;
        if got != want || after != again {
            let problem = format!("it draws token {got} where the CPU draws {want}, or goes on from another");
            return Err(Error::Backend { backend: "gpu", problem });
        }
    }
    Ok(())
}

async fn answers_of(small: &Synthetic, gpu: &Gpu) -> Result<Vec<f32>> {
    answers(small.load(GpuBackend::on(gpu.clone())?)?).await
}

async fn answers_with(small: &Synthetic, gpu: &Gpu, linears: Linears) -> Result<Vec<f32>> {
    let mut backend = GpuBackend::on(gpu.clone())?;
    backend.set_linears(linears);
    answers(small.load(backend)?).await
}

/// Milliseconds a token takes in one layer of a model like this.
///
/// # Errors
/// What the backend reports.
pub async fn probe<B: Backend>(gguf: &Gguf, config: &ModelConfig, backend: B) -> Result<f64> {
    const TOKENS: u32 = 8;
    let mut model = Synthetic::like(gguf, config, Size::OneLayer).load(backend)?;
    let mut kv = model.new_cache()?;
    let mut logits = Vec::new();
    let mut since = now_ms();
    for id in 0..=TOKENS {
        model.forward(&mut kv, &[id], LogitRows::Last)?;
        model.backend().read_logits(&mut logits).await?;
        if id == 0 {
            // The first token pays for compilation and caches.
            since = now_ms();
        }
    }
    Ok((now_ms() - since) / f64::from(TOKENS))
}

/// The fastest shape of mat-vec workgroups for a model like this on this device, and its time as
/// [`probe`] gives it.
///
/// # Errors
/// What the device reports.
pub async fn autotune(gguf: &Gguf, config: &ModelConfig, gpu: &Gpu) -> Result<(Linears, f64)> {
    let mut best = (f64::INFINITY, Linears::guess(gpu));
    let small = Synthetic::like(gguf, config, Size::Small);
    let want = answers(small.load(ScalarBackend::new())?).await?;
    for linears in Linears::candidates(gpu) {
        // Which invocations make a subgroup is the driver's to say.
        if linears.subgroups {
            let got = answers_with(&small, gpu, linears).await;
            let limit = if gpu.f16 { F16_RMS } else { F32_RMS };
            match got {
                Ok(got) if relative_rms(&got, &want) <= limit => {}
                Err(e @ Error::DeviceLost(_)) => return Err(e),
                _ => {
                    // A device that refuses them is as good as one without.
                    gpu.forgive();
                    continue;
                }
            }
        }
        let mut backend = GpuBackend::on(gpu.clone())?;
        backend.set_linears(linears);
        let ms = probe(gguf, config, backend).await?;
        if ms < best.0 {
            best = (ms, linears);
        }
    }
    Ok((best.1, best.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::sentence;

    /// A driver that computes wrong numbers is found out: first the f16 cache goes, then the GPU.
    #[test]
    fn wrong_logits_turn_f16_off_and_then_the_gpu() {
        let Some(gpu) = crate::backend::gpu::kernel_tests::gpu() else { return };
        if !gpu.f16 {
            crate::backend::gpu::kernel_tests::skip("the fall from f16 to f32", "the adapter has no shader-f16");
        }
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/arch/llama-q4_k_m/model.gguf");
        let gguf = Gguf::parse_whole(&std::fs::read(dir).unwrap()).unwrap();
        let config = ModelConfig::from_gguf(&gguf).unwrap();
        let small = Synthetic::like(&gguf, &config, Size::Small);
        let want = pollster::block_on(answers(small.load(ScalarBackend::new()).unwrap())).unwrap();
        let judge = |factor: f32, f16_rms: f32| {
            let want: Vec<f32> = want.iter().map(|w| w * factor).collect();
            pollster::block_on(GpuBackend::tested_against(gpu.clone(), &small, &want, f16_rms))
        };
        let (backend, notes) = judge(1.0, F16_RMS).unwrap();
        assert_eq!((backend.gpu().f16, notes), (gpu.f16, vec![]));
        assert_eq!(backend.gpu().subgroup, gpu.subgroup);
        // Right in f32, and wrong in f16 by more than is allowed.
        let (backend, notes) = judge(1.0, 1e-7).unwrap();
        let note = sentence(&notes);
        assert!(!backend.gpu().f16);
        assert_eq!(note.contains("f16 keys and values are off, because its logits differ"), gpu.f16, "{note}");
        assert_eq!(note.contains("subgroups are off"), gpu.f16 && Linears::guess(&gpu).subgroups, "{note}");
        let error = judge(1.1, F16_RMS).unwrap_err();
        assert!(error.to_string().contains("fails the self-test"), "{error}");
        assert_eq!(error.code(), "backend");
    }
    /// What is fastest is a matter of the machine; that it can be made and computes rightly is not.
    #[test]
    fn autotune_takes_a_shape_that_the_device_can_make() {
        let Some(gpu) = crate::backend::gpu::kernel_tests::gpu() else { return };
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/arch/llama-q4_k_m/model.gguf");
        let gguf = Gguf::parse_whole(&std::fs::read(dir).unwrap()).unwrap();
        let config = ModelConfig::from_gguf(&gguf).unwrap();
        let (linears, ms) = pollster::block_on(autotune(&gguf, &config, &gpu)).unwrap();
        assert!(Linears::candidates(&gpu).any(|l| l == linears), "{linears:?}");
        assert!(ms > 0.0 && ms.is_finite(), "{ms} ms a layer");
        let small = Synthetic::like(&gguf, &config, Size::Small);
        let want = pollster::block_on(answers(small.load(ScalarBackend::new()).unwrap())).unwrap();
        let got = pollster::block_on(answers_with(&small, &gpu.without_f16(), linears)).unwrap();
        assert!(relative_rms(&got, &want) <= F32_RMS, "{linears:?}");
    }
}
