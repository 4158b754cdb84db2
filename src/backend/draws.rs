//! Tokens chosen on the device, several under way at once: what a backend may be able to do besides
//! giving logits. The rules are the [sampler](crate::sampler)'s; that one is the reference.

use std::future::Future;

use super::Span;
use crate::error::{Error, Result};

/// How the next token is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "documented on SamplingParams, field by field")]
pub struct Draw {
    pub temperature: f32,
    pub top_k: usize,
    pub top_p: f32,
    pub min_p: f32,
    pub repetition_penalty: f32,
    pub frequency_penalty: f32,
    pub presence_penalty: f32,
    pub penalty_last_n: usize,
    pub seed: u32,
    /// Draws made before this one.
    pub position: u32,
    /// Tokens before this one, prompt and answer.
    pub history: usize,
}

impl Draw {
    /// The likeliest token is taken.
    pub fn is_greedy(&self) -> bool {
        self.temperature <= 0.0 || self.top_k == 1
    }

    /// Tokens in the history change their chances.
    pub fn penalizes(&self) -> bool {
        self.repetition_penalty != 1.0 || self.frequency_penalty != 0.0 || self.presence_penalty != 0.0
    }
}

fn cannot<T>() -> Result<T> {
    Err(Error::State("this backend draws no tokens".into()))
}

/// Drawing on the device. Without an implementation a backend gives logits only.
///
/// An answer begins with [`Draws::remember`]; then each [`Draws::draw`] takes the logits queued last,
/// and [`Draws::embed_drawn`] starts the step of the token that was drawn last. Nothing of this waits
/// but [`Draws::drawn`].
pub trait Draws {
    /// Whether the device can draw like this.
    fn draws(&self, _how: &Draw) -> bool {
        false
    }

    /// How many tokens should be under way before the oldest is waited for; at least 1.
    fn depth(&self) -> usize {
        1
    }

    /// Takes the history that the penalties look at.
    ///
    /// # Errors
    /// As the device reports.
    fn remember(&mut self, _history: &[u32]) -> Result<()> {
        cannot()
    }

    /// Queues a draw from the logits of the last position, which it may change.
    ///
    /// # Errors
    /// As the device reports.
    fn draw(&mut self, _how: &Draw) -> Result<()> {
        cannot()
    }

    /// As `Backend::embed`, of the token drawn last, whatever it is.
    ///
    /// # Errors
    /// As the device reports.
    fn embed_drawn(&mut self, _span: Span) -> Result<()> {
        cannot()
    }

    /// Waits for the oldest token that was drawn and not taken yet.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] and whatever the device reported meanwhile.
    fn drawn(&mut self) -> impl Future<Output = Result<u32>> {
        std::future::ready(cannot())
    }

    /// Forgets what was drawn and not taken.
    fn forget_drawn(&mut self) {}
}
