//! Several documents, searched and asked together.

use serde::{Deserialize, Serialize};

use crate::document::{Document, Passage, passages};
use crate::index::Index;
use crate::question::Question;
use crate::search::{Found, fuse, search};
use crate::vectors::Vectors;
use crate::words::Words;

/// What a collection keeps of a document beside its passages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The file's name.
    pub name: String,
    /// SHA-256 of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What the document calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its first passage.
    pub first: u32,
    /// How many passages it has.
    pub count: u32,
}

/// Before what is kept; another number for another form.
const MARK: &[u8] = b"loquat documents 1\n";

/// Documents, their passages and the index over them.
#[derive(Default)]
pub struct Collection {
    entries: Vec<Entry>,
    passages: Vec<Passage>,
    index: Index,
    vectors: Vectors,
    words: Words,
}

impl Collection {
    /// Adds a document; its passages can be found at once. The result is its number.
    pub fn add(&mut self, document: Document) -> u32 {
        let number = self.entries.len() as u32;
        let first = self.passages.len() as u32;
        let mut made = passages(number, document.blocks);
        if let Some(title) = document.title.as_ref().filter(|t| !t.trim().is_empty()) {
            for passage in &mut made {
                if passage.headings.first() != Some(title) {
                    passage.headings.insert(0, title.clone());
                }
            }
        }
        for passage in &made {
            self.index.add(passage, &self.words);
        }
        let count = made.len() as u32;
        self.passages.append(&mut made);
        self.entries.push(Entry { name: document.name, hash: document.hash, title: document.title, first, count });
        number
    }

    /// Adds the documents of another collection, as of one that was kept.
    pub fn append(&mut self, other: Collection) {
        let (documents, passages) = (self.entries.len() as u32, self.passages.len() as u32);
        self.index.append(&other.index);
        self.vectors.place(self.passages.len(), &other.vectors);
        self.entries.extend(other.entries.into_iter().map(|e| Entry { first: e.first + passages, ..e }));
        self.passages.extend(other.passages.into_iter().map(|p| Passage { document: p.document + documents, ..p }));
    }

    /// As it is kept: a mark, the length of the JSON of documents and passages, the JSON, the index. Vectors, which come
    /// later, are kept beside it, see [`Collection::vectors_of`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_vec(&(&self.entries, &self.passages)).unwrap_or_default();
        let mut bytes = MARK.to_vec();
        bytes.extend((json.len() as u32).to_le_bytes());
        bytes.extend(json);
        bytes.extend(self.index.to_bytes());
        bytes
    }

    /// Reads what [`Collection::to_bytes`] wrote; `None` where it is damaged or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Collection> {
        let rest = bytes.strip_prefix(MARK)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let (json, index) = (rest.get(..length)?, &rest[length..]);
        let (entries, passages): (Vec<Entry>, Vec<Passage>) = serde_json::from_slice(json).ok()?;
        let index = Index::from_bytes(index).filter(|index| index.len() == passages.len())?;
        let fits = |e: &Entry| e.first.checked_add(e.count).is_some_and(|end| end as usize <= passages.len());
        let known = passages.iter().all(|p| (p.document as usize) < entries.len()) && entries.iter().all(fits);
        known.then(|| Collection { entries, passages, index, ..Collection::default() })
    }

    /// The passages of a document.
    pub fn of(&self, document: u32) -> &[Passage] {
        let entry = self.entries.get(document as usize);
        entry.and_then(|e| self.passages.get(e.first as usize..(e.first + e.count) as usize)).unwrap_or_default()
    }

    /// The documents.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All passages, by their numbers.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What makes terms of texts.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The vectors of passages, as far as they are known.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Up to `limit` passages without a vector, with the texts that an encoder is to read, first ones first.
    pub fn without_vectors(&self, limit: usize) -> Vec<(u32, String)> {
        let missing = (0..).zip(&self.passages).filter(|(number, _)| !self.vectors.has(*number));
        missing.take(limit).map(|(number, passage)| (number, encoded(passage))).collect()
    }

    /// Sets a passage's vector; false where there is no such passage, or the vector is of another encoder.
    pub fn set_vector(&mut self, passage: u32, vector: &[f32]) -> bool {
        (passage as usize) < self.passages.len() && self.vectors.set(passage, vector)
    }

    /// The vectors of a document's passages, for keeping.
    pub fn vectors_of(&self, document: u32) -> Vec<u8> {
        let range =
            self.entries.get(document as usize).map_or(0..0, |e| e.first as usize..(e.first + e.count) as usize);
        self.vectors.part(range).to_bytes()
    }

    /// Sets what [`Collection::vectors_of`] gave; false where it is damaged, or of another encoder or document.
    pub fn set_vectors_of(&mut self, document: u32, bytes: &[u8]) -> bool {
        let (Some(entry), Some(vectors)) = (self.entries.get(document as usize), Vectors::from_bytes(bytes)) else {
            return false;
        };
        vectors.len() <= entry.count as usize && self.vectors.place(entry.first as usize, &vectors)
    }

    /// The best passages for a question, by its words, and by its vector where there is one.
    pub fn search(&self, question: &str, vector: Option<&[f32]>, limit: usize) -> Found {
        let question = Question::new(question, &self.words);
        let mut found = search(&self.index, &self.passages, &self.words, &question, limit.max(FUSED));
        if let Some(vector) = vector {
            found.hits = fuse(&found, &self.vectors.nearest(vector, limit.max(FUSED)));
        }
        found.hits.truncate(limit);
        found
    }

    /// A passage's id: its document's name and its number within the document.
    pub fn id(&self, passage: u32) -> Option<String> {
        let passage = self.passages.get(passage as usize)?;
        let entry = self.entries.get(passage.document as usize)?;
        Some(format!("{}#{}", entry.name, passage.number))
    }
}

