//! From a page's options to a loader on the backend that will compute: the choice of the backend, and the
//! reason for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::any::{AnySession, SessionKind, each};
use crate::api::LoaderOptions;
use crate::backend::Backend;
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::{Gpu, GpuBackend, GpuOptions};
use crate::backend::scalar::ScalarBackend;
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::model::{LoadOptions, Model, ModelLoader};
use crate::reason::Reason;
use crate::session::{Prompts, Session};
use crate::verdict::{Verdict, kind};

/// Kinds of models whose verdicts are kept.
const MOST_KINDS: usize = 16;

/// Length of the whole file in bytes, if known.
pub(super) fn file_size(options: &LoaderOptions) -> Option<u64> {
    options.file_size.filter(|&n| n > 0.0).map(|n| n as u64)
}

fn backend_of(options: &LoaderOptions) -> &str {
    options.backend.as_deref().unwrap_or("auto")
}

fn load_of(options: &LoaderOptions) -> LoadOptions {
    LoadOptions { context_length: options.context_length, ..LoadOptions::default() }
}

#[expect(clippy::large_enum_variant, reason = "there is one of these, and it is never moved about")]
enum LoaderKind {
    Scalar(ModelLoader<ScalarBackend>),
    Cpu(ModelLoader<CpuBackend>),
    Gpu(ModelLoader<GpuBackend>),
}

/// A loader on a backend. Until it is opened, or asked for what only an open one knows, it allocates
/// nothing: what will be on the GPU shall not pass through the wasm heap.
pub(super) struct AnyLoader {
    options: LoaderOptions,
    kind: Option<LoaderKind>,
    reasons: Vec<Reason>,
    learned: Option<String>,
}

impl AnyLoader {
    pub fn new(gguf: &Gguf, options: &LoaderOptions) -> Result<Self> {
        if !["auto", "gpu", "cpu", "scalar"].contains(&backend_of(options)) {
            let problem =
                format!("{:?} is no backend of this build (auto, gpu, cpu and scalar are)", backend_of(options));
            return Err(Error::BadParameter { name: "backend", problem });
        }
        load_of(options).check(&ModelConfig::from_gguf(gguf)?)?;
        crate::weights::check(gguf, &ModelConfig::from_gguf(gguf)?)?;
        Ok(AnyLoader { options: options.clone(), kind: None, reasons: Vec::new(), learned: None })
    }

    /// Moves to the GPU if it was asked for, or if it is there and measured to be faster.
    pub async fn open(&mut self, gguf: &Gguf) -> Result<()> {
        let asked = match backend_of(&self.options) {
            "gpu" => true,
            "auto" => false,
            _ => return self.open_cpu(gguf),
        };
        match self.gpu_loader(gguf, asked).await {
            Ok((loader, reasons)) => {
                self.kind = Some(LoaderKind::Gpu(loader));
                self.reasons = reasons;
            }
            Err(error) => {
                self.open_cpu(gguf)?;
                let because = match error {
                    Error::NoGpu(reason) => Box::new(reason),
                    error => Reason::other(error),
                };
                self.reasons = vec![if asked { Reason::NoAskedGpu { because } } else { Reason::NoGpu { because } }];
            }
        }
        Ok(())
    }

    /// A loader on the GPU, and why. Unless it was asked for, a GPU must be faster than this CPU.
    async fn gpu_loader(&mut self, gguf: &Gguf, asked: bool) -> Result<(ModelLoader<GpuBackend>, Vec<Reason>)> {
        let gpu = Gpu::open(GpuOptions {
            software: asked,
            subgroups: self.options.gpu_subgroups.unwrap_or(false),
            ..GpuOptions::default()
        })
        .await?;
        let loader = self.loader_on(gpu.clone(), gguf, asked).await;
        loader.inspect_err(|_| gpu.destroy())
    }

    async fn loader_on(
        &mut self,
        gpu: Gpu,
        gguf: &Gguf,
        asked: bool,
    ) -> Result<(ModelLoader<GpuBackend>, Vec<Reason>)> {
        let config = ModelConfig::from_gguf(gguf)?;
        let threads = self.options.threads.unwrap_or(1);
        let mut verdicts: BTreeMap<String, Verdict> =
            self.options.gpu_known.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        // With other threads the CPU has another speed.
        let kind = format!("{} {threads}", kind(gguf, &config));
        let known = verdicts.remove(&kind);
        let (backend, mut verdict) = Verdict::find(gpu, gguf, &config, known.clone()).await?;
        let reason = match asked {
            true => Ok(Reason::Asked),
            false => verdict.better_than_cpu(gguf, &config, threads).await,
        };
        if known.as_ref() != Some(&verdict) {
            while verdicts.len() >= MOST_KINDS {
                verdicts.pop_first();
            }
            verdicts.insert(kind, verdict.clone());
            self.learned = serde_json::to_string(&verdicts).ok();
        }
        let mut reasons = vec![reason?];
        reasons.append(&mut verdict.notes);
        Ok((ModelLoader::new(gguf, backend, load_of(&self.options))?, reasons))
    }

