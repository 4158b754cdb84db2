//! Arguments of tool calls, which APIs carry as JSON within a text → values for templates, digit for digit.

use serde_json::{Map, Value as Json};

/// The key of an object that stands for an integer of more digits than [`Json`] keeps. No text of a person has it.
const INTEGER: &str = "\u{FDD0}integer";

/// Messages whose calls have their arguments as values: templates go through them, and print them again. A text that
/// is no JSON stays a text; an empty one, or nothing, is a call without arguments.
pub fn unfold(messages: &mut [Json]) {
    for message in messages {
        let Some(Json::Array(calls)) = message.get_mut("tool_calls") else { continue };
        for call in calls {
            let call = if call.get("function").is_some_and(Json::is_object) { &mut call["function"] } else { call };
            let Some(arguments) = call.get_mut("arguments") else { continue };
            match arguments {
                Json::Null => *arguments = Json::Object(Map::new()),
                Json::String(text) if text.trim().is_empty() => *arguments = Json::Object(Map::new()),
                Json::String(text) => {
                    if let Ok(value @ Json::Object(_)) = serde_json::from_str(&wrapped(text)) {
                        *arguments = value;
                    }
                }
                _ => {}
            }
        }
    }
}

/// The digits of an integer that was too long for [`Json`].
pub(super) fn long_integer(object: &Map<String, Json>) -> Option<&str> {
    (object.len() == 1).then(|| object.get(INTEGER)?.as_str()).flatten()
}

/// JSON in which each integer of more digits than 64 bits hold is an object with its digits.
fn wrapped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    let mut in_text = false;
    while let Some(c) = rest.chars().next() {
        let number = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let taken = match c {
            _ if in_text && c == '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '0'..='9' | '-' if !in_text => number,
            _ => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(taken);
        in_text ^= c == '"';
        let is_integer = piece.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !in_text && is_integer && piece.len() >= 19 && piece.parse::<i64>().is_err() && piece.parse::<u64>().is_err()
        {
            out.push_str(&format!("{{\"{INTEGER}\":\"{piece}\"}}"));
        } else {
            out.push_str(piece);
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unfolded(arguments: Json) -> Json {
        let mut messages = [json!({ "role": "assistant", "tool_calls": [{ "function": { "arguments": arguments } }] })];
        unfold(&mut messages);
        messages[0]["tool_calls"][0]["function"]["arguments"].take()
    }

    #[test]
    fn arguments_become_values_and_none_are_an_empty_object() {
        assert_eq!(unfolded(json!("")), json!({}));
        assert_eq!(unfolded(json!(" \n")), json!({}));
        assert_eq!(unfolded(Json::Null), json!({}));
        assert_eq!(unfolded(json!(r#"{"a": [1, "x"]}"#)), json!({ "a": [1, "x"] }));
        assert_eq!(unfolded(json!({ "a": 1 })), json!({ "a": 1 }));
        for text in ["{\"a\": ", "no JSON", "3", "[1]"] {
            assert_eq!(unfolded(json!(text)), json!(text), "a template may know what to do with it");
        }
    }

    #[test]
    fn integers_keep_their_digits_and_texts_their_characters() {
        let long = "123456789012345678901234567890";
        let text =
            format!(r#"{{"a": -{long}, "b": "{long}", "c\"{long}": 2512292042121000001, "d": [{long}], "e": 1.0}}"#);
        let value = unfolded(json!(text));
        assert_eq!(long_integer(value["a"].as_object().unwrap()), Some(format!("-{long}").as_str()));
        assert_eq!(value["b"], long);
        assert_eq!(value[format!("c\"{long}")], json!(2_512_292_042_121_000_001_u64));
        assert_eq!(long_integer(value["d"][0].as_object().unwrap()), Some(long));
        assert_eq!(value["e"].to_string(), "1.0");
    }
}
