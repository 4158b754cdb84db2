//! The skill: quote first, then write. What it may say is chosen from numbered sentences under a grammar, so that every
//! quotation stands in the documents as it is; whether there is an answer is judged before the model is asked.

mod choice;
mod entire;
pub(crate) mod table;

use std::rc::Rc;

use loquat_agent::{Ask, ChatMessage, Citation, Outcome, Part, Skill, Step, mark_data};
use serde_json::Value;

use crate::answerable::{Verdict, foreign, verdict};
use crate::collection::Collection;
use crate::evidence::{Candidate, candidates, features};
use crate::question::{Language, Question, Wants, language};
use crate::search::{Found, fuse, search};
use crate::span::mend;
use crate::support::supported;
use crate::whole::digest::Digest;
use crate::whole::whole;
use choice::{Chosen, Offer};
use table::{Table, table};

/// Passages that a search is asked for.
const SEARCHED: usize = 20;
/// Tokens of a choice: a number and some words.
const CHOICE_TOKENS: usize = 48;
/// Tokens of an answer in the model's words.
const PROSE_TOKENS: usize = 120;
/// Passages shown where there is no answer.
const NEAREST: usize = 2;

/// What is asked for beside the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Only the words of the document: questions for a reason get no answer in the model's words.
    pub bare: bool,
}

/// Answers one question from a collection.
pub struct AskDocuments {
    collection: Rc<Collection>,
    question: Question,
    options: Options,
    vector: Option<Vec<f32>>,
    state: State,
}

enum State {
    Start,
    Choosing { found: Found, offer: Offer },
    Writing { found: Found, chosen: Chosen },
    Digesting(Box<Digest>),
    Over,
}

impl AskDocuments {
    /// A question; `before` is the question before it in the conversation, if there is one.
    pub fn new(collection: Rc<Collection>, question: &str, before: Option<&str>, options: Options) -> Self {
        let mut read = Question::new(question, collection.words());
        if let Some(before) = before.filter(|_| refers_back(&read)) {
            // "And when did he die?": what "he" is stands in the question before.
            let earlier = Question::new(before, collection.words());
            let missing = earlier.terms.into_iter().filter(|t| !read.terms.iter().any(|known| known.text == t.text));
            let missing: Vec<_> = missing.collect();
            read.terms.extend(missing);
        }
        AskDocuments { collection, question: read, options, vector: None, state: State::Start }
    }

    /// Searches by the question's vector too, where there is one and passages have theirs.
    pub fn near(self, vector: Option<Vec<f32>>) -> Self {
        AskDocuments { vector, ..self }
    }

    fn start(&mut self) -> Step {
        if self.collection.passages().is_empty() {
            return Step::Pass;
        }
        if let Some(whole) = whole(&self.question.text) {
            return self.entire(&whole);
        }
        let c = &self.collection;
        let mut found = search(c.index(), c.passages(), c.words(), &self.question, SEARCHED);
        let mut list = candidates(c, &self.question, &found);
        let mut verdict = verdict(&features(c, &self.question, &found, &list), self.question.language);
        let no_words = Found::default();
        let near = self.vector.as_ref().map(|vector| c.vectors().nearest(vector, usize::MAX)).unwrap_or_default();
        if let Some(passage) = near.first().and_then(|near| c.passages().get(near.passage as usize)) {
            let translated = verdict == Verdict::Absent && language(&passage.text) != self.question.language;
            if translated {
                verdict = foreign(&near);
            }
            let near = &near[..near.len().min(SEARCHED)];
            // Words that two languages share say nothing: the vectors' order is kept, and no sentence of another passage
            // is offered beside the one that stands out.
            found.hits = fuse(if translated { &no_words } else { &found }, near);
            list = candidates(c, &self.question, &found);
            if translated {
                list.retain(|candidate| candidate.passage == near[0].passage);
            }
        }
        if verdict == Verdict::Absent && !is_question(&self.question) {
            // "Thanks", "Write a poem": nothing that documents are asked for.
            return Step::Pass;
        }
        if verdict == Verdict::Absent || list.is_empty() {
            return Step::Done(self.absent(&found));
        }
        let offer = Offer::new(c, list, verdict == Verdict::Open);
        let ask = self.choose(&offer);
        self.state = State::Choosing { found, offer };
        Step::Ask(ask)
    }

    fn choose(&self, offer: &Offer) -> Ask {
        let table = table(self.question.language);
        let task = if offer.may_be_none { &table.task_or_none } else { &table.task };
        let mut messages = vec![ChatMessage::system(task)];
        for example in &table.examples {
            if example.answer == table.none && !offer.may_be_none {
                continue;
            }
            let sentences: Vec<&str> = example.sentences.iter().map(String::as_str).collect();
            messages.push(ChatMessage::user(choice::prompt(None, &sentences, &example.question, table)));
            messages.push(ChatMessage::assistant(&example.answer));
        }
        messages.push(ChatMessage::user(offer.prompt(&self.collection, &self.question.text, table)));
        Ask {
            messages,
            constraint: Some(offer.grammar(&self.collection, table)),
            max_tokens: CHOICE_TOKENS,
            ..Ask::default()
        }
    }

    fn chose(&mut self, found: Found, offer: &Offer, reply: &str) -> Step {
        let table = table(self.question.language);
        let Some(mut chosen) = offer.read(&self.collection, reply, table) else {
            return Step::Done(self.absent(&found));
        };
        chosen.span =
            mend(chosen.sentence(&self.collection), &chosen.span, &self.question, self.collection.words()).to_owned();
        if self.question.wants == Wants::Reason && !self.options.bare {
            let ask = self.write(&chosen, table);
            self.state = State::Writing { found, chosen };
            return Step::Ask(ask);
        }
        let text = chosen.span.clone();
        Step::Done(self.present(&found, &chosen, &text))
    }

