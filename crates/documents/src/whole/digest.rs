//! A summary by map and reduce: the model puts each piece of a document into one sentence, then the sentences into a few.
//! A sentence that its piece does not bear out is replaced by the piece's own most telling one. Says which places were
//! read, and calls it a summary only where that was everything.

use loquat_agent::{Ask, ChatMessage, Part};

use crate::ask::table::Table;
use crate::collection::Collection;
use crate::evidence::Candidate;
use crate::overview::{Frequencies, telling};
use crate::question::{Question, TermKind};
use crate::sentence::sentences;
use crate::support::supported;

use super::outline::{Section, paged, reach};

/// Pieces that the model reads at most; the agent's loop asks no more than twice as often.
const MOST: usize = 40;
/// Bytes of a piece, some 350 tokens.
const PIECE: usize = 1600;
/// Tokens of a piece's sentence, and of the whole.
const SENTENCE_TOKENS: usize = 72;
const WHOLE_TOKENS: usize = 160;
/// Bytes of sentences that the whole is written from.
const REDUCED: usize = 2400;

/// A text that the model reads at once.
struct Piece {
    section: usize,
    passages: Vec<u32>,
    text: String,
}

/// A summary under way.
pub struct Digest {
    name: String,
    sections: Vec<Section>,
    pieces: Vec<Piece>,
    /// Passages of all pieces, also of those that are not read.
    all: usize,
    /// For each piece that was read its sentence, and the passage's that bears it out.
    lines: Vec<(String, Candidate)>,
    whole: Option<String>,
    frequencies: Frequencies,
}

impl Digest {
    /// Plans the work.
    pub fn new(collection: &Collection, name: &str, sections: Vec<Section>) -> Digest {
        let all = sections.iter().map(|s| s.passages.len()).sum();
        let mut pieces: Vec<Piece> = Vec::new();
        for (section, of) in sections.iter().enumerate() {
            for &number in &of.passages {
                let Some(passage) = collection.passages().get(number as usize) else { continue };
                match pieces.last_mut() {
                    Some(last) if last.section == section && last.text.len() + passage.text.len() < PIECE => {
                        last.text += "\n";
                        last.text += &passage.text;
                        last.passages.push(number);
                    }
                    _ => pieces.push(Piece { section, passages: vec![number], text: passage.text.clone() }),
                }
            }
        }
        let pieces = chosen(pieces);
        let name = name.to_owned();
        let frequencies = Frequencies::of(collection);
        Digest { name, sections, pieces, all, lines: Vec::new(), whole: None, frequencies }
    }

    /// What the model is asked next; `None`: all is done.
    pub fn ask(&self, table: &Table) -> Option<Ask> {
        let (task, content, max_tokens) = match self.pieces.get(self.lines.len()) {
            Some(piece) => (&table.piece, piece.text.clone(), SENTENCE_TOKENS),
            None if self.whole.is_none() && self.lines.len() > 2 => (&table.reduce, self.reduced(), WHOLE_TOKENS),
            None => return None,
        };
        let messages = vec![ChatMessage::system(task), ChatMessage::user(content)];
        Some(Ask { messages, max_tokens, ..Ask::default() })
    }

    /// Takes the model's reply.
    pub fn reply(&mut self, collection: &Collection, reply: &str) {
        let Some(piece) = self.pieces.get(self.lines.len()) else {
            self.whole = Some(supported(&finished(reply, 3), &self.reduced(), "", collection.words()));
            return;
        };
        let sentence = supported(&finished(reply, 1), &piece.text, "", collection.words());
        let line = match bearing(collection, &piece.passages, &sentence) {
            Some(candidate) if !sentence.is_empty() => Some((sentence, candidate)),
            _ => telling(collection, &piece.passages, &self.frequencies).map(|candidate| {
                let passage = collection.passages().get(candidate.passage as usize);
                let quote = passage.and_then(|p| p.text.get(candidate.range.clone())).unwrap_or_default();
                (quote.to_owned(), candidate)
            }),
        };
        let nothing = || (String::new(), Candidate { passage: 0, rank: 0, range: 0..0, score: 0.0 });
        self.lines.push(line.unwrap_or_else(nothing));
    }

    fn reduced(&self) -> String {
        let mut text = String::new();
        let most = REDUCED / self.lines.len().max(1);
        for (line, _) in self.lines.iter().filter(|(line, _)| !line.is_empty()) {
            let end = (0..=most.min(line.len())).rev().find(|&at| line.is_char_boundary(at)).unwrap_or_default();
            text += if line.len() <= most { line } else { &line[..end] };
            text += "\n";
        }
        text
    }