/// Hits of each kind that are put together.
const FUSED: usize = 50;

/// A passage as an encoder reads it: its headings, for what "it" is, and its text.
fn encoded(passage: &Passage) -> String {
    let mut text = String::from("passage: ");
    for heading in passage.headings.iter().filter(|h| !passage.text.starts_with(h.as_str())) {
        text += heading;
        text += "\n";
    }
    text += &passage.text;
    text
}

/// A question as an encoder reads it.
pub fn encoded_question(question: &str) -> String {
    format!("query: {}", question.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;

    fn collection(name: &str, text: &str) -> Collection {
        let mut collection = Collection::default();
        collection.add(read(name, text.as_bytes()).expect("a document"));
        collection
    }

    #[test]
    fn a_question_in_another_language_is_found_by_its_vector() {
        let mut collection =
            collection("a.md", "# Rent\n\nThe rent is 900 euros.\n\n# Keys\n\nThe keys are at the desk.");
        let texts = collection.without_vectors(9);
        assert_eq!(texts[1], (1, "passage: Keys\nThe keys are at the desk.".into()));
        for (number, _) in texts {
            let axis = |i: usize| if i == number as usize { 1.0 } else { 0.1 };
            assert!(collection.set_vector(number, &(0..16).map(axis).collect::<Vec<f32>>()));
        }
        assert!(collection.without_vectors(9).is_empty() && !collection.set_vector(2, &[1.0; 16]));
        let keys: Vec<f32> = (0..16).map(|i| if i == 1 { 0.9 } else { 0.2 }).collect();
        assert_eq!(collection.search("钥匙在哪里？", None, 3).hits, []);
        assert_eq!(collection.search("钥匙在哪里？", Some(&keys), 3).hits.first().map(|h| h.passage), Some(1));

        // Kept and read again, behind another document.
        let mut all = super::tests::collection("b.txt", "Something else.");
        all.append(Collection::from_bytes(&collection.to_bytes()).expect("a collection"));
        assert!(all.set_vectors_of(1, &collection.vectors_of(0)) && !all.set_vectors_of(0, &collection.vectors_of(0)));
        assert_eq!(all.without_vectors(9).len(), 1);
        assert_eq!(all.search("钥匙在哪里？", Some(&keys), 3).hits.first().map(|h| h.passage), Some(2));
    }

    #[test]
    fn what_is_kept_is_found_again_and_others_are_added_to_it() {
        let bytes = collection("a.md", "# Rent\n\nThe rent is 900 euros.").to_bytes();
        let mut kept = Collection::from_bytes(&bytes).expect("a collection");
        kept.append(collection("b.txt", "The deposit is two rents.\n\nKeys are at the desk."));
        let hits = kept.search("Where are the keys?", None, 3).hits;
        assert_eq!(hits.first().and_then(|h| kept.id(h.passage)).as_deref(), Some("b.txt#0"));
        assert_eq!(kept.of(1).len(), 1);
        for cut in 0..bytes.len() {
            let _ = Collection::from_bytes(&bytes[..cut]);
        }
    }
}
