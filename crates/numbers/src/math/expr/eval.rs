//! The value of an expression.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::Expr;
use crate::math::number::{Q, int, square_root};

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// A sign that can't stand there.
    Unexpected(String),
    /// Something is missing at the end.
    Ends,
    /// A name without a value.
    Unknown(String),
    /// A division by zero.
    DivisionByZero,
    /// Too large to be calculated here.
    TooLarge,
    /// A value that is no rational number, such as the square root of 2.
    Irrational(String),
    /// A function that wants other arguments.
    Arguments(String),
}

impl Problem {
    /// The error's code, and what it is about.
    pub fn code(&self) -> (&'static str, &str) {
        match self {
            Problem::Unexpected(what) => ("expression_unexpected", what),
            Problem::Ends => ("expression_incomplete", ""),
            Problem::Unknown(name) => ("unknown_name", name),
            Problem::DivisionByZero => ("division_by_zero", ""),
            Problem::TooLarge => ("too_large", ""),
            Problem::Irrational(what) => ("irrational", what),
            Problem::Arguments(name) => ("function_arguments", name),
        }
    }
}

const FUNCTIONS: [&str; 13] =
    ["abs", "ceil", "factorial", "floor", "gcd", "int", "lcm", "max", "min", "mod", "round", "sqrt", "sum"];

/// Bits of a number at most.
const LARGEST: u64 = 40_000;

pub fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

impl Expr {
    /// The value, where names have those of `values`.
    ///
    /// # Errors
    /// Why there is none.
    pub fn eval(&self, values: &HashMap<String, Q>) -> Result<Q, Problem> {
        let value = match self {
            Expr::Number(value) => value.clone(),
            Expr::Name(name) => values.get(name).cloned().ok_or_else(|| Problem::Unknown(name.clone()))?,
            Expr::Negative(a) => -a.eval(values)?,
            Expr::Binary(op, a, b) => binary(*op, &a.eval(values)?, &b.eval(values)?)?,
            Expr::Call(name, arguments) => {
                let arguments = arguments.iter().map(|a| a.eval(values)).collect::<Result<Vec<_>, _>>()?;
                call(name, &arguments)?
            }
        };
        if value.numer().bits().max(value.denom().bits()) > LARGEST { Err(Problem::TooLarge) } else { Ok(value) }
    }
}

pub fn binary(op: char, a: &Q, b: &Q) -> Result<Q, Problem> {
    match op {
        '+' => Ok(a + b),
        '-' => Ok(a - b),
        '*' => Ok(a * b),
        '^' => power(a, b),
        _ if b.is_zero() => Err(Problem::DivisionByZero),
        '/' => Ok(a / b),
        'd' => Ok((a / b).floor()),
        _ => Ok(a - b * (a / b).floor()),
    }
}

fn power(base: &Q, exponent: &Q) -> Result<Q, Problem> {
    if !exponent.is_integer() {
        let twice = exponent * int(2);
        let root = square_root(base).filter(|_| twice.is_integer());
        let root = root.ok_or_else(|| Problem::Irrational(format!("{base}^({exponent})")))?;
        return power(&root, &twice);
    }
    let times = exponent.to_integer().abs().to_u64().ok_or(Problem::TooLarge)?;
    let bits = base.numer().bits().max(base.denom().bits());
    if times.saturating_mul(bits) > LARGEST {
        return Err(Problem::TooLarge);
    }
    let raised = num_traits::pow(base.clone(), usize::try_from(times).unwrap_or(0));
    match (exponent.is_negative(), raised.is_zero()) {
        (true, true) => Err(Problem::DivisionByZero),
        (true, false) => Ok(raised.recip()),
        (false, _) => Ok(raised),
    }
}

fn call(name: &str, arguments: &[Q]) -> Result<Q, Problem> {
    let wrong = || Problem::Arguments(name.to_owned());
    let whole = |value: &Q| value.is_integer().then(|| value.to_integer()).ok_or_else(wrong);
    let fold = |f: fn(&BigInt, &BigInt) -> BigInt| {
        let values = arguments.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
        values.into_iter().reduce(|a, b| f(&a, &b)).map(Q::from_integer).ok_or_else(wrong)
    };
    match (name, arguments) {
        ("abs", [a]) => Ok(a.abs()),
        ("ceil", [a]) => Ok(a.ceil()),
        ("floor" | "int", [a]) => Ok(a.floor()),
        ("round", [a]) => Ok(a.round()),
        ("round", [a, places]) => {
            let power = power(&int(10), places)?;
            Ok((a * &power).round() / power)
        }
        ("sqrt", [a]) => square_root(a).ok_or_else(|| Problem::Irrational(format!("sqrt({a})"))),
        ("mod", [a, b]) => binary('%', a, b),
        ("factorial", [a]) => {
            let n = whole(a)?.to_u64().filter(|n| *n <= 2000).ok_or(Problem::TooLarge)?;
            Ok(Q::from_integer((1..=n).fold(BigInt::one(), |product, k| product * k)))
        }
        ("gcd", _) => fold(|a, b| a.gcd(b)),
        ("lcm", _) => fold(|a, b| a.lcm(b)),
        ("max", _) => arguments.iter().max().cloned().ok_or_else(wrong),
        ("min", _) => arguments.iter().min().cloned().ok_or_else(wrong),
        ("sum", _) => Ok(arguments.iter().fold(Q::zero(), |sum, a| sum + a)),
        _ => Err(wrong()),
    }
}
