//! Names in Chinese text, told by their form and by the words beside them: there is neither case nor space to go by.
//!
//! A full name of a person counts where a word stands beside it that goes with people (a title, "said", "was born"), and
//! then everywhere in the documents. Names from other languages are told by the characters that sound them out, works by
//! their marks 《》, institutions and places by the word that they end with. What is found stands in the text; not
//! everything that is a name is found.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::words::is_han;

#[derive(Debug, Default, Deserialize)]
struct Lists {
    surnames: String,
    compound_surnames: Vec<String>,
    /// Characters that no given name has.
    not_given: String,
    /// What stands before a person's name.
    before: Vec<String>,
    /// What stands after one.
    after: Vec<String>,
    /// What can stand beside a name, which says nothing.
    edges: String,
    /// Characters that sound out foreign names.
    foreign: String,
    /// Those of them that are rare elsewhere.
    foreign_only: String,
    institutions: Vec<String>,
    places: Vec<String>,
    /// What stands before the name of an institution or a place.
    opens: Vec<String>,
    /// What follows where a place's last character is the first of another word.
    no_place: HashSet<char>,
    /// What stands before a place's last character where that is part of another word: `上市`, `各省`.
    no_place_end: String,
    /// Words that begin like a surname.
    no_people: HashSet<String>,
    /// What makes no name of `institutions` and `places`.
    generic: Vec<String>,
}

/// The lists are part of the program; a test reads them.
static LISTS: LazyLock<Lists> =
    LazyLock::new(|| serde_json::from_str(include_str!("../words/zh-names.json")).unwrap_or_default());

/// Characters of an institution's name, at the most.
const LONGEST: usize = 14;
/// Characters of a foreign name without a dot, at the least.
const SOUNDED: usize = 3;

/// Full names of people in some texts: those beside which a word stands that goes with people.
pub fn people<'a>(texts: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let mut known = HashSet::new();
    for text in texts {
        let chars: Vec<char> = text.chars().collect();
        for at in 0..chars.len() {
            for length in lengths(&chars, at) {
                let rest = &chars[at + length..];
                let (before, after) = (is_before(&chars[..at]), is_after(rest));
                let bounded = after || before && is_edge(rest.first());
                let name: String = chars[at..at + length].iter().collect();
                if bounded && (after && is_left_edge(&chars[..at]) || before) && !LISTS.no_people.contains(&name) {
                    known.insert(name);
                    break;
                }
            }
        }
    }
    known
}

/// The names in a text, in order; `people` as [`people`] found them.
pub fn names(text: &str, people: &HashSet<String>) -> Vec<Range<usize>> {
    let at: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut n = 0;
    while n < chars.len() {
        let length = work(&chars[n..])
            .or_else(|| foreign(&chars, n))
            .or_else(|| institution(&chars, n))
            .or_else(|| lengths(&chars, n).find(|length| people.contains(&text[at[n]..at[n + length]])));
        if let Some(length) = length {
            found.push(at[n]..at[n + length]);
        }
        n += length.unwrap_or(1);
    }
    found
}

/// The lengths that a full name at a place may have, the longest first.
fn lengths(chars: &[char], at: usize) -> impl Iterator<Item = usize> {
    let rest = &chars[at..];
    let compound = LISTS.compound_surnames.iter().any(|surname| starts_with(rest, surname));
    let surname = match rest.first() {
        _ if compound => 2,
        Some(&c) if LISTS.surnames.contains(c) => 1,
        _ => 0,
    };
    let given = rest.iter().skip(surname).take(2).take_while(|&&c| is_han(c) && !LISTS.not_given.contains(c)).count();
    (1..=given).rev().filter(move |_| surname > 0).map(move |given| surname + given)
}

