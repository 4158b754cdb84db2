//! Prompts whose answers must keep rules that code can check (`xtask/score-instructions.mjs`).

use loquat::Result;
use loquat_agent::ChatMessage;
use loquat_numbers::{Before, Facts, NumbersSkill, TruthSkill};
use serde_json::Value;

use super::{Kind, Prepared, need};

pub struct Instructions {
    pub facts: Facts,
}

impl Kind for Instructions {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let prompt = need(case, "prompt")?;
        let truth = TruthSkill::new(prompt, Before::default(), self.facts.clone());
        let numbers = NumbersSkill::new(prompt, self.facts.clone());
        Ok(Prepared { plain: vec![ChatMessage::user(prompt)], skills: vec![Box::new(truth), Box::new(numbers)] })
    }

    fn longest(&self) -> usize {
        200
    }
}
