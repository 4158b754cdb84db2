//! What a candidate looks like beside its question, as hashes for the linear model.

use super::candidates::Candidate;
use super::forms::{Answer, Pick, RowTest};
use super::question::Question;
use super::reading::{Ordered, Reading};
use super::weights::BUCKETS;
use crate::plan::Test;

/// Features of all candidates of a question.
pub fn features(question: &Question, reading: &Reading, candidates: &[Candidate]) -> Vec<Vec<u32>> {
    let words = Words::new(question);
    candidates.iter().map(|c| one(c, question, reading, &words)).collect()
}

/// FNV-1a.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

fn mix(a: u32, b: u32) -> u32 {
    let x = (a ^ b.rotate_left(15)).wrapping_mul(0x9E37_79B1);
    (x ^ (x >> 15)).wrapping_mul(0x85EB_CA77)
}

/// Hashes of the question's words that are not part of a cell, and of pairs.
struct Words {
    single: Vec<(u32, u64)>,
    pairs: Vec<(u32, u64)>,
    start: u32,
    start_pair: u32,
}

impl Words {
    fn new(question: &Question) -> Self {
        // Words of cells are names: they say nothing about what is asked.
        let named = question.matches.iter().filter(|m| m.exact || m.length > 1).fold(0, |mask, m| mask | m.mask);
        let word = |i: usize| {
            let t = &question.tokens[i];
            match t.norm.parse::<f64>() {
                Ok(_) if !matches!(t.word.as_str(), "first" | "one" | "second" | "two") => "#",
                _ => t.word.as_str(),
            }
        };
        let count = question.tokens.len();
        let single = (0..count).filter(|i| named >> i & 1 == 0).map(|i| (hash(word(i)), 1 << i)).collect();
        let pairs = (1..count)
            .filter(|i| named >> i & 1 == 0 && named >> (i - 1) & 1 == 0)
            .map(|i| (mix(hash(word(i - 1)), hash(word(i))), 3 << (i - 1)))
            .collect();
        let start = if count > 0 { hash(word(0)) } else { 0 };
        let start_pair = if count > 1 { mix(start, hash(word(1))) } else { start };
        Words { single, pairs, start, start_pair }
    }
}

