//! Problems whose answer is a number, a weekday, a time or a date.

use loquat::Result;
use loquat_agent::ChatMessage;
use loquat_numbers::{Facts, NumbersSkill};
use serde_json::Value;

use super::{Kind, Prepared, need};

pub struct Numeric {
    pub facts: Facts,
}

impl Kind for Numeric {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let question = need(case, "question")?;
        let skill = NumbersSkill::new(question, self.facts.clone());
        Ok(Prepared { plain: vec![ChatMessage::user(question)], skills: vec![Box::new(skill)] })
    }
}
