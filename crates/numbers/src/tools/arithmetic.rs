//! Expressions, percents, units, currencies. Units and functions of real numbers are fend's.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use num_traits::Zero;
use serde_json::{Map, Value, json};

use super::{Outcome, ToolError, number, text};
use crate::math::expr::Problem;
use crate::math::number::shown;
use crate::math::{Q, exact, int, parse};
use crate::measure::{Quantity, unit};

fn result(value: &Q, steps: Vec<String>) -> Value {
    json!({ "result": exact(value), "shown": shown(value), "steps": steps })
}

/// `calculate`.
pub fn calculate(arguments: &Map<String, Value>) -> Outcome {
    let expression = text(arguments, "expression")?;
    let parsed = parse(&expression).and_then(|expr| Ok((expr.eval(&HashMap::new())?, expr)));
    match parsed {
        Ok((value, expr)) => {
            Ok(result(&value, vec![format!("{} = {}", crate::program::write(&expr, None), shown(&value))]))
        }
        Err(problem @ (Problem::DivisionByZero | Problem::TooLarge)) => Err(problem.into()),
        Err(problem) => match real(&expression) {
            Some(text) => Ok(json!({ "result": text, "shown": text, "steps": [] })),
            None => Err(problem.into()),
        },
    }
}

/// Stops a calculation that takes too long, after so many of fend's own checks.
struct Patience(AtomicU64);

impl fend_core::Interrupt for Patience {
    fn should_interrupt(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 200_000
    }
}

/// What fend makes of it.
fn real(expression: &str) -> Option<String> {
    let mut context = fend_core::Context::new();
    let patience = Patience(AtomicU64::new(0));
    let found = fend_core::evaluate_with_interrupt(expression, &mut context, &patience).ok()?;
    let text = found.get_main_result().trim().to_owned();
    // Words that mean nothing to it come back as they are.
    (!text.is_empty() && text != expression.trim()).then_some(text)
}

/// `percent`.
pub fn percent(arguments: &Map<String, Value>) -> Outcome {
    let (a, b) = (number(arguments, "a")?, number(arguments, "b")?);
    let hundred = int(100);
    let divide = |top: Q, bottom: Q| if bottom.is_zero() { Err(Problem::DivisionByZero) } else { Ok(top / bottom) };
    let operation = text(arguments, "operation")?;
    let value = match operation.as_ref() {
        "of" => &b * &a / &hundred,
        "share" => divide(&a * &hundred, b.clone())?,
        "change" => divide((&b - &a) * &hundred, a.clone())?,
        "add" => &b * (&hundred + &a) / &hundred,
        "remove" => &b * (&hundred - &a) / &hundred,
        "before_add" => divide(&b * &hundred, &hundred + &a)?,
        "before_remove" => divide(&b * &hundred, &hundred - &a)?,
        other => return Err(ToolError::about("unknown_operation", "operation", other)),
    };
    Ok(result(&value, Vec::new()))
}

/// `convert`: by the crate's own exact table, else by fend's.
pub fn convert(arguments: &Map<String, Value>) -> Outcome {
    let value = number(arguments, "value")?;
    let (from, to) = (text(arguments, "from")?, text(arguments, "to")?);
    if let (Some(from), Some(to)) = (unit(&from), unit(&to))
        && let Some(converted) = (Quantity { value: value.clone(), unit: from.clone() }).in_unit(&to)
    {
        let factor = exact(&(&from.factor / &to.factor));
        return Ok(result(&converted, vec![format!("1 {} = {factor} {}", from.name, to.name)]));
    }
    match real(&format!("({}) {from} to {to}", exact(&value))) {
        Some(text) => Ok(json!({ "result": text, "shown": text, "steps": [] })),
        None => {
            let values = [("from".to_owned(), json!(from)), ("to".to_owned(), json!(to))];
            Err(ToolError { code: "not_convertible", values: Map::from_iter(values) })
        }
    }
}

/// `currency`.
pub fn currency(arguments: &Map<String, Value>) -> Outcome {
    let amount = number(arguments, "amount")?;
    let rates = arguments.get("rates").and_then(Value::as_object);
    let rates = rates.ok_or_else(|| ToolError::about("argument_missing", "name", "rates"))?;
    let rate = |name: &str| {
        let currency = text(arguments, name)?;
        let rate = number(rates, &currency).map_err(|_| ToolError::about("no_rate", "currency", currency.as_ref()))?;
        if rate > int(0) { Ok(rate) } else { Err(ToolError::about("no_rate", "currency", currency.as_ref())) }
    };
    let (from, to) = (rate("from")?, rate("to")?);
    let value = &amount / &from * &to;
    Ok(result(&value, vec![format!("{} ÷ {} × {}", exact(&amount), exact(&from), exact(&to))]))
}
