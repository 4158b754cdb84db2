//! The skill: rules first, then equations that a model writes, solved and judged here; else an honest no.

mod answer;
mod judge;

use loquat_agent::{Ask, Outcome, Skill, Step};

use crate::program::{Fault, Program, prompt, run};
use crate::rules::{self, Today};
use crate::text::{Lang, Sheet};
use answer::{solved_by_model, solved_by_rules, unsolved};

pub use judge::{last_number, wants_number};

/// What is known besides the question.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Today: year, month, day.
    pub today: Today,
    /// The model's parameters; 0 where they are not known.
    pub parameters: u64,
    /// The model's name; empty where it is not known.
    pub name: String,
    /// The month in which the model's training data ends: year, month.
    pub knowledge_end: Option<(i16, i8)>,
}

/// Models with fewer parameters write no equations that are worth solving.
const SMALLEST: u64 = 300_000_000;

/// Answers one question about numbers.
pub struct NumbersSkill {
    question: String,
    sheet: Sheet,
    facts: Facts,
    state: State,
    /// Programs that were solved, with what speaks for them.
    programs: Vec<(Program, f32)>,
    /// The model's own number, from prose.
    opinion: Option<crate::math::Q>,
}

enum State {
    Start,
    /// The model writes equations, in this way; it has repaired them before.
    Equations {
        way: usize,
        ask: Ask,
        repaired: bool,
    },
    /// The model solves in prose.
    Prose,
    /// The model writes equations that follow its prose.
    Following,
    Done,
}

impl NumbersSkill {
    /// A skill for one question.
    pub fn new(question: &str, facts: Facts) -> Self {
        NumbersSkill {
            question: question.to_owned(),
            sheet: Sheet::new(question),
            facts,
            state: State::Start,
            programs: Vec::new(),
            opinion: None,
        }
    }

    fn lang(&self) -> Lang {
        self.sheet.lang
    }

    fn start(&mut self) -> Step {
        if let Some(found) = rules::read(&self.question, self.facts.today) {
            return Step::Done(solved_by_rules(&found, &self.question, self.lang()));
        }
        if !wants_number(&self.sheet) {
            return Step::Pass;
        }
        if self.facts.parameters > 0 && self.facts.parameters < SMALLEST {
            return Step::Done(unsolved(self.lang()));
        }
        self.ask_equations(0)
    }

    fn ask_equations(&mut self, way: usize) -> Step {
        let unused = self.programs.first().map(|(program, _)| judge::unused(program, &self.sheet)).unwrap_or_default();
        let ask = prompt::equations(&self.question, &self.sheet, way, &unused);
        self.state = State::Equations { way, ask: ask.clone(), repaired: false };
        Step::Ask(ask)
    }

    /// Takes what the model has written; the fault where it can't be solved.
    fn take(&mut self, written: &str) -> Result<(), Fault> {
        let program = run(written)?;
        let weight = judge::weight(&program, &self.sheet);
        self.programs.push((program, weight));
        Ok(())
    }

    /// After equations: enough agreement, or another way of asking.
    fn after(&mut self, way: usize) -> Step {
        if let Some(best) = judge::agreed(&self.programs, self.opinion.as_ref()) {
            return self.done(best, true);
        }
        match way {
            0 => self.ask_equations(1),
            1 => {
                self.state = State::Prose;
                Step::Ask(prompt::prose(&self.question))
            }
            _ => self.last(),
        }
    }

    /// No more asking: the program that most speaks for, or none.
    fn last(&mut self) -> Step {
        match judge::best(&self.programs, self.opinion.as_ref()) {
            Some(best) => self.done(best, false),
            None => {
                self.state = State::Done;
                Step::Done(unsolved(self.lang()))
            }
        }
    }

    fn done(&mut self, at: usize, sure: bool) -> Step {
        self.state = State::Done;
        let outcome: Outcome = solved_by_model(&self.programs[at].0, &self.question, &self.sheet, sure);
        Step::Done(outcome)
    }
}

impl Skill for NumbersSkill {
    fn next(&mut self, reply: Option<&str>) -> Step {
        match (std::mem::replace(&mut self.state, State::Done), reply) {
            (State::Start, _) => self.start(),
            (State::Equations { way, ask, repaired }, Some(written)) => match self.take(written) {
                Ok(()) => self.after(way),
                Err(Fault(_)) if repaired => self.after(way),
                Err(Fault(fault)) => {
                    let again = prompt::repair(ask, written, &fault);
                    self.state = State::Equations { way, ask: again.clone(), repaired: true };
                    Step::Ask(again)
                }
            },
            (State::Prose, Some(text)) => {
                self.opinion = last_number(text);
                if let Some(best) = judge::agreed(&self.programs, self.opinion.as_ref()) {
                    return self.done(best, true);
                }
                let ask = prompt::from_prose(&self.question, text, &self.sheet);
                self.state = State::Following;
                Step::Ask(ask)
            }
            (State::Following, Some(written)) => {
                let _unsolved = self.take(written);
                match judge::agreed(&self.programs, self.opinion.as_ref()) {
                    Some(best) => self.done(best, true),
                    None => self.last(),
                }
            }
            (_, _) => Step::Pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a skill on written replies.
    fn play(question: &str, replies: &[&str]) -> (Step, usize) {
        let mut skill = NumbersSkill::new(question, Facts::default());
        let mut step = skill.next(None);
        for (n, reply) in replies.iter().enumerate() {
            let Step::Ask(_) = step else { return (step, n) };
            step = skill.next(Some(reply));
        }
        (step, replies.len())
    }

    const APPLES: &str = "Ann had 12 apples, gave away a third and then bought 5. How many apples has she now?";

    fn answer(step: &Step) -> Option<&str> {
        match step {
            Step::Done(outcome) => outcome.answer.as_deref(),
            _ => None,
        }
    }

    #[test]
    fn two_equal_answers_are_enough() {
        let right = "left = 12 - 12 / 3\nanswer = left + 5";
        let (step, asked) = play(APPLES, &[right, "answer = 12 - 12 / 3 + 5"]);
        assert_eq!((answer(&step), asked), (Some("13"), 2));
    }

    #[test]
    fn faulty_equations_are_repaired_once_and_prose_decides() {
        let (step, asked) = play(
            APPLES,
            &["answer = apples", "answer = 12 + 5", "answer = 12 - 12 / 3 + 5", "8 + 5. The answer is 13."],
        );
        assert_eq!((answer(&step), asked), (Some("13"), 4));
    }

    #[test]
    fn nothing_that_can_be_solved_is_an_honest_no() {
        let bad = "answer = apples";
        let (step, _) = play(APPLES, &[bad, bad, bad, bad, "no idea", bad]);
        let Step::Done(outcome) = step else { panic!("{step:?}") };
        assert!(outcome.refused && outcome.answer.is_none(), "{outcome:?}");
    }

    #[test]
    fn a_small_model_is_not_asked_and_other_questions_pass() {
        let facts = Facts { parameters: 135_000_000, ..Facts::default() };
        let step = NumbersSkill::new(APPLES, facts).next(None);
        assert!(matches!(step, Step::Done(Outcome { refused: true, .. })), "{step:?}");
        let step = NumbersSkill::new("Who wrote Don Quixote in 1605?", Facts::default()).next(None);
        assert_eq!(step, Step::Pass);
    }
}
