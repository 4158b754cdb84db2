//! The sentences that a model may choose from, as a prompt and as a grammar, and its choice read back.

use loquat_agent::neutralize;
use serde_json::{Value, json};

use super::table::Table;
use crate::collection::Collection;
use crate::evidence::Candidate;

/// Bytes of sentences that are offered: some 400 tokens.
const BYTES: usize = 1600;
/// Sentences that are offered at most.
const SENTENCES: usize = 9;
/// Sentences further behind the best are not offered: models like numbers that are far off.
const BEHIND: f32 = 0.9;
/// More bytes of one sentence make the grammar slow and are no answer.
const LONGEST: usize = 700;

/// Numbered sentences.
#[derive(Debug, Clone)]
pub struct Offer {
    /// In the order in which they are numbered, from 1.
    pub sentences: Vec<Candidate>,
    /// Which of them the search likes best.
    pub best: usize,
    /// Whether the model may say that none answers.
    pub may_be_none: bool,
}

/// A sentence and the words of it that answer.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub candidate: Candidate,
    /// Stands in the sentence as it is.
    pub span: String,
}

impl Offer {
    /// Offers the best of `list`, which is ordered by score: passages in the order of the search, sentences as they stand.
    pub fn new(collection: &Collection, list: Vec<Candidate>, may_be_none: bool) -> Offer {
        let mut bytes = 0;
        let top = list.first().cloned();
        let mut sentences: Vec<Candidate> = Vec::new();
        for candidate in list {
            let length = candidate.range.len().min(LONGEST);
            let behind = top.as_ref().is_some_and(|t| candidate.score < t.score - BEHIND);
            let letters = text(collection, &candidate).chars().any(char::is_alphanumeric);
            if sentences.len() >= SENTENCES || behind || bytes + length > BYTES && !sentences.is_empty() {
                break;
            }
            if letters {
                bytes += length;
                sentences.push(candidate);
            }
        }
        sentences.sort_by_key(|c| (c.rank, c.range.start));
        let best = sentences.iter().position(|c| Some(c) == top.as_ref()).unwrap_or(0);
        Offer { sentences, best, may_be_none }
    }

    /// The last message: the sentences under the headings of their passages, and the question.
    pub fn prompt(&self, collection: &Collection, question: &str, table: &Table) -> String {
        let mut lines = Vec::new();
        let mut passage = None;
        for (number, candidate) in (1..).zip(&self.sentences) {
            if passage != Some(candidate.passage) {
                passage = Some(candidate.passage);
                let headings = collection.passages().get(candidate.passage as usize).map(|p| p.headings.join(" › "));
                if let Some(headings) = headings.filter(|h| !h.is_empty()) {
                    lines.push(format!("({})", neutralize(&headings)));
                }
            }
            lines.push(format!("{number}: {}", neutralize(&flat(text(collection, candidate)))));
        }
        lines.push(format!("\n{}: {question}", table.question));
        lines.join("\n")
    }

    /// `none`, or a number and words of that sentence.
    pub fn grammar(&self, collection: &Collection, table: &Table) -> Value {
        let mut start = Vec::new();
        let mut rules = String::new();
        for (number, candidate) in (1..).zip(&self.sentences) {
            // White space as the prompt shows it; the reply is found again without regard to it.
            let words = json!({ "substring_chunks": chunks(&flat(text(collection, candidate))) });
            // The engine looks for a mark after a per cent sign; as an escape it is none.
            let words = words.to_string().replace('%', "\\u0025");
            start.push(format!("\"{number}: \" s{number}"));
            rules += &format!("s{number}: %regex {words}\n");
        }
        if self.may_be_none {
            start.push(json!(table.none).to_string());
        }
        json!({ "type": "lark", "grammar": format!("start: {}\n{rules}", start.join(" | ")) })
    }

    /// What a reply chooses; `None` is the model's "none". A reply that is no choice takes the best sentence.
    pub fn read(&self, collection: &Collection, reply: &str, table: &Table) -> Option<Chosen> {
        let reply = reply.trim();
        if self.may_be_none && (reply == table.none || reply.is_empty() && self.sentences.is_empty()) {
            return None;
        }
        let (number, words) = reply.split_once(':').unwrap_or((reply, ""));
        let number = number.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let known = number.filter(|&n| n < self.sentences.len());
        let candidate = self.sentences.get(known.unwrap_or(self.best))?.clone();
        let sentence = text(collection, &candidate);
        let span = known.and_then(|_| verbatim(sentence, words)).unwrap_or(sentence);
        Some(Chosen { span: span.to_owned(), candidate })
    }
}

impl Chosen {
    /// The whole sentence.
    pub fn sentence<'a>(&self, collection: &'a Collection) -> &'a str {
        text(collection, &self.candidate)
    }
}

fn text<'a>(collection: &'a Collection, candidate: &Candidate) -> &'a str {
    let passage = collection.passages().get(candidate.passage as usize);
    passage.and_then(|p| p.text.get(candidate.range.clone())).unwrap_or_default()
}

/// One line, cut where it is too long.
fn flat(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = flat.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|&end| end <= LONGEST).last();
    flat[..end.unwrap_or(0)].to_owned()
}

/// Words, runs of spaces and marks, and single characters where words are not spaced: where a span may begin and end.
fn chunks(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        _ if crate::words::is_single(c) => 0,
        _ if c.is_alphanumeric() => 1,
        _ if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut list = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        let now = class(c);
        if last.is_some_and(|l| l != now || matches!(now, 0 | 3)) {
            list.push(&text[start..at]);
            start = at;
        }
        last = Some(now);
    }
    list.push(&text[start..]);
    list
}

/// Where a reply's words stand in a sentence, white space aside; without marks at their ends.
fn verbatim<'a>(sentence: &'a str, words: &str) -> Option<&'a str> {
    let outer = |c: char| {
        c.is_whitespace()
            || matches!(c, ',' | '.' | ';' | ':' | '，' | '。' | '；' | '：' | '、' | '!' | '?' | '！' | '？')
    };
    let wanted: Vec<char> = words.trim_matches(outer).chars().filter(|c| !c.is_whitespace()).collect();
    if wanted.is_empty() {
        return None;
    }
    let stands: Vec<(usize, char)> = sentence.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
    let at = stands.windows(wanted.len()).position(|w| w.iter().map(|(_, c)| c).eq(wanted.iter()))?;
    let (last, c) = stands.get(at + wanted.len() - 1)?;
    sentence.get(stands[at].0..last + c.len_utf8())
}

/// The last message of an example or a question.
pub fn prompt(heading: Option<&str>, sentences: &[&str], question: &str, table: &Table) -> String {
    let mut lines: Vec<String> = heading.map(|h| format!("({h})")).into_iter().collect();
    lines.extend((1..).zip(sentences).map(|(n, s)| format!("{n}: {s}")));
    lines.push(format!("\n{}: {question}", table.question));
    lines.join("\n")
}
