//! From a page's options to a loader on the backend that will compute: the choice of the backend, and the
//! reason for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::any::{AnySession, SessionKind, each};
use crate::backend::Backend;
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::verdict::{Verdict, kind};
use crate::backend::gpu::{Gpu, GpuBackend, GpuOptions};
use crate::backend::scalar::ScalarBackend;
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::model::{LoadOptions, Model, ModelLoader};
use crate::session::{Prompts, Session};

/// Kinds of models whose verdicts are kept.
const MOST_KINDS: usize = 16;

/// What a page may choose.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Options {
    backend: Option<String>,
    context_length: Option<usize>,
    threads: Option<usize>,
    fixed_threads: bool,
    /// `embed` opens encoders, anything else decoders.
    pub task: Option<String>,
    file_size: Option<f64>,
    /// What `learned` of an earlier load on the same adapter and driver gave.
    gpu_known: Option<String>,
    /// Devices come with subgroups.
    gpu_subgroups: bool,
}

impl Options {
    /// Length of the whole file in bytes, if known.
    pub fn file_size(&self) -> Option<u64> {
        self.file_size.filter(|&n| n > 0.0).map(|n| n as u64)
    }

    fn backend(&self) -> &str {
        self.backend.as_deref().unwrap_or("auto")
    }

    fn load(&self) -> LoadOptions {
        LoadOptions { context_length: self.context_length, ..LoadOptions::default() }
    }
}

#[expect(clippy::large_enum_variant, reason = "there is one of these, and it is never moved about")]
enum Kind {
    Scalar(ModelLoader<ScalarBackend>),
    Cpu(ModelLoader<CpuBackend>),
    Gpu(ModelLoader<GpuBackend>),
}

/// A loader on a backend. Until it is opened, or asked for what only an open one knows, it allocates
/// nothing: what will be on the GPU shall not pass through the wasm heap.
pub(super) struct AnyLoader {
    options: Options,
    kind: Option<Kind>,
    reason: String,
    learned: Option<String>,
}

impl AnyLoader {
    pub fn new(gguf: &Gguf, options: &Options) -> Result<Self> {
        if !["auto", "gpu", "cpu", "scalar"].contains(&options.backend()) {
            let problem =
                format!("{:?} is no backend of this build (auto, gpu, cpu and scalar are)", options.backend());
            return Err(Error::BadParameter { name: "backend", problem });
        }
        options.load().check(&ModelConfig::from_gguf(gguf)?)?;
        crate::weights::check(gguf, &ModelConfig::from_gguf(gguf)?)?;
        Ok(AnyLoader { options: options.clone(), kind: None, reason: String::new(), learned: None })
    }

    /// Moves to the GPU if it was asked for, or if it is there and measured to be faster.
    pub async fn open(&mut self, gguf: &Gguf) -> Result<()> {
        let asked = match self.options.backend() {
            "gpu" => true,
            "auto" => false,
            _ => return self.open_cpu(gguf),
        };
        match self.gpu_loader(gguf, asked).await {
            Ok((loader, reason)) => {
                self.kind = Some(Kind::Gpu(loader));
                self.reason = reason;
            }
            Err(error) => {
                self.open_cpu(gguf)?;
                let although = if asked { ", although it was asked for" } else { "" };
                self.reason = format!("no GPU is used{although}, because: {error}");
            }
        }
        Ok(())
    }

    /// A loader on the GPU, and why. Unless it was asked for, a GPU must be faster than this CPU.
    async fn gpu_loader(&mut self, gguf: &Gguf, asked: bool) -> Result<(ModelLoader<GpuBackend>, String)> {
        let gpu =
            Gpu::open(GpuOptions { software: asked, subgroups: self.options.gpu_subgroups, ..GpuOptions::default() })
                .await?;
        let loader = self.loader_on(gpu.clone(), gguf, asked).await;
        loader.inspect_err(|_| gpu.destroy())
    }