fn one(c: &Candidate, question: &Question, reading: &Reading, words: &Words) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::with_capacity(160);
    let form = &c.form;
    let answer = match form.answer {
        Answer::Values(_) => "values",
        Answer::Count => "count",
        Answer::Distinct(_) => "distinct",
        Answer::Sum(_) => "sum",
        Answer::Mean(_) => "mean",
        Answer::Range(_) => "range",
        Answer::Commonest { least: false, .. } => "commonest",
        Answer::Commonest { .. } => "rarest",
        Answer::CountRange(_) => "count range",
        Answer::Apart(..) => "apart",
        Answer::Any => "any",
        Answer::Relation { more: "yes", .. } => "yes",
        Answer::Relation { .. } => "relation",
        Answer::LargestSum { .. } => "largest sum",
    };
    let pick = match form.pick {
        Pick::All => "all",
        Pick::Largest(_) => "largest",
        Pick::Smallest(_) => "smallest",
        Pick::First => "first",
        Pick::Last => "last",
        Pick::Next => "next",
        Pick::Before => "before",
    };
    let mut tests = String::new();
    for test in &form.tests {
        tests += match test {
            RowTest::Is { looked_up: true, .. } => "same,",
            RowTest::Is { not: true, .. } => "not,",
            RowTest::Is { exact: true, .. } => "is,",
            RowTest::Is { .. } => "has,",
            RowTest::Compare { test: Test::More, .. } => "more,",
            RowTest::Compare { test: Test::AtLeast, .. } => "at least,",
            RowTest::Compare { test: Test::Less, .. } => "less,",
            RowTest::Compare { .. } => "at most,",
        };
    }
    if form.any {
        tests += "any";
    }
    let shape = format!("{answer}({pick}({tests}))");
    let half = format!("{answer}({pick}");
    let operations =
        [hash(answer), mix(1, hash(pick)), mix(2, hash(&tests)), mix(3, hash(&half)), mix(4, hash(&shape))];
    let kind = answer_kind(c);
    let many = match c.gives.len() {
        1 => 1,
        2 => 2,
        3..=5 => 3,
        _ => 4,
    };
    // Words with operations.
    for operation in operations {
        out.push(mix(5, operation));
        out.extend(words.single.iter().map(|(w, _)| mix(*w, operation)));
    }
    for operation in &operations[..4] {
        out.extend(words.pairs.iter().map(|(w, _)| mix(*w, mix(6, *operation))));
    }
    // Words with the kind and number of answers.
    for w in [words.start, words.start_pair] {
        out.push(mix(w, mix(7, kind)));
        out.push(mix(w, mix(8, many)));
        out.push(mix(w, mix(9, operations[3])));
    }
    out.extend(words.single.iter().map(|(w, _)| mix(*w, mix(10, kind))));
    out.push(mix(mix(11, many), operations[3]));
    out.push(mix(mix(12, kind), operations[3]));
    // Columns in their roles.
    let named = question.named.iter().fold(0, |mask, n| mask | n);
    let mut used = c.mask;
    for (role, column) in roles(c) {
        let Some(read) = reading.columns.get(column) else { continue };
        let mine = question.named[column] & !c.mask;
        used |= question.named[column];
        let size = read.words.len().max(1) as u32;
        let overlap = match (mine.count_ones(), size) {
            (0, _) => 0,
            (n, size) if n >= size => 3,
            (n, size) if n * 2 >= size => 2,
            _ => 1,
        };
        // Whether another column has more words of the question.
        let best = question.named.iter().map(|n| (n & !c.mask).count_ones()).max().unwrap_or(0);
        let beaten = u32::from(best > mine.count_ones());
        let role = mix(20, role);
        out.push(mix(role, overlap));
        out.push(mix(role, mix(21, overlap * 2 + beaten)));
        out.push(mix(mix(role, overlap), hash(&half)));
        let ordered = u32::from(read.ordered != Ordered::No) + 2 * u32::from(read.dated);
        out.push(mix(role, mix(22, ordered)));
        out.push(mix(mix(role, mix(22, ordered)), words.start_pair));
        out.push(mix(role, mix(23, column.min(4) as u32)));
        out.push(mix(mix(role, mix(23, column.min(2) as u32)), hash(&half)));
        // How far behind "which" or "what" the name stands.
        if mine != 0 {
            let place = mine.trailing_zeros();
            out.push(mix(role, mix(24, place.min(4))));
            let before = place.checked_sub(1).and_then(|i| question.tokens.get(i as usize));
            out.push(mix(role, mix(25, before.map_or(0, |t| hash(&t.word)))));
        }
        for name in read.words.iter().take(4) {
            let name = mix(role, hash(name));
            out.push(mix(name, words.start));
            out.push(mix(name, words.start_pair));
            out.extend(words.single.iter().map(|(w, _)| mix(*w, mix(26, name))));
        }
        out.extend(words.single.iter().map(|(w, _)| mix(*w, mix(27, mix(role, ordered)))));
        if overlap > 0 {
            out.extend(words.single.iter().map(|(w, _)| mix(*w, mix(28, role))));
        }
    }
    // What is left unsaid.
    let cells = question.matches.iter().filter(|m| m.exact || m.length > 1).fold(0, |mask, m| mask | m.mask);
    let left = (cells & question.content & !used).count_ones().min(6);
    out.push(mix(30, left));
    out.push(mix(mix(30, left), hash(pick)));
    out.push(mix(31, (named & !used).count_ones().min(5)));
    let longest = question.matches.first().map_or(0, |m| m.mask);
    out.push(mix(32, u32::from(longest & !c.mask != 0)));
    out.push(mix(33, (c.mask & question.content).count_ones().min(8)));
    let numbers = question.numbers.iter().fold(0, |mask, n| mask | n.1);
    out.push(mix(34, (numbers & !used).count_ones().min(3)));
    for test in &form.tests {
        if let RowTest::Is { exact, column, .. } = test {
            out.push(mix(35, u32::from(*exact) + 2 * (*column).min(3) as u32));
            // A cell in a column that the question names too.
            out.push(mix(36, u32::from(question.named[*column] & !c.mask != 0)));
        }
    }
    // Rows and answers.
    let rows = match c.rows {
        0 | 1 => 1,
        2 => 2,
        3..=9 => 3,
        _ => 4,
    };
    out.push(mix(mix(40, rows), operations[3]));
    out.push(mix(mix(41, rows), mix(many, hash(&tests))));
    let first = c.gives.first().map(String::as_str).unwrap_or_default();
    let repeats = repeated(first, question);
    out.push(mix(mix(42, repeats), u32::from(form.any)));
    out.push(mix(mix(42, repeats), operations[3]));
    if matches!(form.answer, Answer::Count | Answer::Distinct(_) | Answer::CountRange(_)) {
        out.push(mix(43, u32::from(first == "0") + 2 * u32::from(c.rows == reading.rows)));
    }
    if matches!(form.pick, Pick::Next | Pick::Before) || matches!(form.answer, Answer::Range(_)) {
        out.push(mix(mix(44, rows), operations[3]));
    }
    for f in &mut out {
        *f %= BUCKETS as u32;
    }
    out
}

