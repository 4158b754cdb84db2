//! What is wrong with a step, before any row is read.

use serde_json::Value as Json;

use super::filter::literal;
use super::{Aggregate, Condition, Filling, Step, Test};
use crate::column::{Column, Kind};
use crate::error::Reason;
use crate::expression::parse;
use crate::table::Table;
use crate::value::Value;

/// Checks one step against the table that it gets; `tables` are names that a join may use.
pub fn check(step: &Step, table: &Table, tables: &[&str]) -> Result<(), Reason> {
    match step {
        Step::Filter { conditions, expression, .. } => {
            if conditions.is_empty() && expression.is_none() {
                return Err(Reason::Empty { field: "conditions" });
            }
            conditions.iter().try_for_each(|c| condition(c, table))?;
            match expression {
                Some(text) => boolean(text, table),
                None => Ok(()),
            }
        }
        Step::Beside { offset: 0 } => Err(Reason::BadValue { field: "offset", value: "0".into() }),
        Step::Beside { .. } => Ok(()),
        Step::Derive { name, expression } => {
            new_name(name, table)?;
            parse(expression)?.kind(table).map(drop)
        }
        Step::Group { by, aggregates } => {
            by.iter().try_for_each(|name| find(name, table).map(drop))?;
            if by.is_empty() && aggregates.is_empty() {
                return Err(Reason::Empty { field: "aggregates" });
            }
            aggregates.iter().try_for_each(|a| aggregate(a, table))
        }
        Step::Sort { by } => {
            some("by", by)?;
            by.iter().try_for_each(|key| find(&key.column, table).map(drop))
        }
        Step::Top { count, .. } | Step::Bottom { count } | Step::Sample { count, .. } => match count {
            0 => Err(Reason::BadValue { field: "count", value: "0".into() }),
            _ => Ok(()),
        },
        Step::Extreme { column, .. } | Step::Cast { column, .. } => find(column, table).map(drop),
        Step::Join { table: other, on, .. } => {
            some("on", on)?;
            on.iter().try_for_each(|(left, _)| find(left, table).map(drop))?;
            match tables.contains(&other.as_str()) {
                true => Ok(()),
                false => Err(Reason::NoTable { table: other.clone() }),
            }
        }
        Step::Pivot { rows, column, value } => {
            rows.iter().chain([column]).try_for_each(|name| find(name, table).map(drop))?;
            aggregate(value, table)
        }
        Step::Unpivot { keep, name, value } => {
            keep.iter().try_for_each(|name| find(name, table).map(drop))?;
            for new in [name, value] {
                if keep.contains(new) || name == value {
                    return Err(Reason::ColumnTaken { column: new.clone() });
                }
            }
            Ok(())
        }
        Step::Fill { column, with } => match with {
            Filling::Mean => numbers(find(column, table)?),
            _ => find(column, table).map(drop),
        },
        Step::Clean { column, .. } => text(find(column, table)?),
        Step::Split { column, separator, into } => {
            some("into", into)?;
            if separator.is_empty() {
                return Err(Reason::Empty { field: "separator" });
            }
            into.iter().try_for_each(|name| new_name(name, table))?;
            text(find(column, table)?)
        }
        Step::Merge { columns, name, .. } => {
            some("columns", columns)?;
            new_name(name, table)?;
            columns.iter().try_for_each(|name| find(name, table).map(drop))
        }
        Step::Deduplicate { columns } => columns.iter().try_for_each(|name| find(name, table).map(drop)),
        Step::Select { columns } | Step::Drop { columns } => {
            some("columns", columns)?;
            columns.iter().try_for_each(|name| find(name, table).map(drop))
        }
        Step::Rename { column, name } => {
            find(column, table)?;
            if column == name { Ok(()) } else { new_name(name, table) }
        }
        Step::Chart { x, y, .. } => {
            find(x, table)?;
            some("y", y)?;
            y.iter().try_for_each(|name| numbers(find(name, table)?))
        }
    }
}

fn some<T>(field: &'static str, list: &[T]) -> Result<(), Reason> {
    if list.is_empty() { Err(Reason::Empty { field }) } else { Ok(()) }
}

pub(super) fn find<'a>(name: &str, table: &'a Table) -> Result<&'a Column, Reason> {
    table.column(name).ok_or_else(|| Reason::NoColumn { column: name.into(), nearest: table.nearest(name, 3) })
}

fn new_name(name: &str, table: &Table) -> Result<(), Reason> {
    if name.trim().is_empty() {
        return Err(Reason::Empty { field: "name" });
    }
    if table.column(name).is_some() { Err(Reason::ColumnTaken { column: name.into() }) } else { Ok(()) }
}

fn wrong(column: &Column, wanted: Kind) -> Reason {
    Reason::WrongType { column: column.name.clone(), found: column.kind.name().into(), wanted: wanted.name().into() }
}

fn numbers(column: &Column) -> Result<(), Reason> {
    match column.kind {
        Kind::Number | Kind::Mixed | Kind::Empty => Ok(()),
        _ => Err(wrong(column, Kind::Number)),
    }
}

fn text(column: &Column) -> Result<(), Reason> {
    match column.kind {
        Kind::Text | Kind::Mixed | Kind::Empty => Ok(()),
        _ => Err(wrong(column, Kind::Text)),
    }
}

fn boolean(text: &str, table: &Table) -> Result<(), Reason> {
    let kind = parse(text)?.kind(table)?;
    match kind {
        Kind::Bool | Kind::Mixed | Kind::Empty => Ok(()),
        found => {
            Err(Reason::WrongType { column: text.into(), found: found.name().into(), wanted: Kind::Bool.name().into() })
        }
    }
}

fn aggregate(one: &Aggregate, table: &Table) -> Result<(), Reason> {
    let Some(name) = &one.column else {
        return match one.function {
            super::AggregateFunction::Count => Ok(()),
            _ => Err(Reason::Empty { field: "column" }),
        };
    };
    let column = find(name, table)?;
    let dated = one.function == super::AggregateFunction::Range && column.kind == Kind::Date;
    if one.function.needs_numbers() && !dated { numbers(column) } else { Ok(()) }
}

fn condition(condition: &Condition, table: &Table) -> Result<(), Reason> {
    let column = find(&condition.column, table)?;
    let value = &condition.value;
    match condition.is {
        Test::Empty | Test::NotEmpty => Ok(()),
        Test::OneOf => match value {
            Json::Array(list) => some("value", list),
            _ => Err(Reason::BadValue { field: "value", value: value.to_string() }),
        },
        _ if value.is_null() || value.is_array() || value.is_object() => {
            Err(Reason::BadValue { field: "value", value: value.to_string() })
        }
        Test::Less | Test::AtMost | Test::More | Test::AtLeast => {
            let read = literal(value, column.kind);
            let fits = match column.kind {
                Kind::Number => read.as_f64().is_some(),
                Kind::Date => matches!(read, Value::Date(_)),
                Kind::Bool => false,
                _ => true,
            };
            if fits { Ok(()) } else { Err(Reason::BadValue { field: "value", value: value.to_string() }) }
        }
        _ => Ok(()),
    }
}
