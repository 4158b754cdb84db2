//! JSON text → values. Strings of JavaScript may hold half a surrogate pair, which no Unicode text has: it is read as
//! U+FFFD, as `TextEncoder` writes it, whoever the text comes from. Knows no shapes.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Reads JSON.
///
/// # Errors
/// As [`serde_json::from_str`].
pub fn from_str<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(&well_formed(text))
}

/// Halves of surrogate pairs, which JSON writes as escapes, replaced.
fn well_formed(json: &str) -> Cow<'_, str> {
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
            (Some(0xD800..0xE000), _) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            // The character behind a backslash never begins an escape of its own.
            _ => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&escape[..taken]);
        rest = &escape[taken..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The unit of UTF-16 that an escape at the beginning of `text` is.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> String {
        from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"))
    }

    #[test]
    fn half_a_surrogate_pair_is_the_replacement_character() {
        assert_eq!(read(r#""a\ud83d""#), "a\u{FFFD}");
        assert_eq!(read(r#""\ude00b""#), "\u{FFFD}b");
        assert_eq!(read(r#""\uD83D\uD83D\uDE00""#), "\u{FFFD}😀");
        assert_eq!(read(r#""\ud83d\n\u0061""#), "\u{FFFD}\na");
    }

    #[test]
    fn whole_pairs_and_backslashes_stay() {
        assert_eq!(read(r#""\ud83d\ude00""#), "😀");
        assert_eq!(read(r#""\\ud83d""#), r"\ud83d");
        assert_eq!(read(r#""\\\ud83d\\""#), "\\\u{FFFD}\\");
        assert!(from_str::<String>(r#""\ud8"#).is_err());
    }
}
