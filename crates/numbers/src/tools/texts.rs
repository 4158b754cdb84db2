//! Counting, sorting, number systems, numerals, and word problems by rules.

use num_bigint::BigUint;
use serde_json::{Map, Value, json};

use super::{Outcome, ToolError, text};
use crate::math::parse_number;
use crate::text::han_number;

/// `count`.
pub fn count(arguments: &Map<String, Value>) -> Outcome {
    let given = text(arguments, "text")?;
    let what = text(arguments, "what")?;
    let han = |c: &char| ('\u{3400}'..='\u{9fff}').contains(c);
    let count = match what.as_ref() {
        "letters" => given.chars().filter(|c| c.is_alphabetic()).count(),
        "characters" => given.chars().count(),
        "lines" => given.lines().count(),
        // A Chinese character counts as a word.
        "words" => {
            let spaced: String =
                given.chars().flat_map(|c| if han(&c) { vec![' ', c, ' '] } else { vec![c] }).collect();
            spaced.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
        }
        "occurrences" => {
            let of = text(arguments, "of")?.to_lowercase();
            if of.is_empty() {
                return Err(ToolError::about("argument_missing", "name", "of"));
            }
            given.to_lowercase().matches(of.as_str()).count()
        }
        other => return Err(ToolError::about("unknown_operation", "operation", other)),
    };
    Ok(json!({ "result": count }))
}

/// `sort`.
pub fn sort(arguments: &Map<String, Value>) -> Outcome {
    let items = arguments.get("items").and_then(Value::as_array);
    let items = items.ok_or_else(|| ToolError::about("argument_missing", "name", "items"))?;
    let mut texts: Vec<String> = items
        .iter()
        .map(|item| item.as_str().map_or_else(|| item.to_string(), |text| text.trim().to_owned()))
        .collect();
    let numbers: Option<Vec<_>> = texts.iter().map(|text| parse_number(text)).collect();
    match numbers {
        Some(numbers) => {
            let mut pairs: Vec<_> = numbers.into_iter().zip(texts).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            texts = pairs.into_iter().map(|(_, text)| text).collect();
        }
        None => texts.sort(),
    }
    if arguments.get("descending").and_then(Value::as_bool) == Some(true) {
        texts.reverse();
    }
    Ok(json!({ "result": texts }))
}

/// `base`.
pub fn base(arguments: &Map<String, Value>) -> Outcome {
    let digits = text(arguments, "number")?;
    let (from, to) = (text(arguments, "from")?, text(arguments, "to")?);
    let radix = |name: &str| {
        let parsed = name.trim().parse::<u32>().ok().filter(|n| (2..=36).contains(n));
        parsed.ok_or_else(|| ToolError::about("bad_base", "base", name))
    };
    let bad = || ToolError::about("no_number", "text", digits.as_ref());
    if digits.len() > 4000 {
        return Err(ToolError::about("too_large", "what", "number"));
    }
    let value = match from.as_ref() {
        "roman" => BigUint::from(from_roman(&digits).ok_or_else(bad)?),
        _ => BigUint::parse_bytes(digits.trim().as_bytes(), radix(&from)?).ok_or_else(bad)?,
    };
    let text = match to.as_ref() {
        "roman" => to_roman(&value).ok_or_else(|| ToolError::about("too_large", "what", "roman"))?,
        _ => value.to_str_radix(radix(&to)?).to_uppercase(),
    };
    Ok(json!({ "result": text }))
}

const ROMAN: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

fn to_roman(value: &BigUint) -> Option<String> {
    let mut n = u32::try_from(value).ok().filter(|n| (1..4000).contains(n))?;
    let mut text = String::new();
    for (value, sign) in ROMAN {
        while n >= value {
            text += sign;
            n -= value;
        }
    }
    Some(text)
}

fn from_roman(text: &str) -> Option<u32> {
    let text = text.trim().to_uppercase();
    let (mut rest, mut n) = (text.as_str(), 0);
    for (value, sign) in ROMAN {
        while let Some(after) = rest.strip_prefix(sign) {
            n += value;
            rest = after;
        }
    }
    // Only what would be written so is a roman numeral.
    (rest.is_empty() && to_roman(&BigUint::from(n)).as_deref() == Some(&text)).then_some(n)
}

/// `numeral`.
pub fn numeral(arguments: &Map<String, Value>) -> Outcome {
    let given = text(arguments, "text")?;
    let value = han_number(given.trim()).ok_or_else(|| ToolError::about("no_number", "text", given.as_ref()))?;
    Ok(json!({ "result": value.to_string() }))
}

/// `word_problem`.
pub fn word_problem(arguments: &Map<String, Value>) -> Outcome {
    let question = text(arguments, "question")?;
    match crate::rules::read(&question, None) {
        Some(found) => Ok(json!({
            "result": found.answer, "shown": found.shown, "known": found.known, "steps": found.steps, "checks": found.checks,
        })),
        None => Err(ToolError::about("not_understood", "question", question.as_ref())),
    }
}