    async fn loader_on(&mut self, gpu: Gpu, gguf: &Gguf, asked: bool) -> Result<(ModelLoader<GpuBackend>, String)> {
        let config = ModelConfig::from_gguf(gguf)?;
        let threads = self.options.threads.unwrap_or(1);
        let mut verdicts: BTreeMap<String, Verdict> =
            self.options.gpu_known.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        // With other threads the CPU has another speed.
        let kind = format!("{} {threads}", kind(gguf, &config));
        let known = verdicts.remove(&kind);
        let (backend, mut verdict) = Verdict::find(gpu, gguf, &config, known.clone()).await?;
        let reason = match asked {
            true => Ok("it was asked for".into()),
            false => verdict.better_than_cpu(gguf, &config, threads).await,
        };
        if known.as_ref() != Some(&verdict) {
            while verdicts.len() >= MOST_KINDS {
                verdicts.pop_first();
            }
            verdicts.insert(kind, verdict.clone());
            self.learned = serde_json::to_string(&verdicts).ok();
        }
        let mut reason = reason?;
        if !verdict.note.is_empty() {
            reason = format!("{reason}; {}", verdict.note);
        }
        Ok((ModelLoader::new(gguf, backend, self.options.load())?, reason))
    }

    /// Where the model will be, once that is chosen.
    pub fn backend(&self) -> Option<&'static str> {
        Some(match self.kind.as_ref()? {
            Kind::Scalar(_) => ScalarBackend::NAME,
            Kind::Cpu(_) => CpuBackend::NAME,
            Kind::Gpu(_) => GpuBackend::NAME,
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
        let load = self.options.load();
        let asked = if self.options.backend() == "auto" { "it runs in every browser" } else { "it was asked for" };
        if self.options.backend() == "scalar" {
            self.kind = Some(Kind::Scalar(ModelLoader::new(gguf, ScalarBackend::new(), load)?));
            self.reason = asked.into();
            return Ok(());
        }
        let threads = self.options.threads.unwrap_or(1);
        let (backend, note) = match CpuBackend::new(threads) {
            Ok(backend) => (backend, String::new()),
            // Fewer threads are slower, not wrong.
            Err(error) if threads > 1 => (CpuBackend::new(1)?, format!(" on one thread, because: {error}")),
            Err(error) => return Err(error),
        };
        let backend = if self.options.fixed_threads { backend } else { backend.measuring() };
        self.kind = Some(Kind::Cpu(ModelLoader::new(gguf, backend, load)?));
        self.reason = format!("{asked}{note}");
        Ok(())
    }

    fn kind(&mut self, gguf: &Gguf) -> Result<&mut Kind> {
        self.open_cpu(gguf)?;
        self.kind.as_mut().ok_or_else(|| Error::State("a loader without a backend".into()))
    }

    pub fn wants(&mut self, gguf: &Gguf, index: usize) -> Result<bool> {
        Ok(each!(Kind, self.kind(gguf)?, loader => loader.wants(index)))
    }

    pub fn tensor(&mut self, gguf: &Gguf, index: usize, bytes: &[u8]) -> Result<()> {
        each!(Kind, self.kind(gguf)?, loader => loader.tensor(index, bytes))
    }

    pub async fn finish(mut self, gguf: &Gguf, prompts: Arc<Prompts>, fingerprint: u64) -> Result<AnySession> {
        self.open_cpu(gguf)?;
        let kind = self.kind.take().ok_or_else(|| Error::State("a loader without a backend".into()))?;
        let mut reason = std::mem::take(&mut self.reason);
        let kind = match kind {
            Kind::Scalar(loader) => SessionKind::Scalar(session(loader, prompts, fingerprint, &mut reason).await?),
            Kind::Cpu(loader) => SessionKind::Cpu(session(loader, prompts, fingerprint, &mut reason).await?),
            Kind::Gpu(loader) => {
                let gpu = loader.backend().gpu().clone();
                let session = session(loader, prompts, fingerprint, &mut reason).await;
                SessionKind::Gpu(session.inspect_err(|_| gpu.destroy())?)
            }
        };
        Ok(AnySession { kind, reason })
    }
}

impl Drop for AnyLoader {
    /// Loading was given up.
    fn drop(&mut self) {
        if let Some(Kind::Gpu(loader)) = &self.kind {
            loader.backend().gpu().destroy();
        }
    }
}

async fn session<B: Backend>(
    loader: ModelLoader<B>,
    prompts: Arc<Prompts>,
    fingerprint: u64,
    reason: &mut String,
) -> Result<Session<B>> {
    let model: Model<B> = loader.fit().await?;
    if let Some(note) = model.note() {
        *reason = format!("{reason}; {note}");
    }
    Session::new(model, prompts, fingerprint)
}
