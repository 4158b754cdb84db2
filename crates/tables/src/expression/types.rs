//! The kind of what an expression gives, or what is wrong with it, before a row is read.

use super::{Expression, Function, Operator};
use crate::column::Kind;
use crate::error::Reason;
use crate::table::Table;
use crate::value::Value;

impl Expression {
    /// The kind of the result for rows of this table.
    pub fn kind(&self, table: &Table) -> Result<Kind, Reason> {
        match self {
            Expression::Literal(value) => Ok(match value {
                Value::Null => Kind::Empty,
                Value::Bool(_) => Kind::Bool,
                Value::Number(_) | Value::Float(_) => Kind::Number,
                Value::Date(_) => Kind::Date,
                Value::Time(_) => Kind::Time,
                Value::Duration(_) => Kind::Duration,
                Value::Text(_) | Value::Error(_) => Kind::Text,
            }),
            Expression::Column(name) => match table.column(name) {
                Some(column) => Ok(column.kind),
                None => Err(Reason::NoColumn { column: name.clone(), nearest: table.nearest(name, 3) }),
            },
            Expression::Negative(inner) => inner.want(table, Kind::Number).map(|()| Kind::Number),
            Expression::Not(inner) => inner.want(table, Kind::Bool).map(|()| Kind::Bool),
            Expression::Binary(operator, a, b) => binary(*operator, a, b, table),
            Expression::Call(function, arguments) => call(*function, arguments, table),
        }
    }

    /// Checks that the result is of a kind; mixed and empty columns may hold it.
    fn want(&self, table: &Table, wanted: Kind) -> Result<(), Reason> {
        let found = self.kind(table)?;
        if found == wanted || matches!(found, Kind::Mixed | Kind::Empty) {
            return Ok(());
        }
        Err(self.wrong(found, wanted.name()))
    }

    fn wrong(&self, found: Kind, wanted: &str) -> Reason {
        let column = match self {
            Expression::Column(name) => name.clone(),
            other => format!("{other}"),
        };
        Reason::WrongType { column, found: found.name().into(), wanted: wanted.into() }
    }

    /// Names of columns that are read.
    pub fn columns(&self, into: &mut Vec<String>) {
        match self {
            Expression::Literal(_) => {}
            Expression::Column(name) => into.push(name.clone()),
            Expression::Negative(inner) | Expression::Not(inner) => inner.columns(into),
            Expression::Binary(_, a, b) => {
                a.columns(into);
                b.columns(into);
            }
            Expression::Call(_, arguments) => arguments.iter().for_each(|a| a.columns(into)),
        }
    }
}

fn binary(operator: Operator, a: &Expression, b: &Expression, table: &Table) -> Result<Kind, Reason> {
    let (left, right) = (a.kind(table)?, b.kind(table)?);
    let open = |k: Kind| matches!(k, Kind::Mixed | Kind::Empty);
    match operator {
        Operator::And | Operator::Or => {
            a.want(table, Kind::Bool)?;
            b.want(table, Kind::Bool).map(|()| Kind::Bool)
        }
        Operator::Join => Ok(Kind::Text),
        Operator::Equal | Operator::Unequal => Ok(Kind::Bool),
        Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => {
            if left != right && !open(left) && !open(right) {
                return Err(b.wrong(right, left.name()));
            }
            Ok(Kind::Bool)
        }
        // Dates may be moved by days and taken from each other.
        Operator::Add | Operator::Subtract if left == Kind::Date => match right {
            Kind::Number => Ok(Kind::Date),
            Kind::Date if operator == Operator::Subtract => Ok(Kind::Number),
            _ => Err(b.wrong(right, Kind::Number.name())),
        },
        _ => {
            a.want(table, Kind::Number)?;
            b.want(table, Kind::Number).map(|()| Kind::Number)
        }
    }
}

fn call(function: Function, arguments: &[Expression], table: &Table) -> Result<Kind, Reason> {
    let all = |kind| arguments.iter().try_for_each(|a| a.want(table, kind));
    match function {
        Function::Abs | Function::Round | Function::Floor | Function::Ceil => all(Kind::Number).map(|()| Kind::Number),
        Function::Min | Function::Max | Function::Coalesce => {
            let mut kind = Kind::Empty;
            for argument in arguments {
                let next = argument.kind(table)?;
                kind = if kind == Kind::Empty || kind == next { next } else { Kind::Mixed };
            }
            Ok(kind)
        }
        Function::If => {
            arguments[0].want(table, Kind::Bool)?;
            let (a, b) = (arguments[1].kind(table)?, arguments[2].kind(table)?);
            Ok(if a == b || b == Kind::Empty {
                a
            } else if a == Kind::Empty {
                b
            } else {
                Kind::Mixed
            })
        }
        Function::IsNull => arguments[0].kind(table).map(|_| Kind::Bool),
        Function::Upper | Function::Lower | Function::Trim | Function::Replace => all(Kind::Text).map(|()| Kind::Text),
        Function::Length => all(Kind::Text).map(|()| Kind::Number),
        Function::Left | Function::Right => {
            arguments[0].want(table, Kind::Text)?;
            arguments[1].want(table, Kind::Number).map(|()| Kind::Text)
        }
        Function::Contains | Function::StartsWith | Function::EndsWith => all(Kind::Text).map(|()| Kind::Bool),
        Function::Year | Function::Quarter | Function::Month | Function::Day | Function::Weekday => {
            all(Kind::Date).map(|()| Kind::Number)
        }
        Function::Date if arguments.len() == 3 => all(Kind::Number).map(|()| Kind::Date),
        Function::Date => arguments.iter().try_for_each(|a| a.kind(table).map(drop)).map(|()| Kind::Date),
        Function::Days => all(Kind::Date).map(|()| Kind::Number),
        Function::Number => arguments[0].kind(table).map(|_| Kind::Number),
        Function::Text => arguments[0].kind(table).map(|_| Kind::Text),
    }
}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expression::Literal(Value::Text(t)) => write!(f, "\"{}\"", t.replace('"', "\"\"")),
            Expression::Literal(Value::Null) => f.write_str("null"),
            Expression::Literal(value) => write!(f, "{value}"),
            Expression::Column(name) => write!(f, "[{}]", name.replace(']', "]]")),
            Expression::Negative(inner) => write!(f, "-({inner})"),
            Expression::Not(inner) => write!(f, "not ({inner})"),
            Expression::Binary(operator, a, b) => {
                let sign = match operator {
                    Operator::Add => "+",
                    Operator::Subtract => "-",
                    Operator::Multiply => "*",
                    Operator::Divide => "/",
                    Operator::Remainder => "%",
                    Operator::Join => "&",
                    Operator::Equal => "=",
                    Operator::Unequal => "!=",
                    Operator::Less => "<",
                    Operator::AtMost => "<=",
                    Operator::More => ">",
                    Operator::AtLeast => ">=",
                    Operator::And => "and",
                    Operator::Or => "or",
                };
                write!(f, "({a} {sign} {b})")
            }
            Expression::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                for (i, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
        }
    }
}
