//! A request → the tokens to continue: chat template, tokenizer, beginning-of-sequence token.
//! Computes nothing with the model.
//!
//! **What people type is plain text.** A message that contains `<|im_end|>` must not end its own turn:
//! that would let a quoted document speak as the system. So every control token's text inside a
//! message is broken by a mark, a Unicode noncharacter that no text contains, before the template
//! sees it. The template may trim, split or move the message; the mark travels along. In the rendered
//! prompt only the template's own control tokens are whole and become ids; then the marks are taken
//! out and the rest is tokenized as text. Without such text in the messages, nothing is marked and the
//! ids are those of the rendered prompt.

use std::sync::OnceLock;

use serde_json::Value;

use super::request::Request;
use crate::error::{Error, Result};
use crate::gguf::Metadata;
use crate::grammar::Grammars;
use crate::template::{ChatTemplate, RenderOptions};
use crate::tokenizer::Tokenizer;

/// A model's tokenizer and chat template.
#[derive(Debug)]
pub struct Prompts {
    tokenizer: Tokenizer,
    template: ChatTemplate,
    grammars: OnceLock<Grammars>, // made when first asked for
}

/// What a generation continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The tokens.
    pub ids: Vec<u32>,
    /// The answer begins a text of its own; otherwise it goes on within one.
    pub opens_text: bool,
}

/// Unicode noncharacters: valid in strings, never in interchanged text.
const MARKS: std::ops::RangeInclusive<char> = '\u{FDD0}'..='\u{FDEF}';

impl Prompts {
    /// Builds both from a file's metadata.
    ///
    /// # Errors
    /// As [`Tokenizer::from_metadata`] and [`ChatTemplate::from_metadata`].
    pub fn from_metadata(meta: &Metadata) -> Result<Self> {
        Ok(Prompts {
            tokenizer: Tokenizer::from_metadata(meta)?,
            template: ChatTemplate::from_metadata(meta)?,
            grammars: OnceLock::new(),
        })
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Constraints over this vocabulary.
    ///
    /// # Errors
    /// [`Error::Grammar`] if the vocabulary cannot be used with grammars.
    pub fn grammars(&self) -> Result<&Grammars> {
        if let Some(grammars) = self.grammars.get() {
            return Ok(grammars);
        }
        let made = Grammars::new(&self.tokenizer)?;
        Ok(self.grammars.get_or_init(|| made))
    }

    /// The chat template.
    pub fn template(&self) -> &ChatTemplate {
        &self.template
    }

    /// The tokens of a request's `messages`, `prompt` or `ids`.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless exactly one of them is given; [`Error::Template`];
    /// [`Error::EmptyPrompt`] for no messages; [`Error::Tokenizer`].
    pub fn prompt(&self, request: &Request) -> Result<Prompt> {
        match (&request.messages, &request.prompt, &request.ids) {
            (Some(messages), None, None) => self.conversation(messages, request),
            (None, Some(text), None) => {
                Ok(Prompt { ids: self.with_bos(self.tokenizer.encode(text, true)?), opens_text: false })
            }
            (None, None, Some(ids)) => Ok(Prompt { ids: ids.clone(), opens_text: false }),
            (messages, prompt, ids) => {
                let n = [messages.is_some(), prompt.is_some(), ids.is_some()].iter().filter(|&&given| given).count();
                Err(bad_messages(format!("exactly one of messages, prompt and ids must be given, not {n} of them")))
            }
        }
    }

    fn conversation(&self, messages: &[Value], request: &Request) -> Result<Prompt> {
        if messages.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        let mut marks = unused_marks(messages, request.tools.as_ref());
        let mut mark = || marks.next().ok_or_else(|| bad_messages("they contain every Unicode noncharacter".into()));
        let plain = mark()?;
        let mut messages = messages.to_vec();
        let marked = messages.iter_mut().fold(false, |any, m| self.mark_message(m, plain) | any);
        let continues = request.continue_final.unwrap_or(false);
        let end = if continues { Some(mark()?) } else { None };
        if let Some(end) = end {
            final_text(&mut messages)?.push(end);
        }
        let options = RenderOptions {
            tools: request.tools.clone(),
            add_generation_prompt: !continues && request.add_generation_prompt.unwrap_or(true),
            variables: request.template_vars.clone().unwrap_or_default(),
            ..RenderOptions::default()
        };
        let mut text = self.template.render(&Value::Array(messages), &options)?;
        if let Some(end) = end {
            // What the template puts behind the last message, such as an end-of-turn token, goes.
            let at = text
                .rfind(end)
                .ok_or_else(|| Error::Template("it drops the final message, which was to be continued".into()))?;
            text.truncate(at);
        }
        let ids = match marked {
            true => self.tokenizer.encode_marked(&text, plain)?,
            false => self.tokenizer.encode(&text, true)?,
        };
        Ok(Prompt { ids: self.with_bos(ids), opens_text: !continues })
    }

    /// Marks control tokens in all texts of a message; says whether there were any.
    fn mark_message(&self, message: &mut Value, mark: char) -> bool {
        match message {
            Value::Object(fields) => {
                let texts = fields.iter_mut().filter(|(name, _)| *name != "role");
                texts.fold(false, |any, (_, value)| self.mark_texts(value, mark) | any)
            }
            other => self.mark_texts(other, mark),
        }
    }

    fn mark_texts(&self, value: &mut Value, mark: char) -> bool {
        match value {
            Value::String(text) => match self.tokenizer.mark_control(text, mark) {
                Some(marked) => {
                    *text = marked;
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |any, v| self.mark_texts(v, mark) | any),
            Value::Object(fields) => fields.values_mut().fold(false, |any, v| self.mark_texts(v, mark) | any),
            _ => false,
        }
    }

    fn with_bos(&self, mut ids: Vec<u32>) -> Vec<u32> {
        if let Some(bos) = self.tokenizer.bos()
            && self.tokenizer.add_bos()
            && ids.first() != Some(&bos)
        {
            ids.insert(0, bos);
        }
        ids
    }
}

/// Noncharacters that occur in no message and no tool.
fn unused_marks(messages: &[Value], tools: Option<&Value>) -> impl Iterator<Item = char> {
    let mut used = std::collections::HashSet::new();
    messages.iter().chain(tools).for_each(|v| collect_marks(v, &mut used));
    MARKS.filter(move |c| !used.contains(c))
}

fn collect_marks(value: &Value, used: &mut std::collections::HashSet<char>) {
    match value {
        Value::String(text) => used.extend(text.chars().filter(|c| MARKS.contains(c))),
        Value::Array(items) => items.iter().for_each(|v| collect_marks(v, used)),
        Value::Object(fields) => fields.values().for_each(|v| collect_marks(v, used)),
        _ => {}
    }
}

/// The text of the last message, which must be the assistant's.
fn final_text(messages: &mut [Value]) -> Result<&mut String> {
    let last = messages.last_mut().ok_or(Error::EmptyPrompt)?;
    let role = last.get("role").and_then(Value::as_str).unwrap_or("nobody").to_owned();
    if role != "assistant" {
        return Err(bad_messages(format!("only the assistant's message can be continued, the last is by {role:?}")));
    }
    let content = match last.get_mut("content") {
        Some(Value::Array(parts)) => parts.last_mut().and_then(|part| part.get_mut("text")),
        content => content,
    };
    match content {
        Some(Value::String(text)) => Ok(text),
        _ => Err(bad_messages("the message to be continued has no text".into())),
    }
}

fn bad_messages(problem: String) -> Error {
    Error::BadParameter { name: "messages", problem }
}
