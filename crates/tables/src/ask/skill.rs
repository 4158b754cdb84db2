//! The skill: ranks what a question may mean, lets the model choose where that is close, and answers from the result
//! of a plan that has run.

use std::collections::HashMap;
use std::rc::Rc;

use loquat_agent::{Ask, ChatMessage, Choice, Outcome, Part, Skill, Step};
use serde_json::json;

use super::candidates::candidates;
use super::commands::{Command, command};
use super::features::features;
use super::fill;
use super::outcome::{answers, outcome, proposal};
use super::question::Question;
use super::reading::Reading;
use super::to_plan::to_plan;
use super::weights::Weights;
use crate::plan::{Language, Plan, Ran, in_words, run};
use crate::table::Table;

/// Rows that meanings are tried on.
const TRIED_ROWS: usize = 5000;
/// Meanings that a model chooses among.
const CHOICES: usize = 5;
/// Below this share the best meaning is little more than a guess.
const BELIEVED: f32 = 0.08;
/// Where the second meaning has at least this part of the first one's share, the person is asked.
const NEARLY: f32 = 0.5;
/// From this share on the best meaning needs no model.
const SURE: f32 = 0.6;

/// Answers one question about one table.
pub struct TableSkill {
    table: Rc<Table>,
    question: String,
    language: Language,
    with_model: bool,
    /// Whether instructions are taken, and the person can be asked back.
    may_ask: bool,
    /// Whether questions that are not about the table are for others to answer.
    may_pass: bool,
    state: State,
}

/// Columns that are offered at most.
const MOST_COLUMNS: usize = 8;
/// Words that are about a table whatever is in it.
const ABOUT_TABLES: &[&str] = &["row", "rows", "column", "columns", "table", "sheet", "spreadsheet", "行", "列", "表"];

enum State {
    Start,
    Choosing(Vec<Plan>),
    Filling { messages: Vec<ChatMessage>, repaired: bool, instead: Option<Plan> },
    Over,
}

impl TableSkill {
    /// Without a model the likeliest meaning is taken.
    pub fn new(table: Rc<Table>, question: impl Into<String>, with_model: bool) -> Self {
        let question = question.into();
        let language = Language::of(&question);
        TableSkill { table, question, language, with_model, may_ask: false, may_pass: false, state: State::Start }
    }

    /// Takes instructions too, and asks back where a word fits two columns.
    pub fn asking(mut self) -> Self {
        self.may_ask = true;
        self
    }

    /// Passes what is not about the table.
    pub fn passing(mut self) -> Self {
        self.may_pass = true;
        self
    }

    /// Plans with different results, likeliest first, each with its share of belief.
    pub fn ranked(&self, weights: &Weights) -> Vec<(Plan, f32)> {
        let reading = Reading::new(&self.table, TRIED_ROWS);
        self.ranked_of(weights, &reading, &Question::new(&self.question, &reading))
    }

    fn ranked_of(&self, weights: &Weights, reading: &Reading, question: &Question) -> Vec<(Plan, f32)> {
        let all = candidates(question, reading);
        let scores: Vec<f32> = features(question, reading, &all).iter().map(|f| weights.score(f)).collect();
        let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // Meanings that give the same stand for each other.
        let mut groups: HashMap<&[String], (f32, usize)> = HashMap::new();
        for (place, candidate) in all.iter().enumerate() {
            let share = (scores[place] - best).exp();
            let group = groups.entry(&candidate.gives).or_insert((0.0, place));
            group.0 += share;
            if scores[place] > scores[group.1] {
                group.1 = place;
            }
        }
        let total: f32 = groups.values().map(|g| g.0).sum();
        let mut ranked: Vec<(f32, usize)> = groups.into_values().collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let plans = ranked.into_iter().take(CHOICES * 4);
        plans.map(|(share, place)| (to_plan(&all[place].form, reading, &self.table), share / total)).collect()
    }

