//! What a backend must do: the steps of a decoder layer, cut where kernels fuse.
//!
//! A decoder layer is five steps, the same for every backend; each runs as one dispatch or one
//! parallel region. A backend owns its activations (the *run state*): the steps read and write it in
//! order, so no buffer travels through the trait. Weights are immutable after `fill`; what changes
//! from token to token lives in the run state and in the [`Backend::Kv`] that is passed in.

use std::future::Future;
use std::sync::Arc;

use crate::config::{LayerConfig, ModelConfig, RopeTable};
use crate::error::{Error, Result};
use crate::gguf::GgmlType;

pub mod cpu;
mod draws;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod scalar;

pub use draws::{Draw, Draws};

/// One tensor of a matrix that stacks several by rows, such as Q, K and V.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The tensor's name in the file, for errors.
    pub name: String,
    /// Output features of this part.
    pub rows: usize,
    /// Input features, the same for all parts.
    pub cols: usize,
    /// Block format of the bytes that will be filled in.
    pub dtype: GgmlType,
}

/// Rows of a piece of a part are a multiple of this, so that backends may group rows.
pub const PIECE_ROWS: usize = 8;

impl Part {
    /// How many rows `bytes` are, which are to lie from row `first` on.
    ///
    /// # Errors
    /// [`Error::TensorBytes`] if they are not whole rows, or more than there are.
    pub fn rows_of(&self, first: usize, bytes: &[u8]) -> Result<usize> {
        let row = self.dtype.bytes(self.cols).filter(|&row| row > 0 && bytes.len().is_multiple_of(row));
        row.map(|row| bytes.len() / row).filter(|rows| first + rows <= self.rows).ok_or_else(|| Error::TensorBytes {
            name: self.name.clone(),
            dtype: self.dtype.to_string(),
            elements: self.rows * self.cols,
            want: self.dtype.bytes((self.rows - first.min(self.rows)) * self.cols).unwrap_or(0),
            got: bytes.len(),
        })
    }
}

/// A matrix with an optional bias: y = W·x + b.
#[derive(Debug)]
pub struct Linear<B: Backend> {
    /// (rows, cols)
    pub weight: B::Matrix,
    /// (rows)
    pub bias: Option<B::Vector>,
}

/// Weights of a norm.
#[derive(Debug)]
pub struct NormWeights<B: Backend> {
    /// (width)
    pub weight: B::Vector,
    /// (width), layer norms only.
    pub bias: Option<B::Vector>,
}

/// The weights of one decoder layer.
#[derive(Debug)]
pub struct LayerWeights<B: Backend> {
    /// Window and rotation of this layer.
    pub config: LayerConfig,
    /// Norm before attention; absent where the family has none (olmo2).
    pub attn_norm: Option<NormWeights<B>>,
    /// Q rows, then K rows, then V rows: (qkv_rows, dim).
    pub qkv: Linear<B>,
    /// (head_dim), or (q_dim) for [`QkNorm::Full`](crate::config::QkNorm).
    pub q_norm: Option<B::Vector>,
    /// (head_dim), or (kv_dim).
    pub k_norm: Option<B::Vector>,
    /// (dim, q_dim)
    pub attn_out: Linear<B>,
    /// Norm of the attention output, before it joins the residual.
    pub post_attn_norm: Option<NormWeights<B>>,
    /// Norm before the MLP.
    pub ffn_norm: Option<NormWeights<B>>,
    /// Gate rows, then up rows (up rows only without a gate): (gate_up_rows, dim).
    pub gate_up: Linear<B>,
    /// (dim, ff)
    pub down: Linear<B>,
    /// Norm of the MLP output, before it joins the residual.
    pub post_ffn_norm: Option<NormWeights<B>>,
}

/// All weights of a decoder.
#[derive(Debug)]
pub struct Weights<B: Backend> {
    /// (vocab, dim)
    pub token_embd: B::Matrix,
    /// (context, dim), learned positions only.
    pub position_embd: Option<B::Matrix>,
    /// One a layer.
    pub layers: Vec<LayerWeights<B>>,
    /// Norm before the head.
    pub output_norm: NormWeights<B>,
    /// (vocab, dim); `None` where the head is the embedding table.
    pub head: Option<Linear<B>>,
}

/// What a backend prepares for: sizes that hold until the model is dropped.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The architecture.
    pub config: Arc<ModelConfig>,
    /// Positions of the KV cache, at most the model's context length unless the user insists.
    pub context: usize,
    /// Tokens of the largest batch that will be forwarded at once.
    pub max_batch: usize,
    /// Rotary tables, to be picked by [`Rope`].
    pub rope: RopeTables,
}

/// The rotary tables of a model.
#[derive(Debug, Clone)]
pub struct RopeTables {
    /// Global layers; for LongRoPE the short factors.
    pub global: RopeTable,
    /// Global layers of a LongRoPE model beyond its original context.
    pub global_long: Option<RopeTable>,
    /// Windowed layers with a base of their own.
    pub local: RopeTable,
}

impl RopeTables {
    /// The table for a layer, or `None` where it does not rotate.
    pub fn pick(&self, layer: &LayerConfig, long: bool) -> Option<&RopeTable> {
        Some(match layer.rope? {
            crate::config::RopeKind::Local => &self.local,
            crate::config::RopeKind::Global => self.global_long.as_ref().filter(|_| long).unwrap_or(&self.global),
        })
    }
}

