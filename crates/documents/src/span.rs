//! The words of a sentence that answer a question, told by their form: for what a model's choice lacks.

use std::ops::Range;

use crate::entity::{has_kind, names, numbers, times};
use crate::question::{Language, Question, Wants};
use crate::words::{Words, is_han};

/// After a number, these belong to it.
const MAGNITUDES: [&str; 10] =
    ["%", " %", " percent", " per cent", " million", " billion", " trillion", " thousand", "万", "亿"];
/// Between the parts of a date.
const DATE_WORDS: [&str; 20] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "early",
    "late",
    "mid",
    "century",
    "centuries",
    "summer",
    "winter",
    "of",
];

/// A model's span, or the words of the right kind where it has none of that kind, a part of it or far more than that, and
/// the sentence has them; the whole sentence where it says nothing.
pub fn mend<'a>(sentence: &'a str, span: &'a str, question: &Question, words: &Words) -> &'a str {
    let guessed = || guess(sentence, question, words).and_then(|range| sentence.get(range));
    let empty = Question::new(span, words).terms.is_empty();
    let lacks = !has_kind(span, question) && span.len() < sentence.len();
    let exact = matches!(question.wants, Wants::Number | Wants::Time);
    match guessed() {
        Some(found) if empty || lacks => found,
        Some(found) if exact && span.contains(found) && span.len() > 40 + 2 * found.len() => found,
        // "October 6" of "October 6, 1973".
        Some(found) if exact && found.contains(span) => found,
        None if empty => sentence,
        _ => span,
    }
}

/// The number, date or name that stands nearest to the question's own words.
pub fn guess(sentence: &str, question: &Question, words: &Words) -> Option<Range<usize>> {
    let found = match question.wants {
        Wants::Number => numbers(sentence, &question.text),
        Wants::Time => times(sentence, &question.text),
        Wants::Person | Wants::Place if question.language == Language::English => names(sentence, &question.text),
        _ => return None,
    };
    let asked: Vec<usize> = words
        .of(sentence)
        .into_iter()
        .filter(|w| question.terms.iter().any(|t| t.text == w.term))
        .map(|w| w.start)
        .collect();
    let near = |range: &Range<usize>| asked.iter().map(|at| at.abs_diff(range.start).min(80)).sum::<usize>();
    let best = found.into_iter().min_by_key(near)?;
    Some(match question.wants {
        Wants::Number => whole_number(sentence, best),
        Wants::Time => whole_date(sentence, best),
        _ => best,
    })
}

/// A number with its currency, its magnitude and, in Chinese, its measure word.
pub(crate) fn whole_number(sentence: &str, number: Range<usize>) -> Range<usize> {
    let before = sentence[..number.start].chars().next_back();
    let start = match before.filter(|c| matches!(c, '$' | '€' | '£' | '¥')) {
        Some(c) => number.start - c.len_utf8(),
        None => number.start,
    };
    let mut end = number.end;
    while let Some(unit) = MAGNITUDES.iter().find(|unit| sentence[end..].starts_with(*unit)) {
        end += unit.len();
    }
    // Chinese has a measure word there.
    if let Some(c) = sentence[end..].chars().next().filter(|&c| is_han(c) && !"的了是在和与及或".contains(c)) {
        end += c.len_utf8();
    }
    start..end
}

/// A date of which a part is known.
pub(crate) fn whole_date(sentence: &str, part: Range<usize>) -> Range<usize> {
    let belongs = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        word.starts_with(|c: char| c.is_ascii_digit()) || DATE_WORDS.contains(&word.as_str())
    };
    let in_date = |c: char| c.is_ascii_digit() || "年月日号世纪初末中叶上下半前后约公元".contains(c);
    let han = sentence[part.end..].starts_with(in_date) && sentence[part.end..].starts_with(is_han);
    if han || sentence[part.clone()].chars().any(is_han) {
        let start = sentence[..part.start].char_indices().rev().take_while(|&(_, c)| in_date(c)).last();
        let end = sentence[part.end..].char_indices().take_while(|&(_, c)| in_date(c)).last();
        let end = end.map_or(part.end, |(at, c)| part.end + at + c.len_utf8());
        return start.map_or(part.start, |(at, _)| at)..end;
    }
    let (mut start, mut end) = (part.start, part.end);
    end += sentence[end..].find(|c: char| !c.is_alphanumeric() && c != '–' && c != '-').unwrap_or(sentence.len() - end);
    loop {
        let before = sentence[..start].trim_end_matches([' ', ',']);
        let word = before.rsplit(' ').next().unwrap_or_default();
        if word.is_empty() || !belongs(word) {
            break;
        }
        start = before.len() - word.len();
    }
    loop {
        let rest = &sentence[end..];
        let gap = rest.len() - rest.trim_start_matches([' ', ',']).len();
        let word = rest[gap..].split(' ').next().unwrap_or_default();
        if gap == 0 || word.is_empty() || !belongs(word) {
            break;
        }
        end += gap + word.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        if word.ends_with(|c: char| !c.is_alphanumeric() && c != ',') {
            break;
        }
    }
    // "of" alone begins or ends no date.
    let trimmed = sentence[start..end].trim_start_matches("of ").trim_end_matches(" of");
    let start = start + sentence[start..end].find(trimmed).unwrap_or(0);
    start..start + trimmed.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed<'a>(sentence: &'a str, question: &str) -> &'a str {
        let words = Words::default();
        let question = Question::new(question, &words);
        guess(sentence, &question, &words).map_or("", |range| &sentence[range])
    }

    #[test]
    fn dates_and_numbers_are_whole() {
        let attack = "On October 6, 1973, Syria and Egypt launched a surprise attack on Israel.";
        assert_eq!(guessed(attack, "When did Syria and Egypt launch the attack?"), "October 6, 1973");
        assert_eq!(guessed("它于1996年12月16日开幕，共有3个出口。", "车站哪一年开幕？"), "1996年12月16日");
        assert_eq!(guessed("It cost $5.4 million and took 3 years.", "How much did it cost?"), "$5.4 million");
        assert_eq!(guessed("全塔高41米。", "塔高多少？"), "41米");
    }

    #[test]
    fn a_span_without_the_kind_that_is_asked_for_is_mended() {
        let words = Words::default();
        let question = Question::new("How high is the tower?", &words);
        let sentence = "The tower is 41 metres high.";
        assert_eq!(mend(sentence, "The tower", &question, &words), "41");
        assert_eq!(mend(sentence, "41 metres", &question, &words), "41 metres");
        let question = Question::new("When was the attack?", &words);
        assert_eq!(mend("The attack came on October 6, 1973.", "October 6", &question, &words), "October 6, 1973");
        let question = Question::new("Who was the keeper?", &words);
        assert_eq!(mend("The keeper was Anna Reed.", "the", &question, &words), "Anna Reed");
        let question = Question::new("Why is it so?", &words);
        assert_eq!(mend("It is so by law.", "it", &question, &words), "It is so by law.");
    }

    #[test]
    fn no_text_makes_it_panic() {
        let words = Words::default();
        for wanted in ["When was it?", "How many?", "谁？多少？何时？", "Who is it?"] {
            let question = Question::new(wanted, &words);
            for text in ["", "é年", "12年", "of 5 of", "May", "99%", "3–4 of May,", "的一二", "Ａ１２　年 of", "1.,2"]
            {
                for range in [guess(text, &question, &words)].into_iter().flatten() {
                    assert!(text.get(range).is_some());
                }
            }
        }
    }
}
