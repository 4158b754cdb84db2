//! Equations as a model writes them, one a line, the last for `answer`: read, solved, put back, judged. How a model is
//! asked for them is in `prompt`.

pub mod prompt;

use std::collections::HashMap;

use num_traits::Signed;

use crate::math::expr::Problem;
use crate::math::solve::{Equation, Unsolved, holds, solve};
use crate::math::{Expr, Q, exact, parse};

/// The name that the result must have.
pub const ANSWER: &str = "answer";

/// Lines of a program at most.
const LONGEST: usize = 40;

/// Equations and what came out of them.
#[derive(Debug, Clone)]
pub struct Program {
    /// The lines as they were written.
    pub lines: Vec<String>,
    /// The value of `answer`.
    pub answer: Q,
    /// The equations with values in the place of names, each true.
    pub checks: Vec<String>,
    /// Numbers that stand in the equations.
    pub numbers: Vec<Q>,
    /// The values of all names.
    pub values: HashMap<String, Q>,
}

/// What is wrong with a program, in words for the model that wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault(pub String);

/// Reads and solves equations; a name that has a value may be given another one, as in a program.
///
/// # Errors
/// What is wrong.
pub fn run(text: &str) -> Result<Program, Fault> {
    read(text, true)
}

/// Reads and solves equations that all hold at once.
///
/// # Errors
/// What is wrong.
pub fn system(text: &str) -> Result<Program, Fault> {
    read(text, false)
}

fn read(text: &str, reassign: bool) -> Result<Program, Fault> {
    let mut lines = Vec::new();
    let mut equations: Vec<Equation> = Vec::new();
    // A name that is given a second value is another name from there on: `total = total + 5`.
    let mut versions: HashMap<String, usize> = HashMap::new();
    let mut known: HashMap<String, Q> = HashMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).take(LONGEST) {
        let line = line.split('#').next().unwrap_or(line).trim();
        let Some((left, right)) = line.split_once('=') else {
            return Err(Fault(format!("\"{line}\" is no equation")));
        };
        let side = |side: &str| parse(side).map_err(|problem| Fault(format!("\"{line}\": {}", words(&problem))));
        let (left, right) = (side(left)?, versioned(side(right)?, &versions));
        let determined = right.eval(&known);
        let left = match left {
            Expr::Name(name) => {
                let mut in_right = Vec::new();
                right.names(&mut in_right);
                let current = versioned(Expr::Name(name.clone()), &versions);
                let of_itself = matches!(&current, Expr::Name(current) if in_right.contains(current));
                let again = matches!(&current, Expr::Name(current) if known.contains_key(current));
                if reassign && again && (of_itself || determined.is_ok()) {
                    *versions.entry(name.clone()).or_insert(0) += 1;
                }
                let now = versioned(Expr::Name(name), &versions);
                if let (Expr::Name(now), Ok(value)) = (&now, determined) {
                    known.entry(now.clone()).or_insert(value);
                }
                now
            }
            other => versioned(other, &versions),
        };
        lines.push(line.to_owned());
        equations.push((left, right));
    }
    let answer = versioned(Expr::Name(ANSWER.into()), &versions);
    let Expr::Name(answer) = answer else { return Err(Fault("no line for answer".into())) };
    let solutions = solve(&equations).map_err(|unsolved| fault(&unsolved))?;
    let mut found: Vec<(Q, &HashMap<String, Q>)> = Vec::new();
    for solution in &solutions {
        let Some(value) = solution.get(&answer) else {
            return Err(Fault("the equations do not determine the answer".into()));
        };
        if !found.iter().any(|(known, _)| known == value) {
            found.push((value.clone(), solution));
        }
    }
    if found.len() > 1 {
        found.retain(|(value, _)| !value.is_negative());
    }
    let [(value, solution)] = found.as_slice() else {
        return Err(Fault("the equations have more than one solution".into()));
    };
    if equations.iter().any(|equation| holds(equation, solution) != Some(true)) {
        return Err(Fault("a name in the equations has no value".into()));
    }
    let checks = equations.iter().map(|(left, right)| {
        let put = |side: &Expr| write(side, Some(solution));
        format!("{} = {}", put(right), put(left))
    });
    let mut numbers = Vec::new();
    for (left, right) in &equations {
        left.numbers(&mut numbers);
        right.numbers(&mut numbers);
    }
    let checks = checks.filter(|check| check.split_once(" = ").is_some_and(|(a, b)| a != b)).collect();
    Ok(Program { lines, answer: value.clone(), checks, numbers, values: (*solution).clone() })
}