    /// What is shown, also while the work is under way; `cite` makes a citation of a candidate.
    pub fn parts(
        &self,
        collection: &Collection,
        table: &Table,
        cite: impl Fn(u32, &Candidate) -> Option<Part>,
    ) -> Vec<Part> {
        let mut text = self.head(collection, table);
        if let Some(whole) = self.whole.as_ref().filter(|whole| !whole.is_empty()) {
            text += "\n\n";
            text += whole;
        }
        let mut citations = Vec::new();
        let mut section = usize::MAX;
        for (piece, (line, candidate)) in self.pieces.iter().zip(&self.lines) {
            if line.is_empty() {
                continue;
            }
            if piece.section != section {
                section = piece.section;
                text += &self.heading(collection, table, section);
            }
            let number = citations.len() as u32 + 1;
            if let Some(citation) = cite(number, candidate) {
                citations.push(citation);
                text += &format!("\n- {} [{number}]", line.replace('\n', " "));
            }
        }
        let mut parts = vec![Part::text(text)];
        parts.append(&mut citations);
        parts
    }

    /// What was read, and whether that is everything.
    fn head(&self, collection: &Collection, table: &Table) -> String {
        let done = &self.pieces[..self.lines.len().min(self.pieces.len())];
        let read: Vec<u32> = done.iter().flat_map(|p| p.passages.iter().copied()).collect();
        let title = if done.len() < self.pieces.len() {
            &table.digest_begun
        } else if read.len() == self.all {
            &table.digest
        } else {
            &table.partial_digest
        };
        let place = reach(collection, &read);
        let place = if paged(collection, &read) { table.pages.replace("{range}", &place) } else { place };
        title
            .replace("{name}", &self.name)
            .replace("{read}", &read.len().to_string())
            .replace("{passages}", &self.all.to_string())
            .replace("{done}", &done.len().to_string())
            .replace("{pieces}", &self.pieces.len().to_string())
            .replace("{place}", &place)
    }

    fn heading(&self, collection: &Collection, table: &Table, section: usize) -> String {
        let Some(section) = self.sections.get(section) else { return String::new() };
        let place = reach(collection, &section.passages);
        let place = if paged(collection, &section.passages) {
            table.pages.replace("{range}", &place)
        } else if section.title.is_empty() {
            place
        } else {
            String::new()
        };
        let title: Vec<&str> = [section.title.as_str(), &place].into_iter().filter(|t| !t.is_empty()).collect();
        format!("\n\n**{}**\n", title.join(", "))
    }
}

/// Where there are too many pieces, some of each stretch of the document, evenly.
fn chosen(pieces: Vec<Piece>) -> Vec<Piece> {
    let count = pieces.len();
    if count <= MOST {
        return pieces;
    }
    let taken = |n: usize| n * MOST / count != (n + 1) * MOST / count;
    pieces.into_iter().enumerate().filter(|(n, _)| taken(*n)).map(|(_, piece)| piece).collect()
}

/// The first sentences of a reply, without one that was cut off.
fn finished(reply: &str, most: usize) -> String {
    let ended = |s: &str| s.trim_end_matches(['"', '”', '」', ')']).ends_with(['.', '!', '?', '。', '！', '？']);
    let found = sentences(reply).into_iter().map(|range| &reply[range]).filter(|s| ended(s));
    found.take(most).collect::<Vec<_>>().join(" ")
}

/// The sentence of some passages that shares the most terms with a text.
fn bearing(collection: &Collection, passages: &[u32], text: &str) -> Option<Candidate> {
    let terms = Question::new(text, collection.words()).terms;
    let wanted: Vec<String> = terms.into_iter().filter(|t| t.kind != TermKind::Single).map(|t| t.text).collect();
    let mut best: Option<Candidate> = None;
    for &number in passages {
        let Some(passage) = collection.passages().get(number as usize) else { continue };
        for range in sentences(&passage.text) {
            let here = Question::new(&passage.text[range.clone()], collection.words()).terms;
            let shared = here.iter().filter(|t| wanted.contains(&t.text)).count() as f32;
            let score = shared / (here.len() as f32).max(1.0).sqrt();
            if shared > 0.0 && best.as_ref().is_none_or(|b| score > b.score) {
                best = Some(Candidate { passage: number, rank: 0, range, score });
            }
        }
    }
    best
}
