//! The exact tools under one call, each with a JSON schema, so that a model, the API and the page can use them alike.
//! Results are JSON; what went wrong is a code with its values.

mod arithmetic;
mod dates;
mod equations;
mod texts;

use serde_json::{Map, Value, json};

use crate::math::expr::Problem;

/// Why a tool gave nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolError {
    /// Which error.
    pub code: &'static str,
    /// What it is about.
    pub values: Map<String, Value>,
}

impl ToolError {
    /// An error about one thing.
    pub fn about(code: &'static str, name: &str, value: impl Into<Value>) -> Self {
        ToolError { code, values: Map::from_iter([(name.to_owned(), value.into())]) }
    }

    /// As JSON: `{ "code", "values" }`.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code, "values": self.values })
    }
}

impl From<Problem> for ToolError {
    fn from(problem: Problem) -> Self {
        let (code, what) = problem.code();
        ToolError::about(code, "what", what)
    }
}

type Outcome = Result<Value, ToolError>;

struct Tool {
    name: &'static str,
    description: &'static str,
    /// The schema of its arguments.
    parameters: fn() -> Value,
    run: fn(&Map<String, Value>) -> Outcome,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "calculate",
        description: "The exact value of an expression: + - * / ^ % !, parentheses, sqrt, gcd, lcm, min, max, round; also functions and units.",
        parameters: || object(&[("expression", "string", "e.g. (3 + 4) * 12 / 5")]),
        run: arithmetic::calculate,
    },
    Tool {
        name: "percent",
        description: "Percentages. operation: of (percent of value), share (part as a percent of whole), change (from, to), add and remove (percent), before_add and before_remove (the value before).",
        parameters: || {
            let mut schema = object(&[
                ("a", "string", "the percent, the part or the first value"),
                ("b", "string", "the value, the whole or the second value"),
            ]);
            with(
                &mut schema,
                "operation",
                json!({ "enum": ["of", "share", "change", "add", "remove", "before_add", "before_remove"] }),
            );
            schema
        },
        run: arithmetic::percent,
    },
    Tool {
        name: "convert",
        description: "A quantity in another unit, exactly.",
        parameters: || {
            object(&[("value", "string", "a number"), ("from", "string", "e.g. miles"), ("to", "string", "e.g. km")])
        },
        run: arithmetic::convert,
    },
    Tool {
        name: "currency",
        description: "An amount in another currency, by the rates that are given: how much of each currency one unit of a common base is worth.",
        parameters: || {
            let mut schema = object(&[
                ("amount", "string", "a number"),
                ("from", "string", "e.g. EUR"),
                ("to", "string", "e.g. CNY"),
            ]);
            with(
                &mut schema,
                "rates",
                json!({ "type": "object", "additionalProperties": { "type": ["number", "string"] } }),
            );
            schema
        },
        run: arithmetic::currency,
    },
    Tool {
        name: "solve",
        description: "Solves a system of equations exactly, quadratic ones too.",
        parameters: || json!({ "type": "object", "properties": { "equations": { "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 30 } }, "required": ["equations"], "additionalProperties": false }),
        run: equations::solve_all,
    },
    Tool {
        name: "search",
        description: "Whole numbers within ranges that fulfil all conditions, such as x % 3 == 2 or x + y <= 10.",
        parameters: || {
            json!({ "type": "object", "properties": {
            "ranges": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "integer" }, "minItems": 2, "maxItems": 2 } },
            "conditions": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            "limit": { "type": "integer" } }, "required": ["ranges", "conditions"], "additionalProperties": false })
        },
        run: equations::search,
    },
    Tool {
        name: "date",
        description: "Dates. operation: weekday (date), add (date, days, weeks, months or years), between (date, to), chinese_numerals are read too.",
        parameters: || {
            json!({ "type": "object", "properties": {
            "operation": { "enum": ["weekday", "add", "between"] },
            "date": { "type": "string", "description": "YYYY-MM-DD" },
            "to": { "type": "string", "description": "YYYY-MM-DD" },
            "days": { "type": "integer" }, "weeks": { "type": "integer" }, "months": { "type": "integer" }, "years": { "type": "integer" } },
            "required": ["operation", "date"], "additionalProperties": false })
        },
        run: dates::date,
    },
    Tool {
        name: "count",
        description: "Counts letters, characters, words, lines or the occurrences of something in a text.",
        parameters: || {
            let mut schema = object(&[("text", "string", "the text")]);
            with(&mut schema, "what", json!({ "enum": ["letters", "characters", "words", "lines", "occurrences"] }));
            schema["properties"]["of"] = json!({ "type": "string", "description": "for occurrences: of what" });
            schema
        },
        run: texts::count,
    },
    Tool {
        name: "sort",
        description: "Sorts numbers by value, other texts by their letters; the largest and the smallest stand at the ends.",
        parameters: || json!({ "type": "object", "properties": { "items": { "type": "array", "items": { "type": ["string", "number"] } }, "descending": { "type": "boolean" } }, "required": ["items"], "additionalProperties": false }),
        run: texts::sort,
    },
    Tool {
        name: "base",
        description: "A whole number in another number system, of base 2 to 36; roman numerals by base \"roman\".",
        parameters: || {
            object(&[
                ("number", "string", "the digits"),
                ("from", "string", "base, 2 to 36"),
                ("to", "string", "base, 2 to 36"),
            ])
        },
        run: texts::base,
    },
    Tool {
        name: "numeral",
        description: "A number that is written in Chinese numerals, as digits.",
        parameters: || object(&[("text", "string", "e.g. 三百零五")]),
        run: texts::numeral,
    },
    Tool {
        name: "word_problem",
        description: "Reads a word problem by rules and solves it; an error where it is not understood.",
        parameters: || object(&[("question", "string", "the whole problem")]),
        run: texts::word_problem,
    },
];