fn versioned(expr: Expr, versions: &HashMap<String, usize>) -> Expr {
    let again = |e: Box<Expr>| Box::new(versioned(*e, versions));
    match expr {
        Expr::Name(name) => match versions.get(&name) {
            Some(version) => Expr::Name(format!("{name}__{version}")),
            None => Expr::Name(name),
        },
        Expr::Number(value) => Expr::Number(value),
        Expr::Negative(a) => Expr::Negative(again(a)),
        Expr::Binary(op, a, b) => Expr::Binary(op, again(a), again(b)),
        Expr::Call(name, arguments) => {
            Expr::Call(name, arguments.into_iter().map(|a| versioned(a, versions)).collect())
        }
    }
}

fn fault(unsolved: &Unsolved) -> Fault {
    Fault(match unsolved {
        Unsolved::Expression(problem) => words(problem),
        Unsolved::Contradiction => "the equations contradict one another".into(),
        Unsolved::TooHard => "the equations are too hard to solve".into(),
    })
}

fn words(problem: &Problem) -> String {
    match problem {
        Problem::Unexpected(what) => format!("unexpected {what}"),
        Problem::Ends => "it is not complete".into(),
        Problem::Unknown(name) => format!("{name} has no value"),
        Problem::DivisionByZero => "it divides by zero".into(),
        Problem::TooLarge => "it is too large".into(),
        Problem::Irrational(what) => format!("{what} is no rational number"),
        Problem::Arguments(name) => format!("{name} wants other arguments"),
    }
}

/// An expression as text, with values in the place of names where they are given.
pub fn write(expr: &Expr, values: Option<&HashMap<String, Q>>) -> String {
    write_in(expr, values, 0)
}

fn write_in(expr: &Expr, values: Option<&HashMap<String, Q>>, outer: u8) -> String {
    let number = |value: &Q| {
        let text = exact(value);
        if (text.contains('/') && outer > 1) || (value.is_negative() && outer > 0) { format!("({text})") } else { text }
    };
    match expr {
        Expr::Number(value) => number(value),
        Expr::Name(name) => match values.and_then(|values| values.get(name)) {
            Some(value) => number(value),
            None => name.clone(),
        },
        Expr::Negative(a) => format!("-{}", write_in(a, values, 3)),
        Expr::Binary(op, a, b) => {
            let level = match op {
                '+' | '-' => 1,
                '^' => 3,
                _ => 2,
            };
            let sign = match op {
                '*' => "×".to_owned(),
                '/' => "÷".to_owned(),
                'd' => "//".to_owned(),
                '%' => "mod".to_owned(),
                other => other.to_string(),
            };
            // The right side of - and ÷ needs its parentheses at the same level too.
            let right = if matches!(op, '-' | '/' | 'd' | '%') { level + 1 } else { level };
            let text = format!("{} {sign} {}", write_in(a, values, level), write_in(b, values, right));
            if level < outer { format!("({text})") } else { text }
        }
        Expr::Call(name, arguments) => {
            let list: Vec<_> = arguments.iter().map(|a| write_in(a, values, 0)).collect();
            format!("{name}({})", list.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> String {
        match run(text) {
            Ok(program) => exact(&program.answer),
            Err(Fault(problem)) => problem,
        }
    }

    #[test]
    fn programs_are_solved_or_say_why_not() {
        for (text, want) in [
            ("first = 8\nsecond = first / 2\nanswer = (first + second) * 60", "720"),
            ("total = 5\ntotal = total + 3\nanswer = total", "8"),
            ("x + 2 * x = 30\nanswer = x", "10"),
            ("chickens + rabbits = 35\n2 * chickens + 4 * rabbits = 94\nanswer = rabbits", "12"),
            ("answer = apples * 2", "the equations do not determine the answer"),
            ("answer = x\nx + y = 3", "the equations do not determine the answer"),
            ("x = 5", "the equations do not determine the answer"),
            ("answer = 1 / 0", "it divides by zero"),
            ("hello", "\"hello\" is no equation"),
        ] {
            assert_eq!(answer(text), want, "{text}");
        }
    }

    #[test]
    fn checks_show_the_values_put_in() {
        let program = run("a = 8\nb = a / 2\nanswer = (a + b) * 60").expect("solved");
        assert_eq!(program.checks, ["8 ÷ 2 = 4", "(8 + 4) × 60 = 720"]);
    }
}
