//! Whether what a model wrote stands in what was quoted: each sentence by itself, by its words and its numbers.

use crate::question::{Question, TermKind};
use crate::sentence::sentences;
use crate::words::Words;

/// The share of a sentence's terms that must stand in the quotation or the question.
const SHARE: f32 = 0.6;

/// The sentences of `text` that the quotation bears out, joined.
pub fn supported(text: &str, quoted: &str, question: &str, words: &Words) -> String {
    let known = |s: &str| quoted.contains(s) || question.contains(s);
    let source: Vec<String> = [quoted, question].iter().flat_map(|t| words.of(t)).map(|w| w.term).collect();
    let mut kept = Vec::new();
    for range in sentences(text) {
        let sentence = &text[range];
        let terms = Question::new(sentence, words).terms;
        let stands = |text: &str, kind: TermKind| match kind {
            TermKind::Pair | TermKind::Single => known(text),
            TermKind::Word | TermKind::Number => source.iter().any(|s| s == text),
        };
        let numbers = terms.iter().filter(|t| t.kind == TermKind::Number).all(|t| stands(&t.text, t.kind));
        let content: Vec<_> = terms.iter().filter(|t| t.kind != TermKind::Single).collect();
        let borne = content.iter().filter(|t| stands(&t.text, t.kind)).count();
        if numbers && !content.is_empty() && borne as f32 >= SHARE * content.len() as f32 {
            kept.push(sentence);
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_quotation_does_not_say_is_dropped() {
        let quoted = "Ships were lost because the rock lies under water at high tide.";
        let text = "The rock lies under water at high tide. In 1870 the king of Spain paid for it.";
        let kept = supported(text, quoted, "Why were ships lost?", &Words::default());
        assert_eq!(kept, "The rock lies under water at high tide.");
    }

    #[test]
    fn a_number_that_is_not_quoted_is_no_support() {
        let kept = supported("It is 42 metres high.", "It is 41 metres high.", "How high is it?", &Words::default());
        assert_eq!(kept, "");
    }
}
