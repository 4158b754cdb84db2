//! Polynomials in several variables with rational coefficients, as large as word problems need.

use std::collections::{BTreeMap, HashMap};

use num_traits::{One, Zero};

use super::expr::{Expr, Problem};
use super::number::{Q, to_i64};

/// Variables by name with their powers, sorted; empty for a constant.
type Monomial = Vec<(String, u32)>;

/// Terms, and the power of a variable, at most.
const MOST_TERMS: usize = 400;
const HIGHEST: u32 = 12;

/// A sum of terms; none has coefficient 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Poly(BTreeMap<Monomial, Q>);

impl Poly {
    /// A number.
    pub fn constant(value: Q) -> Self {
        let mut poly = Poly::default();
        poly.add_term(Vec::new(), value);
        poly
    }

    /// A variable.
    pub fn variable(name: &str) -> Self {
        Poly(BTreeMap::from([(vec![(name.to_owned(), 1)], Q::one())]))
    }

    fn add_term(&mut self, monomial: Monomial, coefficient: Q) {
        let sum = self.0.remove(&monomial).unwrap_or_else(Q::zero) + coefficient;
        if !sum.is_zero() {
            self.0.insert(monomial, sum);
        }
    }

    /// `self + factor · other`.
    pub fn plus(mut self, other: &Poly, factor: &Q) -> Self {
        for (monomial, coefficient) in &other.0 {
            self.add_term(monomial.clone(), coefficient * factor);
        }
        self
    }

    /// The product.
    ///
    /// # Errors
    /// When it is too large.
    pub fn times(&self, other: &Poly) -> Result<Self, Problem> {
        if self.0.len() * other.0.len() > MOST_TERMS {
            return Err(Problem::TooLarge);
        }
        let mut product = Poly::default();
        for (left, a) in &self.0 {
            for (right, b) in &other.0 {
                let mut powers: BTreeMap<String, u32> = left.iter().cloned().collect();
                for (name, power) in right {
                    *powers.entry(name.clone()).or_default() += power;
                }
                if powers.values().any(|power| *power > HIGHEST) {
                    return Err(Problem::TooLarge);
                }
                product.add_term(powers.into_iter().collect(), a * b);
            }
        }
        Ok(product)
    }

    /// The value, if there is no variable.
    pub fn value(&self) -> Option<Q> {
        match self.0.len() {
            0 => Some(Q::zero()),
            1 => self.0.get(&Vec::new()).cloned(),
            _ => None,
        }
    }

    /// A variable that stands by itself with a constant factor and in no other term, and its factor.
    pub fn linear_variable(&self) -> Option<(String, Q)> {
        let alone = |name: &str| self.0.keys().filter(|monomial| monomial.iter().any(|(n, _)| n == name)).count() == 1;
        self.0.iter().find_map(|(monomial, factor)| match monomial.as_slice() {
            [(name, 1)] if alone(name) => Some((name.clone(), factor.clone())),
            _ => None,
        })
    }

    /// Coefficients by power, lowest first, if there is one variable only.
    pub fn univariate(&self) -> Option<(String, Vec<Q>)> {
        let mut name: Option<&str> = None;
        let mut coefficients: Vec<Q> = Vec::new();
        for (monomial, coefficient) in &self.0 {
            let power = match monomial.as_slice() {
                [] => 0,
                [(n, power)] if name.is_none_or(|known| known == n) => {
                    name = Some(n);
                    *power as usize
                }
                _ => return None,
            };
            if coefficients.len() <= power {
                coefficients.resize(power + 1, Q::zero());
            }
            coefficients[power] = coefficient.clone();
        }
        Some((name?.to_owned(), coefficients))
    }

    /// The polynomial with `other` in the place of a variable.
    ///
    /// # Errors
    /// When it is too large.
    pub fn substitute(&self, name: &str, other: &Poly) -> Result<Self, Problem> {
        let mut sum = Poly::default();
        for (monomial, coefficient) in &self.0 {
            let mut term = Poly::constant(coefficient.clone());
            for (n, power) in monomial {
                let factor = if n == name { other.clone() } else { Poly::variable(n) };
                for _ in 0..*power {
                    term = term.times(&factor)?;
                }
            }
            sum = sum.plus(&term, &Q::one());
        }
        Ok(sum)
    }
}

/// A quotient of polynomials.
pub struct Fraction {
    /// What is divided.
    pub top: Poly,
    /// By what; never the zero polynomial.
    pub bottom: Poly,
}

impl Fraction {
    fn of(top: Poly) -> Self {
        Fraction { top, bottom: Poly::constant(Q::one()) }
    }

    /// An expression as a quotient, where names in `known` are their values.
    ///
    /// # Errors
    /// When it is none, as with functions of unknowns, or too large.
    pub fn read(expr: &Expr, known: &HashMap<String, Q>) -> Result<Self, Problem> {
        if let Ok(value) = expr.eval(known) {
            return Ok(Fraction::of(Poly::constant(value)));
        }
        match expr {
            Expr::Number(value) => Ok(Fraction::of(Poly::constant(value.clone()))),
            Expr::Name(name) => Ok(Fraction::of(match known.get(name) {
                Some(value) => Poly::constant(value.clone()),
                None => Poly::variable(name),
            })),
            Expr::Negative(a) => {
                let a = Fraction::read(a, known)?;
                Ok(Fraction { top: Poly::default().plus(&a.top, &-Q::one()), bottom: a.bottom })
            }
            Expr::Binary('^', a, b) => {
                let power = b.eval(known).ok().and_then(|power| to_i64(&power)).ok_or(Problem::TooLarge)?;
                let a = Fraction::read(a, known)?;
                let mut raised = Fraction::of(Poly::constant(Q::one()));
                for _ in 0..u32::try_from(power).ok().filter(|p| *p <= HIGHEST).ok_or(Problem::TooLarge)? {
                    raised = Fraction { top: raised.top.times(&a.top)?, bottom: raised.bottom.times(&a.bottom)? };
                }
                Ok(raised)
            }
            Expr::Binary(op @ ('+' | '-' | '*' | '/'), a, b) => {
                let (a, b) = (Fraction::read(a, known)?, Fraction::read(b, known)?);
                match op {
                    '*' => Ok(Fraction { top: a.top.times(&b.top)?, bottom: a.bottom.times(&b.bottom)? }),
                    '/' if b.top == Poly::default() => Err(Problem::DivisionByZero),
                    '/' => Ok(Fraction { top: a.top.times(&b.bottom)?, bottom: a.bottom.times(&b.top)? }),
                    _ => {
                        let sign = if *op == '+' { Q::one() } else { -Q::one() };
                        let top = a.top.times(&b.bottom)?.plus(&b.top.times(&a.bottom)?, &sign);
                        Ok(Fraction { top, bottom: a.bottom.times(&b.bottom)? })
                    }
                }
            }
            // A remainder or a function of something that is not known.
            Expr::Binary(..) | Expr::Call(..) => {
                let mut names = Vec::new();
                expr.names(&mut names);
                names.retain(|name| !known.contains_key(name));
                Err(Problem::Unknown(names.join(", ")))
            }
        }
    }
}
