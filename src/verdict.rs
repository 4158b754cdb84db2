//! Whether a GPU computes a kind of model rightly, and how fast, as it can be found out before the weights are there;
//! and what was found, so that the next load need not find it out again. Whoever keeps verdicts must keep them apart by
//! adapter and driver.

pub mod selftest;
pub mod shapes;
pub(crate) mod synthetic;

use serde::{Deserialize, Serialize};

use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::{Gpu, GpuBackend, Linears, SHADERS};
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::reason::Reason;
use selftest::{autotune, probe};
use synthetic::{Size, Synthetic};

/// The outcome of self-test and measurements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    f16: bool,
    #[serde(default)]
    subgroups: bool, // there are some, and they compute rightly
    draws: bool,
    /// What the user should know.
    #[serde(default)]
    pub notes: Vec<Reason>,
    /// The fastest mat-vec, and what a layer took with it.
    tuned: Option<(Linears, f64)>,
    cpu_ms: Option<f64>,
}

/// The kind of a model, for this version of the engine: whatever its kernels depend on.
pub fn kind(gguf: &Gguf, config: &ModelConfig) -> String {
    let mut hash = Fnv::default();
    hash.add(env!("CARGO_PKG_VERSION"));
    SHADERS.iter().for_each(|(_, text)| hash.add(text));
    for size in [Size::Small, Size::OneLayer] {
        hash.add(&Synthetic::like(gguf, config, size).description());
    }
    format!("{:016x}", hash.0)
}

/// 64-bit FNV-1a.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Verdict {
    /// Tests the device with a model of this kind and measures it, as far as `known` does not tell.
    ///
    /// # Errors
    /// [`Error::Backend`] if it does not compute this kind of model rightly.
    pub async fn find(
        gpu: Gpu,
        gguf: &Gguf,
        config: &ModelConfig,
        known: Option<Verdict>,
    ) -> Result<(GpuBackend, Verdict)> {
        // What another device of the same name could do is no help.
        if let Some(verdict) = known.filter(|v| (!v.f16 || gpu.f16) && (!v.subgroups || gpu.subgroup > 0)) {
            let gpu = if verdict.f16 { gpu } else { gpu.without_f16() };
            let gpu = if verdict.subgroups { gpu } else { gpu.without_subgroups() };
            let mut backend = GpuBackend::on(gpu)?;
            backend.draws = verdict.draws;
            if let Some((linears, _)) = verdict.tuned.filter(|(linears, _)| linears.is_possible(backend.gpu())) {
                backend.set_linears(linears);
            }
            return Ok((backend, verdict));
        }
        let (mut backend, notes) = GpuBackend::tested(gpu, gguf, config).await?;
        let mut tuned = None;
        // On a software adapter the guess is right and measuring takes long.
        if !backend.gpu().is_software() {
            let found = autotune(gguf, config, backend.gpu()).await?;
            backend.set_linears(found.0);
            tuned = Some(found);
        }
        let (f16, subgroups) = (backend.gpu().f16, backend.gpu().subgroup > 0);
        let verdict = Verdict { f16, subgroups, draws: backend.draws, notes, tuned, cpu_ms: None };
        Ok((backend, verdict))
    }

    /// Why the device is better than this machine's CPU.
    ///
    /// # Errors
    /// [`Error::NoGpu`] with the reason if it is not.
    pub async fn better_than_cpu(&mut self, gguf: &Gguf, config: &ModelConfig, threads: usize) -> Result<Reason> {
        let Some((_, gpu_ms)) = self.tuned else {
            return Err(Error::NoGpu(Reason::SoftwareGpu));
        };
        let cpu_ms = match self.cpu_ms {
            Some(ms) => ms,
            None => probe(gguf, config, CpuBackend::new(threads)?).await?,
        };
        self.cpu_ms = Some(cpu_ms);
        let both = Reason::layer_times(gpu_ms, cpu_ms);
        if cpu_ms <= gpu_ms {
            return Err(Error::NoGpu(both));
        }
        Ok(both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> (Gguf, ModelConfig) {
        let path = format!("{}/tests/fixtures/arch/{name}/model.gguf", env!("CARGO_MANIFEST_DIR"));
        let gguf = Gguf::parse_whole(&std::fs::read(path).unwrap()).unwrap();
        let config = ModelConfig::from_gguf(&gguf).unwrap();
        (gguf, config)
    }

    #[test]
    fn models_are_of_one_kind_if_the_same_kernels_run_them() {
        let of = |name| {
            let (gguf, config) = model(name);
            assert_eq!(kind(&gguf, &config), kind(&gguf, &config), "{name}");
            kind(&gguf, &config)
        };
        let kinds = ["llama-q4_1", "llama-q4_k_m", "llama-q2_k", "qwen2-q4_k", "gemma2-q8_0"].map(of);
        let distinct: std::collections::BTreeSet<_> = kinds.iter().collect();
        assert_eq!(distinct.len(), kinds.len());
    }

    /// Who comes back waits for no test; but what was found out elsewhere is tested anew.
    #[test]
    fn a_known_verdict_is_taken_without_a_test_and_without_a_measurement() {
        let Some(gpu) = crate::backend::gpu::kernel_tests::gpu() else { return };
        let (gguf, config) = model("llama-q4_1");
        let find = |gpu: Gpu, known| pollster::block_on(Verdict::find(gpu, &gguf, &config, known)).unwrap();
        let (_, found) = find(gpu.clone(), None);
        assert_eq!((found.f16, found.draws, found.notes.as_slice()), (gpu.f16, true, &[][..]));

        let linears = Linears::new(128, 32, 2);
        let strange = Verdict {
            notes: vec![Reason::Other { said: "as before".into() }],
            tuned: Some((linears, 1.5)),
            draws: false,
            ..found
        };
        let json = serde_json::to_string(&strange).unwrap();
        let (backend, again) = find(gpu.clone(), Some(serde_json::from_str(&json).unwrap()));
        assert_eq!(again, strange);
        assert_eq!((backend.draws, backend.linears), (false, linears));

        let foreign = Verdict { f16: true, ..strange.clone() };
        let (backend, again) = find(gpu.without_f16(), Some(foreign));
        assert!(backend.draws && again.notes.is_empty() && !again.f16, "{again:?}");

        // Nothing that was kept may make a kernel of an impossible shape.
        let broken = Verdict { f16: false, tuned: Some((Linears::new(4096, 3, 9), 1.0)), ..strange };
        assert_ne!(find(gpu.clone(), Some(broken)).0.linears, Linears::new(4096, 3, 9));
    }

    #[test]
    fn the_cpu_is_measured_once_and_decides() {
        let (gguf, config) = model("llama-q4_1");
        let tuned = |ms| Some((Linears::new(64, 16, 4), ms));
        let judge = |verdict: &mut Verdict| pollster::block_on(verdict.better_than_cpu(&gguf, &config, 1));
        let mut verdict =
            Verdict { f16: false, subgroups: false, draws: true, notes: vec![], tuned: tuned(1e9), cpu_ms: None };
        assert_eq!(judge(&mut verdict).unwrap_err().code(), "no_gpu");
        let measured = verdict.cpu_ms.unwrap();
        assert!(measured > 0.0);
        verdict.tuned = tuned(measured / 2.0);
        assert!(judge(&mut verdict).is_ok());
        assert_eq!(verdict.cpu_ms, Some(measured));
        verdict.tuned = None;
        assert!(judge(&mut verdict).is_err(), "a software adapter");
    }
}
