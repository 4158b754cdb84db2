//! Systems of equations to the values of their unknowns, exactly. What was found is put back into every equation.

use std::collections::HashMap;

use num_traits::{One, Zero};

use super::expr::{Expr, Problem};
use super::number::{Q, int, square_root};
use super::poly::{Fraction, Poly};

/// `left = right`.
pub type Equation = (Expr, Expr);

/// Values of all unknowns that are determined.
pub type Solution = HashMap<String, Q>;

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsolved {
    /// An expression in it has no value.
    Expression(Problem),
    /// No values fulfil all equations.
    Contradiction,
    /// Equations of a higher degree than can be solved here.
    TooHard,
}

/// All solutions in rational numbers.
///
/// # Errors
/// Why there is none.
pub fn solve(equations: &[Equation]) -> Result<Vec<Solution>, Unsolved> {
    let (known, open) = assign(equations).map_err(Unsolved::Expression)?;
    let mut polys = Vec::new();
    for (left, right) in open {
        let read = |expr| Fraction::read(expr, &known).map_err(Unsolved::Expression);
        let (left, right) = (read(left)?, read(right)?);
        let product = |a: &Poly, b: &Poly| a.times(b).map_err(Unsolved::Expression);
        polys.push(product(&left.top, &right.bottom)?.plus(&product(&right.top, &left.bottom)?, &-Q::one()));
    }
    let mut solutions = Vec::new();
    reduce(polys, Vec::new(), known, &mut solutions, 0)?;
    solutions.retain(|solution| equations.iter().all(|equation| holds(equation, solution) != Some(false)));
    if solutions.is_empty() { Err(Unsolved::Contradiction) } else { Ok(solutions) }
}

/// Whether an equation is true; None where a name has no value.
pub fn holds((left, right): &Equation, values: &Solution) -> Option<bool> {
    match (left.eval(values), right.eval(values)) {
        (Ok(left), Ok(right)) => Some(left == right),
        (Err(Problem::Unknown(_)), _) | (_, Err(Problem::Unknown(_))) => None,
        _ => Some(false),
    }
}