    /// Where the model will be, once that is chosen.
    pub fn backend(&self) -> Option<&'static str> {
        Some(match self.kind.as_ref()? {
            LoaderKind::Scalar(_) => ScalarBackend::NAME,
            LoaderKind::Cpu(_) => CpuBackend::NAME,
            LoaderKind::Gpu(_) => GpuBackend::NAME,
        })
    }

    /// What is worth remembering for the next load on the same adapter and driver, if it is new.
    pub fn learned(&mut self) -> Option<String> {
        self.learned.take()
    }

    /// Without a choice, or where there was none, the CPU computes.
    fn open_cpu(&mut self, gguf: &Gguf) -> Result<()> {
        if self.kind.is_some() {
            return Ok(());
        }
        let load = load_of(&self.options);
        let asked = if backend_of(&self.options) == "auto" { Reason::Everywhere } else { Reason::Asked };
        if backend_of(&self.options) == "scalar" {
            self.kind = Some(LoaderKind::Scalar(ModelLoader::new(gguf, ScalarBackend::new(), load)?));
            self.reasons = vec![asked];
            return Ok(());
        }
        let threads = self.options.threads.unwrap_or(1);
        let (backend, note) = match CpuBackend::new(threads) {
            Ok(backend) => (backend, None),
            // Fewer threads are slower, not wrong.
            Err(error) if threads > 1 => {
                (CpuBackend::new(1)?, Some(Reason::OneThread { because: Reason::other(error) }))
            }
            Err(error) => return Err(error),
        };
        let backend = if self.options.fixed_threads.unwrap_or(false) { backend } else { backend.measuring() };
        self.kind = Some(LoaderKind::Cpu(ModelLoader::new(gguf, backend, load)?));
        self.reasons = [asked].into_iter().chain(note).collect();
        Ok(())
    }

    fn kind(&mut self, gguf: &Gguf) -> Result<&mut LoaderKind> {
        self.open_cpu(gguf)?;
        self.kind.as_mut().ok_or_else(|| Error::State("a loader without a backend".into()))
    }

    pub fn wants(&mut self, gguf: &Gguf, index: usize) -> Result<bool> {
        Ok(each!(LoaderKind, self.kind(gguf)?, loader => loader.wants(index)))
    }

    pub fn piece(&mut self, gguf: &Gguf, index: usize) -> Result<u64> {
        Ok(each!(LoaderKind, self.kind(gguf)?, loader => loader.piece(index)))
    }

    pub fn tensor(&mut self, gguf: &Gguf, index: usize, bytes: &[u8]) -> Result<()> {
        each!(LoaderKind, self.kind(gguf)?, loader => loader.tensor(index, bytes))
    }

    pub async fn finish(mut self, gguf: &Gguf, prompts: Arc<Prompts>, fingerprint: u64) -> Result<AnySession> {
        self.open_cpu(gguf)?;
        let kind = self.kind.take().ok_or_else(|| Error::State("a loader without a backend".into()))?;
        let mut reasons = std::mem::take(&mut self.reasons);
        let kind = match kind {
            LoaderKind::Scalar(loader) => {
                SessionKind::Scalar(session(loader, prompts, fingerprint, &mut reasons).await?)
            }
            LoaderKind::Cpu(loader) => SessionKind::Cpu(session(loader, prompts, fingerprint, &mut reasons).await?),
            LoaderKind::Gpu(loader) => {
                let gpu = loader.backend().gpu().clone();
                let session = session(loader, prompts, fingerprint, &mut reasons).await;
                SessionKind::Gpu(session.inspect_err(|_| gpu.destroy())?)
            }
        };
        Ok(AnySession { kind, reasons })
    }
}

impl Drop for AnyLoader {
    /// Loading was given up.
    fn drop(&mut self) {
        if let Some(LoaderKind::Gpu(loader)) = &self.kind {
            loader.backend().gpu().destroy();
        }
    }
}

async fn session<B: Backend>(
    loader: ModelLoader<B>,
    prompts: Arc<Prompts>,
    fingerprint: u64,
    reasons: &mut Vec<Reason>,
) -> Result<Session<B>> {
    let model: Model<B> = loader.fit().await?;
    reasons.extend(model.note().cloned());
    Session::new(model, prompts, fingerprint)
}
