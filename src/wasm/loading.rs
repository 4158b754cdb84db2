//! From a page's options to a loader on the backend that will compute: the choice of the backend, and the
//! reason for it.

use std::sync::Arc;

use serde::Deserialize;

use super::any::{AnySession, SessionKind, each};
use crate::backend::Backend;
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::selftest::{autotune, probe};
use crate::backend::gpu::{Gpu, GpuBackend, GpuOptions};
use crate::backend::scalar::ScalarBackend;
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::model::{LoadOptions, Model, ModelLoader};
use crate::session::{Prompts, Session};

/// What a page may choose.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Options {
    backend: Option<String>,
    context_length: Option<usize>,
    threads: Option<usize>,
    /// `embed` opens encoders, anything else decoders.
    pub task: Option<String>,
    file_size: Option<f64>,
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
        Ok(AnyLoader { options: options.clone(), kind: None, reason: String::new() })
    }

    /// Moves to the GPU if it was asked for, or if it is there and measured to be faster.
    pub async fn open(&mut self, gguf: &Gguf) -> Result<()> {
        let asked = match self.options.backend() {
            "gpu" => true,
            "auto" => false,
            _ => return self.open_cpu(gguf),
        };
        match gpu_loader(gguf, &self.options, asked).await {
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

/// A loader on the GPU, and why. Unless it was asked for, a GPU must be faster than this CPU.
async fn gpu_loader(gguf: &Gguf, options: &Options, asked: bool) -> Result<(ModelLoader<GpuBackend>, String)> {
    let gpu = Gpu::open(GpuOptions { software: asked, ..GpuOptions::default() }).await?;
    let loader = loader_on(gpu.clone(), gguf, options, asked).await;
    loader.inspect_err(|_| gpu.destroy())
}

async fn loader_on(gpu: Gpu, gguf: &Gguf, options: &Options, asked: bool) -> Result<(ModelLoader<GpuBackend>, String)> {
    let config = ModelConfig::from_gguf(gguf)?;
    let (mut backend, note) = GpuBackend::tested(gpu, gguf, &config).await?;
    let mut reason = String::from("it was asked for");
    // On a software adapter the guess is right and measuring takes long.
    if !backend.gpu().is_software() {
        let (linears, gpu_ms) = autotune(gguf, &config, backend.gpu()).await?;
        backend.set_linears(linears);
        if !asked {
            let cpu_ms = probe(gguf, &config, CpuBackend::new(options.threads.unwrap_or(1))?).await?;
            if cpu_ms <= gpu_ms {
                let problem = format!("a layer takes it {gpu_ms:.2} ms and the CPU {cpu_ms:.2} ms");
                return Err(Error::Backend { backend: "gpu", problem });
            }
            reason = format!("a layer takes it {gpu_ms:.2} ms and the CPU {cpu_ms:.2} ms");
        }
    }
    if !note.is_empty() {
        reason = format!("{reason}; {note}");
    }
    Ok((ModelLoader::new(gguf, backend, options.load())?, reason))
}