    fn write(&self, chosen: &Chosen, table: &Table) -> Ask {
        let place = self.collection.id(chosen.candidate.passage).unwrap_or_default();
        let quoted = mark_data(chosen.sentence(&self.collection), &place);
        let content = format!("{}:\n{quoted}\n\n{}: {}", table.quoted, table.question, self.question.text);
        Ask {
            messages: vec![ChatMessage::system(&table.phrase), ChatMessage::user(content)],
            max_tokens: PROSE_TOKENS,
            ..Ask::default()
        }
    }

    /// Keeps of the model's words only sentences that the quotation bears out.
    fn wrote(&self, found: &Found, chosen: &Chosen, reply: &str) -> Outcome {
        let quoted = chosen.sentence(&self.collection);
        let kept = supported(reply, quoted, &self.question.text, self.collection.words());
        let text = if kept.is_empty() { chosen.span.clone() } else { kept };
        self.present(found, chosen, &text)
    }

    fn present(&self, found: &Found, chosen: &Chosen, text: &str) -> Outcome {
        let mut sources: Vec<String> = self.collection.id(chosen.candidate.passage).into_iter().collect();
        let rest = found.hits.iter().filter(|h| h.passage != chosen.candidate.passage);
        sources.extend(rest.filter_map(|h| self.collection.id(h.passage)));
        let mut parts = vec![Part::text(format!("{text} [1]"))];
        parts.extend(self.cite(1, &chosen.candidate));
        Outcome { parts, answer: Some(chosen.span.clone()), sources, refused: false }
    }

    /// "Not in these documents", what was searched, and the nearest passages.
    fn absent(&self, found: &Found) -> Outcome {
        let table = table(self.question.language);
        let entries = self.collection.entries();
        let documents = match entries {
            [one] => one.name.clone(),
            many => table.documents.replace("{count}", &many.len().to_string()),
        };
        let searched = table.searched.replace("{documents}", &documents);
        let searched = searched.replace("{passages}", &self.collection.passages().len().to_string());
        let mut text = format!("{}\n\n{searched}", table.not_found);
        let list = candidates(&self.collection, &self.question, found);
        let mut nearest: Vec<&Candidate> = Vec::new();
        for candidate in &list {
            if nearest.len() < NEAREST && !nearest.iter().any(|n| n.passage == candidate.passage) {
                nearest.push(candidate);
            }
        }
        if !nearest.is_empty() {
            text += " ";
            text += &table.nearest;
        }
        let mut parts = vec![Part::text(text)];
        for (number, candidate) in (1..).zip(nearest) {
            parts.extend(self.cite(number, candidate));
        }
        let sources = found.hits.iter().filter_map(|h| self.collection.id(h.passage)).collect();
        Outcome { parts, answer: None, sources, refused: true }
    }

    fn cite(&self, number: u32, candidate: &Candidate) -> Option<Part> {
        let passage = self.collection.passages().get(candidate.passage as usize)?;
        let entry = self.collection.entries().get(passage.document as usize)?;
        Some(Part::Citation(Citation {
            number,
            document: entry.name.clone(),
            hash: entry.hash.clone(),
            place: passage.place.label.clone(),
            anchor: anchor(&passage.place.anchor, passage.number),
            quote: passage.text.get(candidate.range.clone())?.to_owned(),
        }))
    }
}

/// The place's anchor with the passage's number, by which the page finds the passage again.
fn anchor(place: &Value, passage: u32) -> Value {
    let mut anchor = place.clone();
    if anchor.is_null() {
        anchor = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(fields) = &mut anchor {
        fields.insert("passage".into(), passage.into());
    }
    anchor
}

/// Whether a question names nothing itself and points to what was asked before.
fn refers_back(question: &Question) -> bool {
    if question.terms.iter().any(|t| t.name) {
        return false;
    }
    let lower = format!(" {} ", question.text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " "));
    match question.language {
        Language::English => {
            [
                " he ", " she ", " it ", " they ", " him ", " her ", " his ", " its ", " their ", " them ", " there ",
                " that ",
            ]
            .iter()
            .any(|w| lower.contains(w))
                || lower.trim_start().starts_with("and ")
        }
        _ => ["他", "她", "它", "那", "其", "此", "それ", "彼"].iter().any(|w| question.text.contains(w)),
    }
}

/// Whether something is asked, rather than said or ordered.
fn is_question(question: &Question) -> bool {
    let text = question.text.to_lowercase();
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let asks = [
        "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "is", "are", "was", "were", "do",
        "does", "did", "can", "could", "has", "have", "in", "name", "list", "find", "tell",
    ];
    let han = ["什么", "谁", "哪", "多少", "几", "何", "怎", "吗", "是否", "ですか", "ますか"];
    text.contains(['?', '？']) || asks.contains(&first) || han.iter().any(|word| text.contains(word))
}

impl Skill for AskDocuments {
    fn next(&mut self, reply: Option<&str>) -> Step {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Start => self.start(),
            State::Choosing { found, offer } => self.chose(found, &offer, reply.unwrap_or_default()),
            State::Writing { found, chosen } => Step::Done(self.wrote(&found, &chosen, reply.unwrap_or_default())),
            State::Digesting(mut digest) => {
                digest.reply(&self.collection, reply.unwrap_or_default());
                self.digest(digest)
            }
            State::Over => Step::Pass,
        }
    }
}

#[cfg(test)]
mod tests;
