//! Questions for study: telling sentences with their date, number or name left out. The answer is the sentence itself.

use std::ops::Range;

use crate::collection::Collection;
use crate::entity::{names, numbers, times};
use crate::evidence::Candidate;
use crate::overview::{Frequencies, telling_with};
use crate::span::{whole_date, whole_number};

use super::outline::Section;

/// Questions at most.
const MOST: usize = 10;
/// What stands for the words left out.
const BLANK: &str = "______";

/// Sentences with something left out, and where they stand.
pub fn questions(collection: &Collection, sections: &[Section]) -> Vec<(String, Candidate)> {
    let frequencies = Frequencies::of(collection);
    let mut made = Vec::new();
    // Where there are few sections, several of each.
    let rounds = MOST.div_ceil(sections.len().max(1));
    let stretches = sections.iter().flat_map(|s| s.passages.chunks(s.passages.len().div_ceil(rounds).max(1)));
    for passages in stretches {
        if made.len() == MOST {
            break;
        }
        let asks = |text: &str| left_out(text).is_some();
        let Some(candidate) = telling_with(collection, passages, &frequencies, asks) else { continue };
        let Some(passage) = collection.passages().get(candidate.passage as usize) else { continue };
        let text = &passage.text[candidate.range.clone()];
        if let Some(range) = left_out(text) {
            made.push((format!("{}{BLANK}{}", &text[..range.start], &text[range.end..]), candidate));
        }
    }
    made
}

/// What is worth asking for: a date, a number, a name.
fn left_out(text: &str) -> Option<Range<usize>> {
    let digit = |range: &Range<usize>| text[range.clone()].chars().any(|c| c.is_ascii_digit());
    let time = times(text, "").into_iter().map(|r| whole_date(text, r)).find(digit);
    let number = || numbers(text, "").into_iter().map(|r| whole_number(text, r)).find(digit);
    let name = || names(text, "").into_iter().find(|r| r.start > 0);
    time.or_else(number).or_else(name).filter(|r| r.len() < text.len() / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;
    use crate::whole::outline::sections;

    #[test]
    fn a_question_leaves_out_what_its_sentence_tells() {
        let mut collection = Collection::default();
        let text = "# Light\n\nThe lighthouse of Holm was opened on May 3, 1874 after three years of work.\n\n# Food\n\nThe inn \
            near the harbour has been known for its fish soup.";
        collection.add(read("a.md", text.as_bytes()).expect("a document"));
        let made = questions(&collection, &sections(&collection));
        let texts: Vec<&str> = made.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["The lighthouse of Holm was opened on ______ after three years of work."]);
    }
}
