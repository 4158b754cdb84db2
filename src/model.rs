//! forward<B: Backend>, written once: the order of steps for every decoder family.
//! Knows no token text, no sampling and no device.

use std::sync::Arc;

use crate::backend::{Backend, LogitRows, Plan, Span, Weights};
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::kv::KvCache;
use crate::reason::Reason;
use crate::weights::WeightsLoader;

/// What a user may choose when loading.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions {
    /// Positions of the KV cache; `None` takes the model's context, up to [`DEFAULT_CONTEXT`].
    pub context_length: Option<usize>,
    /// Tokens of a prefill chunk.
    pub max_batch: usize,
}

/// The context taken where the user names none: enough for a long chat, small enough for a phone.
pub const DEFAULT_CONTEXT: usize = 4096;

/// The shortest context that a lack of memory leads to.
pub const LEAST_CONTEXT: usize = 512;

impl Default for LoadOptions {
    fn default() -> Self {
        LoadOptions { context_length: None, max_batch: 64 }
    }
}

impl LoadOptions {
    /// Whether a model can be loaded like this.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for an unusable option, [`Error::OutOfMemory`] for more than can be addressed.
    pub fn check(&self, config: &ModelConfig) -> Result<()> {
        let limit = if config.learned_positions { config.context_length } else { 1 << 20 };
        let bad = |name, problem| Err(Error::BadParameter { name, problem });
        match self.context_length {
            Some(0) => bad("context_length", "must not be 0".into()),
            Some(n) if n > limit => {
                bad("context_length", format!("{n} is more than the {limit} positions this model can have"))
            }
            _ if self.max_batch == 0 => bad("max_batch", "must not be 0".into()),
            _ => {
                let context = self.context_length.unwrap_or(config.context_length.min(DEFAULT_CONTEXT));
                config.check_room(config.layers.len(), context, self.max_batch.min(context))
            }
        }
    }
}

/// Takes tensors in any order and becomes a [`Model`].
#[derive(Debug)]
pub struct ModelLoader<B: Backend> {
    config: Arc<ModelConfig>,
    options: LoadOptions,
    weights: WeightsLoader<B>,
    backend: B,
}

impl<B: Backend> ModelLoader<B> {
    /// Validates the header and allocates the weights.
    ///
    /// # Errors
    /// Any error of the configuration, the tensor directory or the backend's allocation;
    /// [`Error::BadParameter`] for an unusable option.
    pub fn new(gguf: &Gguf, backend: B, options: LoadOptions) -> Result<Self> {
        Self::with_config(gguf, ModelConfig::from_gguf(gguf)?, backend, options)
    }

    /// As [`ModelLoader::new`], for a configuration that is not in the metadata.
    ///
    /// # Errors
    /// As [`ModelLoader::new`].
    pub fn with_config(gguf: &Gguf, config: ModelConfig, mut backend: B, options: LoadOptions) -> Result<Self> {
        options.check(&config)?;
        let config = Arc::new(config);
        let weights = WeightsLoader::new(gguf, config.clone(), &mut backend)?;
        Ok(ModelLoader { config, options, weights, backend })
    }

    /// Whether tensor `index` of the directory is read by this architecture.
    pub fn wants(&self, index: usize) -> bool {
        self.weights.wants(index)
    }

    /// Where the model will be.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// The bytes in which tensor `index` may be handed over, see [`WeightsLoader::piece`].
    pub fn piece(&self, index: usize) -> u64 {
        self.weights.piece(index)
    }

    /// Hands over the bytes of tensor `index` of the directory, or the next piece of them.
    ///
    /// # Errors
    /// As [`WeightsLoader::tensor`].
    pub fn tensor(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        self.weights.tensor(index, bytes, &mut self.backend)
    }

    /// All tensors are in.
    ///
    /// # Errors
    /// [`Error::MissingTensor`], [`Error::OutOfMemory`].
    pub fn finish(self) -> Result<Model<B>> {
        let ModelLoader { config, options, weights, mut backend } = self;
        let (weights, rope) = weights.finish(&mut backend)?;
        let context = options.context_length.unwrap_or(config.context_length.min(DEFAULT_CONTEXT));
        let plan = Plan { config: config.clone(), context, max_batch: options.max_batch.min(context), rope };
        backend.prepare(&plan, &weights)?;
        Ok(Model { plan, weights, backend, cache: None, note: None })
    }

