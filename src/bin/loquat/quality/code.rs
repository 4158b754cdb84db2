//! Programs: written from a description, or filled in the middle. A script (xtask/run-code.mjs) reads the case, runs what the
//! model writes, gives its errors back to it, and at the end runs the tests that the model has not seen.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use loquat::Result;
use loquat_agent::ChatMessage;
use serde_json::{Value, json};

use super::script::Script;
use super::template::Filled;
use super::{Kind, Prepared};

pub struct Code {
    runner: Rc<RefCell<Script>>,
}

impl Code {
    pub fn new(script: Option<&Path>) -> Result<Self> {
        let runner = Script::start(script, "code-runner", "xtask/run-code.mjs")?;
        Ok(Code { runner: Rc::new(RefCell::new(runner)) })
    }
}

impl Kind for Code {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let plain: Vec<ChatMessage> = self.runner.borrow_mut().ask(&json!({ "case": case }))?;
        Ok(Prepared { plain, skills: vec![Box::new(Filled(Rc::clone(&self.runner)))] })
    }

    /// Whether the tests pass, and how often the model was asked.
    fn judge(&self, line: &mut Value) {
        match self.runner.borrow_mut().ask::<Value>(&json!({ "judge": line["output"] })) {
            Ok(Value::Object(verdict)) => verdict.into_iter().for_each(|(name, value)| line[name] = value),
            Ok(_) => {}
            Err(error) => eprintln!("{error}"),
        }
    }
}
