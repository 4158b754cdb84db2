//! Encoder-decoder models: an input sequence → hidden states → logits of an output sequence. Sampling and
//! tokenization are left to others.
//!
//! T5 (Raffel et al., arXiv:1910.10683), plain with ReLU or gated with GELU (T5 1.1, Flan-T5), tied or not.
//! The forward pass is our own on candle's operations, because candle-transformers' T5 gives the decoder
//! the encoder's position buckets. Weights are dequantized to f32 and activations are f32.
//!
//! Invariants: a loaded model never changes; what a generation has computed lives in its [`DecoderState`].

mod bias;
mod config;
mod layers;
mod load;

use candle_core::{Device, Tensor};

use crate::dense::{candle_error, check_attention_memory, check_ids};
use crate::error::{Error, Result};
use bias::PositionBias;
use config::T5Config;
use layers::{Block, KeyValues, Norm, linear};

pub use load::T5Loader;

/// The value of `general.architecture` that this module runs.
const ARCHITECTURE: &str = "t5";

/// The layers of the encoder or the decoder, each with a position table or the last one before it.
struct Stack {
    blocks: Vec<(Block, Option<PositionBias>)>,
    norm: Norm,
}

/// A loaded T5.
pub struct T5 {
    embedding: Tensor,      // (vocab, hidden)
    output: Option<Tensor>, // (vocab, hidden)
    encoder: Stack,
    decoder: Stack,
    config: T5Config,
}

/// An encoded input.
#[derive(Clone)]
pub struct EncoderState {
    hidden: Tensor, // (tokens, hidden)
}

/// One output sequence in the making: what its decoder remembers.
#[derive(Clone)]
pub struct DecoderState {
    tokens: usize,
    past: Vec<Option<KeyValues>>,
    encoder: Vec<Option<KeyValues>>,
    encoder_tokens: usize,
}

impl T5 {
    /// Whether a file with this `general.architecture` is a model of this module.
    pub fn supports(architecture: &str) -> bool {
        architecture == ARCHITECTURE
    }

    /// Number of token ids, which is the length of one position's logits.
    pub fn vocab_size(&self) -> usize {
        self.config.vocab
    }

    /// Length of a token's hidden state.
    pub fn hidden_size(&self) -> usize {
        self.config.hidden
    }

    /// The longest input, and the longest output, in tokens.
    pub fn context_length(&self) -> usize {
        self.config.context
    }

    /// What the decoder reads first.
    pub fn start_token(&self) -> u32 {
        self.config.start_token
    }

    /// Encodes an input, which ends with the end-of-sequence token where the model wants one.
    ///
    /// # Errors
    /// [`Error::EmptyPrompt`], [`Error::ContextFull`], [`Error::TokenOutOfRange`] or [`Error::OutOfMemory`].
    pub fn encode(&self, ids: &[u32]) -> Result<EncoderState> {
        check_ids(ids, self.config.vocab, self.config.context)?;
        check_attention_memory(self.config.heads, ids.len(), ids.len())?;
        let mut past = vec![None; self.encoder.blocks.len()];
        let encoder = vec![None; self.encoder.blocks.len()];
        let hidden = self.run(&self.encoder, ids, 0, &mut past, &encoder).map_err(candle_error)?;
        Ok(EncoderState { hidden })
    }

    /// Starts an output sequence over an encoded input. The first token to step with is
    /// [`T5::start_token`].
    ///
    /// # Errors
    /// [`Error::State`] if the input was encoded by a model of another width.
    pub fn start(&self, input: &EncoderState) -> Result<DecoderState> {
        let (encoder_tokens, hidden) = input.hidden.dims2().map_err(candle_error)?;
        if hidden != self.config.hidden {
            let want = self.config.hidden;
            return Err(Error::State(format!("an input encoded to {hidden} numbers a token, this model has {want}")));
        }
        let cross = |(block, _): &(Block, _)| block.cross.as_ref().map(|c| c.keys_values(&input.hidden)).transpose();
        let encoder = self.decoder.blocks.iter().map(cross).collect::<candle_core::Result<_>>();
        Ok(DecoderState {
            tokens: 0,
            past: vec![None; self.decoder.blocks.len()],
            encoder: encoder.map_err(candle_error)?,
            encoder_tokens,
        })
    }

    /// Appends tokens to an output sequence; gives the logits after each of them, `[ids, vocab]`.
    /// On an error the sequence is what it was before.
    ///
    /// # Errors
    /// As [`T5::encode`], for the output sequence.
    pub fn step(&self, state: &mut DecoderState, ids: &[u32]) -> Result<Vec<f32>> {
        check_ids(ids, self.config.vocab, self.config.context)?;
        let tokens = state.tokens + ids.len();
        if tokens > self.config.context {
            return Err(Error::ContextFull { tokens, context: self.config.context });
        }
        check_attention_memory(self.config.heads, ids.len(), tokens.max(state.encoder_tokens))?;
        let mut past = state.past.clone();
        let logits = self
            .run(&self.decoder, ids, state.tokens, &mut past, &state.encoder)
            .and_then(|hidden| self.logits(&hidden)?.flatten_all()?.to_vec1())
            .map_err(candle_error)?;
        state.past = past;
        state.tokens = tokens;
        Ok(logits)
    }

    /// The logits of a whole given output sequence, `[decoder_ids, vocab]`.
    ///
    /// # Errors
    /// As [`T5::encode`], for the output sequence.
    pub fn decode(&self, input: &EncoderState, decoder_ids: &[u32]) -> Result<Vec<f32>> {
        self.step(&mut self.start(input)?, decoder_ids)
    }

    /// `ids` at positions `first..` through a stack and its final norm: `(ids, hidden)`.
    fn run(
        &self,
        stack: &Stack,
        ids: &[u32],
        first: usize,
        past: &mut [Option<KeyValues>],
        encoder: &[Option<KeyValues>],
    ) -> candle_core::Result<Tensor> {
        let mut x = self.embedding.embedding(&Tensor::new(ids, &Device::Cpu)?)?;
        let mut bias = None;
        for ((block, table), (past, encoder)) in stack.blocks.iter().zip(past.iter_mut().zip(encoder)) {
            if let Some(table) = table {
                bias = Some(table.scores(first, ids.len(), first + ids.len())?);
            }
            x = block.forward(&x, bias.as_ref(), past, encoder.as_ref())?;
        }
        stack.norm.apply(&x)
    }

    fn logits(&self, hidden: &Tensor) -> candle_core::Result<Tensor> {
        match &self.output {
            Some(output) => linear(hidden, output),
            None => linear(&(hidden * (self.config.hidden as f64).powf(-0.5))?, &self.embedding),
        }
    }
}

impl EncoderState {
    /// The encoder's output after its final norm, `[tokens, hidden]`.
    ///
    /// # Errors
    /// [`Error::Backend`] if the values cannot be read.
    pub fn to_vec(&self) -> Result<Vec<f32>> {
        self.hidden.flatten_all().and_then(|t| t.to_vec1()).map_err(candle_error)
    }
}

impl DecoderState {
    /// Tokens stepped with so far.
    pub fn tokens(&self) -> usize {
        self.tokens
    }
}
