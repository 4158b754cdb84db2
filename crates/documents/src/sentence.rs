//! Text to sentences, as ranges of bytes, so that what is quoted stands in the document as it is.

use std::ops::Range;

use crate::words::is_single;

/// Before a dot these end no sentence.
const ABBREVIATIONS: [&str; 46] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "cf", "fig", "no", "vol", "al", "ca",
    "approx", "dept", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "gov", "sen", "rep", "pres", "inc", "ltd", "co",
    "corp", "jan", "feb", "mar", "apr", "aug", "sept", "oct", "nov", "dec", "pp", "eq",
];

/// Longer sentences are cut at the next weaker mark, or anywhere between words.
const LONGEST: usize = 600;

/// The sentences of a text; ranges are trimmed, in order, and never empty.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut weak = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let strong = match c {
            '\n' => true,
            '。' | '！' | '？' | '!' | '?' | '…' | '؟' | '।' => true,
            '.' => ends_with_dot(text, at),
            _ => false,
        };
        if strong {
            while let Some(&(at, next)) = chars.peek()
                && (matches!(next, '"' | '\'' | ')' | ']' | '”' | '’' | '」' | '』' | '）' | '》' | '】')
                    || matches!(next, '.' | '。' | '！' | '？' | '!' | '?' | '…') && c != '\n')
            {
                end = at + next.len_utf8();
                chars.next();
            }
            // "Yahoo!'s", "?,": the sentence goes on.
            let goes_on = matches!(c, '!' | '?' | '.' | '…')
                && text[end..].chars().next().is_some_and(|c| !c.is_whitespace() && !is_single(c) && !opens(c));
            if !goes_on {
                push(text, start..end, &mut found);
                (start, weak) = (end, None);
                continue;
            }
        }
        if matches!(c, ';' | '；' | ',' | '，' | '、' | ' ') {
            weak = Some(end);
        }
        if end - start > LONGEST {
            let cut = weak.unwrap_or(end);
            push(text, start..cut, &mut found);
            (start, weak) = (cut, None);
        }
    }
    push(text, start..text.len(), &mut found);
    found
}

fn opens(c: char) -> bool {
    matches!(c, '"' | '“' | '‘' | '「' | '『' | '《' | '（' | '(' | '[' | '【')
}

/// Whether the dot at a byte ends a sentence: not within numbers, after initials and abbreviations, or before what goes
/// on in lower case.
fn ends_with_dot(text: &str, at: usize) -> bool {
    let before = text[..at].rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“')).next().unwrap_or("");
    let mut after = text[at + 1..].chars();
    let next = after.next();
    let follows = text[at + 1..].trim_start_matches([' ', '"', '”', ')', ']', '\'', '’']).chars().next();
    match next {
        None | Some('\n') => return true,
        Some(c) if c.is_alphanumeric() && !is_single(c) => return false,
        _ => {}
    }
    if follows.is_some_and(|c| c.is_lowercase()) {
        return false;
    }
    let initial = before.chars().count() == 1 && before.chars().all(char::is_uppercase);
    let dotted = before.contains('.') && before.split('.').all(|part| part.chars().count() <= 1);
    let lower = before.to_lowercase();
    !(initial
        || dotted && before.chars().all(|c| c == '.' || c.is_uppercase()) && follows.is_some_and(char::is_uppercase)
        || ABBREVIATIONS.contains(&lower.as_str()) && follows != Some('\n'))
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let from = range.start + part.len() - part.trim_start().len();
    let to = range.start + part.trim_end().len();
    if from >= to {
        return;
    }
    // Marks that stand alone belong to the sentence before.
    if !text[from..to].chars().any(char::is_alphanumeric)
        && let Some(last) = found.last_mut()
        && !text[last.end..from].contains('\n')
    {
        last.end = to;
        return;
    }
    found.push(from..to);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn english_with_abbreviations_numbers_and_quotes() {
        let text = "Dr. J. Smith of the U.S. Army paid 3.5 million. \"Really?\" Yes! It was No. 7.";
        assert_eq!(
            split(text),
            ["Dr. J. Smith of the U.S. Army paid 3.5 million.", "\"Really?\"", "Yes!", "It was No. 7."]
        );
    }

    #[test]
    fn chinese_without_spaces() {
        assert_eq!(split("他说：“好。”然后走了！真的？"), ["他说：“好。”", "然后走了！", "真的？"]);
    }

    #[test]
    fn lines_end_sentences_and_long_ones_are_cut() {
        assert_eq!(split("Title\nText"), ["Title", "Text"]);
        let long = "word ".repeat(1000);
        assert!(split(&long).iter().all(|s| s.len() <= LONGEST + 5));
        assert!(split("… \n ").len() <= 1);
    }
}
