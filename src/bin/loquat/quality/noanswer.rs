//! Questions that can't be answered. Right is to say so, about events that no model's training reaches as about what the
//! paragraphs beside the file do not tell: a case of that kind names in `about` what it asks for.

use loquat::Result;
use loquat_agent::{ChatMessage, Outcome};
use loquat_numbers::{Before, Facts, TruthSkill};
use serde_json::Value;

use super::documents::{Asked, Documents, Sources};
use super::{Kind, Prepared, need};

pub struct NoAnswer {
    sources: Sources,
    documents: Option<Documents>,
    facts: Facts,
}

impl NoAnswer {
    pub fn new(sources: Sources, facts: Facts) -> Self {
        NoAnswer { sources, documents: None, facts }
    }
}

impl Kind for NoAnswer {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        if case["about"].is_string() {
            let documents = match self.documents.take() {
                Some(documents) => documents,
                None => Documents::open(&self.sources, Asked::Answer)?,
            };
            return self.documents.insert(documents).prepare(case);
        }
        let question = need(case, "question")?;
        let skill = TruthSkill::new(question, Before::default(), self.facts.clone());
        Ok(Prepared { plain: vec![ChatMessage::user(question)], skills: vec![Box::new(skill)] })
    }

    fn predict(&self, outcome: &Outcome) -> Value {
        match &self.documents {
            Some(documents) => documents.predict(outcome),
            None => super::prediction(outcome),
        }
    }
}
