//! What a model sees to fill a plan: some columns, some rows, the question; and the grammar that its reply obeys.

use loquat_agent::{Ask, ChatMessage, neutralize};
use serde_json::{Value as Json, json};

use super::tokens::tokens;
use crate::column::Kind;
use crate::table::Table;

/// Columns whose names the grammar allows.
const COLUMNS: usize = 16;
/// Letters of a cell that a model sees.
const LONGEST_CELL: usize = 40;

/// The table's head as text.
pub fn table_text(table: &Table, rows: usize) -> String {
    let clip = |text: String| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > LONGEST_CELL { text.chars().take(LONGEST_CELL).collect() } else { text }
    };
    let mut text = format!("Table of {} rows:\n{}\n", table.rows(), table.names().join(" | "));
    for row in 0..table.rows().min(rows) {
        let cells: Vec<String> = table.row_text(row).into_iter().map(clip).collect();
        text += &cells.join(" | ");
        text.push('\n');
    }
    neutralize(text.trim_end())
}

/// Columns that the question is most likely about: those that it names, then the first.
fn columns(table: &Table, question: &str) -> Vec<String> {
    let asked: Vec<String> = tokens(question).into_iter().map(|t| t.norm).collect();
    let mut scored: Vec<(usize, usize)> = table
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| (tokens(&c.name).iter().filter(|t| asked.contains(&t.norm)).count(), i))
        .collect();
    scored.sort_by_key(|(shared, place)| (std::cmp::Reverse(*shared), *place));
    scored.truncate(COLUMNS);
    scored.sort_by_key(|(_, place)| *place);
    scored.into_iter().map(|(_, place)| table.columns[place].name.clone()).collect()
}

/// The prompt.
pub fn messages(table: &Table, question: &str) -> Vec<ChatMessage> {
    let kinds: Vec<String> = table.columns.iter().map(|c| format!("{} ({})", c.name, c.kind.name())).collect();
    let system = "You answer questions about a table by a plan in JSON: steps that each make a smaller table. \
        Operations: filter (keep rows), extreme (keep the row with the largest or smallest value), sort, top, bottom, \
        beside (the row below: 1, above: -1), group (count, sum, mean, min, max, range of a column), select (the \
        column that is the answer).";
    let example = r#"Example: "which city had the most sales in 2020?" {"steps":[{"op":"filter","conditions":[{"column":"Year","is":"equal","value":"2020"}]},{"op":"extreme","column":"Sales"},{"op":"select","columns":["City"]}]}"#;
    let user = format!("{example}\n\nColumns: {}\n{}\n\nQuestion: {question}", kinds.join(", "), table_text(table, 4));
    vec![ChatMessage::system(system), ChatMessage::user(user)]
}

/// The request.
pub fn ask(messages: Vec<ChatMessage>, table: &Table, question: &str) -> Ask {
    let constraint = json!({ "type": "json_schema", "schema": schema(table, question) });
    Ask { messages, constraint: Some(constraint), max_tokens: 220, ..Ask::default() }
}

/// Plans that fit this table: only its columns, only operations that answer.
pub fn schema(table: &Table, question: &str) -> Json {
    let names = columns(table, question);
    let numeric: Vec<&String> = names
        .iter()
        .filter(|n| table.column(n).is_some_and(|c| matches!(c.kind, Kind::Number | Kind::Mixed | Kind::Date)))
        .collect();
    let column = json!({ "enum": names });
    let measured = if numeric.is_empty() { column.clone() } else { json!({ "enum": numeric }) };
    let object = |fields: Json, required: &[&str]| json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false });
    let text = json!({ "type": "string", "maxLength": 60 });
    let tests = ["equal", "not_equal", "less", "at_most", "more", "at_least", "contains"];
    let condition =
        object(json!({ "column": column, "is": { "enum": tests }, "value": text }), &["column", "is", "value"]);
    let functions = ["count", "count_distinct", "sum", "mean", "min", "max", "range"];
    let counted = object(json!({ "function": { "const": "count" } }), &["function"]);
    let worked = object(json!({ "function": { "enum": functions }, "column": measured }), &["function", "column"]);
    let list = |items: Json, most: usize| json!({ "type": "array", "items": items, "minItems": 1, "maxItems": most });
    let op = |name: &str| json!({ "const": name });
    let flag = json!({ "type": "boolean" });
    let count = json!({ "type": "integer", "minimum": 1, "maximum": 20 });
    let steps = [
        object(json!({ "op": op("filter"), "conditions": list(condition, 2) }), &["op", "conditions"]),
        object(json!({ "op": op("extreme"), "column": measured, "smallest": flag }), &["op", "column"]),
        object(json!({ "op": op("top"), "count": count }), &["op", "count"]),
        object(json!({ "op": op("bottom"), "count": count }), &["op", "count"]),
        object(json!({ "op": op("beside"), "offset": { "enum": [1, -1] } }), &["op", "offset"]),
        object(
            json!({
                "op": op("group"),
                "by": { "type": "array", "items": column, "maxItems": 1 },
                "aggregates": list(json!({ "anyOf": [counted, worked] }), 1),
            }),
            &["op", "by", "aggregates"],
        ),
        object(json!({ "op": op("select"), "columns": list(column.clone(), 1) }), &["op", "columns"]),
    ];
    object(json!({ "steps": list(json!({ "anyOf": steps }), 4) }), &["steps"])
}
