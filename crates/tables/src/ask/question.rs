//! A question's words: tokens, what they ask for, and where they name cells, columns and numbers.

use std::rc::Rc;

use super::reading::Reading;
use super::tokens::{Token, is_stop, tokens};

/// Rows that a part of a question names.
#[derive(Debug, Clone)]
pub struct Match {
    /// The column.
    pub column: usize,
    /// The cell's text, or the part of it that was named.
    pub text: String,
    /// Whether the whole cell was named.
    pub exact: bool,
    /// The question's tokens, one bit each.
    pub mask: u64,
    /// How many tokens.
    pub length: usize,
    /// The rows.
    pub rows: Rc<Vec<u32>>,
}

/// A question beside a table.
pub struct Question {
    /// Tokens, at most 64.
    pub tokens: Vec<Token>,
    /// Cells that it names.
    pub matches: Vec<Match>,
    /// Numbers that it names, each with its token.
    pub numbers: Vec<(f64, u64)>,
    /// For each column the tokens that name it.
    pub named: Vec<u64>,
    /// Tokens that say something: no article, no preposition.
    pub content: u64,
}

/// Cells that a question may name at most.
const MOST_MATCHES: usize = 14;

impl Question {
    /// Reads a question beside a table.
    pub fn new(text: &str, reading: &Reading) -> Self {
        let mut tokens = tokens(&super::phrases::in_english(text));
        tokens.truncate(64);
        let content = bits(tokens.iter().enumerate().filter(|(_, t)| !is_stop(&t.word)).map(|(i, _)| i));
        let number = |(i, t): (usize, &Token)| t.norm.parse().ok().map(|n: f64| (n, 1u64 << i));
        let numbers = tokens.iter().enumerate().filter_map(number).collect();
        let named = reading.columns.iter().map(|c| names(&tokens, &c.words, content)).collect();
        let matches = matches(&tokens, reading, content);
        Question { tokens, matches, numbers, named, content }
    }

    /// How many of its words the table has too.
    pub fn known(&self) -> u32 {
        let named = self.named.iter().chain(self.matches.iter().map(|m| &m.mask));
        (named.fold(0, |all, mask| all | mask) & self.content).count_ones()
    }

    /// Whether one of these words occurs.
    pub fn has(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|t| words.contains(&t.word.as_str()))
    }

    /// Whether a word of the kind "highest" occurs.
    pub fn superlative(&self) -> bool {
        const NOT: [&str; 14] = [
            "best", "rest", "test", "west", "guest", "contest", "request", "interest", "quest", "forest", "nest",
            "east", "chest", "latest",
        ];
        let ends = |w: &str| w.len() > 4 && w.ends_with("est") && !NOT.contains(&w);
        self.tokens.iter().any(|t| ends(&t.word)) || self.has(SUPERLATIVES)
    }
}

const SUPERLATIVES: &[&str] = &[
    "most", "least", "best", "worst", "top", "bottom", "first", "last", "latest", "max", "maximum", "min", "minimum",
    "peak", "final", "recent", "winner", "won", "largest", "top", "lead", "leading", "ranked", "record", "最",
    "earliest", "fastest", "majority", "more", "less", "fewer", "greater", "better", "higher", "lower", "longer",
    "older",
];

/// Positions as bits.
pub fn bits(places: impl Iterator<Item = usize>) -> u64 {
    places.filter(|i| *i < 64).fold(0, |mask, i| mask | 1 << i)
}

/// Tokens of a question that a column's name has too.
fn names(tokens: &[Token], words: &[String], content: u64) -> u64 {
    let named = |t: &Token| {
        words.iter().any(|w| *w == t.norm || (w.len() > 4 && t.norm.len() > 4 && common_start(w, &t.norm) >= 5))
    };
    bits(tokens.iter().enumerate().filter(|(_, t)| named(t)).map(|(i, _)| i)) & (content | also_names(tokens, words))
}

/// "total", "name" and "number" are columns too.
fn also_names(tokens: &[Token], words: &[String]) -> u64 {
    let names = |t: &Token| matches!(t.word.as_str(), "total" | "name" | "number" | "list") && words.contains(&t.norm);
    bits(tokens.iter().enumerate().filter(|(_, t)| names(t)).map(|(i, _)| i))
}

