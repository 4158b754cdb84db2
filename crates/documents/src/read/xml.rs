//! XML as a stream of the few events that the readers need. Documents with a DTD of their own are refused.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::json;

use super::ReadError;

/// What happens in a text of XML; names are without prefixes.
pub enum Xml<'a> {
    /// An element begins.
    Open(&'a Element<'a>),
    /// An element ends.
    Close(&'a str),
    /// Text, with entities replaced.
    Text(&'a str),
}

/// An element with its attributes.
pub struct Element<'a> {
    /// Without its prefix.
    pub name: &'a str,
    start: &'a BytesStart<'a>,
}

impl Element<'_> {
    /// The value of the first attribute of this name, whatever its prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let attributes = attributes.with_checks(false).flatten();
        let mut named = attributes.filter(|a| local(a.key.as_ref()) == name);
        let value = named.next()?.value;
        Some(unescape(&value).into_owned())
    }

    /// The value of the attribute with exactly this name and prefix.
    pub fn exact(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let value = attributes.with_checks(false).flatten().find(|a| a.key.as_ref() == name)?.value;
        Some(unescape(&value).into_owned())
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn unescape(text: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
}

/// Calls `each` with every event of a part.
///
/// # Errors
/// XML that is not well-formed, and entities of its own.
pub fn walk(part: &str, text: &str, mut each: impl FnMut(Xml<'_>)) -> Result<(), ReadError> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().map_err(|e| ReadError::damaged(part, e))? {
            Event::Start(start) => {
                let name = start.name();
                each(Xml::Open(&Element { name: local(name.as_ref()), start: &start }));
            }
            Event::Empty(start) => {
                let name = start.name();
                each(Xml::Open(&Element { name: local(name.as_ref()), start: &start }));
                each(Xml::Close(local(name.as_ref())));
            }
            Event::End(end) => each(Xml::Close(local(end.name().as_ref()))),
            Event::Text(text) => each(Xml::Text(&text.xml10_content())),
            Event::CData(text) => each(Xml::Text(&text.xml10_content())),
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                each(Xml::Text(&unescape(&reference)));
            }
            Event::DocType(dtd) if dtd.contains("ENTITY") => {
                return Err(ReadError::new("document_entities", json!({ "part": part })));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
