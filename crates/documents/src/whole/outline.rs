//! The parts of documents along their headings, with the places that they reach over.

use crate::collection::Collection;
use crate::document::{Passage, Place};

use super::request::number;

/// A run of passages below one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its heading; empty where the document has none.
    pub title: String,
    /// Numbers of its passages in the collection.
    pub passages: Vec<u32>,
}

/// Pages without headings are taken together, in about so many sections.
const UNTITLED: usize = 12;

/// The sections of a collection, in order.
pub fn sections(collection: &Collection) -> Vec<Section> {
    let mut made: Vec<Section> = Vec::new();
    let mut last: Option<(u32, Option<&str>)> = None;
    let titled: Vec<bool> = (0..).zip(collection.entries()).map(|(n, _)| is_titled(collection.of(n))).collect();
    for (number, passage) in (0..).zip(collection.passages()) {
        let below = titled.get(passage.document as usize).copied().unwrap_or_default();
        let key = (passage.document, heading(passage, below));
        match made.last_mut() {
            Some(open) if last == Some(key) => open.passages.push(number),
            _ => {
                let title = key.1.unwrap_or_default().to_owned();
                made.push(Section { title, passages: vec![number] });
            }
        }
        last = Some(key);
    }
    made.into_iter().flat_map(parted).collect()
}

/// Whether all of a document stands below one heading, which is its title.
fn is_titled(passages: &[Passage]) -> bool {
    let mut first = passages.iter().map(|passage| passage.headings.first());
    let title = first.next().flatten();
    title.is_some() && first.all(|heading| heading == title)
}

/// The heading of the highest level that a passage stands below, but for the document's title.
fn heading(passage: &Passage, titled: bool) -> Option<&str> {
    let level = usize::from(titled && passage.headings.len() > 1);
    passage.headings.get(level).map(String::as_str)
}

/// A long section without a heading in several of about the same length.
fn parted(section: Section) -> Vec<Section> {
    if !section.title.is_empty() || section.passages.len() <= UNTITLED {
        return vec![section];
    }
    let size = section.passages.len().div_ceil(UNTITLED);
    section.passages.chunks(size).map(|p| Section { title: String::new(), passages: p.to_vec() }).collect()
}

/// The passages of the chapter with a number, as its heading has it: "3 Results", "Chapter III", "第三章".
pub fn chapter(collection: &Collection, wanted: u32) -> Option<Section> {
    let named = |passage: &Passage| passage.headings.iter().find(|h| numbered(h) == Some(wanted)).cloned();
    let (document, title) = collection.passages().iter().find_map(|p| Some((p.document, named(p)?)))?;
    let inside =
        (0..).zip(collection.passages()).filter(|(_, p)| p.document == document && p.headings.contains(&title));
    Some(Section { passages: inside.map(|(number, _)| number).collect(), title })
}

/// The number that a heading begins with.
fn numbered(heading: &str) -> Option<u32> {
    let lower = heading.trim().to_lowercase();
    if let Some((_, rest)) = lower.split_once('第') {
        let end = rest.find(['章', '节', '節', '部', '篇'])?;
        return number(rest[..end].trim());
    }
    let words = lower.strip_prefix("chapter ").or_else(|| lower.strip_prefix("section "));
    let named = words.or_else(|| lower.strip_prefix("part "));
    let rest = named.unwrap_or(&lower);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    // "3.1 Methods" is a part of chapter 3; "I was young" is no chapter I.
    let after = &rest[end..];
    let deeper = after.strip_prefix('.').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    let digits = rest.starts_with(|c: char| c.is_ascii_digit());
    let roman = after.starts_with('.') || after.is_empty();
    if deeper || named.is_none() && !digits && !roman { None } else { number(&rest[..end]) }
}

/// Where passages stand, from the first to the last: `3`, `3–7`.
pub fn reach(collection: &Collection, passages: &[u32]) -> String {
    let place = |number: Option<&u32>| -> Option<&Place> {
        collection.passages().get(*number? as usize).map(|passage| &passage.place)
    };
    match (place(passages.first()), place(passages.last())) {
        (Some(from), Some(to)) if from.label == to.label => from.label.clone(),
        (Some(from), Some(to)) => format!("{}–{}", from.label, to.label),
        _ => String::new(),
    }
}

/// Whether passages stand on pages.
pub fn paged(collection: &Collection, passages: &[u32]) -> bool {
    let passage = passages.first().and_then(|&number| collection.passages().get(number as usize));
    passage.is_some_and(|passage| passage.place.anchor.get("page").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;

    #[test]
    fn chapters_are_found_by_their_numbers() {
        let text = "# A book\n\nTo begin.\n\n## 1 Fish\n\nFish swim.\n\n### 1.1 Cod\n\nCod is white.\n\n## Chapter II\n\nBirds \
            fly.\n\n## 第三章 树\n\n树很高。";
        let mut collection = Collection::default();
        collection.add(read("a.md", text.as_bytes()).expect("a document"));
        let text = |number| {
            let chapter = chapter(&collection, number)?;
            let texts = chapter.passages.iter().map(|&p| collection.passages()[p as usize].text.as_str());
            Some(texts.collect::<Vec<_>>().join("|"))
        };
        assert_eq!(text(1).as_deref(), Some("1 Fish\nFish swim.|1.1 Cod\nCod is white."));
        assert_eq!(text(2).as_deref(), Some("Chapter II\nBirds fly."));
        assert_eq!(text(3).as_deref(), Some("第三章 树\n树很高。"));
        assert_eq!(text(4), None);
        let titles: Vec<String> = sections(&collection).into_iter().map(|s| s.title).collect();
        assert_eq!(titles, ["A book", "1 Fish", "Chapter II", "第三章 树"]);
    }
}
