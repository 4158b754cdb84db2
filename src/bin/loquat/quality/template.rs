//! Templates that are filled in: the page's own code (www/agent/writing) runs in Node.js and asks this engine for its
//! completions.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use loquat::Result;
use loquat_agent::{ChatMessage, Outcome, Skill, Step};
use serde_json::{Value, json};

use super::script::Script;
use super::{Kind, Prepared};

pub struct Template {
    writer: Rc<RefCell<Script>>,
    /// Of the model; templates ask small ones for less.
    parameters: u64,
}

impl Template {
    pub fn new(script: Option<&Path>, parameters: u64) -> Result<Self> {
        let writer = Script::start(script, "template-writer", "xtask/write-template.mjs")?;
        Ok(Template { writer: Rc::new(RefCell::new(writer)), parameters })
    }
}

impl Kind for Template {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let asked = json!({ "case": case, "parameters": self.parameters });
        let plain: Vec<ChatMessage> = self.writer.borrow_mut().ask(&asked)?;
        Ok(Prepared { plain, skills: vec![Box::new(Filled(Rc::clone(&self.writer)))] })
    }

    /// Beside the text, who filled which place.
    fn predict(&self, outcome: &Outcome) -> Value {
        let places = outcome.answer.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        json!({ "output": loquat_agent::plain_text(&outcome.parts), "places": places })
    }
}

/// One case, in the script's hands.
pub struct Filled(pub Rc<RefCell<Script>>);

impl Skill for Filled {
    fn next(&mut self, reply: Option<&str>) -> Step {
        self.0.borrow_mut().ask(&json!({ "reply": reply })).unwrap_or_else(|error| {
            // A case that breaks is a wrong answer and no end of the run.
            eprintln!("{error}");
            Step::Done(Outcome::default())
        })
    }
}