/// Which positions of a batch need logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogitRows {
    /// None: the batch only fills the cache.
    None,
    /// The last position.
    Last,
    /// Every position.
    All,
}

/// Where a batch of tokens stands in a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Position of the first token.
    pub start: usize,
    /// Number of tokens.
    pub len: usize,
    /// The sequence uses the long rotary factors.
    pub rope_long: bool,
}

/// A computing device for decoders.
///
/// Steps may be queued rather than run: only [`Backend::read_logits`] and the `kv` transfers wait.
/// A step reports what it can see at once; errors of a queue surface at the next wait.
pub trait Backend: Draws + Sized + 'static {
    /// Several stacked tensors, in the backend's own layout.
    type Matrix: std::fmt::Debug;
    /// An f32 vector.
    type Vector: std::fmt::Debug;
    /// Keys and values of all layers.
    type Kv: std::fmt::Debug;

    /// `scalar`, `cpu` or `gpu`.
    const NAME: &'static str;

    /// The variant in use, such as `simd128`, and the number of threads.
    fn describe(&self) -> (String, usize);

    /// Allocates a matrix of stacked parts, to be filled one part at a time.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`](crate::Error), [`Error::OutOfMemory`](crate::Error).
    fn matrix(&mut self, parts: &[Part]) -> Result<Self::Matrix>;

    /// Fills rows of part `part`, from `first` on, from the file's bytes, repacking on the way.
    ///
    /// `first` is a multiple of [`PIECE_ROWS`], and so are the rows of all pieces but the last.
    ///
    /// # Errors
    /// [`Error::TensorBytes`](crate::Error) if the bytes are not whole rows of the part.
    fn fill(&mut self, matrix: &mut Self::Matrix, part: usize, first: usize, bytes: &[u8]) -> Result<()>;

    /// Uploads a vector.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error).
    fn vector(&mut self, data: &[f32]) -> Result<Self::Vector>;

    /// Allocates the run state, after all weights are filled; again, for a shorter context, if that
    /// (or the first cache) was more than memory bears.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error).
    fn prepare(&mut self, plan: &Plan, weights: &Weights<Self>) -> Result<()>;

    /// Allocates an empty cache of `plan.context` positions.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error).
    fn kv(&mut self) -> Result<Self::Kv>;

    /// Copies positions `0..len` of all layers from one cache to another.
    ///
    /// # Errors
    /// [`Error::Backend`](crate::Error).
    fn kv_copy(&mut self, from: &Self::Kv, to: &mut Self::Kv, len: usize) -> Result<()>;

    /// Reads positions `0..len` as f32: for each layer keys (len, kv_dim), then values (len, kv_dim).
    ///
    /// # Errors
    /// [`Error::Backend`](crate::Error), [`Error::DeviceLost`](crate::Error).
    fn kv_read(&mut self, kv: &Self::Kv, len: usize) -> impl Future<Output = Result<Vec<f32>>>;

    /// The inverse of [`Backend::kv_read`].
    ///
    /// # Errors
    /// [`Error::Session`](crate::Error) if the length is wrong.
    fn kv_write(&mut self, kv: &mut Self::Kv, len: usize, data: &[f32]) -> Result<()>;

    /// Residual ← embeddings of the tokens, scaled, plus learned positions.
    ///
    /// # Errors
    /// As the device reports.
    fn embed(&mut self, weights: &Weights<Self>, tokens: &[u32], span: Span) -> Result<()>;

    /// QKV ← W·norm(residual) + b.
    ///
    /// # Errors
    /// As the device reports.
    fn attn_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()>;

    /// QK-norm, rotation, cache write at `span`, attention over the cache.
    ///
    /// # Errors
    /// As the device reports.
    fn attend(&mut self, layer: &LayerWeights<Self>, index: usize, kv: &mut Self::Kv, span: Span) -> Result<()>;

    /// Residual ← residual + post_norm(W·attention + b).
    ///
    /// # Errors
    /// As the device reports.
    fn attn_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()>;

    /// Hidden ← act(gate) · up of norm(residual).
    ///
    /// # Errors
    /// As the device reports.
    fn mlp_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()>;

    /// Residual ← residual + post_norm(W·hidden + b).
    ///
    /// # Errors
    /// As the device reports.
    fn mlp_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()>;

    /// Logits ← head · norm(residual), soft-capped.
    ///
    /// # Errors
    /// As the device reports.
    fn logits(&mut self, weights: &Weights<Self>, span: Span, rows: LogitRows) -> Result<()>;

    /// Waits until what was queued is done, so that progress is true and a stop takes effect soon.
    ///
    /// # Errors
    /// What the queue reported.
    fn settle(&mut self) -> impl Future<Output = Result<()>> {
        std::future::ready(Ok(()))
    }

    /// The logits of the last [`Backend::logits`], (rows, vocab), into `out`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`](crate::Error), [`Error::Backend`](crate::Error).
    fn read_logits(&mut self, out: &mut Vec<f32>) -> impl Future<Output = Result<()>>;
}
