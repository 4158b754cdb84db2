//! What a file turned out to be, once its header is complete: a decoder or an encoder.

use std::ops::Range;
use std::sync::Arc;

use wasm_bindgen::JsValue;

#[cfg(feature = "encoders")]
use super::embedder::Embedder;
use super::loading::AnyLoader;
use super::{Engine, convert::JsResult, convert::throw};
use crate::api::LoaderOptions;
use crate::config::ModelConfig;
#[cfg(feature = "encoders")]
use crate::encoder::EncoderLoader;
#[cfg(feature = "encoders")]
use crate::error::Error;
use crate::error::Result;
use crate::gguf::Gguf;
use crate::session::{ModelInfo, Prompts, fingerprint};
#[cfg(feature = "encoders")]
use crate::tokenizer::Tokenizer;

/// A header with the loader that fits it.
pub(super) struct Opened {
    pub gguf: Box<Gguf>,
    pub info: ModelInfo,
    contents: Contents,
}

#[expect(clippy::large_enum_variant, reason = "there is one of these, and it is never moved about")]
enum Contents {
    Decoder {
        loader: AnyLoader,
        prompts: Arc<Prompts>,
        fingerprint: u64,
    },
    #[cfg(feature = "encoders")]
    Encoder {
        loader: EncoderLoader,
        tokenizer: Tokenizer,
        threads: usize,
    },
}

impl Opened {
    /// Validates the header.
    pub fn new(mut gguf: Box<Gguf>, options: &LoaderOptions) -> Result<Self> {
        #[cfg(feature = "encoders")]
        if options.task.as_deref() == Some("embed") {
            let loader = EncoderLoader::new(&gguf)?;
            let tokenizer = Tokenizer::from_metadata(&gguf.metadata)?;
            let architecture = gguf.metadata.need_str("general.architecture")?;
            let info = ModelInfo::of_other(&gguf, architecture, Some(&tokenizer));
            // Before the weights come: what it frees they take.
            gguf.metadata.forget_tokenizer();
            let threads = options.threads.unwrap_or(1);
            return Ok(Opened { gguf, info, contents: Contents::Encoder { loader, tokenizer, threads } });
        }
        let config = ModelConfig::from_gguf(&gguf)?;
        let prompts = Arc::new(Prompts::from_metadata(&gguf.metadata)?);
        let loader = AnyLoader::new(&gguf, options)?;
        let info = ModelInfo::new(&gguf, &config, Some(&prompts));
        let fingerprint = fingerprint(&gguf);
        Ok(Opened { gguf, info, contents: Contents::Decoder { loader, prompts, fingerprint } })
    }

    /// Chooses where to compute, where there is a choice.
    pub async fn open(&mut self) -> Result<()> {
        match &mut self.contents {
            Contents::Decoder { loader, .. } => loader.open(&self.gguf).await,
            #[cfg(feature = "encoders")]
            Contents::Encoder { .. } => Ok(()),
        }
    }

    /// Where the model will be, once that is chosen.
    pub fn backend(&self) -> Option<&'static str> {
        match &self.contents {
            Contents::Decoder { loader, .. } => loader.backend(),
            #[cfg(feature = "encoders")]
            Contents::Encoder { .. } => None,
        }
    }

    /// What is worth remembering for the next load on the same adapter and driver, if it is new.
    pub fn learned(&mut self) -> Option<String> {
        match &mut self.contents {
            Contents::Decoder { loader, .. } => loader.learned(),
            #[cfg(feature = "encoders")]
            Contents::Encoder { .. } => None,
        }
    }

    /// The indices of the tensors to hand over, and the range of each in bytes of the file; a large one in pieces.
    pub fn wanted(&mut self) -> Result<Vec<(usize, Range<u64>)>> {
        let mut wanted = Vec::with_capacity(self.gguf.tensors.len());
        for index in 0..self.gguf.tensors.len() {
            let wants = match &mut self.contents {
                Contents::Decoder { loader, .. } => loader.wants(&self.gguf, index)?,
                #[cfg(feature = "encoders")]
                Contents::Encoder { .. } => self.gguf.tensors[index].size > 0,
            };
            let (start, size) = (self.gguf.tensors[index].offset, self.gguf.tensors[index].size);
            let piece = match &mut self.contents {
                Contents::Decoder { loader, .. } if wants => loader.piece(&self.gguf, index)?,
                #[cfg(feature = "encoders")]
                Contents::Encoder { loader, .. } => {
                    loader.piece(&self.gguf.tensors[index].name).map_or(size, |piece| piece as u64)
                }
                _ => size,
            };
            let pieces = (0..size.div_ceil(piece.max(1)).max(1)).map(|i| i * piece..size.min((i + 1) * piece));
            wanted.extend(pieces.filter(|_| wants).map(|piece| (index, start + piece.start..start + piece.end)));
        }
        Ok(wanted)
    }

    pub fn tensor(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        match &mut self.contents {
            Contents::Decoder { loader, .. } => loader.tensor(&self.gguf, index, bytes),
            #[cfg(feature = "encoders")]
            Contents::Encoder { loader, .. } => {
                let count = self.gguf.tensors.len();
                let info = self
                    .gguf
                    .tensors
                    .get(index)
                    .ok_or_else(|| Error::State(format!("tensor index {index}, the file has {count}")))?;
                loader.tensor(&info.name, bytes)
            }
        }
    }

    /// The decoder, ready to answer.
    pub async fn engine(self) -> JsResult<JsValue> {
        match self.contents {
            Contents::Decoder { loader, prompts, fingerprint } => {
                let session = loader.finish(&self.gguf, prompts.clone(), fingerprint).await.map_err(throw)?;
                Ok(Engine::new(session, prompts, self.info).into())
            }
            #[cfg(feature = "encoders")]
            Contents::Encoder { .. } => Err(other_task("embed", "embedder")),
        }
    }

    /// The encoder, ready to embed.
    #[cfg(feature = "encoders")]
    pub fn embedder(self) -> JsResult<JsValue> {
        match self.contents {
            Contents::Decoder { .. } => Err(other_task("chat", "finish")),
            Contents::Encoder { loader, tokenizer, threads } => {
                let encoder = loader.finish().map_err(throw)?.with_threads(threads);
                Ok(Embedder::new(encoder, tokenizer, self.info).into())
            }
        }
    }
}

#[cfg(feature = "encoders")]
fn other_task(task: &str, method: &str) -> JsValue {
    throw(Error::State(format!("the loader was made for the task {task:?}: call {method}() instead")))
}