/// A schema of an object whose properties are all required.
fn object(properties: &[(&str, &str, &str)]) -> Value {
    let list = properties
        .iter()
        .map(|(name, kind, description)| ((*name).to_owned(), json!({ "type": kind, "description": description })));
    let required: Vec<&str> = properties.iter().map(|(name, ..)| *name).collect();
    json!({ "type": "object", "properties": Map::from_iter(list), "required": required, "additionalProperties": false })
}

/// Adds a required property.
fn with(schema: &mut Value, name: &str, property: Value) {
    schema["properties"][name] = property;
    if let Some(required) = schema["required"].as_array_mut() {
        required.push(name.into());
    }
}

/// All tools, as the API lists them: `[{ "name", "description", "parameters" }]`.
pub fn tools() -> Value {
    let list = TOOLS
        .iter()
        .map(|tool| json!({ "name": tool.name, "description": tool.description, "parameters": (tool.parameters)() }));
    Value::Array(list.collect())
}

/// Calls a tool by its name.
///
/// # Errors
/// The code of what is wrong, and with what.
pub fn call(name: &str, arguments: &Value) -> Result<Value, ToolError> {
    let tool = TOOLS.iter().find(|tool| tool.name == name);
    let tool = tool.ok_or_else(|| ToolError::about("unknown_tool", "tool", name))?;
    let arguments = arguments.as_object().ok_or_else(|| ToolError::about("arguments_no_object", "tool", name))?;
    (tool.run)(arguments)
}

/// A text argument; numbers are taken as they are written.
fn text<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<std::borrow::Cow<'a, str>, ToolError> {
    match arguments.get(name) {
        Some(Value::String(text)) => Ok(text.as_str().into()),
        Some(Value::Number(number)) => Ok(number.to_string().into()),
        _ => Err(ToolError::about("argument_missing", "name", name)),
    }
}

