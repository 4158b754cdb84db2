//! Systems of equations, and whole numbers by search.

use std::collections::HashMap;

use num_traits::{Signed, ToPrimitive};
use serde_json::{Map, Value, json};

use super::{Outcome, ToolError};
use crate::math::expr::Problem;
use crate::math::number::{square_root, trimmed};
use crate::math::poly::Fraction;
use crate::math::solve::{Equation, Unsolved, solve};
use crate::math::{Expr, Q, exact, int, parse};

fn texts<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<Vec<&'a str>, ToolError> {
    let list = arguments.get(name).and_then(Value::as_array);
    let list = list.ok_or_else(|| ToolError::about("argument_missing", "name", name))?;
    list.iter().map(|item| item.as_str().ok_or_else(|| ToolError::about("argument_missing", "name", name))).collect()
}

/// `solve`.
pub fn solve_all(arguments: &Map<String, Value>) -> Outcome {
    let lines = texts(arguments, "equations")?;
    if lines.len() > 30 {
        return Err(ToolError::about("too_large", "what", "equations"));
    }
    let mut equations: Vec<Equation> = Vec::new();
    for line in &lines {
        let (left, right) = line.split_once('=').ok_or_else(|| ToolError::about("no_equation", "text", *line))?;
        equations.push((parse(left)?, parse(right)?));
    }
    match solve(&equations) {
        Ok(solutions) => {
            let list: Vec<Value> = solutions
                .iter()
                .map(|solution| {
                    let mut names: Vec<_> = solution.iter().collect();
                    names.sort();
                    Value::Object(names.into_iter().map(|(name, value)| (name.clone(), json!(exact(value)))).collect())
                })
                .collect();
            Ok(json!({ "result": list, "steps": lines }))
        }
        Err(Unsolved::Expression(problem @ Problem::Irrational(_))) => {
            quadratic(&equations).ok_or_else(|| problem.into()).map(|list| json!({ "result": list, "steps": lines }))
        }
        Err(Unsolved::Expression(problem)) => Err(problem.into()),
        Err(Unsolved::Contradiction) => Err(ToolError::about("contradiction", "equations", lines.join("; "))),
        Err(Unsolved::TooHard) => Err(ToolError::about("too_hard", "equations", lines.join("; "))),
    }
}

/// The irrational roots of one quadratic equation, as they are written with a root sign.
fn quadratic(equations: &[Equation]) -> Option<Vec<Value>> {
    let [(left, right)] = equations else { return None };
    let known = HashMap::new();
    let (left, right) = (Fraction::read(left, &known).ok()?, Fraction::read(right, &known).ok()?);
    let product = |a: &crate::math::poly::Poly, b: &crate::math::poly::Poly| a.times(b).ok();
    let poly = product(&left.top, &right.bottom)?.plus(&product(&right.top, &left.bottom)?, &int(-1));
    let (name, coefficients) = poly.univariate()?;
    let [c, b, a] = coefficients.as_slice() else { return None };
    let discriminant = b * b - int(4) * a * c;
    // (-b ± √d) / 2a = p ± √q
    let (p, q) = (-b / (int(2) * a), &discriminant / (int(4) * a * a));
    if q.is_negative() || square_root(&q).is_some() {
        return None;
    }
    let root = q.to_f64()?.sqrt();
    let approximate = |sign: f64| {
        let value = p.to_f64()? + sign * root;
        Some(trimmed(&Q::from_float_near(value)?, 6))
    };
    let zero = p == int(0);
    let write = |sign: &str, value: String| {
        let lead = if zero { String::new() } else { format!("{} ", exact(&p)) };
        let sign = match (zero, sign) {
            (true, "+") => "",
            (true, _) => "-",
            (false, "+") => "+ ",
            (false, _) => "- ",
        };
        json!({ name.clone(): format!("{lead}{sign}√{} ≈ {value}", exact(&q)) })
    };
    Some(vec![write("+", approximate(1.0)?), write("-", approximate(-1.0)?)])
}

