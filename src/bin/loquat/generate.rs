//! `loquat generate`: continues ids, a text or a conversation.

use std::path::PathBuf;

use clap::Args;
use loquat::backend::Backend;
use loquat::session::{Done, Request, Sampling, StepEvent, Stops, Token};
use loquat::{Error, Result};
use serde_json::{Value, json};

use crate::backend::{Loaded, ModelArgs, Task};
use crate::file::{print_bytes, print_json, read_json};
use crate::ids::Ids;
use crate::seq2seq;

#[derive(Args)]
pub struct Generate {
    #[command(flatten)]
    model: ModelArgs,
    /// Token ids to continue, taken as they are
    #[arg(long, conflicts_with_all = ["prompt", "messages"])]
    ids: Option<Ids>,
    /// A text to continue
    #[arg(long, conflicts_with = "messages")]
    prompt: Option<String>,
    /// A JSON file with an array of messages, or an object with `messages` and `tools`
    #[arg(long)]
    messages: Option<PathBuf>,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// Tokens to generate at most; by default until the context is full
    #[arg(long)]
    max_tokens: Option<usize>,
    /// A text that ends the answer; may be given several times
    #[arg(long)]
    stop: Vec<String>,
    /// Go on past end-of-turn tokens
    #[arg(long)]
    ignore_eos: bool,
    /// Go on inside the last message, which is the assistant's
    #[arg(long)]
    continue_final: bool,
    /// Report probabilities, with so many alternatives
    #[arg(long)]
    logprobs: Option<usize>,
    /// Print one line of JSON at the end instead of the text as it comes
    #[arg(long)]
    json: bool,
}

/// How the next token is chosen.
#[derive(Args, Clone)]
pub struct SamplingArgs {
    /// 0 takes the likeliest token
    #[arg(long, allow_negative_numbers = true)]
    temperature: Option<f32>,
    /// Only the likeliest so many; 0 is no limit
    #[arg(long, allow_negative_numbers = true)]
    top_k: Option<usize>,
    /// Only the likeliest that together reach this probability
    #[arg(long, allow_negative_numbers = true)]
    top_p: Option<f32>,
    /// Only those at least this likely relative to the likeliest
    #[arg(long, allow_negative_numbers = true)]
    min_p: Option<f32>,
    /// Weakens tokens that occurred; 1 is off
    #[arg(long, allow_negative_numbers = true)]
    repetition_penalty: Option<f32>,
    /// Weakens tokens by how often they occurred; 0 is off
    #[arg(long, allow_negative_numbers = true)]
    frequency_penalty: Option<f32>,
    /// Weakens tokens that occurred; 0 is off
    #[arg(long, allow_negative_numbers = true)]
    presence_penalty: Option<f32>,
    /// The same seed gives the same answer
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<i64>,
}

impl From<SamplingArgs> for Sampling {
    fn from(a: SamplingArgs) -> Self {
        Sampling {
            temperature: a.temperature,
            top_k: a.top_k,
            top_p: a.top_p,
            min_p: a.min_p,
            repetition_penalty: a.repetition_penalty,
            frequency_penalty: a.frequency_penalty,
            presence_penalty: a.presence_penalty,
            penalty_last_n: None,
            seed: a.seed,
        }
    }
}

impl Generate {
    pub fn run(self) -> Result<()> {
        if self.ids.is_none() && self.prompt.is_none() && self.messages.is_none() {
            let problem = "one of --ids, --prompt and --messages must be given".into();
            return Err(Error::BadParameter { name: "ids", problem });
        }
        let file = self.model.open()?;
        let mut request = Request {
            prompt: self.prompt,
            ids: self.ids.map(|ids| ids.0),
            max_tokens: self.max_tokens,
            stop: (!self.stop.is_empty()).then_some(Stops::Many(self.stop)),
            logprobs: self.logprobs,
            ignore_eos: Some(self.ignore_eos),
            continue_final: Some(self.continue_final),
            sampling: self.sampling.into(),
            ..Request::default()
        };
        if let Some(path) = &self.messages {
            (request.messages, request.tools) = messages(read_json(path)?)?;
        }
        if seq2seq::supports(file.architecture()?) {
            if request.messages.is_some() {
                let problem = "an encoder-decoder model takes --prompt or --ids, no conversation".into();
                return Err(Error::BadParameter { name: "messages", problem });
            }
            let (ids, text, done) = seq2seq::generate(file, &request)?;
            let report = Report { ids, text, logprobs: Vec::new(), done };
            return if self.json { report.print_json() } else { print_bytes((report.text + "\n").as_bytes()) };
        }
        self.model.with(file, Job { request, json: self.json })
    }
}

/// Messages and tools of a `--messages` file.
pub fn messages(value: Value) -> Result<(Option<Vec<Value>>, Option<Value>)> {
    match value {
        Value::Array(messages) => Ok((Some(messages), None)),
        Value::Object(mut fields) => match fields.remove("messages") {
            Some(Value::Array(messages)) => Ok((Some(messages), fields.remove("tools"))),
            _ => Err(bad_messages()),
        },
        _ => Err(bad_messages()),
    }
}

fn bad_messages() -> Error {
    Error::BadParameter { name: "messages", problem: "the file must hold an array of {role, content}".into() }
}

/// A generation, printed.
pub struct Job {
    pub request: Request,
    pub json: bool,
}

/// What was generated.
struct Report {
    ids: Vec<u32>,
    text: String,
    logprobs: Vec<Token>,
    done: Done,
}

impl Report {
    fn print_json(&self) -> Result<()> {
        let mut report = json!({
            "ids": self.ids, "text": self.text, "stop_reason": self.done.reason,
            "usage": self.done.usage, "timings": self.done.timings,
        });
        if !self.logprobs.is_empty() {
            report["logprobs"] = json!(self.logprobs);
        }
        print_json(&report)
    }
}

impl Task for Job {
    type Output = ();

    fn run<B: Backend>(self, loaded: Loaded<B>) -> Result<()> {
        let mut session = loaded.session()?;
        session.begin(&self.request)?;
        let (mut ids, mut text, mut logprobs) = (Vec::new(), String::new(), Vec::new());
        loop {
            let piece = match pollster::block_on(session.step())? {
                StepEvent::Prefill { .. } => continue,
                StepEvent::Token(token) => {
                    ids.push(token.id);
                    let piece = token.text.clone();
                    if self.request.logprobs.is_some() {
                        logprobs.push(token);
                    }
                    piece
                }
                StepEvent::Done(done) => {
                    text += &done.text;
                    if self.json {
                        return Report { ids, text, logprobs, done }.print_json();
                    }
                    return print_bytes(format!("{}\n", done.text).as_bytes());
                }
            };
            text += &piece;
            if !self.json {
                print_bytes(piece.as_bytes())?;
            }
        }
    }
}
