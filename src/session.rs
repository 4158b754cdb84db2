//! One conversation on one model: prefix reuse, prefill in chunks, the decode loop, cancellation.
//! Knows no JavaScript and no terminal; whoever drives it calls `begin` once and `step` until done.
//!
//! Between steps the cache always holds a true prefix of prompt and answer, so a generation can be
//! dropped at any step and whatever comes next reuses what is there.

mod event;
mod flight;
mod infill;
mod info;
mod plan;
mod prompt;
mod request;
mod run;
mod thought;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::backend::{Backend, LogitRows};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::kv::KvCache;
use crate::model::Model;
pub use event::{Begun, Choice, Done, StepEvent, StopReason, Timings, Token, Usage};
use flight::Flight;
pub use infill::{Infill, InfillFile};
pub use info::{ModelInfo, fingerprint};
pub use plan::{Budget, ContextPlan};
pub use prompt::{Prompt, Prompts};
pub use request::{Request, Sampling, Stops};
use run::Run;

/// A generation without its session: what survives a device that was lost.
#[derive(Debug)]
pub struct Suspended(Run);

/// A model, its cache and the generation under way.
#[derive(Debug)]
pub struct Session<B: Backend> {
    model: Model<B>,
    kv: KvCache<B>,
    prompts: Arc<Prompts>,
    fingerprint: u64,
    run: Option<Run>,
    flight: Flight,
    cancelled: Arc<AtomicBool>,
    logits: Vec<f32>, // (vocab), of the last position
}

impl<B: Backend> Session<B> {
    /// An empty session. `fingerprint` names the model in saved sessions, see [`fingerprint`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the cache does not fit; [`Error::Tokenizer`] if the vocabulary is
    /// larger than the model's.
    pub fn new(mut model: Model<B>, prompts: Arc<Prompts>, fingerprint: u64) -> Result<Self> {
        let (tokens, rows) = (prompts.tokenizer().vocab_size(), model.config().vocab);
        if tokens > rows {
            return Err(Error::Tokenizer(format!("the vocabulary has {tokens} tokens, the model {rows}")));
        }
        let kv = model.new_cache()?;
        let cancelled = Arc::default();
        let (run, flight) = (None, Flight::default());
        Ok(Session { model, kv, prompts, fingerprint, run, flight, cancelled, logits: Vec::new() })
    }

    /// The model.
    pub fn model(&mut self) -> &mut Model<B> {
        &mut self.model
    }

    /// The backend's variant and number of threads.
    pub fn describe(&self) -> (String, usize) {
        self.model.describe()
    }

    /// Text ↔ tokens of this model.
    pub fn prompts(&self) -> &Arc<Prompts> {
        &self.prompts
    }

    /// The tokens whose keys and values are cached.
    pub fn cached(&self) -> &[u32] {
        self.kv.tokens()
    }

    /// Positions of the cache.
    pub fn context_length(&self) -> usize {
        self.kv.capacity()
    }

    /// Starts a generation; one that was under way is dropped.
    ///
    /// Reuses the longest prefix that the cache shares with the prompt. The last token of the prompt
    /// is always computed, because its logits are needed.
    ///
    /// # Errors
    /// [`Error::EmptyPrompt`], [`Error::ContextFull`], [`Error::TokenOutOfRange`],
    /// [`Error::BadParameter`], [`Error::Template`], [`Error::Grammar`], [`Error::NoInfill`]. The cache is unchanged then.
    pub fn begin(&mut self, request: &Request) -> Result<Begun> {
        self.drop_run();
        self.cancelled.store(false, Ordering::Relaxed);
        let guide = match &request.constraint {
            Some(constraint) => Some(self.prompts.grammars()?.compile(constraint)?),
            None => None,
        };
        let mut run = Run::new(request, self.prompts.prompt_within(request, self.kv.capacity())?, guide)?;
        let (prompt, context, vocab) = (run.prompt(), self.kv.capacity(), self.model.config().vocab);
        if prompt.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        if prompt.len() > context {
            return Err(Error::ContextFull { tokens: prompt.len(), context });
        }
        if let Some(&id) = prompt.iter().find(|&&id| id as usize >= vocab) {
            return Err(Error::TokenOutOfRange { id, vocab });
        }
        self.kv.set_rope_long(self.model.wants_long_rope(run.reach(context)));
        let shared = prompt.iter().zip(self.kv.tokens()).take_while(|(a, b)| a == b).count();
        let cached = shared.min(prompt.len() - 1);
        self.kv.truncate(cached);
        let begun = run.set_cached(cached);
        self.run = Some(run);
        Ok(begun)
    }