    fn start(&mut self) -> Step {
        match command(&self.question, &self.table, self.language).filter(|_| self.may_ask) {
            Some(Command::Show(plan)) if self.run(&plan).is_some() => return self.answer(&plan),
            Some(Command::Change(plan)) => {
                if let Some(ran) = self.run(&plan) {
                    return Step::Done(proposal(&plan, &ran, self.language));
                }
            }
            Some(Command::Which { words, columns }) => return self.which(&words, &columns),
            _ => {}
        }
        let reading = Reading::new(&self.table, TRIED_ROWS);
        let question = Question::new(&self.question, &reading);
        if self.may_pass && question.known() == 0 && !question.has(ABOUT_TABLES) {
            return Step::Pass;
        }
        let mut ranked = self.ranked_of(&Weights::default(), &reading, &question);
        self.keep_named(&mut ranked);
        if let Some((words, columns)) = self.unclear(&ranked, &question).filter(|_| self.may_ask) {
            return self.which(&words, &columns);
        }
        let mut plans: Vec<(Plan, f32)> = Vec::new();
        for (plan, share) in ranked {
            // What gives nothing on the whole table is no meaning.
            if plans.len() < CHOICES && self.run(&plan).is_some_and(|ran| !answers(&ran.table).is_empty()) {
                plans.push((plan, share));
            }
        }
        let sure = plans.first().is_some_and(|(_, share)| *share >= SURE);
        // Where a person can say it otherwise, no answer is better than one that is hardly believed.
        if self.may_ask && plans.first().is_some_and(|(_, share)| *share < BELIEVED) {
            return self.give_up();
        }
        if !plans.is_empty() && (sure || !self.with_model || plans.len() == 1) {
            return self.answer(&plans[0].0);
        }
        if !self.with_model {
            return self.give_up();
        }
        let plans: Vec<Plan> = plans.into_iter().map(|(p, _)| p).collect();
        if plans.is_empty() {
            return self.fill(None);
        }
        let ask = self.choice(&plans);
        self.state = State::Choosing(plans);
        Step::Ask(ask)
    }

    /// A column that stands in brackets was chosen by the person: plans without it are none.
    fn keep_named(&self, ranked: &mut Vec<(Plan, f32)>) {
        let named = |name: &String| self.question.contains(&format!("[{name}]"));
        let Some(name) = self.table.names().into_iter().find(named) else { return };
        let uses = |(plan, _): &(Plan, f32)| plan.columns().contains(&name);
        if ranked.iter().any(uses) {
            ranked.retain(uses);
            let total: f32 = ranked.iter().map(|(_, share)| share).sum();
            ranked.iter_mut().for_each(|(_, share)| *share /= total.max(f32::MIN_POSITIVE));
        }
    }

    /// The best two plans differ in a column only, and the same words of the question name both.
    fn unclear(&self, ranked: &[(Plan, f32)], question: &Question) -> Option<(String, Vec<usize>)> {
        let [(first, sure), (second, nearly), ..] = ranked else { return None };
        if *sure >= SURE || *nearly < *sure * NEARLY {
            return None;
        }
        let (a, b) = (first.columns(), second.columns());
        let only = |these: &[String], others: &[String]| {
            let mut rest = these.iter().filter(|c| !others.contains(c));
            rest.next().filter(|_| rest.next().is_none()).and_then(|name| self.table.index(name))
        };
        let (a, b) = (only(&a, &b)?, only(&b, &a)?);
        let words = question.named[a] & question.named[b];
        // One that is named by more words is meant.
        if words == 0 || question.named[a] != question.named[b] {
            return None;
        }
        let said = question.tokens.iter().enumerate().filter(|(i, _)| words >> i & 1 == 1);
        Some((said.map(|(_, t)| t.word.as_str()).collect::<Vec<_>>().join(" "), vec![a, b]))
    }

    /// Asks the person which column is meant: each choice is the question with the column's name in brackets.
    fn which(&mut self, words: &str, columns: &[usize]) -> Step {
        self.state = State::Over;
        let option = |c: &usize| {
            let label = self.table.columns[*c].name.clone();
            Choice { send: format!("{} [{label}]", self.question.trim()), label }
        };
        let options = columns.iter().take(MOST_COLUMNS).map(option).collect();
        let text = self.language.say("answer_which", &[("words", words)]);
        Step::Done(Outcome { parts: vec![Part::text(text), Part::Choices { options }], ..Outcome::default() })
    }

    fn run(&self, plan: &Plan) -> Option<Ran> {
        run(plan, &self.table, &HashMap::new()).ok()
    }

