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

use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Map, Value};

use super::infill;
use super::request::Request;
use super::thought;
use crate::error::{Error, Result};
use crate::gguf::Metadata;
use crate::grammar::Grammars;
use crate::template::{ChatTemplate, RenderOptions, unfold_arguments};
use crate::tokenizer::Tokenizer;

/// A model's tokenizer and chat template.
#[derive(Debug)]
pub struct Prompts {
    tokenizer: Tokenizer,
    template: ChatTemplate,
    grammars: OnceLock<Grammars>, // made when first asked for
    /// The prompt of a request that was planned, and is likely to be made.
    planned: Mutex<Option<(PromptKey, Prompt)>>,
}

/// What of a request its prompt depends on.
#[derive(Debug, PartialEq)]
struct PromptKey {
    messages: Vec<Value>,
    tools: Option<Value>,
    template_vars: Option<Map<String, Value>>,
    add_generation_prompt: Option<bool>,
    continue_final: Option<bool>,
}

impl PromptKey {
    fn of(request: Request) -> Option<Self> {
        let Request { messages, tools, template_vars, add_generation_prompt, continue_final, .. } = request;
        Some(PromptKey { messages: messages?, tools, template_vars, add_generation_prompt, continue_final })
    }
}

/// What a generation continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The tokens.
    pub ids: Vec<u32>,
    /// The answer begins a text of its own; otherwise it goes on within one.
    pub opens_text: bool,
    /// The answer begins within a thought, which this text closes.
    pub thought_end: Option<&'static str>,
}

impl Prompt {
    fn of_ids(ids: Vec<u32>) -> Self {
        Prompt { ids, opens_text: false, thought_end: None }
    }
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
            planned: Mutex::new(None),
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

    /// The tokens of a request's `messages`, `prompt`, `ids` or `infill`.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless exactly one of them is given; [`Error::Template`];
    /// [`Error::EmptyPrompt`] for no messages; [`Error::Tokenizer`]; [`Error::NoInfill`].
    pub fn prompt(&self, request: &Request) -> Result<Prompt> {
        self.prompt_within(request, usize::MAX)
    }

    /// As [`Prompts::prompt`], in a context of so many tokens: of what stands around a gap, only what is nearest to it
    /// is taken where there is no room for all. Other prompts stay whole.
    pub(super) fn prompt_within(&self, request: &Request, context: usize) -> Result<Prompt> {
        match (&request.messages, &request.prompt, &request.ids, &request.infill) {
            (Some(messages), None, None, None) => self.conversation(messages, request),
            (None, Some(text), None, None) => Ok(Prompt::of_ids(self.with_bos(self.tokenizer.encode(text, true)?))),
            (None, None, Some(ids), None) => Ok(Prompt::of_ids(ids.clone())),
            (None, None, None, Some(infill)) => {
                let room = infill::room(context, request.max_tokens);
                Ok(Prompt::of_ids(self.with_bos(infill.tokens(&self.tokenizer, room)?)))
            }
            (messages, prompt, ids, infill) => {
                let given = [messages.is_some(), prompt.is_some(), ids.is_some(), infill.is_some()];
                let n = given.iter().filter(|&&given| given).count();
                let all = "messages, prompt, ids and infill";
                Err(bad_messages(format!("exactly one of {all} must be given, not {n} of them")))
            }
        }
    }

    /// Keeps a prompt for the request that it is of.
    pub(super) fn remember(&self, request: Request, prompt: Prompt) {
        let planned = PromptKey::of(request).map(|key| (key, prompt));
        *self.planned.lock().unwrap_or_else(PoisonError::into_inner) = planned;
    }

    fn remembered(&self, messages: &[Value], request: &Request) -> Option<Prompt> {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, prompt) = planned.as_ref()?;
        let same = key.messages == messages
            && key.tools == request.tools
            && key.template_vars == request.template_vars
            && key.add_generation_prompt == request.add_generation_prompt
            && key.continue_final == request.continue_final;
        same.then(|| prompt.clone())
    }

    fn conversation(&self, messages: &[Value], request: &Request) -> Result<Prompt> {
        match self.remembered(messages, request) {
            Some(prompt) => Ok(prompt),
            None => self.rendered(messages, request, &[])?.tokens(self),
        }
    }

    /// Tokens of a request's prompt from each of these messages on to the next; none where the template does not show
    /// where they begin.
    ///
    /// # Errors
    /// As [`Prompts::prompt`].
    pub(super) fn pieces(&self, request: &Request, starts: &[usize]) -> Result<Option<Vec<usize>>> {
        let messages = request.messages.as_deref().unwrap_or_default();
        let Rendered { text, turn, .. } = self.rendered(messages, request, starts)?;
        let pieces: Vec<&str> = text.split(turn).skip(1).collect();
        if pieces.len() != starts.len() {
            return Ok(None);
        }
        let size = |piece: &&str| Ok(self.tokenizer.encode(piece, true)?.len());
        pieces.iter().map(size).collect::<Result<_>>().map(Some)
    }

    /// Renders a conversation, with a mark where the text of each of the messages `turns` begins.
    fn rendered(&self, messages: &[Value], request: &Request, turns: &[usize]) -> Result<Rendered> {
        if messages.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        let mut marks = unused_marks(messages, request.tools.as_ref());
        let mut mark = || marks.next().ok_or_else(|| bad_messages("they contain every Unicode noncharacter".into()));
        let (plain, turn) = (mark()?, mark()?);
        let mut messages = messages.to_vec();
        unfold_arguments(&mut messages);
        let continues = request.continue_final.unwrap_or(false);
        let begun = if continues { thought::begun_in(final_text(&mut messages)?) } else { None };
        let marked = messages.iter_mut().fold(false, |any, m| self.mark_message(m, plain) | any);
        let end = if continues { Some(mark()?) } else { None };
        if let Some(end) = end {
            final_text(&mut messages)?.push(end);
        }
        for &at in turns {
            if let Some(text) = messages.get_mut(at).and_then(first_text) {
                text.insert(0, turn);
            }
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
        let thought_end = begun.or_else(|| thought::opened_by(&text));
        let plain = marked.then_some(plain);
        Ok(Rendered { text, plain, turn, opens_text: !continues, thought_end })
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

/// A conversation as the template writes it.
struct Rendered {
    text: String,
    /// The mark in what must stay plain text, if there is any.
    plain: Option<char>,
    /// The mark where turns begin.
    turn: char,
    opens_text: bool,
    thought_end: Option<&'static str>,
}

impl Rendered {
    fn tokens(self, prompts: &Prompts) -> Result<Prompt> {
        let ids = match self.plain {
            Some(plain) => prompts.tokenizer.encode_marked(&self.text, plain)?,
            None => prompts.tokenizer.encode(&self.text, true)?,
        };
        let (opens_text, thought_end) = (self.opens_text, self.thought_end);
        Ok(Prompt { ids: prompts.with_bos(ids), opens_text, thought_end })
    }
}

/// Where a message's text begins.
fn first_text(message: &mut Value) -> Option<&mut String> {
    let content = match message.get_mut("content")? {
        Value::Array(parts) => parts.iter_mut().find_map(|part| part.get_mut("text"))?,
        content => content,
    };
    match content {
        Value::String(text) => Some(text),
        _ => None,
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
pub(super) fn final_text(messages: &mut [Value]) -> Result<&mut String> {
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
