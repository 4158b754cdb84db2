//! Chooses a backend and loads a decoder onto it. The commands are written once, over any backend.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use loquat::Result;
use loquat::backend::Backend;
use loquat::backend::cpu::CpuBackend;
#[cfg(feature = "gpu")]
use loquat::backend::gpu::{GpuBackend, GpuOptions};
use loquat::backend::scalar::ScalarBackend;
#[cfg(feature = "gpu")]
use loquat::config::ModelConfig;
use loquat::model::{LoadOptions, Model, ModelLoader};
use loquat::session::{Prompts, Session, fingerprint};

use crate::file::ModelFile;

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Plain loops in f32: the reference, slow
    Scalar,
    /// SIMD and threads
    Cpu,
    /// WebGPU compute shaders
    Gpu,
}

/// What every computing command takes.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// The model file, in GGUF format
    #[arg(long)]
    pub model: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value = "cpu")]
    pub backend: Choice,
    /// Threads of the cpu backend; by default as many cores as are worth it, which is measured
    #[arg(long)]
    pub threads: Option<usize>,
    /// Positions of the KV cache
    #[arg(long)]
    pub context_length: Option<usize>,
}

/// Something to do with a decoder on any backend.
pub trait Task {
    type Output;
    fn run<B: Backend>(self, loaded: Loaded<B>) -> Result<Self::Output>;
}

/// A decoder on a backend.
pub struct Loaded<B: Backend> {
    pub model: Model<B>,
    pub file: ModelFile,
    pub load_ms: f64,
}

impl<B: Backend> Loaded<B> {
    /// A session with the file's tokenizer and chat template.
    pub fn session(self) -> Result<Session<B>> {
        let prompts = Prompts::from_metadata(&self.file.gguf.metadata)?;
        Session::new(self.model, Arc::new(prompts), fingerprint(&self.file.gguf))
    }
}

impl ModelArgs {
    /// Loads the model on the chosen backend and runs the task.
    pub fn with<T: Task>(&self, file: ModelFile, task: T) -> Result<T::Output> {
        let options = LoadOptions { context_length: self.context_length, ..LoadOptions::default() };
        match self.backend {
            Choice::Scalar => task.run(load(file, ScalarBackend::new(), options)?),
            Choice::Cpu => task.run(load(file, self.cpu()?, options)?),
            #[cfg(feature = "gpu")]
            Choice::Gpu => {
                let config = ModelConfig::from_gguf(&file.gguf)?;
                let (backend, notes) =
                    pollster::block_on(GpuBackend::for_model(&file.gguf, &config, GpuOptions::default()))?;
                for note in notes {
                    eprintln!("{note}");
                }
                task.run(load(file, backend, options)?)
            }
            #[cfg(not(feature = "gpu"))]
            Choice::Gpu => {
                Err(loquat::Error::Backend { backend: "gpu", problem: "this build has no GPU backend".into() })
            }
        }
    }

    /// Opens the model's file.
    pub fn open(&self) -> Result<ModelFile> {
        ModelFile::open(&self.model)
    }

    /// All cores, or as many of them as are worth it beside other programs, unless a number is asked for.
    fn cpu(&self) -> Result<CpuBackend> {
        match self.threads {
            Some(threads) => CpuBackend::new(threads),
            None => Ok(CpuBackend::new(std::thread::available_parallelism().map_or(1, |n| n.get()))?.measuring()),
        }
    }
}

fn load<B: Backend>(mut file: ModelFile, backend: B, options: LoadOptions) -> Result<Loaded<B>> {
    let start = Instant::now();
    let mut loader = ModelLoader::new(&file.gguf, backend, options)?;
    let wanted: Vec<bool> = (0..file.gguf.tensors.len()).map(|i| loader.wants(i)).collect();
    file.tensors(|i| wanted[i], |index, _, bytes| loader.tensor(index, bytes))?;
    let model = pollster::block_on(loader.fit())?;
    if let Some(note) = model.note() {
        eprintln!("{note}");
    }
    Ok(Loaded { model, file, load_ms: start.elapsed().as_secs_f64() * 1e3 })
}
