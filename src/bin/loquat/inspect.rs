//! `loquat inspect`: architecture, sizes, quantization, context length.

use std::path::PathBuf;

use clap::Args;
use loquat::Result;
use loquat::backend::Backend;
#[cfg(feature = "gpu")]
use loquat::backend::gpu::GpuBackend;
#[cfg(feature = "gpu")]
use loquat::backend::{Draws, LogitRows};
use loquat::config::ModelConfig;
#[cfg(feature = "gpu")]
use loquat::model::Model;
#[cfg(feature = "gpu")]
use loquat::sampler::{Sampler, SamplingParams};
use loquat::session::{ModelInfo, Prompts};
use loquat::tokenizer::Tokenizer;
use serde_json::{Value, json};

use crate::backend::{Choice, Loaded, ModelArgs, Task};
use crate::file::{ModelFile, print_bytes, print_json};

#[derive(Args)]
pub struct Inspect {
    /// The model file, in GGUF format
    #[arg(long)]
    model: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// List the tensors as well
    #[arg(long)]
    tensors: bool,
    /// Load it there and count what a token costs
    #[arg(long, value_enum)]
    backend: Option<Choice>,
}

impl Inspect {
    pub fn run(self) -> Result<()> {
        let file = ModelFile::open(&self.model)?;
        let mut info = serde_json::to_value(info(&file)?).unwrap_or_default();
        if self.tensors {
            let list = file.gguf.tensors.iter().map(|t| {
                json!({"name": t.name, "type": t.dtype.to_string(), "shape": t.shape, "offset": t.offset, "size": t.size})
            });
            info["tensors"] = list.collect();
        }
        if let Some(backend) = self.backend {
            let args = ModelArgs { model: self.model, backend, threads: None, context_length: Some(64) };
            let cost = args.with(file, Cost)?;
            if let (Value::Object(info), Value::Object(cost)) = (&mut info, cost) {
                info.extend(cost);
            }
        }
        if self.json { print_json(&info) } else { print_bytes(table(&info).as_bytes()) }
    }
}

/// What one token costs, where the backend counts it.
struct Cost;

impl Task for Cost {
    type Output = Value;

    fn run<B: Backend>(self, loaded: Loaded<B>) -> Result<Value> {
        let (variant, threads) = loaded.model.describe();
        let mut cost = json!({"backend": B::NAME, "variant": variant, "threads": threads});
        #[cfg(feature = "gpu")]
        if let Some(model) = (Box::new(loaded.model) as Box<dyn std::any::Any>).downcast_mut() {
            gpu_cost(model, &mut cost)?;
        }
        Ok(cost)
    }
}

/// Counts the dispatches of a token in the middle of an answer, as they are recorded.
#[cfg(feature = "gpu")]
fn gpu_cost(model: &mut Model<GpuBackend>, cost: &mut Value) -> Result<()> {
    let mut kv = model.new_cache()?;
    let greedy = Sampler::new(SamplingParams::greedy())?;
    model.forward(&mut kv, &[0], LogitRows::Last)?;
    model.backend().remember(&[0])?;
    model.backend().draw(&greedy.draw(0, 1))?;
    let before = model.backend().stats();
    model.forward_drawn(&mut kv)?;
    let forward = model.backend().stats();
    model.backend().draw(&greedy.draw(1, 2))?;
    let after = model.backend().stats();
    for _ in 0..2 {
        pollster::block_on(model.backend().drawn())?;
    }
    let in_layers = (forward.dispatches - before.dispatches) as usize - after.outside_layers;
    cost["dispatches_per_token"] = json!(after.dispatches - before.dispatches);
    cost["dispatches_per_layer"] = json!(in_layers as f64 / model.config().layers.len() as f64);
    cost["submissions_per_token"] = json!(after.submits - before.submits);
    cost["weight_bytes_per_token"] = json!(after.token_bytes);
    Ok(())
}

fn info(file: &ModelFile) -> Result<ModelInfo> {
    let architecture = file.architecture()?;
    if crate::seq2seq::supports(architecture) || crate::embed::supports(architecture) {
        let tokenizer = Tokenizer::from_metadata(&file.gguf.metadata)?;
        return Ok(ModelInfo::of_other(&file.gguf, architecture, Some(&tokenizer)));
    }
    let config = ModelConfig::from_gguf(&file.gguf)?;
    let prompts = Prompts::from_metadata(&file.gguf.metadata)?;
    Ok(ModelInfo::new(&file.gguf, &config, Some(&prompts)))
}

fn table(info: &Value) -> String {
    let Value::Object(fields) = info else { return String::new() };
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name:22} {text}\n"),
        Value::Array(items) => {
            let rows =
                items.iter().map(|t| format!("  {:10} {:14} {}\n", t["type"], t["shape"].to_string(), t["name"]));
            format!("{name}\n{}", rows.collect::<String>())
        }
        other => format!("{name:22} {other}\n"),
    };
    fields.iter().map(line).collect()
}
