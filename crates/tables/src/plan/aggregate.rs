//! Functions of many values.

use std::collections::HashSet;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, MathematicalOps};

use super::AggregateFunction;
use crate::expression::Operator;
use crate::value::Value;

/// Works out a function of the values of a column. Sums are exact while 28 digits hold them.
pub fn aggregate(function: AggregateFunction, values: impl Iterator<Item = Value>) -> Value {
    let values = values.filter(|v| !matches!(v, Value::Null | Value::Error(_)));
    match function {
        AggregateFunction::Count => Value::Number(values.count().into()),
        AggregateFunction::CountDistinct => Value::Number(values.map(|v| v.key()).collect::<HashSet<_>>().len().into()),
        AggregateFunction::First => values.into_iter().next().unwrap_or_default(),
        AggregateFunction::Last => values.last().unwrap_or_default(),
        AggregateFunction::Min => values.min_by(|a, b| a.order(b)).unwrap_or_default(),
        // Of equal values the first, as for the smallest.
        AggregateFunction::Max => values.reduce(|a, b| if b.order(&a).is_gt() { b } else { a }).unwrap_or_default(),
        AggregateFunction::Range => {
            let (mut low, mut high): (Option<Value>, Option<Value>) = (None, None);
            for value in values.filter(|v| v.as_f64().is_some() || matches!(v, Value::Date(_))) {
                if low.as_ref().is_none_or(|l| value.order(l).is_lt()) {
                    low = Some(value.clone());
                }
                if high.as_ref().is_none_or(|h| value.order(h).is_gt()) {
                    high = Some(value);
                }
            }
            match (high, low) {
                (Some(h), Some(l)) => crate::expression::arithmetic(Operator::Subtract, &h, &l),
                _ => Value::Null,
            }
        }
        AggregateFunction::Sum | AggregateFunction::Mean => {
            let (sum, count) = sum(values);
            if function == AggregateFunction::Sum {
                return sum;
            }
            match count {
                0 => Value::Null,
                n => crate::expression::arithmetic(Operator::Divide, &sum, &Value::Number(n.into())),
            }
        }
        AggregateFunction::Median => {
            let mut numbers: Vec<Value> = values.filter(|v| v.as_f64().is_some()).collect();
            numbers.sort_by(Value::order);
            let middle = numbers.len() / 2;
            match (numbers.len() % 2, numbers.get(middle)) {
                (_, None) => Value::Null,
                (1, Some(value)) => value.clone(),
                (_, Some(value)) => {
                    let (sum, _) = sum([numbers[middle - 1].clone(), value.clone()].into_iter());
                    crate::expression::arithmetic(Operator::Divide, &sum, &Value::Number(2.into()))
                }
            }
        }
        AggregateFunction::Deviation => deviation(&values.filter(|v| v.as_f64().is_some()).collect::<Vec<_>>()),
    }
}

/// The sum and how many numbers there were; of none it is 0.
fn sum(values: impl Iterator<Item = Value>) -> (Value, usize) {
    let mut exact = Decimal::ZERO;
    let mut rough = 0.0;
    let mut overflow = false;
    let mut count = 0;
    for value in values {
        let Some(number) = value.as_f64() else { continue };
        count += 1;
        match value {
            // Rescaling to more digits than fit would round: that is no longer exact.
            Value::Number(n) => match exact.checked_add(n) {
                Some(sum) => exact = sum,
                None => (overflow, rough) = (true, rough + number),
            },
            _ => (overflow, rough) = (true, rough + number),
        }
    }
    match overflow {
        false => (Value::Number(exact), count),
        true => (Value::number(rough + exact.to_f64().unwrap_or_default()), count),
    }
}

fn deviation(values: &[Value]) -> Value {
    if values.len() < 2 {
        return Value::Null;
    }
    let decimals: Option<Vec<Decimal>> =
        values.iter().map(|v| if let Value::Number(n) = v { Some(*n) } else { None }).collect();
    let exact = decimals.and_then(|numbers| {
        let count = Decimal::from(numbers.len());
        let mut total = Decimal::ZERO;
        for n in &numbers {
            total = total.checked_add(*n)?;
        }
        let mean = total.checked_div(count)?;
        let mut squares = Decimal::ZERO;
        for n in &numbers {
            let difference = n.checked_sub(mean)?;
            squares = squares.checked_add(difference.checked_mul(difference)?)?;
        }
        squares.checked_div(count - Decimal::ONE)?.sqrt()
    });
    if let Some(root) = exact {
        return Value::Number(root);
    }
    let numbers: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|n| (n - mean).powi(2)).sum();
    Value::number((squares / (numbers.len() - 1) as f64).sqrt())
}