/// Values of names that stand alone on the left of something known, and the equations that are left.
fn assign(equations: &[Equation]) -> Result<(Solution, Vec<&Equation>), Problem> {
    let mut known = Solution::new();
    let mut open: Vec<&Equation> = equations.iter().collect();
    loop {
        let before = open.len();
        let mut problem = None;
        open.retain(|(left, right)| {
            let name = match left {
                Expr::Name(name) if !known.contains_key(name) => name,
                _ => return true,
            };
            match right.eval(&known) {
                Ok(value) => {
                    known.insert(name.clone(), value);
                    false
                }
                Err(Problem::Unknown(_)) => true,
                Err(other) => {
                    problem = Some(other);
                    true
                }
            }
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
        if open.len() == before {
            return Ok((known, open));
        }
    }
}

/// Branches of quadratic equations within one another, at most.
const DEEPEST: usize = 4;

/// Eliminates variable by variable; where only equations of one variable are left, goes on with each of their roots.
fn reduce(
    mut polys: Vec<Poly>,
    mut eliminated: Vec<(String, Poly)>,
    known: Solution,
    solutions: &mut Vec<Solution>,
    depth: usize,
) -> Result<(), Unsolved> {
    while let Some((at, (name, factor))) =
        polys.iter().enumerate().find_map(|(at, poly)| Some((at, poly.linear_variable()?)))
    {
        let poly = polys.swap_remove(at);
        let without = poly.plus(&Poly::variable(&name), &-factor.clone());
        let value = Poly::default().plus(&without, &(-factor.recip()));
        for other in &mut polys {
            *other = other.substitute(&name, &value).map_err(Unsolved::Expression)?;
        }
        eliminated.push((name, value));
    }
    polys.retain(|poly| poly.value().is_none_or(|value| !value.is_zero()));
    if polys.iter().any(|poly| poly.value().is_some()) {
        return Ok(()); // 0 = a number that is not 0: no solution on this branch.
    }
    let Some((at, (name, coefficients))) =
        polys.iter().enumerate().find_map(|(at, poly)| Some((at, poly.univariate()?)))
    else {
        return if polys.is_empty() {
            solutions.push(back(eliminated, known));
            Ok(())
        } else {
            Err(Unsolved::TooHard)
        };
    };
    if depth >= DEEPEST {
        return Err(Unsolved::TooHard);
    }
    polys.swap_remove(at);
    for root in roots(&coefficients)? {
        let root = Poly::constant(root);
        let substituted = polys.iter().map(|poly| poly.substitute(&name, &root)).collect::<Result<Vec<_>, _>>();
        let mut eliminated = eliminated.clone();
        eliminated.push((name.clone(), root));
        reduce(substituted.map_err(Unsolved::Expression)?, eliminated, known.clone(), solutions, depth + 1)?;
    }
    Ok(())
}

/// Values of eliminated variables, from the last to the first; those that hang on a free one stay without.
fn back(eliminated: Vec<(String, Poly)>, mut known: Solution) -> Solution {
    for (name, mut poly) in eliminated.into_iter().rev() {
        for (other, value) in &known {
            if let Ok(next) = poly.substitute(other, &Poly::constant(value.clone())) {
                poly = next;
            }
        }
        if let Some(value) = poly.value() {
            known.insert(name, value);
        }
    }
    known
}

/// Rational roots of a polynomial by its coefficients, lowest power first.
fn roots(coefficients: &[Q]) -> Result<Vec<Q>, Unsolved> {
    // A root 0 is divided out.
    let zeros = coefficients.iter().take_while(|c| c.is_zero()).count();
    let mut found: Vec<Q> = if zeros > 0 { vec![Q::zero()] } else { Vec::new() };
    match &coefficients[zeros.min(coefficients.len())..] {
        [] | [_] => {}
        [c, b] => found.push(-c / b),
        [c, b, a] => {
            let discriminant = b * b - int(4) * a * c;
            if discriminant < Q::zero() {
                return Ok(found);
            }
            let root = square_root(&discriminant)
                .ok_or_else(|| Unsolved::Expression(Problem::Irrational(format!("sqrt({discriminant})"))))?;
            for sign in [Q::one(), -Q::one()] {
                let value = (-b + &root * sign) / (int(2) * a);
                if !found.contains(&value) {
                    found.push(value);
                }
            }
        }
        _ => return Err(Unsolved::TooHard),
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{exact, parse};

    fn system(text: &str) -> Vec<Equation> {
        let side = |text: &str| parse(text).expect("an expression");
        let lines = text.split(';').map(|line| line.split_once('=').expect("an equation"));
        lines.map(|(left, right)| (side(left), side(right))).collect()
    }

    fn check(text: &str, name: &str, want: &[&str]) {
        let mut got: Vec<String> = match solve(&system(text)) {
            Ok(all) => all.iter().map(|s| s.get(name).map(exact).unwrap_or_else(|| "open".into())).collect(),
            Err(problem) => vec![format!("{problem:?}")],
        };
        got.sort();
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn systems_are_solved_exactly() {
        check("c + r = 35; 2c + 4r = 94", "r", &["12"]);
        check("a = 3 * 4; b = a + 1", "b", &["13"]);
        check("1/x = 1/6 + 1/12", "x", &["4"]);
        check("x * y = 12; x + y = 7", "x", &["3", "4"]);
        check("x + x/2 = 30", "x", &["20"]);
        check("(38 + n) = 3 * (8 + n)", "n", &["7"]);
        check("x + y = 1", "x", &["open"]);
        check("x^2 = 2", "x", &["Expression(Irrational(\"sqrt(8)\"))"]);
        check("x = 1; x = 2", "x", &["Contradiction"]);
        check("x + y = 1; x + y = 2", "x", &["Contradiction"]);
        check("a = 7 // 2; b = a * 2", "b", &["6"]);
    }
}
