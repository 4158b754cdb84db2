//! What a request may ask of the sampler, and the range of each value.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Sampling parameters; absent ones take the defaults. Names follow the OpenAI API where it has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SamplingParams {
    /// 0 takes the likeliest token; 1 is the model's own distribution.
    pub temperature: f32,
    /// Only the likeliest so many; 0 is no limit.
    pub top_k: usize,
    /// Only the likeliest that together reach this probability; 1 is no limit.
    pub top_p: f32,
    /// Only those at least this likely relative to the likeliest; 0 is no limit.
    pub min_p: f32,
    /// Divides positive and multiplies negative logits of tokens in the history; 1 is off.
    pub repetition_penalty: f32,
    /// Subtracted once per occurrence in the history.
    pub frequency_penalty: f32,
    /// Subtracted once if the token is in the history.
    pub presence_penalty: f32,
    /// How many tokens of the history the penalties look at; 0 is all of them.
    pub penalty_last_n: usize,
    /// Same seed, same parameters, same logits: same ids. Absent or negative: a random one.
    pub seed: Option<i64>,
}

impl Default for SamplingParams {
    fn default() -> Self {
        SamplingParams {
            temperature: 0.8,
            top_k: 40,
            top_p: 0.95,
            min_p: 0.05,
            repetition_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            penalty_last_n: 64,
            seed: None,
        }
    }
}

impl SamplingParams {
    /// Always the likeliest token.
    pub fn greedy() -> Self {
        SamplingParams { temperature: 0.0, ..SamplingParams::default() }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::BadParameter`] naming the first value outside its range.
    pub fn validate(&self) -> Result<()> {
        range("temperature", self.temperature, 0.0, 100.0)?;
        range("top_p", self.top_p, 0.0, 1.0)?;
        range("min_p", self.min_p, 0.0, 1.0)?;
        range("repetition_penalty", self.repetition_penalty, 0.01, 100.0)?;
        range("frequency_penalty", self.frequency_penalty, -2.0, 2.0)?;
        range("presence_penalty", self.presence_penalty, -2.0, 2.0)
    }
}

fn range(name: &'static str, value: f32, low: f32, high: f32) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Error::BadParameter { name, problem: format!("must be between {low} and {high}, is {value}") })
}