    /// The model names the number of a plan.
    fn choice(&self, plans: &[Plan]) -> Ask {
        let mut text =
            format!("{}\n\nQuestion: {}\n\nWays to answer it:\n", fill::table_text(&self.table, 6), self.question);
        for (i, plan) in plans.iter().enumerate() {
            let result = self.run(plan).map(|ran| answers(&ran.table).join(", ")).unwrap_or_default();
            let short: String = result.chars().take(60).collect();
            let words = in_words(plan, Language::English).join("; ").replace('*', "");
            text += &format!("{}. {words}. Result: {short}\n", i + 1);
        }
        text += "\nWhich way answers the question? Reply with its number only.";
        let numbers: Vec<String> = (1..=plans.len()).map(|n| n.to_string()).collect();
        Ask {
            messages: vec![
                ChatMessage::system("You choose the right way to answer a question about a table."),
                ChatMessage::user(text),
            ],
            constraint: Some(json!({ "type": "regex", "regex": numbers.join("|") })),
            max_tokens: 4,
            ..Ask::default()
        }
    }

    /// The model fills a plan under a grammar.
    fn fill(&mut self, instead: Option<Plan>) -> Step {
        let messages = fill::messages(&self.table, &self.question);
        let ask = fill::ask(messages.clone(), &self.table, &self.question);
        self.state = State::Filling { messages, repaired: false, instead };
        Step::Ask(ask)
    }

    fn filled(&mut self, reply: &str, mut messages: Vec<ChatMessage>, repaired: bool, instead: Option<Plan>) -> Step {
        let read: Result<Plan, String> = serde_json::from_str(reply).map_err(|e| e.to_string());
        let ran = read.and_then(|plan| match run(&plan, &self.table, &HashMap::new()) {
            Ok(ran) if answers(&ran.table).is_empty() => Err("it leaves no row".into()),
            Ok(_) => Ok(plan),
            Err(error) => Err(error.to_string()),
        });
        match (ran, repaired) {
            (Ok(plan), _) => self.answer(&plan),
            (Err(problem), false) => {
                messages.push(ChatMessage::assistant(reply));
                messages.push(ChatMessage::user(format!("This plan cannot be used: {problem}. Write a better one.")));
                let ask = fill::ask(messages.clone(), &self.table, &self.question);
                self.state = State::Filling { messages, repaired: true, instead };
                Step::Ask(ask)
            }
            (Err(_), true) => match instead {
                Some(plan) => self.answer(&plan),
                None => self.give_up(),
            },
        }
    }

    fn answer(&mut self, plan: &Plan) -> Step {
        self.state = State::Over;
        match self.run(plan) {
            Some(ran) => Step::Done(outcome(plan, &ran, self.language)),
            None => self.give_up(),
        }
    }

    fn give_up(&mut self) -> Step {
        self.state = State::Over;
        let columns = self.table.names().into_iter().take(12).collect::<Vec<_>>().join(", ");
        let text = self.language.say("answer_unclear", &[("columns", &columns)]);
        Step::Done(Outcome { parts: vec![Part::text(text)], refused: true, ..Outcome::default() })
    }
}

impl Skill for TableSkill {
    fn next(&mut self, reply: Option<&str>) -> Step {
        match (std::mem::replace(&mut self.state, State::Over), reply) {
            (State::Start, _) => self.start(),
            (State::Choosing(plans), reply) => {
                let number = reply.and_then(|r| r.trim().parse::<usize>().ok());
                let chosen = number.and_then(|n| plans.get(n.checked_sub(1)?)).or(plans.first());
                match chosen.cloned() {
                    Some(plan) => self.answer(&plan),
                    None => self.give_up(),
                }
            }
            (State::Filling { messages, repaired, instead }, Some(reply)) => {
                self.filled(reply, messages, repaired, instead)
            }
            (State::Filling { instead: Some(plan), .. }, None) => self.answer(&plan),
            (State::Filling { .. }, None) => self.give_up(),
            (State::Over, _) => Step::Pass,
        }
    }
}

/// The model alone: the table as text, and the question.
pub fn plain_messages(table: &Table, question: &str) -> Vec<ChatMessage> {
    let text = format!(
        "{}\n\nQuestion: {question}\nReply with the answer only, as short as it stands in the table; several answers \
         one a line.",
        fill::table_text(table, 60)
    );
    vec![ChatMessage::user(text)]
}
