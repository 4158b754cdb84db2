//! The state of one generation: what was read, what was generated, why and when it ends.
//! Touches neither the model nor the cache.

use super::event::{Begun, Choice, Done, StepEvent, StopReason, Timings, Token, Usage};
use super::prompt::Prompt;
use super::request::Request;
use crate::backend::Draw;
use crate::clock::now_ms;
use crate::error::Result;
use crate::grammar::Guide;
use crate::sampler::{Sampler, SamplingParams};
use crate::stream::TextStream;
use crate::tokenizer::Tokenizer;

/// One generation under way.
#[derive(Debug)]
pub(super) struct Run {
    /// The prompt, then what was generated.
    tokens: Vec<u32>,
    prompt_n: usize,
    cached_n: usize,
    thought_end: Option<&'static str>,
    sampler: Sampler,
    guide: Option<Guide>,
    stream: TextStream,
    logprobs: Option<usize>,
    max_tokens: usize,
    ignore_eos: bool,
    end: Option<StopReason>,
    prompt_ms: f64,
    predicted_ms: f64,
}

impl Run {
    /// Prepares a generation; `cached_n` is set once the cache has been looked at.
    pub fn new(request: &Request, prompt: Prompt, guide: Option<Guide>) -> Result<Self> {
        let stops = request.stop.as_ref().map(|s| s.to_vec()).unwrap_or_default();
        Ok(Run {
            prompt_n: prompt.ids.len(),
            tokens: prompt.ids,
            cached_n: 0,
            thought_end: prompt.thought_end,
            sampler: Sampler::new(SamplingParams::from(&request.sampling))?,
            guide,
            stream: if prompt.opens_text { TextStream::new(stops) } else { TextStream::continuing(stops) },
            logprobs: request.logprobs,
            max_tokens: request.max_tokens.unwrap_or(usize::MAX),
            ignore_eos: request.ignore_eos.unwrap_or(false),
            end: None,
            prompt_ms: 0.0,
            predicted_ms: 0.0,
        })
    }

    pub fn set_cached(&mut self, cached_n: usize) -> Begun {
        self.cached_n = cached_n;
        Begun { prompt_n: self.prompt_n, cached_n, thought_end: self.thought_end }
    }

    pub fn prompt(&self) -> &[u32] {
        &self.tokens[..self.prompt_n]
    }

    /// The prompt, then what was generated.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// How long the sequence can become, at most `context`.
    pub fn reach(&self, context: usize) -> usize {
        self.prompt_n.saturating_add(self.max_tokens).min(context)
    }

    /// Why there will be no further token, if that is known already.
    pub fn end(&self) -> Option<StopReason> {
        let generated = self.tokens.len() - self.prompt_n;
        self.end.or_else(|| (generated >= self.max_tokens).then_some(StopReason::Length))
    }

    pub fn spent_on_prompt(&mut self, since: f64) {
        self.prompt_ms += now_ms() - since;
    }

    pub fn spent_on_answer(&mut self, since: f64) {
        self.predicted_ms += now_ms() - since;
    }

    /// How a device would choose the token that is `ahead` tokens away; none where the choice needs
    /// more than the logits of one step, or more than the token is wanted.
    pub fn draw(&self, ahead: usize) -> Option<Draw> {
        let plain = self.guide.is_none() && self.logprobs.is_none();
        plain.then(|| self.sampler.draw(ahead, self.tokens.len() + ahead))
    }

    /// Whether a token is wanted behind `ahead` others.
    pub fn wants(&self, ahead: usize) -> bool {
        self.end.is_none() && self.tokens.len() - self.prompt_n + ahead < self.max_tokens
    }

    /// Takes the next token as a device has drawn it.
    pub fn take(&mut self, id: u32, tokenizer: &Tokenizer) -> Token {
        self.sampler.skip();
        self.accept(id, tokenizer)
    }

    /// Chooses the next token from the logits of the last position. Changes `logits`.
    ///
    /// # Errors
    /// [`Error::Grammar`](crate::Error::Grammar) if the constraint allows no token.
    pub fn sample(&mut self, logits: &mut [f32], tokenizer: &Tokenizer) -> Result<Token> {
        // The penalties change the logits; probabilities are those of the model itself.
        let plain = self.logprobs.map(|k| (k, logits.to_vec()));
        if let Some(guide) = &mut self.guide {
            guide.mask(logits)?;
        }
        let id = self.sampler.sample(logits, &self.tokens);
        let bytes = |id: u32| self.stream.piece(tokenizer, id).to_vec();
        let probabilities = plain.map(|(k, logits)| {
            let probs = Sampler::logprobs(&logits, id, k);
            let choice = |&(id, logprob): &(u32, f32)| {
                let text = String::from_utf8_lossy(&bytes(id)).into_owned();
                Choice { id, text, bytes: bytes(id), logprob }
            };
            (probs.logprob, (k > 0).then(|| probs.top.iter().map(choice).collect()), bytes(id))
        });
        let mut token = self.accept(id, tokenizer);
        // The end of a turn is no part of the answer, and nothing that its probability could stand beside.
        if let Some((logprob, top, bytes)) = probabilities.filter(|_| !self.ends(id, tokenizer)) {
            (token.logprob, token.top, token.bytes) = (Some(logprob), top, Some(bytes));
        }
        if let Some(guide) = &mut self.guide {
            guide.accept(id)?;
            if guide.is_done() {
                self.end = Some(StopReason::Stop);
            }
        }
        Ok(token)
    }

    /// Takes a chosen token and gives the text that has become certain.
    fn accept(&mut self, id: u32, tokenizer: &Tokenizer) -> Token {
        self.tokens.push(id);
        let mut token = Token { text: String::new(), id, control: None, bytes: None, logprob: None, top: None };
        if self.ends(id, tokenizer) {
            self.end = Some(StopReason::Stop);
            return token;
        }
        token.text = self.stream.push(tokenizer, id);
        token.control = tokenizer.control_text(id).map(str::to_owned);
        if self.stream.stopped().is_some() {
            self.end = Some(StopReason::Stop);
        }
        token
    }

    /// Whether a token ends the turn.
    fn ends(&self, id: u32, tokenizer: &Tokenizer) -> bool {
        !self.ignore_eos && tokenizer.stop_ids().contains(&id)
    }

    /// The last event.
    pub fn finish(mut self, reason: StopReason) -> StepEvent {
        let predicted_n = self.tokens.len() - self.prompt_n;
        StepEvent::Done(Done {
            reason,
            text: self.stream.finish(),
            usage: Usage {
                prompt_tokens: self.prompt_n,
                completion_tokens: predicted_n,
                total_tokens: self.tokens.len(),
                cached_tokens: self.cached_n,
            },
            timings: Timings {
                prompt_n: self.prompt_n - self.cached_n,
                prompt_ms: self.prompt_ms,
                predicted_n,
                predicted_ms: self.predicted_ms,
                cached_n: self.cached_n,
            },
        })
    }
}