    /// As [`ModelLoader::finish`], waiting until memory is really there; where the context is too much
    /// for it, with half of it, and so on down to [`LEAST_CONTEXT`].
    ///
    /// # Errors
    /// As [`ModelLoader::finish`]; what the device reports.
    pub async fn fit(self) -> Result<Model<B>> {
        let ModelLoader { config, options, weights, mut backend } = self;
        let (weights, rope) = weights.finish(&mut backend)?;
        // That the weights are in must not be doubted below.
        backend.settle().await?;
        let wanted = options.context_length.unwrap_or(config.context_length.min(DEFAULT_CONTEXT));
        let mut plan = Plan { config, context: wanted, max_batch: options.max_batch.min(wanted), rope };
        loop {
            match reserve(&mut backend, &plan, &weights).await {
                Ok(kv) => {
                    let note = (plan.context < wanted).then_some(Reason::ShortContext { length: plan.context, wanted });
                    return Ok(Model { plan, weights, backend, cache: Some(kv), note });
                }
                Err(Error::OutOfMemory { .. }) if plan.context > LEAST_CONTEXT => {
                    plan.context = (plan.context / 2).max(LEAST_CONTEXT);
                    plan.max_batch = plan.max_batch.min(plan.context);
                    // What else went wrong for want of that memory is told until here.
                    let _ = backend.settle().await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Run state and a cache, when they are really there.
async fn reserve<B: Backend>(backend: &mut B, plan: &Plan, weights: &Weights<B>) -> Result<B::Kv> {
    backend.prepare(plan, weights)?;
    let kv = backend.kv()?;
    backend.settle().await?;
    Ok(kv)
}

/// A decoder ready to run.
#[derive(Debug)]
pub struct Model<B: Backend> {
    plan: Plan,
    weights: Weights<B>,
    backend: B,
    cache: Option<B::Kv>, // allocated while loading, for whoever asks first
    note: Option<Reason>,
}

impl<B: Backend> Model<B> {
    /// What the user should know about how it was loaded.
    pub fn note(&self) -> Option<&Reason> {
        self.note.as_ref()
    }

    /// The architecture.
    pub fn config(&self) -> &ModelConfig {
        &self.plan.config
    }

    /// Sizes chosen at load.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The backend's variant and number of threads.
    pub fn describe(&self) -> (String, usize) {
        self.backend.describe()
    }

    /// The backend, for cache transfers.
    pub fn backend(&mut self) -> &mut B {
        &mut self.backend
    }

    /// The weights and the backend together, for steps outside [`Model::forward`].
    pub fn parts(&mut self) -> (&mut B, &Weights<B>, &Plan) {
        (&mut self.backend, &self.weights, &self.plan)
    }

    /// An empty cache for this model.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new_cache(&mut self) -> Result<KvCache<B>> {
        let kv = match self.cache.take() {
            Some(kv) => kv,
            None => self.backend.kv()?,
        };
        Ok(KvCache::new(kv, self.plan.context))
    }

    /// Whether a sequence that will grow to `len` positions needs the long rotary factors.
    pub fn wants_long_rope(&self, len: usize) -> bool {
        self.plan.rope.global_long.is_some() && self.config().rope.original_context.is_some_and(|n| len > n)
    }

    /// Appends tokens to the sequence in `kv` and queues the logits that `rows` asks for.
    ///
    /// At most `plan.max_batch` tokens at once.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`], [`Error::ContextFull`], [`Error::EmptyPrompt`]; what the device
    /// reports. The cache then holds what it held before.
    pub fn forward(&mut self, kv: &mut KvCache<B>, tokens: &[u32], rows: LogitRows) -> Result<()> {
        if tokens.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        if tokens.len() > self.plan.max_batch {
            return Err(Error::State(format!("{} tokens in one batch of {}", tokens.len(), self.plan.max_batch)));
        }
        let vocab = self.config().vocab;
        if let Some(&id) = tokens.iter().find(|&&t| t as usize >= vocab) {
            return Err(Error::TokenOutOfRange { id, vocab });
        }
        let before = kv.len();
        let span = kv.push(tokens)?;
        let queued = self.backend.embed(&self.weights, tokens, span);
        let result = queued.and_then(|()| self.layers(kv, span, rows));
        if result.is_err() {
            kv.truncate(before);
        }
        result
    }

    /// As [`Model::forward`], of the token that the device has drawn last, with its logits.
    ///
    /// # Errors
    /// [`Error::ContextFull`]; what the device reports.
    pub fn forward_drawn(&mut self, kv: &mut KvCache<B>) -> Result<()> {
        let span = kv.push_drawn()?;
        self.backend.embed_drawn(span)?;
        self.layers(kv, span, LogitRows::Last)
    }

    fn layers(&mut self, kv: &mut KvCache<B>, span: Span, rows: LogitRows) -> Result<()> {
        let (b, w) = (&mut self.backend, &self.weights);
        for (i, layer) in w.layers.iter().enumerate() {
            b.attn_in(layer, span)?;
            b.attend(layer, i, &mut kv.store, span)?;
            b.attn_out(layer, span)?;
            b.mlp_in(layer, span)?;
            b.mlp_out(layer, span)?;
        }
        if rows != LogitRows::None {
            b.logits(w, span, rows)?;
        }
        Ok(())
    }
}
