//! A skill's side of the agent loop.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::part::Part;

/// What a skill wants next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Step {
    /// One completion of the model; its text is given to the next call of [`Skill::next`].
    Ask(Ask),
    /// The answer.
    Done(Outcome),
    /// Not a question for this skill: the next one, or the model alone, answers.
    Pass,
}

/// One completion. Fields as in the engine's request, so that they can be handed on as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The prompt.
    pub messages: Vec<ChatMessage>,
    /// A gap in a text to fill, instead of a conversation to answer, as the engine's `session::Infill` has it in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub infill: Option<Box<Value>>,
    /// What the reply must be a sentence of, as the engine's `grammar::Constraint` has it in JSON:
    /// `{"type": "json_schema", "schema": …}`, `{"type": "lark", "grammar": …}`, `{"type": "regex", "regex": …}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Value>,
    /// Tokens of the reply at most.
    pub max_tokens: usize,
    /// 0 takes the likeliest token.
    #[serde(default)]
    pub temperature: f32,
    /// Whether the reader may see the reply as it comes: true for prose, false for a choice under a grammar.
    #[serde(default)]
    pub visible: bool,
    /// Of a long piece of work: the answer as far as it has got. It is shown while the model writes, and the reply is kept,
    /// so that the work can go on from there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub draft: Vec<Part>,
}

/// A message as chat templates take it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// `system`, `user`, `assistant` or `tool`.
    pub role: String,
    /// Text.
    pub content: String,
}

impl ChatMessage {
    /// A message of the system.
    pub fn system(content: impl Into<String>) -> Self {
        ChatMessage { role: "system".into(), content: content.into() }
    }

    /// A message of the person.
    pub fn user(content: impl Into<String>) -> Self {
        ChatMessage { role: "user".into(), content: content.into() }
    }

    /// A message of the model.
    pub fn assistant(content: impl Into<String>) -> Self {
        ChatMessage { role: "assistant".into(), content: content.into() }
    }
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What the reader sees.
    pub parts: Vec<Part>,
    /// The bare answer, where there is one: a number, a cell, a span of a document. For programs and for scoring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Ids of the passages that it rests on, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Whether the question was declined or could not be answered.
    #[serde(default)]
    pub refused: bool,
}

/// Deterministic code that answers a kind of question, asking a model where it must.
pub trait Skill {
    /// Goes on: `reply` is `None` at first, then what the model wrote for the [`Ask`] before. A skill asks a bounded
    /// number of times.
    fn next(&mut self, reply: Option<&str>) -> Step;
}
