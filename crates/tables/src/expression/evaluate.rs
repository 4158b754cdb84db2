//! What an expression gives in one row.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, RoundingStrategy, ToPrimitive};

use super::{Expression, Function, Operator};
use crate::parse::{DateOrder, Marks, date, number};
use crate::table::Table;
use crate::value::{DAY, Value, civil, days};

/// A row of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The table.
    pub table: &'a Table,
    /// The row, from 0.
    pub row: usize,
}

impl Expression {
    /// The value; null where an argument is null or of another kind than it should be.
    pub fn evaluate(&self, at: Row<'_>) -> Value {
        match self {
            Expression::Literal(value) => value.clone(),
            Expression::Column(name) => at.table.column(name).map_or(Value::Null, |c| c.get(at.row)),
            Expression::Negative(inner) => match inner.evaluate(at) {
                Value::Number(n) => Value::Number(-n),
                Value::Float(n) => Value::Float(-n),
                _ => Value::Null,
            },
            Expression::Not(inner) => match inner.evaluate(at) {
                Value::Bool(b) => Value::Bool(!b),
                _ => Value::Null,
            },
            Expression::Binary(operator, a, b) => binary(*operator, a.evaluate(at), b.evaluate(at)),
            Expression::Call(Function::If, arguments) => {
                let chosen = if arguments[0].evaluate(at) == Value::Bool(true) { 1 } else { 2 };
                arguments[chosen].evaluate(at)
            }
            Expression::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|a| a.evaluate(at)).collect();
                call(*function, &values).unwrap_or_default()
            }
        }
    }
}

/// Equality of numbers, of dates, and of texts without regard to case.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b || a.trim().to_lowercase() == b.trim().to_lowercase(),
        _ => !a.is_null() && a.order(b).is_eq(),
    }
}

fn binary(operator: Operator, a: Value, b: Value) -> Value {
    match operator {
        // False and null is false, true or null is true.
        Operator::And | Operator::Or => {
            let decisive = Value::Bool(operator == Operator::Or);
            if a == decisive || b == decisive {
                return decisive;
            }
            return match (a, b) {
                (Value::Bool(_), Value::Bool(_)) => Value::Bool(operator == Operator::And),
                _ => Value::Null,
            };
        }
        Operator::Join => return Value::text(format!("{a}{b}")),
        _ => {}
    }
    if a.is_null() || b.is_null() {
        return Value::Null;
    }
    let ordered = |fits: fn(Ordering) -> bool| match (&a, &b) {
        (Value::Text(x), Value::Text(y)) => Value::Bool(fits(x.to_lowercase().cmp(&y.to_lowercase()))),
        _ if std::mem::discriminant(&a) == std::mem::discriminant(&b)
            || a.as_f64().is_some() && b.as_f64().is_some() =>
        {
            Value::Bool(fits(a.order(&b)))
        }
        _ => Value::Null,
    };
    match operator {
        Operator::Equal => Value::Bool(same(&a, &b)),
        Operator::Unequal => Value::Bool(!same(&a, &b)),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::AtMost => ordered(Ordering::is_le),
        Operator::More => ordered(Ordering::is_gt),
        Operator::AtLeast => ordered(Ordering::is_ge),
        _ => arithmetic(operator, &a, &b),
    }
}

/// Decimal where 28 digits hold the result, else in floats.
pub fn arithmetic(operator: Operator, a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Date(x), Value::Date(y)) if operator == Operator::Subtract => {
            return Value::Number(Decimal::from(x - y) / Decimal::from(DAY));
        }
        (Value::Date(x), Value::Number(n)) => {
            let ms = n.checked_mul(Decimal::from(DAY)).and_then(|d| d.round().to_i64());
            return match (operator, ms) {
                (Operator::Add, Some(ms)) => x.checked_add(ms).map_or(Value::Null, Value::Date),
                (Operator::Subtract, Some(ms)) => x.checked_sub(ms).map_or(Value::Null, Value::Date),
                _ => Value::Null,
            };
        }
        _ => {}
    }
    if let (Value::Number(x), Value::Number(y)) = (a, b) {
        let exact = match operator {
            Operator::Add => x.checked_add(*y),
            Operator::Subtract => x.checked_sub(*y),
            Operator::Multiply => x.checked_mul(*y),
            Operator::Divide if y.is_zero() => return Value::Null,
            Operator::Divide => x.checked_div(*y),
            Operator::Remainder if y.is_zero() => return Value::Null,
            Operator::Remainder => x.checked_rem(*y),
            _ => None,
        };
        if let Some(number) = exact {
            return Value::Number(number);
        }
    }
    let (Some(x), Some(y)) = (a.as_f64(), b.as_f64()) else { return Value::Null };
    let number = match operator {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide if y != 0.0 => x / y,
        Operator::Remainder if y != 0.0 => x % y,
        _ => return Value::Null,
    };
    if number.is_finite() { Value::Float(number) } else { Value::Null }
}