fn starts_with(chars: &[char], word: &str) -> bool {
    let mut rest = chars.iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

fn ends_with(chars: &[char], word: &str) -> bool {
    let mut rest = chars.iter().rev();
    word.chars().rev().all(|c| rest.next() == Some(&c))
}

fn is_before(chars: &[char]) -> bool {
    let chars = match chars {
        [rest @ .., '：' | ':' | ' '] => rest,
        all => all,
    };
    LISTS.before.iter().any(|word| ends_with(chars, word))
}

fn is_after(chars: &[char]) -> bool {
    LISTS.after.iter().any(|word| starts_with(chars, word))
}

/// Whether a name may end before this character.
fn is_edge(next: Option<&char>) -> bool {
    next.is_none_or(|&c| !c.is_alphanumeric() || LISTS.edges.contains(c))
}

/// Whether a name may begin after these.
fn is_left_edge(chars: &[char]) -> bool {
    is_edge(chars.last())
}

/// `《…》`, with its marks.
fn work(chars: &[char]) -> Option<usize> {
    let end = chars.iter().take(40).position(|&c| c == '》')?;
    (chars.first() == Some(&'《') && end > 1).then_some(end + 1)
}

/// A name sounded out: parts with dots between them, or a run of characters that hardly stand elsewhere.
fn foreign(chars: &[char], at: usize) -> Option<usize> {
    let sounds = |c: char| LISTS.foreign.contains(c);
    let dot = |c: char| matches!(c, '·' | '•' | '‧' | '・');
    if at > 0 && sounds(chars[at - 1]) && chars[at..].first().is_some_and(|&c| sounds(c)) && !starts_run(chars, at) {
        return None;
    }
    let mut end = at;
    let mut dots = 0;
    while end < chars.len() {
        let c = chars[end];
        if dot(c) && end > at && chars.get(end + 1).is_some_and(|&next| sounds(next)) {
            dots += 1;
        } else if !sounds(c) {
            break;
        }
        end += 1;
    }
    let run = &chars[at..end];
    let only = run.iter().filter(|&&c| LISTS.foreign_only.contains(c)).count();
    let named = dots > 0 && run.len() >= 4 || run.len() >= SOUNDED && 2 * only >= run.len().max(4);
    named.then_some(run.len())
}

/// Whether a run of sounds may begin here, after a word that ends with a character that is also a sound.
fn starts_run(chars: &[char], at: usize) -> bool {
    LISTS.before.iter().any(|word| ends_with(&chars[..at], word)) || LISTS.edges.contains(chars[at - 1])
}

/// An institution or a place that begins here.
fn institution(chars: &[char], at: usize) -> Option<usize> {
    let opened = |word: &String| ends_with(&chars[..at], word);
    let begins = match at.checked_sub(1).map(|before| chars[before]) {
        None => true,
        Some(c) if is_han(c) => LISTS.opens.iter().chain(&LISTS.before).any(opened),
        Some(c) => !c.is_alphanumeric(),
    };
    if !begins || !is_han(chars[at]) || LISTS.opens.iter().any(|word| starts_with(&chars[at..], word)) {
        return None;
    }
    // What opens a name stands in none, a single character aside.
    let cut =
        |from: usize| LISTS.opens.iter().any(|word| word.chars().nth(1).is_some() && starts_with(&chars[from..], word));
    let inside = |n: usize| {
        let (c, next) = (chars[n], chars.get(n + 1));
        is_han(c) && !LISTS.edges.contains(c) && !cut(n) && (c != '有' || next == Some(&'限'))
    };
    let longest = (at..chars.len().min(at + LONGEST)).take_while(|&n| inside(n)).count();
    let ends = |end: usize| {
        let name = &chars[at..at + end];
        let is = |word: &String| {
            let own = &name[..end.saturating_sub(word.chars().count())];
            let generic = LISTS.generic.iter().any(|word| own.iter().copied().eq(word.chars()));
            own.len() >= 2 && ends_with(name, word) && !generic
        };
        let goes_on = chars.get(at + end).is_some_and(|next| LISTS.no_place.contains(next));
        let part = name.iter().rev().nth(1).is_some_and(|&c| LISTS.no_place_end.contains(c));
        LISTS.institutions.iter().any(is) || !goes_on && !part && LISTS.places.iter().any(is)
    };
    // "北京市" goes on in "北京市图书馆".
    (3..=longest).rev().find(|&end| ends(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str]) -> Vec<String> {
        let people = people(texts.iter().copied());
        texts.iter().flat_map(|text| names(text, &people).into_iter().map(|range| text[range].to_owned())).collect()
    }

    #[test]
    fn a_person_is_known_by_a_word_beside_the_name_and_then_everywhere() {
        let texts = ["作家周树人出生于绍兴。", "后来周树人去了日本。", "欧阳明先生说，张伟表示同意。"];
        assert_eq!(found(&texts), ["周树人", "周树人", "欧阳明", "张伟"]);
    }

    #[test]
    fn words_that_begin_like_a_surname_are_no_names() {
        let texts = ["高兴的是，方法很多。", "王国成立于元年，白色的石头和金属。", "关于安全，许多方面有严格规定。"];
        assert_eq!(found(&texts), Vec::<String>::new());
    }

    #[test]
    fn foreign_names_works_institutions_and_places_are_told_by_their_form() {
        let texts = [
            "美国总统富兰克林·罗斯福访问了德克萨斯。",
            "他就读于北京大学，著有《红楼梦研究》。",
            "公司位于杭州市，是一家上市公司。",
        ];
        assert_eq!(found(&texts), ["富兰克林·罗斯福", "德克萨斯", "北京大学", "《红楼梦研究》", "杭州市"]);
    }
}
