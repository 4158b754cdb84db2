//! What the program knows of itself and of its limits: who it is, what it can't know, what it does when it is doubted.
//! False premises are `premise`'s.

mod doubt;
mod later;
mod own;
pub mod premise;

use loquat_agent::{Outcome, Part, Skill, Step};
use serde::Deserialize;

use crate::skill::{Facts, NumbersSkill};
use crate::text::{Lang, Sheet};

/// The exchange before a question.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Before {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// Answers what needs no model: questions about itself, about later events, doubts.
pub struct TruthSkill {
    question: String,
    facts: Facts,
    before: Before,
    again: Option<NumbersSkill>,
}

impl TruthSkill {
    /// A skill for one question, after `before`.
    pub fn new(question: &str, before: Before, facts: Facts) -> Self {
        TruthSkill { question: question.to_owned(), facts, before, again: None }
    }

    fn start(&mut self) -> Step {
        let sheet = Sheet::new(&self.question);
        if doubt::doubts(&sheet) && !self.before.question.is_empty() {
            let mut skill = NumbersSkill::new(&self.before.question, self.facts.clone());
            let step = skill.next(None);
            self.again = Some(skill);
            return self.doubted(step, sheet.lang);
        }
        if let Some(text) = own::answer(&sheet, &self.facts) {
            return Step::Done(Outcome { parts: vec![Part::text(text)], ..Outcome::default() });
        }
        match later::answer(&sheet, &self.question, &self.facts) {
            Some(text) => Step::Done(Outcome { parts: vec![Part::text(text)], refused: true, ..Outcome::default() }),
            None => Step::Pass,
        }
    }

    /// The recalculation's step: what it asks is handed on, what it found is compared with what was said.
    fn doubted(&mut self, step: Step, lang: Lang) -> Step {
        match step {
            Step::Ask(ask) => Step::Ask(ask),
            Step::Done(outcome) if outcome.answer.is_some() => Step::Done(doubt::compared(&self.before, outcome, lang)),
            Step::Done(_) | Step::Pass => Step::Done(doubt::unsettled(lang, &self.facts)),
        }
    }
}

impl Skill for TruthSkill {
    fn next(&mut self, reply: Option<&str>) -> Step {
        let lang = Lang::of(&self.question);
        match &mut self.again {
            None => self.start(),
            Some(skill) => {
                let step = skill.next(reply);
                self.doubted(step, lang)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use loquat_agent::plain_text;

    fn facts() -> Facts {
        Facts {
            today: Some((2026, 11, 27)),
            parameters: 1_544_000_000,
            name: "Qwen2.5 Coder 1.5B".into(),
            knowledge_end: Some((2024, 3)),
        }
    }

    fn ask(question: &str) -> Option<(String, bool)> {
        match TruthSkill::new(question, Before::default(), facts()).next(None) {
            Step::Done(outcome) => Some((plain_text(&outcome.parts), outcome.refused)),
            _ => None,
        }
    }

    #[test]
    fn later_events_cannot_be_known() {
        for question in [
            "Who won the 2030 World Cup?",
            "Which film got the Oscar in 2033?",
            "What was the score of the final on 5 June 2027?",
            "Who is going to win the next presidential election?",
            "What is the weather in Paris today?",
            "What is the current price of bitcoin?",
            "Who won yesterday's match?",
            "谁赢得了2030年世界杯？",
            "下一届奥运会中国会拿多少金牌？",
            "今天北京天气怎么样？",
            "现在比特币多少钱？",
        ] {
            assert!(ask(question).is_some_and(|(_, refused)| refused), "{question}");
        }
    }

    #[test]
    fn what_needs_no_knowledge_of_later_events_passes() {
        for question in [
            "Who won the World Cup in 1998?",
            "Write a story that takes place in 2050.",
            "What does the 2030 Agenda for Sustainable Development say?",
            "How many days does February have in 2028?",
            "What is the next number in 2, 4, 6?",
            "Was 2048 a popular game?",
            "How do I weather a storm today?",
            "写一个发生在2050年的故事",
            "2010年世界杯在哪里举办？",
            "What comes next in the recipe?",
            "Explain the current in a wire.",
            "How can I prepare for an exam in 2030?",
            "What will happen if I mix bleach and ammonia?",
            "How do I update to the latest version of npm?",
            "What is the current through a 5 ohm resistor at 10 V?",
            "What is the weather like in Spain in summer?",
            "What is the next prime after 2029?",
            "你好，今天想吃什么？",
            "现在进行时怎么用？",
        ] {
            assert_eq!(ask(question), None, "{question}");
        }
    }

    #[test]
    fn it_knows_itself() {
        assert!(ask("Who are you?").is_some_and(|(text, _)| text.contains("Loquat") && text.contains("Qwen2.5")));
        assert!(ask("你的知识截止到什么时候？").is_some_and(|(text, _)| text.contains("2024年3月")));
        assert!(ask("How many parameters do you have?").is_some_and(|(text, _)| text.contains("1.5 billion")));
        assert_eq!(ask("Who are you going to vote for?"), None);
    }

    #[test]
    fn a_doubted_number_is_worked_out_again() {
        let before = |answer: &str| Before {
            question: "A yard holds chickens and rabbits: 35 heads and 94 feet altogether. How many rabbits are there?"
                .into(),
            answer: answer.into(),
        };
        let said = |answer: &str, doubt: &str| match TruthSkill::new(doubt, before(answer), facts()).next(None) {
            Step::Done(outcome) => plain_text(&outcome.parts),
            other => panic!("{other:?}"),
        };
        assert!(said("The answer is 12.", "Are you sure?").contains("again"));
        assert!(said("The answer is 129.", "That's wrong.").contains("**12**"));
        let before = Before { question: "Who wrote Faust?".into(), answer: "Goethe.".into() };
        let step = TruthSkill::new("你确定吗？", before, facts()).next(None);
        assert!(matches!(step, Step::Done(Outcome { .. })), "{step:?}");
    }
}
