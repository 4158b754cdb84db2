//! A model that skills can ask, and the loop that drives a skill to its outcome.

use loquat::backend::Backend;
use loquat::session::{Request, Sampling, Session, StepEvent};
use loquat::{Error, Result};
use loquat_agent::{Ask, ChatMessage, Outcome, Skill, Step};
use serde_json::json;

use crate::backend::{Loaded, Task};

/// Rounds of asking after which a skill is stopped: none needs as many.
const ROUNDS: usize = 64;

/// What a model wrote.
#[derive(Default)]
pub struct Reply {
    pub text: String,
    /// Its pieces with their probabilities, where it could write what it liked; one of a grammar's choices says little.
    pub words: Vec<(String, f32)>,
}

/// Something that completes a conversation.
pub trait Completer {
    fn ask(&mut self, ask: &Ask) -> Result<Reply>;
}

impl<B: Backend> Completer for Session<B> {
    fn ask(&mut self, ask: &Ask) -> Result<Reply> {
        let constraint = ask.constraint.clone().map(serde_json::from_value).transpose();
        let infill = ask.infill.clone().map(|infill| serde_json::from_value(*infill)).transpose();
        let infill = infill.map_err(|e| Error::BadParameter { name: "infill", problem: e.to_string() })?;
        let messages = ask.messages.iter().map(|m| json!({ "role": m.role, "content": m.content })).collect();
        let request = Request {
            messages: if infill.is_none() { Some(messages) } else { None },
            infill,
            max_tokens: Some(ask.max_tokens),
            logprobs: ask.constraint.is_none().then_some(0),
            constraint: constraint.map_err(|e| Error::Grammar(e.to_string()))?,
            sampling: Sampling { temperature: Some(ask.temperature), seed: Some(1), ..Sampling::default() },
            ..Request::default()
        };
        self.begin(&request)?;
        let mut reply = Reply::default();
        loop {
            match pollster::block_on(self.step())? {
                StepEvent::Prefill { .. } => {}
                StepEvent::Token(token) => {
                    reply.text += &token.text;
                    reply.words.extend(token.logprob.map(|logprob| (token.text, logprob.exp())));
                }
                StepEvent::Done(done) => {
                    reply.text += &done.text;
                    return Ok(reply);
                }
            }
        }
    }
}

/// Makes a completer of a loaded model.
pub struct Complete;

impl Task for Complete {
    type Output = Box<dyn Completer>;

    fn run<B: Backend>(self, loaded: Loaded<B>) -> Result<Self::Output> {
        Ok(Box::new(loaded.session()?))
    }
}

/// Where no model is loaded: a skill that asks gets this error.
pub struct NoModel;

impl Completer for NoModel {
    fn ask(&mut self, _: &Ask) -> Result<Reply> {
        Err(Error::BadParameter { name: "model", problem: "this needs a model: give --model FILE".into() })
    }
}

/// Drives the first skill that takes the question to its outcome; where all pass, the model answers `plain` alone, and its
/// words stand beside. That answer has at most `longest` tokens.
pub fn answer(
    model: &mut dyn Completer,
    skills: Vec<Box<dyn Skill>>,
    plain: &[ChatMessage],
    longest: usize,
) -> Result<(Outcome, Vec<(String, f32)>)> {
    for mut skill in skills {
        let mut reply: Option<String> = None;
        for round in 0.. {
            match skill.next(reply.as_deref()) {
                Step::Ask(ask) if round < ROUNDS => reply = Some(model.ask(&ask)?.text),
                Step::Done(outcome) => return Ok((outcome, Vec::new())),
                Step::Ask(_) | Step::Pass => break,
            }
        }
    }
    let reply = model.ask(&Ask { messages: plain.to_vec(), max_tokens: longest, ..Ask::default() })?;
    Ok((Outcome { parts: vec![loquat_agent::Part::text(reply.text)], ..Outcome::default() }, reply.words))
}

/// Tokens of a plain answer at most, where nothing else is said.
pub const LONGEST_PLAIN: usize = 400;