/// A rational number near a float.
trait Near: Sized {
    fn from_float_near(value: f64) -> Option<Self>;
}

impl Near for Q {
    fn from_float_near(value: f64) -> Option<Self> {
        let scaled = (value * 1e9).round();
        (scaled.abs() < 9e18).then(|| int(scaled as i64) / int(1_000_000_000))
    }
}

/// Values that are tried at most.
const MOST: i64 = 2_000_000;

/// `search`.
pub fn search(arguments: &Map<String, Value>) -> Outcome {
    let conditions = texts(arguments, "conditions")?.into_iter().map(condition).collect::<Result<Vec<_>, _>>()?;
    let ranges = arguments.get("ranges").and_then(Value::as_object);
    let ranges = ranges.ok_or_else(|| ToolError::about("argument_missing", "name", "ranges"))?;
    let limit = arguments.get("limit").and_then(Value::as_u64).map_or(20, |n| n.clamp(1, 1000)) as usize;
    let mut variables = Vec::new();
    let mut size = 1i64;
    for (name, range) in ranges {
        let bound = |n: usize| range.get(n).and_then(Value::as_i64);
        let (Some(low), Some(high)) = (bound(0), bound(1)) else {
            return Err(ToolError::about("bad_range", "name", name.as_str()));
        };
        let count = high.checked_sub(low).and_then(|n| n.checked_add(1)).filter(|n| *n > 0);
        size = count
            .and_then(|n| size.checked_mul(n))
            .filter(|n| *n <= MOST)
            .ok_or_else(|| ToolError::about("bad_range", "name", name.as_str()))?;
        variables.push((name.clone(), low, high));
    }
    let mut found = Vec::new();
    let mut values: Vec<i64> = variables.iter().map(|(_, low, _)| *low).collect();
    for _ in 0..size {
        let named: HashMap<String, Q> =
            variables.iter().zip(&values).map(|((name, ..), value)| (name.clone(), int(*value))).collect();
        let mut all = true;
        for condition in &conditions {
            if !condition.holds(&named)? {
                all = false;
                break;
            }
        }
        if all {
            let list = variables.iter().zip(&values).map(|((name, ..), value)| (name.clone(), json!(value)));
            found.push(Value::Object(list.collect()));
            if found.len() == limit {
                break;
            }
        }
        for (value, (_, low, high)) in values.iter_mut().zip(&variables).rev() {
            if *value < *high {
                *value += 1;
                break;
            }
            *value = *low;
        }
    }
    Ok(json!({ "result": found, "complete": found.len() < limit }))
}

struct Condition {
    left: Expr,
    sign: &'static str,
    right: Expr,
}

fn condition(text: &str) -> Result<Condition, ToolError> {
    for sign in ["==", "!=", "<=", ">=", "≤", "≥", "≠", "<", ">", "="] {
        if let Some((left, right)) = text.split_once(sign) {
            return Ok(Condition { left: parse(left)?, sign, right: parse(right)? });
        }
    }
    Err(ToolError::about("no_condition", "text", text))
}

impl Condition {
    fn holds(&self, values: &HashMap<String, Q>) -> Result<bool, ToolError> {
        let (left, right) = match (self.left.eval(values), self.right.eval(values)) {
            (Ok(left), Ok(right)) => (left, right),
            // 12 / n at n = 0 fulfils nothing.
            (Err(Problem::DivisionByZero), _) | (_, Err(Problem::DivisionByZero)) => return Ok(false),
            (Err(problem), _) | (_, Err(problem)) => return Err(problem.into()),
        };
        Ok(match self.sign {
            "==" | "=" => left == right,
            "!=" | "≠" => left != right,
            "<=" | "≤" => left <= right,
            ">=" | "≥" => left >= right,
            "<" => left < right,
            _ => left > right,
        })
    }
}
