//! A constraint on the answer → which tokens may come next. Chooses none of them.
//!
//! The work is done by [llguidance](https://docs.rs/llguidance): an Earley parser over a lexer of regex
//! derivatives, which computes the mask of a whole vocabulary in about a millisecond. It compiles to
//! wasm32 without its default features; `$ref` then reaches within the schema only, which is where
//! schemas for answers have it.

mod ecma;
mod schema;

use std::fmt;
use std::sync::Arc;

use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{SimpleVob, TokEnv, TokRxInfo, TokTrie, TokenId, TokenizerEnv};
use llguidance::{Matcher, ParserFactory};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::tokenizer::Tokenizer;

/// Of a compiler's message, in characters.
const LONGEST_REASON: usize = 300;

/// What an answer must be a sentence of.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub enum Constraint {
    /// Any JSON object.
    JsonObject,
    /// JSON that a schema allows (draft 2020-12 and older; `docs/api.md` lists what of it is supported).
    JsonSchema {
        /// The schema; `x-guidance` in it sets llguidance's options.
        #[cfg_attr(test, ts(type = "unknown"))]
        schema: Value,
    },
    /// A regular expression that matches the whole answer.
    Regex {
        /// In the syntax of the `regex` crate; with `flags` in JavaScript's.
        regex: String,
        /// Those of a JavaScript `RegExp`, of which it is the source.
        #[serde(default)]
        flags: Option<String>,
    },
    /// A context-free grammar in llguidance's variant of Lark's format, where `%json` is before a schema.
    Lark {
        /// Its text; the answer is a sentence of `start`.
        grammar: String,
    },
}

/// One model's vocabulary, prepared for grammars. Takes some 50 ms to make for 49,000 tokens.
pub struct Grammars {
    factory: ParserFactory,
    stop_ids: Vec<u32>,
}

impl fmt::Debug for Grammars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grammars").field("stop_ids", &self.stop_ids).finish_non_exhaustive()
    }
}

/// The vocabulary as a trie of bytes. Tokens are never forced, so that the answer's tokenization is the model's own.
struct Vocabulary(TokTrie);

impl TokenizerEnv for Vocabulary {
    fn tok_trie(&self) -> &TokTrie {
        &self.0
    }

    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<TokenId> {
        self.0.greedy_tokenize(bytes)
    }

    fn tokenize_is_canonical(&self) -> bool {
        false
    }
}

impl Grammars {
    /// Prepares a vocabulary.
    ///
    /// # Errors
    /// [`Error::Grammar`] if it cannot be used with grammars.
    pub fn new(tokenizer: &Tokenizer) -> Result<Self> {
        let n = tokenizer.vocab_size() as u32;
        let word = |id: u32| {
            let bytes = tokenizer.token_bytes(id);
            match tokenizer.is_special(id) {
                // So that text can never be a control token.
                true => [&[TokTrie::SPECIAL_TOKEN_MARKER], bytes].concat(),
                false => bytes.to_vec(),
            }
        };
        // One more token, so that there is an end also where the vocabulary has none.
        let end = [&[TokTrie::SPECIAL_TOKEN_MARKER], &b"<loquat_end>"[..]].concat();
        let words: Vec<Vec<u8>> = (0..n).map(word).chain([end]).collect();
        let trie = TokTrie::from(&TokRxInfo::new(n + 1, n), &words);
        let stop_ids = tokenizer.stop_ids().to_vec();
        let trie = if stop_ids.is_empty() { trie } else { trie.with_eos_tokens(&stop_ids) };
        let env: TokEnv = Arc::new(Vocabulary(trie));
        let mut factory = ParserFactory::new_simple(&env).map_err(bad)?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        Ok(Grammars { factory, stop_ids })
    }

    /// Compiles a constraint.
    ///
    /// # Errors
    /// [`Error::Grammar`] with the compiler's reason: a mistake in it, an unsupported keyword, or a
    /// schema that nothing satisfies.
    pub fn compile(&self, constraint: &Constraint) -> Result<Guide> {
        let grammar = match constraint {
            Constraint::JsonObject => TopLevelGrammar::from_json_schema(schema::prepare(json!({ "type": "object" }))?),
            Constraint::JsonSchema { schema } => TopLevelGrammar::from_json_schema(schema::prepare(schema.clone())?),
            Constraint::Regex { regex, flags: None } => TopLevelGrammar::from_regex(regex),
            Constraint::Regex { regex, flags: Some(flags) } => {
                TopLevelGrammar::from_regex(&ecma::translate(regex, flags)?)
            }
            Constraint::Lark { grammar } => TopLevelGrammar::from_lark(schema::prepare_within(grammar)?),
        };
        let parser = self.factory.create_parser(grammar).map_err(bad)?;
        let mut matcher = Matcher::new(Ok(parser));
        let accepts = matcher.is_accepting().map_err(bad)?;
        Ok(Guide { done: matcher.is_stopped() && accepts, matcher, stop_ids: self.stop_ids.clone() })
    }
}

/// The compiler's reason in one line: what a regular expression or grammar gets wrong is said with the line itself.
fn bad(error: impl fmt::Display) -> Error {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).filter(|line| line.contains(|c: char| c != '^'));
    let reason = lines.collect::<Vec<_>>().join(" ").replace("Unimplemented keys:", "not supported in a schema:");
    Error::Grammar(reason.chars().take(LONGEST_REASON).collect())
}

/// A constraint at work: where in its grammar an answer is.
pub struct Guide {
    matcher: Matcher,
    stop_ids: Vec<u32>,
    done: bool,
}

impl fmt::Debug for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guide").field("done", &self.done).finish_non_exhaustive()
    }
}

impl Guide {
    /// Sets the logits of tokens that cannot come next to −∞; `logits` is `(vocab)`, or longer.
    ///
    /// # Errors
    /// [`Error::Grammar`] if the grammar is too complex to go on, or no token of this vocabulary can.
    pub fn mask(&mut self, logits: &mut [f32]) -> Result<()> {
        let mask: SimpleVob = self.matcher.compute_mask_or_eos().map_err(bad)?;
        let mut any = false;
        for (id, logit) in logits.iter_mut().enumerate() {
            if id < mask.len() && mask.get(id) {
                any = true;
            } else {
                *logit = f32::NEG_INFINITY;
            }
        }
        any.then_some(()).ok_or_else(|| Error::Grammar("no token of this model can go on with the answer".into()))
    }

    /// Takes the token that was chosen.
    ///
    /// # Errors
    /// [`Error::Grammar`] if the grammar does not allow it.
    pub fn accept(&mut self, id: u32) -> Result<()> {
        if self.stop_ids.contains(&id) {
            self.done = true;
            return Ok(());
        }
        self.matcher.consume_token(id).map_err(bad)?;
        self.done = self.matcher.is_stopped();
        Ok(())
    }

    /// Whether the answer is complete and nothing can follow.
    pub fn is_done(&self) -> bool {
        self.done
    }
}
