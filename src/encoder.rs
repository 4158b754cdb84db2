//! Sentence embeddings: token ids → hidden states → one vector. Tokenization is left to `tokenizer`.
//!
//! BERT (Devlin et al., arXiv:1810.04805), RoBERTa and XLM-RoBERTa, whose GGUF files are `bert` with a
//! position table without its first two rows, run on the packed kernels of the CPU backend (`packed`).
//! nomic-embed-text (arXiv:2402.01613) runs on candle-transformers, with weights dequantized to f32.
//!
//! Invariants: input is one sequence with all token types 0; a loaded encoder never changes.

mod candle;
mod config;
mod load;
mod packed;

use candle_core::{DType, Device, Tensor};
use candle_transformers::models::bert::BertModel;
use candle_transformers::models::nomic_bert::NomicBertModel;

use crate::dense::{candle_error, check_attention_memory, check_ids};
use crate::error::Result;
use config::EncoderConfig;

pub use load::EncoderLoader;

/// The values of `general.architecture` that this module runs.
const ARCHITECTURES: [&str; 2] = ["bert", "nomic-bert"];

/// How the rows of a hidden state become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// Not at all: every token keeps its row.
    None,
    /// The mean over all tokens, special ones included.
    Mean,
    /// The first token's row.
    Cls,
    /// The last token's row.
    Last,
}

enum Model {
    Packed(Box<packed::PackedBert>),
    Bert(BertModel),
    Nomic(NomicBertModel),
}

/// A loaded encoder.
pub struct Encoder {
    model: Model,
    config: EncoderConfig,
}

impl Encoder {
    /// Whether a file with this `general.architecture` is an encoder of this module.
    pub fn supports(architecture: &str) -> bool {
        ARCHITECTURES.contains(&architecture)
    }

    /// The pooling that the file names; the mean where it names none.
    pub fn default_pooling(&self) -> Pooling {
        self.config.pooling
    }

    /// Length of a token's hidden state, and of an embedding.
    pub fn hidden_size(&self) -> usize {
        self.config.hidden
    }

    /// The longest input, in tokens.
    pub fn context_length(&self) -> usize {
        self.config.context
    }

    /// Number of token ids.
    pub fn vocab_size(&self) -> usize {
        self.config.vocab
    }

    /// The last hidden state, `[tokens, hidden]`. The ids include CLS and SEP where the model wants them.
    ///
    /// # Errors
    /// [`crate::Error::EmptyPrompt`], [`crate::Error::ContextFull`], [`crate::Error::TokenOutOfRange`] or
    /// [`crate::Error::OutOfMemory`].
    pub fn forward(&self, ids: &[u32]) -> Result<Vec<f32>> {
        check_ids(ids, self.config.vocab, self.config.context)?;
        match &self.model {
            Model::Packed(model) => model.forward(ids),
            Model::Bert(model) => self.on_candle(ids, |input| {
                let types = Tensor::zeros(input.shape(), DType::U32, &Device::Cpu)?;
                model.forward(input, &types, None)
            }),
            Model::Nomic(model) => self.on_candle(ids, |input| model.forward(input, None, None)),
        }
    }

    fn on_candle(&self, ids: &[u32], forward: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>) -> Result<Vec<f32>> {
        check_attention_memory(self.config.heads, ids.len(), ids.len())?;
        let input = Tensor::new(ids, &Device::Cpu).and_then(|ids| ids.unsqueeze(0)); // (1, tokens)
        input.and_then(|input| forward(&input)?.flatten_all()?.to_vec1()).map_err(candle_error)
    }

    /// Lets so many threads compute, the caller included. Models on candle have one in a browser.
    pub fn with_threads(self, threads: usize) -> Encoder {
        let model = match self.model {
            Model::Packed(model) => Model::Packed(Box::new(model.with_threads(threads))),
            other => other,
        };
        Encoder { model, ..self }
    }

    /// One vector of `hidden` for the whole input, or `[tokens, hidden]` with [`Pooling::None`].
    /// `normalize` scales every row to length 1.
    ///
    /// # Errors
    /// As [`Encoder::forward`].
    pub fn embed(&self, ids: &[u32], pooling: Pooling, normalize: bool) -> Result<Vec<f32>> {
        let mut rows = pool(self.forward(ids)?, self.config.hidden, pooling);
        if normalize {
            rows.chunks_exact_mut(self.config.hidden).for_each(l2_normalize);
        }
        Ok(rows)
    }
}

/// `hidden` is `[tokens, width]` with at least one token.
fn pool(hidden: Vec<f32>, width: usize, pooling: Pooling) -> Vec<f32> {
    match pooling {
        Pooling::None => hidden,
        Pooling::Cls => hidden[..width].to_vec(),
        Pooling::Last => hidden[hidden.len() - width..].to_vec(),
        Pooling::Mean => {
            let tokens = (hidden.len() / width) as f64;
            let column = |c: usize| hidden.iter().skip(c).step_by(width).map(|&x| f64::from(x)).sum::<f64>();
            (0..width).map(|c| (column(c) / tokens) as f32).collect()
        }
    }
}

/// A row of zeros stays as it is.
fn l2_normalize(row: &mut [f32]) {
    let length = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_picks_rows_or_their_mean() {
        let hidden = vec![1.0, 2.0, 3.0, 4.0, 8.0, 12.0]; // (3, 2)
        assert_eq!(pool(hidden.clone(), 2, Pooling::Cls), [1.0, 2.0]);
        assert_eq!(pool(hidden.clone(), 2, Pooling::Last), [8.0, 12.0]);
        assert_eq!(pool(hidden.clone(), 2, Pooling::Mean), [4.0, 6.0]);
        assert_eq!(pool(hidden.clone(), 2, Pooling::None), hidden);
    }

    #[test]
    fn normalizing_a_row_of_zeros_gives_no_nan() {
        let mut row = [0.0; 4];
        l2_normalize(&mut row);
        assert_eq!(row, [0.0; 4]);
        let mut row = [3.0, 4.0];
        l2_normalize(&mut row);
        assert_eq!(row, [0.6, 0.8]);
    }
}