/// Columns and what they are for.
fn roles(c: &Candidate) -> Vec<(u32, usize)> {
    let mut roles = Vec::with_capacity(4);
    match c.form.answer {
        Answer::Values(column) => roles.push((hash("values"), column)),
        Answer::Distinct(column) => roles.push((hash("distinct"), column)),
        Answer::Sum(column) | Answer::Mean(column) => roles.push((hash("sum"), column)),
        Answer::Range(column) => roles.push((hash("range"), column)),
        Answer::Commonest { column, .. } | Answer::CountRange(column) => roles.push((hash("commonest"), column)),
        Answer::Apart(a, b) => roles.extend([(hash("apart"), a), (hash("apart"), b)]),
        Answer::LargestSum { column, of } => roles.extend([(hash("values"), column), (hash("sum of"), of)]),
        Answer::Relation { column, .. } => roles.push((hash("relation"), column)),
        Answer::Count | Answer::Any => {}
    }
    match c.form.pick {
        Pick::Largest(column) => roles.push((hash("largest"), column)),
        Pick::Smallest(column) => roles.push((hash("smallest"), column)),
        _ => {}
    }
    for test in &c.form.tests {
        match test {
            RowTest::Compare { column, .. } => roles.push((hash("compare"), *column)),
            RowTest::Is { column, looked_up: true, .. } => roles.push((hash("same"), *column)),
            RowTest::Is { .. } => {}
        }
    }
    roles.dedup();
    roles
}

/// 1 a number, 2 a year, 3 a date, 4 text of one word, 5 longer text.
fn answer_kind(c: &Candidate) -> u32 {
    let text = c.gives.first().map(|t| t.trim()).unwrap_or_default();
    if let Some(n) = crate::parse::number(text, crate::parse::Marks::Point) {
        let year = n.number.fract().is_zero() && text.len() == 4 && !text.contains(',') && text.starts_with(['1', '2']);
        return if year { 2 } else { 1 };
    }
    if crate::parse::loose_date(text).is_some() {
        return 3;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits * 2 > text.chars().count() {
        return 6;
    }
    if text.contains(' ') { 5 } else { 4 }
}

/// Whether an answer only says again what was asked: 0 not, 1 in part, 2 wholly.
fn repeated(text: &str, question: &Question) -> u32 {
    let tokens = super::tokens::tokens(text);
    let known = tokens.iter().filter(|t| question.tokens.iter().any(|q| q.norm == t.norm)).count();
    match known {
        0 => 0,
        n if n == tokens.len() => 2,
        _ => 1,
    }
}
