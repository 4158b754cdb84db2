//! GGUF tensors, one at a time → an [`Encoder`]: packed where this crate has a forward pass, else on candle.

use crate::error::Result;
use crate::gguf::Gguf;

use super::candle::CandleLoader;
use super::config::{EncoderConfig, Family};
use super::packed::PackedLoader;
use super::{Encoder, Model};

/// Takes an encoder's tensors in any order; a large one may come in pieces.
pub struct EncoderLoader {
    config: EncoderConfig,
    kind: Kind,
}

enum Kind {
    Packed(PackedLoader),
    Candle(CandleLoader),
}

impl EncoderLoader {
    /// Checks metadata and the tensor directory; no weights are needed yet.
    ///
    /// # Errors
    /// [`crate::Error::MissingKey`], [`crate::Error::BadMetadata`], [`crate::Error::MissingTensor`],
    /// [`crate::Error::TensorShape`], [`crate::Error::UnsupportedType`] or
    /// [`crate::Error::UnsupportedArchitecture`].
    pub fn new(gguf: &Gguf) -> Result<Self> {
        let config = EncoderConfig::from_gguf(gguf)?;
        let kind = match config.family {
            Family::Bert { positions } => Kind::Packed(PackedLoader::new(gguf, &config, positions)?),
            Family::Nomic { .. } => Kind::Candle(CandleLoader::new(gguf, config.clone())?),
        };
        Ok(EncoderLoader { config, kind })
    }

    /// The same model on candle, in f32: the second opinion of tests.
    ///
    /// # Errors
    /// As [`EncoderLoader::new`].
    pub fn reference(gguf: &Gguf) -> Result<Self> {
        let config = EncoderConfig::from_gguf(gguf)?;
        let kind = Kind::Candle(CandleLoader::new(gguf, config.clone())?);
        Ok(EncoderLoader { config, kind })
    }

    /// The bytes in which a tensor may be handed over, all but the last piece of it; `None` where it must come whole.
    pub fn piece(&self, name: &str) -> Option<usize> {
        match &self.kind {
            Kind::Packed(loader) => loader.piece(name),
            Kind::Candle(_) => None,
        }
    }

    /// Takes one tensor, or the next piece of it. Tensors that the model does not use are passed over.
    ///
    /// # Errors
    /// [`crate::Error::TensorBytes`] where the bytes do not match the directory.
    pub fn tensor(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        match &mut self.kind {
            Kind::Packed(loader) => loader.tensor(name, bytes),
            Kind::Candle(loader) => loader.tensor(name, bytes),
        }
    }

    /// Builds the model, which computes on one thread.
    ///
    /// # Errors
    /// [`crate::Error::MissingTensor`] where one was never given.
    pub fn finish(self) -> Result<Encoder> {
        let model = match self.kind {
            Kind::Packed(loader) => Model::Packed(Box::new(loader.finish()?)),
            Kind::Candle(loader) => loader.finish()?,
        };
        Ok(Encoder { model, config: self.config })
    }
}
