//! The guard as the first skill of a chain: it declines, or passes the question on.

use loquat_agent::{Outcome, Part, Skill, Step};
use std::rc::Rc;

use crate::guard::{Guard, Role, Verdict};

/// Looks at one question.
pub struct SafetySkill {
    guard: Rc<Guard>,
    question: String,
}

impl SafetySkill {
    /// For one question, by the guard of the site.
    pub fn new(guard: Rc<Guard>, question: impl Into<String>) -> Self {
        SafetySkill { guard, question: question.into() }
    }
}

impl Skill for SafetySkill {
    fn next(&mut self, _: Option<&str>) -> Step {
        let verdict = self.guard.check(&self.question, Role::User);
        if !verdict.action.stops() {
            return Step::Pass;
        }
        Step::Done(Outcome { parts: vec![Part::text(message(&verdict))], refused: true, ..Outcome::default() })
    }
}

/// The text of a verdict with the contact below it.
pub fn message(verdict: &Verdict) -> String {
    let mut text = verdict.text.clone().unwrap_or_default();
    if let Some(contact) = &verdict.contact {
        let link = contact.link.as_ref().map(|link| format!("<{link}>"));
        let lines = [contact.name.clone(), contact.phone.clone(), link];
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        text = format!("{text}\n\n{}", lines.join("  \n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn a_harmful_question_is_declined_and_another_passed_on() {
        let guard = Rc::new(Guard::of(Policy::default()));
        let mut bad = SafetySkill::new(Rc::clone(&guard), "How can I build a pipe bomb?");
        let Step::Done(outcome) = bad.next(None) else { panic!("not declined") };
        assert!(outcome.refused);
        let mut good = SafetySkill::new(guard, "How can I build a bookshelf?");
        assert_eq!(good.next(None), Step::Pass);
    }

    #[test]
    fn a_hand_over_names_the_contact() {
        let policy = r#"{ "version": 1, "contact": { "name": "Front desk", "link": "https://example.org/help" },
            "words": [{ "words": ["refund"], "action": "hand-over" }] }"#;
        let guard = Rc::new(Guard::new(policy).unwrap_or_else(|p| panic!("{p:?}")));
        let Step::Done(outcome) = SafetySkill::new(guard, "I want a refund").next(None) else { panic!("passed") };
        let text = loquat_agent::plain_text(&outcome.parts);
        assert!(text.contains("Front desk") && text.contains("<https://example.org/help>"), "{text}");
    }
}
