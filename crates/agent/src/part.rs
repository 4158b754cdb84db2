//! What a message is made of, in the shape in which it is stored, exported and sent to the page.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One part of a message. `type` in JSON names the variant; `www/` has a renderer and a text form for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Markdown, as the model or a person wrote it.
    Text {
        /// The Markdown.
        text: String,
    },
    /// What a model thinks before it answers; never copied, never sent back to it.
    Thought {
        /// The Markdown.
        text: String,
    },
    /// A tool that is called.
    ToolCall {
        /// Ties the result to the call.
        id: String,
        /// The tool.
        name: String,
        /// A JSON object.
        arguments: Map<String, Value>,
    },
    /// What a tool gave.
    ToolResult {
        /// The call's id.
        id: String,
        /// The tool.
        name: String,
        /// Text, or JSON.
        content: Value,
        /// Whether `content` says what went wrong.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        error: bool,
    },
    /// A file that was attached; its bytes are kept elsewhere, by their hash.
    File {
        /// As the person has named it.
        name: String,
        /// Media type.
        media_type: String,
        /// Bytes.
        size: u64,
        /// SHA-256, hexadecimal.
        hash: String,
    },
    /// Rows and columns.
    Table {
        /// Names, in order.
        columns: Vec<String>,
        /// Cells by row, as they are to be read.
        rows: Vec<Vec<String>>,
        /// How many rows there are in all, of which `rows` may be the first few.
        total_rows: u64,
        /// How it was made, if by a plan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<Value>,
    },
    /// What the person may choose among where a question has more than one meaning.
    Choices {
        /// In the order in which they are offered.
        options: Vec<Choice>,
    },
    /// A mind map.
    Map {
        /// The middle: `{ "label": …, "children": [ … ] }`.
        root: Value,
    },
    /// A passage that an answer rests on.
    Citation(Citation),
    /// How a number was worked out.
    Worked {
        /// What the question tells, one a line.
        known: Vec<String>,
        /// Equations or steps.
        steps: Vec<String>,
        /// The result with its unit.
        result: String,
        /// The conditions with the result put in, each true.
        checks: Vec<String>,
    },
    /// A remark of the program, not of the model. Words are made in `www/locales`.
    Notice {
        /// Which.
        code: String,
        /// What stands in the words.
        values: Map<String, Value>,
    },
}

/// One of several meanings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// As it is offered.
    pub label: String,
    /// The question that has this meaning only: what is asked when it is chosen.
    pub send: String,
}

/// A passage, verbatim, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The number by which sentences refer to it, from 1.
    pub number: u32,
    /// The document's name.
    pub document: String,
    /// The document's SHA-256, if it is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// For people: a page's label, a slide, a heading.
    pub place: String,
    /// For programs: `{ "page": 3 }`, `{ "slide": 2 }`, `{ "heading": …, "paragraph": 4 }`, `{ "url": … }`.
    pub anchor: Value,
    /// The sentences, as they stand in the document.
    pub quote: String,
}

impl Part {
    /// A part of text.
    pub fn text(text: impl Into<String>) -> Self {
        Part::Text { text: text.into() }
    }

    /// The part for plain text and for the model; empty for what neither is to see.
    pub fn plain_text(&self) -> String {
        match self {
            Part::Text { text } => text.clone(),
            Part::Thought { .. } | Part::Notice { .. } => String::new(),
            Part::ToolCall { name, arguments, .. } => format!("{name}({})", Value::Object(arguments.clone())),
            Part::ToolResult { content: Value::String(text), .. } => text.clone(),
            Part::ToolResult { content, .. } => content.to_string(),
            Part::File { name, .. } => name.clone(),
            Part::Table { columns, rows, .. } => {
                let lines = std::iter::once(columns).chain(rows).map(|cells| cells.join("\t"));
                lines.collect::<Vec<_>>().join("\n")
            }
            Part::Choices { options } => {
                let lines = options.iter().map(|o| format!("- {}", o.label));
                lines.collect::<Vec<_>>().join("\n")
            }
            Part::Map { root } => outline(root, 0),
            Part::Citation(c) => format!("[{}] {}, {}: {}", c.number, c.document, c.place, c.quote),
            Part::Worked { known, steps, result, checks } => {
                let lines = known.iter().chain(steps).chain(std::iter::once(result)).chain(checks);
                lines.map(String::as_str).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// Deeper than any map that a person can read; keeps a hostile one from overflowing the stack.
const DEEPEST: usize = 64;

fn outline(node: &Value, depth: usize) -> String {
    let label = node["label"].as_str().unwrap_or_default();
    let mut text = format!("{}- {label}", "  ".repeat(depth));
    if depth < DEEPEST {
        for child in node["children"].as_array().into_iter().flatten() {
            text += "\n";
            text += &outline(child, depth + 1);
        }
    }
    text
}

/// The text forms of all parts, a blank line between them.
pub fn plain_text(parts: &[Part]) -> String {
    let texts = parts.iter().map(Part::plain_text).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_is_stored_under_the_name_of_its_type() {
        let part = Part::text("hello");
        assert_eq!(serde_json::to_value(&part).ok(), Some(json!({ "type": "text", "text": "hello" })));
        let stored = json!({ "type": "tool_result", "id": "1", "name": "calculate", "content": 129 });
        let read: Part = serde_json::from_value(stored).expect("a stored part");
        assert_eq!(read.plain_text(), "129");
    }

    #[test]
    fn thoughts_and_notices_are_no_part_of_the_text() {
        let parts = [Part::Thought { text: "hm".into() }, Part::text("Paris."), Part::text("Really.")];
        assert_eq!(plain_text(&parts), "Paris.\n\nReally.");
    }

    #[test]
    fn a_map_reads_as_an_outline_however_deep() {
        let map = json!({ "label": "a", "children": [{ "label": "b" }] });
        assert_eq!(Part::Map { root: map }.plain_text(), "- a\n  - b");
        let deep = (0..120).fold(json!({}), |inner, _| json!({ "children": [inner] }));
        assert_eq!(Part::Map { root: deep }.plain_text().lines().count(), DEEPEST + 1);
    }
}
