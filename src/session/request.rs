//! What a caller asks of a session, as JSON carries it. Checks nothing that needs a model.

use serde::Deserialize;
use serde_json::Value;

use super::infill::Infill;
use crate::grammar::Constraint;
use crate::sampler::SamplingParams;

/// One generation. Exactly one of `messages`, `prompt`, `ids` and `infill` says what to write.
///
/// Names are those of the OpenAI API where it has them; an absent field takes its default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Request {
    /// A conversation, rendered by the model's chat template.
    #[cfg_attr(test, ts(optional, type = "Message[]"))]
    pub messages: Option<Vec<Value>>,
    /// A text to continue; special tokens in it are parsed.
    pub prompt: Option<String>,
    /// Token ids, taken as they are.
    #[cfg_attr(test, ts(optional, type = "ArrayLike<number>"))]
    pub ids: Option<Vec<u32>>,
    /// A gap in a text to fill.
    pub infill: Option<Infill>,
    /// Tools for the chat template.
    #[cfg_attr(test, ts(optional, type = "unknown[]"))]
    pub tools: Option<Value>,
    /// Further variables of the chat template, such as `enable_thinking`.
    #[serde(alias = "chat_template_kwargs")]
    #[cfg_attr(test, ts(optional, type = "Record<string, unknown>"))]
    pub template_vars: Option<serde_json::Map<String, Value>>,
    /// Tokens to generate at most; absent: until the context is full.
    pub max_tokens: Option<usize>,
    /// Texts that end the answer and are not part of it.
    pub stop: Option<Stops>,
    /// What the answer must be a sentence of.
    pub constraint: Option<Constraint>,
    /// How many alternatives to report with each token; absent: no probabilities at all.
    pub logprobs: Option<usize>,
    /// Go on past end-of-turn tokens.
    pub ignore_eos: Option<bool>,
    /// Open the assistant's turn after the last message (the default).
    pub add_generation_prompt: Option<bool>,
    /// Go on inside the last message, which is the assistant's.
    pub continue_final: Option<bool>,
    /// Sampling parameters stand beside the other fields.
    #[serde(flatten)]
    pub sampling: Sampling,
}

/// `stop` may be one text or several, as in the OpenAI API.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Stops {
    /// One text.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Stops {
    /// The texts as a list.
    pub fn to_vec(&self) -> Vec<String> {
        match self {
            Stops::One(text) => vec![text.clone()],
            Stops::Many(texts) => texts.clone(),
        }
    }
}

/// [`SamplingParams`] with every field optional, because JSON callers send `null` for "default".
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "documented on SamplingParams, field by field")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Sampling {
    pub temperature: Option<f32>,
    pub top_k: Option<usize>,
    pub top_p: Option<f32>,
    pub min_p: Option<f32>,
    pub repetition_penalty: Option<f32>,
    pub frequency_penalty: Option<f32>,
    pub presence_penalty: Option<f32>,
    pub penalty_last_n: Option<usize>,
    pub seed: Option<i64>,
}

impl From<&Sampling> for SamplingParams {
    fn from(s: &Sampling) -> Self {
        let d = SamplingParams::default();
        SamplingParams {
            temperature: s.temperature.unwrap_or(d.temperature),
            top_k: s.top_k.unwrap_or(d.top_k),
            top_p: s.top_p.unwrap_or(d.top_p),
            min_p: s.min_p.unwrap_or(d.min_p),
            repetition_penalty: s.repetition_penalty.unwrap_or(d.repetition_penalty),
            frequency_penalty: s.frequency_penalty.unwrap_or(d.frequency_penalty),
            presence_penalty: s.presence_penalty.unwrap_or(d.presence_penalty),
            penalty_last_n: s.penalty_last_n.unwrap_or(d.penalty_last_n),
            seed: s.seed,
        }
    }
}