    /// Reads one chunk of the prompt or generates one token.
    ///
    /// # Errors
    /// [`Error::State`] without a generation under way; what the device reports. The generation is
    /// over then, and the session can begin another; but after [`Error::DeviceLost`] it can be taken
    /// out by [`Session::suspend`] and go on elsewhere.
    pub async fn step(&mut self) -> Result<StepEvent> {
        let mut run = self.run.take().ok_or_else(|| Error::State("step without begin".into()))?;
        if let Some(reason) = self.end(&run) {
            self.land();
            return Ok(run.finish(reason));
        }
        let since = now_ms();
        let in_prompt = self.kv.len() < run.prompt().len();
        // A resumed answer is read again up to its last token, as a prompt is.
        let event = if in_prompt || self.kv.len() + 1 < run.tokens().len() {
            self.prefill(&run).await
        } else {
            self.decode(&mut run).await
        };
        match &event {
            Ok(_) if in_prompt => run.spent_on_prompt(since),
            Ok(_) => run.spent_on_answer(since),
            Err(Error::DeviceLost(_)) => self.kv.truncate(0),
            Err(_) => return event,
        }
        self.run = Some(run);
        event
    }

    /// Why no further step is to be made, if so.
    fn end(&self, run: &Run) -> Option<StopReason> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Some(StopReason::Cancelled);
        }
        if self.kv.len() < run.prompt().len() {
            return None;
        }
        // The next token needs the last one in the cache.
        let full = run.tokens().len() > self.kv.capacity();
        run.end().or_else(|| full.then_some(StopReason::Context))
    }

    async fn prefill(&mut self, run: &Run) -> Result<StepEvent> {
        let (start, total) = (self.kv.len(), run.tokens().len());
        let done = total.min(start + self.model.plan().max_batch);
        let rows = if done == total { LogitRows::Last } else { LogitRows::None };
        self.model.forward(&mut self.kv, &run.tokens()[start..done], rows)?;
        if rows == LogitRows::Last && !self.flies(run) {
            self.read_logits().await?;
        } else if let Err(error) = self.model.backend().settle().await {
            self.kv.truncate(0);
            return Err(error);
        }
        Ok(StepEvent::Prefill { done, total })
    }

    /// The one place where a token comes into being, but for those that the backend draws itself.
    async fn decode(&mut self, run: &mut Run) -> Result<StepEvent> {
        if self.flies(run) {
            return self.fly(run).await;
        }
        // The first token's logits came with the prompt; later ones need the token before in the cache.
        let missing = &run.tokens()[self.kv.len()..];
        if !missing.is_empty() {
            self.model.forward(&mut self.kv, missing, LogitRows::Last)?;
            self.read_logits().await?;
        }
        Ok(StepEvent::Token(run.sample(&mut self.logits, self.prompts.tokenizer())?))
    }

    fn drop_run(&mut self) {
        self.run = None;
        self.land();
    }

    async fn read_logits(&mut self) -> Result<()> {
        let result = self.model.backend().read_logits(&mut self.logits).await;
        if result.is_err() {
            // Steps were queued and some failed: nothing in the cache can be trusted.
            self.kv.truncate(0);
        }
        result
    }

    /// Takes the generation under way out, to go on in another session of the same model.
    pub fn suspend(&mut self) -> Option<Suspended> {
        self.land();
        self.run.take().map(Suspended)
    }

    /// Goes on with a generation of another session: the next steps read prompt and answer again
    /// as far as the cache lacks them, then generate from there.
    pub fn resume(&mut self, Suspended(run): Suspended) {
        self.drop_run();
        self.cancelled.store(false, Ordering::Relaxed);
        self.kv.set_rope_long(self.model.wants_long_rope(run.reach(self.kv.capacity())));
        let shared = run.tokens().iter().zip(self.kv.tokens()).take_while(|(a, b)| a == b).count();
        self.kv.truncate(shared.min(run.tokens().len() - 1));
        self.run = Some(run);
    }

    /// Makes the next step answer `done` with reason `cancelled`. The cache stays valid.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// A handle that cancels while a step is under way.
    pub fn cancel_handle(&self) -> Arc<AtomicBool> {
        self.cancelled.clone()
    }

    /// Forgets the cache and the generation under way.
    pub fn reset(&mut self) {
        self.drop_run();
        self.kv.truncate(0);
    }

    /// Serializes the cache, see [`KvCache::save`].
    ///
    /// # Errors
    /// As the device reports.
    pub async fn save(&mut self) -> Result<Vec<u8>> {
        self.kv.save(self.model.backend(), self.fingerprint).await
    }

    /// Replaces the cache by a saved one; a generation under way is dropped.
    ///
    /// # Errors
    /// [`Error::Session`] if the bytes are damaged or another model's, [`Error::ContextFull`] if they
    /// hold more than this context. The cache is unchanged then.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        self.drop_run();
        self.kv.restore(self.model.backend(), self.fingerprint, bytes)
    }
}
