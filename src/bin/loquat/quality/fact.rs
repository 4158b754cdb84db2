//! Short questions of general knowledge. The model answers; what it wrote is kept with its probabilities, for they say how
//! sure it was (`xtask/score-facts.mjs`).

use loquat::Result;
use loquat_agent::ChatMessage;
use loquat_numbers::{Before, Facts, NumbersSkill, TruthSkill};
use serde_json::Value;

use super::{Kind, Prepared, need};

pub struct Fact {
    pub facts: Facts,
}

impl Kind for Fact {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let question = need(case, "question")?;
        let numbers = NumbersSkill::new(question, self.facts.clone());
        let truth = TruthSkill::new(question, Before::default(), self.facts.clone());
        Ok(Prepared { plain: vec![ChatMessage::user(question)], skills: vec![Box::new(truth), Box::new(numbers)] })
    }

    fn longest(&self) -> usize {
        64
    }

    fn wants_words(&self) -> bool {
        true
    }
}
