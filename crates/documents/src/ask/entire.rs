//! Answers to requests for whole documents: summaries that the model writes piece by piece, tables that need no model.

use loquat_agent::{Outcome, Part, Step};

use super::{AskDocuments, State, table::Table, table::table};
use crate::overview::{Frequencies, Item, items, telling};
use crate::whole::Whole;
use crate::whole::compare::{Stand, compare};
use crate::whole::digest::Digest;
use crate::whole::glossary::glossary;
use crate::whole::outline::{Section, chapter, sections};
use crate::whole::study::questions;

/// Rows of a list that are shown.
const ROWS: usize = 200;

impl AskDocuments {
    /// Begins an answer to a request for whole documents.
    pub(super) fn entire(&mut self, whole: &Whole) -> Step {
        let table = table(self.question.language);
        match whole {
            Whole::Summary => self.summarize(self.names(), sections(&self.collection)),
            Whole::Chapter(number) => match chapter(&self.collection, *number) {
                Some(section) => self.summarize(section.title.clone(), vec![section]),
                None => {
                    let text = table.no_chapter.replace("{number}", &number.to_string());
                    Step::Done(Outcome { parts: vec![Part::text(text)], refused: true, ..Outcome::default() })
                }
            },
            Whole::Compare => Step::Done(self.compared(table)),
            Whole::Study => Step::Done(self.studied(table)),
            Whole::Glossary => Step::Done(self.listed(&table.glossary, table, &glossary(&self.collection))),
            _ => Step::Done(self.listed(&table.listed, table, &items(&self.collection, whole))),
        }
    }

    fn names(&self) -> String {
        self.collection.entries().iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn summarize(&mut self, name: String, sections: Vec<Section>) -> Step {
        if self.options.bare {
            return Step::Done(self.quoted(&sections));
        }
        self.digest(Box::new(Digest::new(&self.collection, &name, sections)))
    }

    /// The next step of a summary.
    pub(super) fn digest(&mut self, digest: Box<Digest>) -> Step {
        let table = table(self.question.language);
        let parts = digest.parts(&self.collection, table, |number, candidate| self.cite(number, candidate));
        match digest.ask(table) {
            Some(mut ask) => {
                ask.draft = parts;
                self.state = State::Digesting(digest);
                Step::Ask(ask)
            }
            None => Step::Done(Outcome { sources: self.sources(&parts), parts, ..Outcome::default() }),
        }
    }

    /// Names of what is cited, for programs.
    fn sources(&self, parts: &[Part]) -> Vec<String> {
        let cited = parts.iter().filter_map(|part| match part {
            Part::Citation(c) => Some(format!("{}#{}", c.document, c.anchor["passage"])),
            _ => None,
        });
        cited.collect()
    }

    /// The telling sentence of each section, where no model may write.
    fn quoted(&self, sections: &[Section]) -> Outcome {
        let counts = Frequencies::of(&self.collection);
        let found = sections.iter().filter_map(|s| telling(&self.collection, &s.passages, &counts));
        let parts: Vec<Part> = (1..).zip(found).filter_map(|(number, c)| self.cite(number, &c)).collect();
        Outcome { sources: self.sources(&parts), parts, ..Outcome::default() }
    }

    fn studied(&self, table: &Table) -> Outcome {
        let made = questions(&self.collection, &sections(&self.collection));
        if made.is_empty() {
            return self.listed(&table.listed, table, &[]);
        }
        let mut text = table.study.clone();
        let mut parts = Vec::new();
        for (number, (question, candidate)) in (1..).zip(&made) {
            text += &format!("\n\n[{number}] {}", question.replace('\n', " "));
            parts.extend(self.cite(number, candidate));
        }
        parts.insert(0, Part::text(text));
        Outcome { sources: self.sources(&parts), parts, ..Outcome::default() }
    }

    fn place(&self, passage: u32) -> Option<String> {
        let passage = self.collection.passages().get(passage as usize)?;
        let entry = self.collection.entries().get(passage.document as usize)?;
        Some(format!("{}, {}", entry.name, passage.place.label))
    }

    fn listed(&self, title: &str, table: &Table, items: &[Item]) -> Outcome {
        let row = |item: &Item| {
            let passage = self.collection.passages().get(item.passage as usize)?;
            let sentence = passage.text.get(item.sentence.clone())?;
            Some(vec![item.text.clone(), sentence.to_owned(), self.place(item.passage)?])
        };
        let rows: Vec<Vec<String>> = items.iter().take(ROWS).filter_map(row).collect();
        let total = items.len();
        let mut parts = vec![Part::text(title.replace("{total}", &total.to_string()))];
        if total > 0 {
            parts.push(Part::Table { columns: table.columns.clone(), rows, total_rows: total as u64, plan: None });
        }
        Outcome { parts, ..Outcome::default() }
    }

    fn compared(&self, table: &Table) -> Outcome {
        let entries = self.collection.entries();
        let [first, second] = entries else {
            let text = table.two_documents.replace("{names}", &self.names());
            return Outcome { parts: vec![Part::text(text)], refused: true, ..Outcome::default() };
        };
        let found = compare(&self.collection);
        let named = |text: &str| text.replace("{first}", &first.name).replace("{second}", &second.name);
        let text = named(&table.compared)
            .replace("{same}", &found.same.to_string())
            .replace("{changed}", &found.changed.len().to_string())
            .replace("{only_first}", &found.first.len().to_string())
            .replace("{only_second}", &found.second.len().to_string());
        let sentence = |stand: &Stand| {
            let passage = self.collection.passages().get(stand.passage as usize)?;
            Some((passage.text.get(stand.range.clone())?.to_owned(), passage.place.label.clone()))
        };
        let changed = found.changed.iter().filter_map(|(a, b)| {
            let ((a, at), (b, there)) = (sentence(a)?, sentence(b)?);
            Some(vec![a, b, if at == there { at } else { format!("{at} · {there}") }])
        });
        let one = |stand: &Stand, first: bool| {
            let (text, at) = sentence(stand)?;
            Some(if first { vec![text, String::new(), at] } else { vec![String::new(), text, at] })
        };
        let only_first = found.first.iter().filter_map(|s| one(s, true));
        let only_second = found.second.iter().filter_map(|s| one(s, false));
        let rows: Vec<Vec<String>> = changed.chain(only_first).chain(only_second).take(ROWS).collect();
        let total = (found.changed.len() + found.first.len() + found.second.len()) as u64;
        let columns = table.compared_columns.iter().map(|c| named(c)).collect();
        let mut parts = vec![Part::text(text)];
        if total > 0 {
            parts.push(Part::Table { columns, rows, total_rows: total, plan: None });
        }
        Outcome { parts, ..Outcome::default() }
    }
}
