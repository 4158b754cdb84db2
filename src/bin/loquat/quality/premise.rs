//! Questions that assume something untrue; right is to say what is true.

use loquat::Result;
use loquat_agent::ChatMessage;
use loquat_numbers::{Facts, PremiseSkill};
use serde_json::Value;

use super::{Kind, Prepared, need};

pub struct Premise {
    pub facts: Facts,
}

impl Kind for Premise {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let question = need(case, "question")?;
        let skill = PremiseSkill::new(question, self.facts.clone());
        Ok(Prepared { plain: vec![ChatMessage::user(question)], skills: vec![Box::new(skill)] })
    }
}
