//! Two kinds of things, counted and valued together: chickens and rabbits, cars and tricycles, coins, tickets, boats.
//! Two conditions of a number of heads, of feet, of a difference or of a multiple give both counts.

mod english;
mod han;
mod japanese;
mod quiz;

pub use quiz::quiz;

use super::found::{Found, Sense, solved};
use super::lookup::name;
use crate::text::{Lang, Sheet};

/// One kind of thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// What it is called, in the singular.
    pub entity: String,
    /// What one of it has or costs, as an expression.
    pub per: String,
}

/// What ties the two counts to one another; `false` and `true` are the first and the second kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Tie {
    /// This many in all.
    Count(String),
    /// All of them have this much together.
    Value(String),
    /// This many more of one than of the other.
    More(bool, String),
    /// This many times as many of one as of the other.
    Times(bool, String),
    /// This much more of one's legs, wheels or price than of the other's.
    MoreValue(bool, String),
    /// If the counts were exchanged, they would have this much together.
    Swapped(String),
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asked {
    /// The count of one kind.
    One(bool),
    /// Both counts.
    Both,
}

/// What a language's patterns make of a question.
pub struct Reading {
    /// The two kinds.
    pub kinds: [Kind; 2],
    /// The conditions.
    pub ties: Vec<Tie>,
    /// The question.
    pub asked: Asked,
    /// The unit of a count, for the answer.
    pub unit: String,
}

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    let reading = match sheet.lang {
        Lang::En => english::read(sheet)?,
        Lang::Zh => han::read(sheet)?,
        Lang::Ja => japanese::read(sheet)?,
    };
    if !sheet.understood() || reading.ties.len() != 2 {
        return None;
    }
    reading.solve(sheet.lang)
}

impl Reading {
    fn solve(&self, lang: Lang) -> Option<Found> {
        let names = [name(&self.kinds[0].entity), name(&self.kinds[1].entity)];
        if names[0] == names[1] {
            return None;
        }
        let n = |second: bool| names[usize::from(second)].as_str();
        let per = |second: bool| self.kinds[usize::from(second)].per.as_str();
        let mut equations: Vec<String> = self
            .ties
            .iter()
            .map(|tie| match tie {
                Tie::Count(total) => format!("{} + {} = {total}", n(false), n(true)),
                Tie::Value(total) => {
                    format!("{} * {} + {} * {} = {total}", per(false), n(false), per(true), n(true))
                }
                Tie::Swapped(total) => {
                    format!("{} * {} + {} * {} = {total}", per(false), n(true), per(true), n(false))
                }
                Tie::More(which, by) => format!("{} = {} + {by}", n(*which), n(!which)),
                Tie::Times(which, by) => format!("{} = {by} * {}", n(*which), n(!which)),
                Tie::MoreValue(which, by) => {
                    format!("{} * {} = {} * {} + {by}", per(*which), n(*which), per(!which), n(!which))
                }
            })
            .collect();
        match self.asked {
            Asked::One(which) => {
                equations.push(format!("answer = {}", n(which)));
                Some(solved(&equations, &self.unit, Sense::Counts)?.knowing(self.known(lang)))
            }
            Asked::Both => {
                let count = |which| {
                    let mut all = equations.clone();
                    all.push(format!("answer = {}", n(which)));
                    solved(&all, &self.unit, Sense::Counts)
                };
                let (first, second) = (count(false)?, count(true)?);
                let both = |sign: &str| {
                    let [a, b] = [&self.kinds[0].entity, &self.kinds[1].entity];
                    format!("{a}{sign}{}, {b}{sign}{}", first.answer, second.answer)
                };
                let shown = if lang == Lang::En { both(": ") } else { both("").replace(", ", "，") };
                Some(Found { answer: shown.clone(), shown, ..second.knowing(self.known(lang)) })
            }
        }
    }

    fn known(&self, lang: Lang) -> Vec<String> {
        let each = |kind: &Kind| match lang {
            Lang::En => format!("each {}: {}", kind.entity, kind.per),
            Lang::Zh => format!("每个{}：{}", kind.entity, kind.per),
            Lang::Ja => format!("{}：{}", kind.entity, kind.per),
        };
        self.kinds.iter().map(each).collect()
    }
}
