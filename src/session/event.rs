//! What a session reports, step by step, in the shape that JavaScript and JSON see.

use serde::Serialize;

/// The answer to `begin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Begun {
    /// Tokens of the prompt.
    pub prompt_n: usize,
    /// How many of them the cache holds already.
    pub cached_n: usize,
    /// The answer begins within a thought, which this text closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thought_end: Option<&'static str>,
}

/// The outcome of one step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StepEvent {
    /// A chunk of the prompt was read.
    Prefill {
        /// Prompt tokens in the cache.
        done: usize,
        /// Prompt tokens.
        total: usize,
    },
    /// A token was generated.
    Token(Token),
    /// The answer is over; the next call is `begin`.
    Done(Done),
}

/// One generated token.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Token {
    /// Text that has become certain; empty while a character or a stop string may be forming.
    pub text: String,
    /// The token. A token that ends the turn is reported too, with neither text nor probabilities.
    pub id: u32,
    /// The text of a control token: no part of the answer, but where a thought or a tool call begins, or ends. It
    /// stands behind `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// The bytes that the token adds to the answer, if probabilities are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// Natural logarithm of its probability, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprob: Option<f32>,
    /// The likeliest tokens, best first, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<Vec<Choice>>,
}

/// A token that could have been chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choice {
    /// The token.
    pub id: u32,
    /// Its text; U+FFFD stands for half a character.
    pub text: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Natural logarithm of its probability.
    pub logprob: f32,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Done {
    /// Why it ended.
    pub reason: StopReason,
    /// The rest of the text.
    pub text: String,
    /// Token counts.
    pub usage: Usage,
    /// Durations.
    pub timings: Timings,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StopReason {
    /// The model ended its turn, or a stop string appeared.
    Stop,
    /// `max_tokens` were generated.
    Length,
    /// The context is full.
    Context,
    /// `cancel` was called.
    Cancelled,
}

/// Token counts, as the OpenAI API names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Usage {
    pub prompt_tokens: usize,
    pub completion_tokens: usize,
    pub total_tokens: usize,
    pub cached_tokens: usize,
}

/// Durations in milliseconds, and the tokens they were spent on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Timings {
    /// Prompt tokens computed (not those found in the cache).
    pub prompt_n: usize,
    /// Time spent on them.
    pub prompt_ms: f64,
    /// Tokens generated.
    pub predicted_n: usize,
    /// Time spent on them.
    pub predicted_ms: f64,
    /// Prompt tokens found in the cache.
    pub cached_n: usize,
}
