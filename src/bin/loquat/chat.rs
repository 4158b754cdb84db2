//! `loquat chat`: a conversation in the terminal. Ends with /exit or the end of input.

use std::io::{BufRead, Write};

use clap::Args;
use loquat::Result;
use loquat::backend::Backend;
use loquat::session::{Done, Request, Session, StepEvent, StopReason};
use serde_json::{Value, json};

use crate::backend::{Loaded, ModelArgs, Task};
use crate::file::{io_error, print_bytes};
use crate::generate::SamplingArgs;

#[derive(Args)]
pub struct Chat {
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// The system prompt
    #[arg(long)]
    system: Option<String>,
    /// Tokens of one answer at most
    #[arg(long)]
    max_tokens: Option<usize>,
    /// Print how fast each answer came
    #[arg(long)]
    verbose: bool,
}

const HELP: &str = "/new starts again, /regenerate answers again, /system TEXT sets the system prompt, /exit ends\n";

impl Chat {
    pub fn run(self) -> Result<()> {
        let args = self.model.clone();
        args.with(args.open()?, self)
    }

    fn opening(&self) -> Vec<Value> {
        self.system.iter().map(|text| message("system", text)).collect()
    }
}

fn message(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

impl Task for Chat {
    type Output = ();

    fn run<B: Backend>(mut self, loaded: Loaded<B>) -> Result<()> {
        let mut session = loaded.session()?;
        let mut messages = self.opening();
        say(HELP);
        let stdin = std::io::stdin();
        loop {
            say("> ");
            let mut line = String::new();
            let read = stdin.lock().read_line(&mut line);
            if read.map_err(|e| io_error("standard input".as_ref(), &e))? == 0 {
                return Ok(());
            }
            let line = line.trim();
            match line.split_once(' ').unwrap_or((line, "")) {
                ("", _) => continue,
                ("/exit" | "/quit", _) => return Ok(()),
                ("/help", _) => say(HELP),
                ("/new", _) => messages = self.opening(),
                ("/system", text) => {
                    self.system = (!text.is_empty()).then(|| text.to_owned());
                    messages = self.opening();
                }
                ("/regenerate", _) => {
                    if messages.last().is_some_and(|m| m["role"] == "assistant") {
                        messages.pop();
                        self.answer(&mut session, &mut messages)?;
                    }
                }
                _ => {
                    messages.push(message("user", line));
                    self.answer(&mut session, &mut messages)?;
                }
            }
        }
    }
}

impl Chat {
    /// Answers the last message; a failed answer is reported and the conversation goes on without it.
    fn answer<B: Backend>(&self, session: &mut Session<B>, messages: &mut Vec<Value>) -> Result<()> {
        let request = Request {
            messages: Some(messages.clone()),
            max_tokens: self.max_tokens,
            sampling: self.sampling.clone().into(),
            ..Request::default()
        };
        match stream(session, &request) {
            Ok((text, done)) => {
                messages.push(message("assistant", &text));
                self.report(&done);
            }
            Err(error) => {
                messages.pop();
                say(&format!("{error}. {}\n", error.remedy()));
            }
        }
        Ok(())
    }

    fn report(&self, done: &Done) {
        if done.reason == StopReason::Context {
            say("(the context is full; /new starts again)\n");
        }
        if self.verbose {
            let t = &done.timings;
            let rate = |n: usize, ms: f64| if ms > 0.0 { n as f64 / ms * 1e3 } else { 0.0 };
            say(&format!(
                "({} prompt tokens, {} of them cached, {:.0}/s; {} tokens, {:.1}/s)\n",
                done.usage.prompt_tokens,
                t.cached_n,
                rate(t.prompt_n, t.prompt_ms),
                t.predicted_n,
                rate(t.predicted_n, t.predicted_ms)
            ));
        }
    }
}

fn stream<B: Backend>(session: &mut Session<B>, request: &Request) -> Result<(String, Done)> {
    session.begin(request)?;
    let mut text = String::new();
    loop {
        match pollster::block_on(session.step())? {
            StepEvent::Prefill { .. } => {}
            StepEvent::Token(token) => {
                print_bytes(token.text.as_bytes())?;
                text += &token.text;
            }
            StepEvent::Done(done) => {
                print_bytes(format!("{}\n", done.text).as_bytes())?;
                return Ok((text + &done.text, done));
            }
        }
    }
}

/// Words that are not the model's go to stderr, so that stdout holds the conversation.
fn say(text: &str) {
    let mut err = std::io::stderr();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