/// A number as an argument, from a JSON number or from text.
fn number(arguments: &Map<String, Value>, name: &str) -> Result<crate::math::Q, ToolError> {
    let text = text(arguments, name)?;
    crate::math::parse_number(&text).ok_or_else(|| ToolError::about("no_number", "text", text.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(tool: &str, arguments: Value) -> Value {
        match call(tool, &arguments) {
            Ok(value) => value["result"].clone(),
            Err(error) => error.code.into(),
        }
    }

    #[test]
    fn every_tool_does_what_it_says() {
        for (tool, arguments, want) in [
            ("calculate", json!({ "expression": "0.1 + 0.2" }), json!("0.3")),
            (
                "calculate",
                json!({ "expression": "2^200" }),
                json!("1606938044258990275541962092341162602522202993782792835301376"),
            ),
            ("calculate", json!({ "expression": "1 / 0" }), json!("division_by_zero")),
            ("percent", json!({ "operation": "before_remove", "a": 20, "b": 240 }), json!("300")),
            ("percent", json!({ "operation": "change", "a": "40", "b": "50" }), json!("25")),
            ("convert", json!({ "value": 5, "from": "miles", "to": "km" }), json!("8.04672")),
            ("convert", json!({ "value": 5, "from": "miles", "to": "kg" }), json!("not_convertible")),
            (
                "currency",
                json!({ "amount": 10, "from": "EUR", "to": "CNY", "rates": { "EUR": "0.5", "CNY": 4 } }),
                json!("80"),
            ),
            ("solve", json!({ "equations": ["c + r = 35", "2c + 4r = 94"] }), json!([{ "c": "23", "r": "12" }])),
            ("solve", json!({ "equations": ["x^2 - 5x + 6 = 0"] }), json!([{ "x": "3" }, { "x": "2" }])),
            (
                "solve",
                json!({ "equations": ["x^2 = 2"] }),
                json!([{ "x": "√2 ≈ 1.414214" }, { "x": "-√2 ≈ -1.414214" }]),
            ),
            (
                "search",
                json!({ "ranges": { "n": [1, 200] }, "conditions": ["n % 3 == 2", "n % 5 == 3", "n % 7 == 2"] }),
                json!([{ "n": 23 }, { "n": 128 }]),
            ),
            ("date", json!({ "operation": "weekday", "date": "2026-11-27" }), json!("Friday")),
            ("date", json!({ "operation": "add", "date": "2024-01-31", "months": 1 }), json!("2024-02-29")),
            ("date", json!({ "operation": "between", "date": "2024-01-15", "to": "2024-03-01" }), json!(46)),
            ("count", json!({ "text": "strawberry", "what": "occurrences", "of": "r" }), json!(3)),
            ("count", json!({ "text": "two words", "what": "words" }), json!(2)),
            ("sort", json!({ "items": [9.9, "9.11", 10] }), json!(["9.11", "9.9", "10"])),
            ("base", json!({ "number": "ff", "from": "16", "to": "2" }), json!("11111111")),
            ("base", json!({ "number": "2026", "from": "10", "to": "roman" }), json!("MMXXVI")),
            ("numeral", json!({ "text": "三百零五" }), json!("305")),
            ("word_problem", json!({ "question": "鸡兔同笼，共35个头、94只脚。兔有多少只？" }), json!("12")),
            ("word_problem", json!({ "question": "Why?" }), json!("not_understood")),
            ("nothing", json!({}), json!("unknown_tool")),
            ("sort", json!([]), json!("arguments_no_object")),
        ] {
            assert_eq!(result(tool, arguments.clone()), want, "{tool} {arguments}");
        }
    }

    #[test]
    fn every_schema_is_of_an_object() {
        for tool in tools().as_array().expect("a list") {
            assert_eq!(tool["parameters"]["type"], "object", "{tool}");
            assert!(tool["parameters"]["required"].is_array(), "{tool}");
        }
    }
}