fn call(function: Function, values: &[Value]) -> Option<Value> {
    let text = |i: usize| match values.get(i) {
        Some(Value::Text(t)) => Some(t.clone()),
        _ => None,
    };
    let decimal = |i: usize| match values.get(i) {
        Some(Value::Number(n)) => Some(*n),
        Some(Value::Float(f)) => Decimal::from_f64(*f),
        _ => None,
    };
    let day = |i: usize| match values.get(i) {
        Some(Value::Date(t)) => Some(t.div_euclid(DAY)),
        _ => None,
    };
    let count = |i: usize| decimal(i).and_then(|n| n.trunc().to_usize());
    let whole = |n: u32| Value::Number(n.into());
    Some(match function {
        Function::Abs => Value::Number(decimal(0)?.abs()),
        Function::Round => {
            let digits = if values.len() > 1 { decimal(1)?.to_i32()? } else { 0 };
            Value::Number(round(decimal(0)?, digits)?)
        }
        Function::Floor => Value::Number(decimal(0)?.floor()),
        Function::Ceil => Value::Number(decimal(0)?.ceil()),
        Function::Min => values.iter().filter(|v| !v.is_null()).min_by(|a, b| a.order(b))?.clone(),
        Function::Max => values.iter().filter(|v| !v.is_null()).max_by(|a, b| a.order(b))?.clone(),
        Function::Coalesce => values.iter().find(|v| !v.is_null())?.clone(),
        Function::IsNull => Value::Bool(values[0].is_null()),
        Function::If => return None,
        Function::Upper => Value::text(text(0)?.to_uppercase()),
        Function::Lower => Value::text(text(0)?.to_lowercase()),
        Function::Trim => Value::text(text(0)?.split_whitespace().collect::<Vec<_>>().join(" ")),
        Function::Length => Value::Number(text(0)?.chars().count().into()),
        Function::Left => Value::text(text(0)?.chars().take(count(1)?).collect::<String>()),
        Function::Right => {
            let text = text(0)?;
            let skip = text.chars().count().saturating_sub(count(1)?);
            Value::text(text.chars().skip(skip).collect::<String>())
        }
        Function::Contains => Value::Bool(text(0)?.to_lowercase().contains(&text(1)?.to_lowercase())),
        Function::StartsWith => Value::Bool(text(0)?.to_lowercase().starts_with(&text(1)?.to_lowercase())),
        Function::EndsWith => Value::Bool(text(0)?.to_lowercase().ends_with(&text(1)?.to_lowercase())),
        Function::Replace => {
            let (within, from, to) = (text(0)?, text(1)?, text(2)?);
            if from.is_empty() || within.len().checked_mul(to.len() + 1)? > 1 << 24 {
                return None;
            }
            Value::text(within.replace(&*from, &to))
        }
        Function::Year => Value::Number(civil(day(0)?).0.into()),
        Function::Quarter => whole((civil(day(0)?).1 - 1) / 3 + 1),
        Function::Month => whole(civil(day(0)?).1),
        Function::Day => whole(civil(day(0)?).2),
        // Monday is 1, Sunday 7.
        Function::Weekday => Value::Number(((day(0)? + 3).rem_euclid(7) + 1).into()),
        Function::Date if values.len() == 3 => {
            let part = |i: usize| decimal(i).and_then(|n| n.to_i64());
            let (month, day) = (u32::try_from(part(1)?).ok()?, u32::try_from(part(2)?).ok()?);
            Value::Date(days(part(0)?, month, day)? * DAY)
        }
        Function::Date => match &values[0] {
            Value::Text(t) => Value::Date(date(t, DateOrder::DayFirst)?),
            Value::Date(t) => Value::Date(*t),
            _ => return None,
        },
        Function::Days => Value::Number((day(1)? - day(0)?).into()),
        Function::Number => match &values[0] {
            Value::Text(t) => Value::Number(number(t, Marks::Point)?.number),
            Value::Bool(b) => Value::Number(u32::from(*b).into()),
            v if v.as_f64().is_some() => v.clone(),
            _ => return None,
        },
        Function::Text => Value::text(values[0].to_string()),
    })
}

/// Half away from zero, as spreadsheets do; digits may be negative.
pub fn round(number: Decimal, digits: i32) -> Option<Decimal> {
    if digits >= 0 {
        return Some(
            number.round_dp_with_strategy(digits.unsigned_abs().min(28), RoundingStrategy::MidpointAwayFromZero),
        );
    }
    let unit = Decimal::from_i128_with_scale(10i128.checked_pow(digits.unsigned_abs())?, 0);
    Some(number.checked_div(unit)?.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * unit)
}
