//! One loader and one session type over all backends, because JavaScript knows no generics.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::types::Description;
use crate::backend::Backend;
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::selftest::{autotune, probe};
use crate::backend::gpu::{Gpu, GpuBackend, GpuOptions};
use crate::backend::scalar::ScalarBackend;
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::model::{LoadOptions, ModelLoader};
use crate::session::{Begun, Prompts, Request, Session, StepEvent, Suspended};

/// What a page may choose.
#[derive(Debug, Default, Deserialize)]
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

    fn load(&self) -> LoadOptions {
        LoadOptions { context_length: self.context_length, ..LoadOptions::default() }
    }
}

/// Runs an expression on whichever variant there is.
macro_rules! each {
    ($kind:ident, $any:expr, $inner:ident => $body:expr) => {
        match $any {
            $kind::Scalar($inner) => $body,
            $kind::Cpu($inner) => $body,
            $kind::Gpu($inner) => $body,
        }
    };
}

#[expect(clippy::large_enum_variant, reason = "there is one of these, and it is never moved about")]
enum Kind {
    Scalar(ModelLoader<ScalarBackend>),
    Cpu(ModelLoader<CpuBackend>),
    Gpu(ModelLoader<GpuBackend>),
}

pub(super) struct AnyLoader {
    kind: Kind,
    reason: String,
}

impl AnyLoader {
    pub fn new(gguf: &Gguf, options: &Options) -> Result<Self> {
        let load = options.load();
        let (kind, reason) = match options.backend.as_deref().unwrap_or("auto") {
            "scalar" => (Kind::Scalar(ModelLoader::new(gguf, ScalarBackend::new(), load)?), "it was asked for".into()),
            // A GPU is opened by `open`, which may wait; until then and without it there is the CPU.
            name @ ("auto" | "cpu" | "gpu") => {
                let threads = options.threads.unwrap_or(1);
                let (backend, note) = match CpuBackend::new(threads) {
                    Ok(backend) => (backend, String::new()),
                    // Fewer threads are slower, not wrong.
                    Err(error) if threads > 1 => (CpuBackend::new(1)?, format!(" on one thread, because: {error}")),
                    Err(error) => return Err(error),
                };
                let why = if name == "cpu" { "it was asked for" } else { "it runs in every browser" };
                (Kind::Cpu(ModelLoader::new(gguf, backend, load)?), format!("{why}{note}"))
            }
            other => {
                let problem = format!("{other:?} is no backend of this build (auto, gpu, cpu and scalar are)");
                return Err(Error::BadParameter { name: "backend", problem });
            }
        };
        Ok(AnyLoader { kind, reason })
    }

    /// Moves to the GPU if it was asked for, or if it is there and measured to be faster.
    pub async fn open(&mut self, gguf: &Gguf, options: &Options) -> Result<()> {
        let asked = match options.backend.as_deref().unwrap_or("auto") {
            "gpu" => true,
            "auto" => false,
            _ => return Ok(()),
        };
        match gpu_loader(gguf, options, asked).await {
            Ok((loader, reason)) => {
                self.kind = Kind::Gpu(loader);
                self.reason = reason;
                Ok(())
            }
            Err(error) => {
                let although = if asked { ", although it was asked for" } else { "" };
                self.reason = format!("no GPU is used{although}, because: {error}");
                Ok(())
            }
        }
    }

    pub fn wants(&self, index: usize) -> bool {
        each!(Kind, &self.kind, loader => loader.wants(index))
    }

    pub fn tensor(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        each!(Kind, &mut self.kind, loader => loader.tensor(index, bytes))
    }

    pub async fn finish(self, prompts: Arc<Prompts>, fingerprint: u64) -> Result<AnySession> {
        let kind = match self.kind {
            Kind::Scalar(loader) => SessionKind::Scalar(Session::new(loader.finish()?, prompts, fingerprint)?),
            Kind::Cpu(loader) => SessionKind::Cpu(Session::new(loader.finish()?, prompts, fingerprint)?),
            Kind::Gpu(loader) => SessionKind::Gpu(Session::new(loader.finish()?, prompts, fingerprint)?),
        };
        Ok(AnySession { kind, reason: self.reason })
    }
}

/// A loader on the GPU, and why. Unless it was asked for, a GPU must be faster than this CPU.
async fn gpu_loader(gguf: &Gguf, options: &Options, asked: bool) -> Result<(ModelLoader<GpuBackend>, String)> {
    let config = ModelConfig::from_gguf(gguf)?;
    let gpu = Gpu::open(GpuOptions { software: asked, ..GpuOptions::default() }).await?;
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

#[expect(clippy::large_enum_variant, reason = "there is one of these, and it is never moved about")]
enum SessionKind {
    Scalar(Session<ScalarBackend>),
    Cpu(Session<CpuBackend>),
    Gpu(Session<GpuBackend>),
}

pub(super) struct AnySession {
    kind: SessionKind,
    reason: String,
}

impl AnySession {
    pub fn description(&self) -> Description {
        each!(SessionKind, &self.kind, session => describe(session, &self.reason))
    }

    pub fn cancel_handle(&self) -> Arc<AtomicBool> {
        each!(SessionKind, &self.kind, session => session.cancel_handle())
    }

    pub fn begin(&mut self, request: &Request) -> Result<Begun> {
        each!(SessionKind, &mut self.kind, session => session.begin(request))
    }

    pub async fn step(&mut self) -> Result<StepEvent> {
        each!(SessionKind, &mut self.kind, session => session.step().await)
    }

    pub fn suspend(&mut self) -> Option<Suspended> {
        each!(SessionKind, &mut self.kind, session => session.suspend())
    }

    pub fn resume(&mut self, suspended: Suspended) {
        each!(SessionKind, &mut self.kind, session => session.resume(suspended));
    }

    pub fn reset(&mut self) {
        each!(SessionKind, &mut self.kind, session => session.reset());
    }

    pub async fn save(&mut self) -> Result<Vec<u8>> {
        each!(SessionKind, &mut self.kind, session => session.save().await)
    }

    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        each!(SessionKind, &mut self.kind, session => session.restore(bytes))
    }
}

fn describe<B: Backend>(session: &Session<B>, reason: &str) -> Description {
    let (variant, threads) = session.describe();
    let (reason, context_length) = (reason.to_owned(), session.context_length());
    Description { backend: B::NAME, variant, threads, reason, context_length }
}