fn common_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

fn matches(tokens: &[Token], reading: &Reading, content: u64) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    for (column, read) in reading.columns.iter().enumerate() {
        // The part of the question that each different text holds: (start, length) → texts, whether whole.
        let mut spans: Vec<((usize, usize), bool, Vec<u32>)> = Vec::new();
        for (id, cell) in read.tokens.iter().enumerate() {
            if cell.is_empty() {
                continue;
            }
            for (start, length) in shared(tokens, cell) {
                let mask = bits(start..start + length);
                let number = length == 1 && tokens[start].norm.parse::<f64>().is_ok();
                let whole = length == cell.len();
                if mask & content == 0 && !whole || mask & content == 0 && !number && length == 1 {
                    continue;
                }
                // A number within a longer text means nothing; a year within a date does.
                if number && !whole && tokens[start].norm.len() != 4 {
                    continue;
                }
                match spans.iter_mut().find(|(span, w, _)| *span == (start, length) && *w == whole) {
                    Some((.., ids)) => ids.push(id as u32),
                    None => spans.push(((start, length), whole, vec![id as u32])),
                }
            }
        }
        for ((start, length), exact, ids) in &spans {
            // Texts that hold the span as a whole are named by it as well as those that hold more.
            let within: Vec<u32> = match exact {
                true => ids.clone(),
                false => spans
                    .iter()
                    .filter(|((s, l), ..)| s <= start && s + l >= start + length)
                    .flat_map(|(.., ids)| ids.iter().copied())
                    .collect(),
            };
            let rows: Vec<u32> =
                (0..read.ids.len() as u32).filter(|r| within.contains(&read.ids[*r as usize])).collect();
            if rows.is_empty() || (rows.len() == reading.rows && reading.rows > 1 && !exact) {
                continue;
            }
            let text = match exact {
                true => read.shown[rows[0] as usize].clone(),
                false => surface(&read.shown[rows[0] as usize], &tokens[*start..start + length]),
            };
            let mask = bits(*start..start + length);
            found.push(Match { column, text, exact: *exact, mask, length: *length, rows: Rc::new(rows) });
        }
    }
    // A match within a longer one of the same column says less.
    let all = found.clone();
    found.retain(|m| {
        !all.iter().any(|o| {
            o.column == m.column && o.mask != m.mask && o.mask & m.mask == m.mask && o.rows.len() <= m.rows.len()
        })
    });
    found.sort_by_key(|m| (std::cmp::Reverse(m.length), !m.exact, m.rows.len()));
    found.truncate(MOST_MATCHES);
    found
}

/// The part of a cell that has these tokens, as it is written there.
fn surface(cell: &str, tokens: &[Token]) -> String {
    let lower = cell.to_lowercase();
    let joined = tokens.iter().map(|t| t.word.as_str()).collect::<Vec<_>>().join(" ");
    if lower.contains(&joined) {
        return joined;
    }
    // With other signs between, or another ending: from the first word to the end of the last.
    let place = |t: &Token| [&t.word, &t.norm].into_iter().find_map(|w| lower.find(w.as_str()).map(|at| (at, w.len())));
    match (tokens.first().and_then(place), tokens.last().and_then(place)) {
        (Some((from, _)), Some((to, length))) if from < to + length => lower[from..to + length].to_owned(),
        (Some((from, length)), _) | (None, Some((from, length))) => lower[from..from + length].to_owned(),
        (None, None) => joined,
    }
}

/// Longest runs of tokens that both have, as (start in the question, length).
fn shared(question: &[Token], cell: &[String]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for start in 0..question.len() {
        let mut best = 0;
        for at in 0..cell.len() {
            let length = question[start..].iter().zip(&cell[at..]).take_while(|(q, c)| q.norm == **c).count();
            best = best.max(length);
        }
        // A run that starts within the run before is a part of it.
        if best > 0 && runs.last().is_none_or(|(s, l)| s + l < start + best) {
            runs.push((start, best));
        }
    }
    runs
}
