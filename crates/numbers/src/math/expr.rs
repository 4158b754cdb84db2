//! Expressions over numbers and names: read from text, evaluated exactly. Solving is left to `solve`.

mod eval;
mod lexer;

pub use eval::Problem;
pub use lexer::Token;

use super::number::Q;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A number.
    Number(Q),
    /// A name.
    Name(String),
    /// `-a`.
    Negative(Box<Expr>),
    /// `a op b`; the operator is one of `+ - * / % ^` or `d` (whole quotient).
    Binary(char, Box<Expr>, Box<Expr>),
    /// `f(a, …)`.
    Call(String, Vec<Expr>),
}

/// Deeper than any expression that a person writes; keeps a hostile one from overflowing the stack.
const DEEPEST: usize = 100;

/// Reads an expression, all of the text.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Expr, Problem> {
    let mut parser = Parser { tokens: lexer::tokens(text)?, at: 0, depth: 0 };
    let expr = parser.sum()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some(token) => Err(Problem::Unexpected(token.to_string())),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn one_of(&mut self, signs: &[char]) -> Option<char> {
        signs.iter().copied().find(|&sign| self.take(sign))
    }

    fn sum(&mut self) -> Result<Expr, Problem> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Problem::TooLarge);
        }
        let mut left = self.product()?;
        while let Some(op) = self.one_of(&['+', '-']) {
            left = Expr::Binary(op, left.into(), self.product()?.into());
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, Problem> {
        let mut left = self.unary()?;
        loop {
            if let Some(op) = self.one_of(&['*', '/', 'd', '%']) {
                left = Expr::Binary(op, left.into(), self.unary()?.into());
            } else if matches!(self.peek(), Some(Token::Sign('(') | Token::Name(_))) {
                // `2x` and `3(4 + 5)`.
                left = Expr::Binary('*', left.into(), self.power()?.into());
            } else {
                return Ok(left);
            }
        }
    }

    fn unary(&mut self) -> Result<Expr, Problem> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Problem::TooLarge);
        }
        let expr = match self.one_of(&['-', '+']) {
            Some('-') => Expr::Negative(self.unary()?.into()),
            Some(_) => self.unary()?,
            None => self.power()?,
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn power(&mut self) -> Result<Expr, Problem> {
        let base = self.postfix()?;
        match self.take('^') {
            true => Ok(Expr::Binary('^', base.into(), self.unary()?.into())),
            false => Ok(base),
        }
    }

    fn postfix(&mut self) -> Result<Expr, Problem> {
        let mut expr = self.atom()?;
        loop {
            if self.take('p') {
                expr = Expr::Binary('/', expr.into(), Expr::Number(super::int(100)).into());
            } else if self.take('!') {
                expr = Expr::Call("factorial".into(), vec![expr]);
            } else {
                return Ok(expr);
            }
        }
    }

    fn atom(&mut self) -> Result<Expr, Problem> {
        let token = self.peek().cloned().ok_or(Problem::Ends)?;
        self.at += 1;
        match token {
            Token::Number(value) => Ok(Expr::Number(value)),
            Token::Name(name) if eval::is_function(&name) && self.take('(') => {
                let mut arguments = Vec::new();
                while !self.take(')') {
                    arguments.push(self.sum()?);
                    if !self.take(',') && self.peek() != Some(&Token::Sign(')')) {
                        return Err(Problem::Ends);
                    }
                }
                Ok(Expr::Call(name, arguments))
            }
            Token::Name(name) => Ok(Expr::Name(name)),
            Token::Sign('(') => {
                let inner = self.sum()?;
                if self.take(')') { Ok(inner) } else { Err(Problem::Ends) }
            }
            Token::Sign(sign) => Err(Problem::Unexpected(sign.to_string())),
        }
    }
}

impl Expr {
    /// Adds the names in it, in order, each once.
    pub fn names(&self, found: &mut Vec<String>) {
        match self {
            Expr::Number(_) => {}
            Expr::Name(name) if found.contains(name) => {}
            Expr::Name(name) => found.push(name.clone()),
            Expr::Negative(a) => a.names(found),
            Expr::Binary(_, a, b) => {
                a.names(found);
                b.names(found);
            }
            Expr::Call(_, arguments) => arguments.iter().for_each(|a| a.names(found)),
        }
    }

    /// Adds the numbers in it.
    pub fn numbers(&self, found: &mut Vec<Q>) {
        match self {
            Expr::Number(value) => found.push(value.clone()),
            Expr::Name(_) => {}
            Expr::Negative(a) => a.numbers(found),
            Expr::Binary(_, a, b) => {
                a.numbers(found);
                b.numbers(found);
            }
            Expr::Call(_, arguments) => arguments.iter().for_each(|a| a.numbers(found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::exact;
    use std::collections::HashMap;

    fn value(text: &str) -> String {
        match parse(text).and_then(|expr| expr.eval(&HashMap::new())) {
            Ok(value) => exact(&value),
            Err(problem) => format!("{problem:?}"),
        }
    }

    #[test]
    fn arithmetic_is_exact_and_has_the_usual_precedence() {
        for (text, want) in [
            ("0.1 + 0.2", "0.3"),
            ("2 + 3 × 4", "14"),
            ("-2^2", "-4"),
            ("2^3^2", "512"),
            ("20% of 50", "10"),
            ("17 % 5", "2"),
            ("(1 + 2)(3 + 4)", "21"),
            ("10 ÷ 4", "2.5"),
            ("1/3 + 1/6", "0.5"),
            ("sqrt(9/4)", "1.5"),
            ("20!", "2432902008176640000"),
            ("9999999999999999 + 1", "10000000000000000"),
            ("max(9.9, 9.11)", "9.9"),
            ("7 // 2", "3"),
            ("２＋３", "5"),
        ] {
            assert_eq!(value(text), want, "{text}");
        }
    }

    #[test]
    fn hostile_expressions_are_errors() {
        for text in ["1/0", "9^9^9^9", "(", "1 +", "2 2", "99999999!", &"(".repeat(5000), &"-".repeat(5000)] {
            assert!(parse(text).and_then(|expr| expr.eval(&HashMap::new())).is_err(), "{text}");
        }
    }
}
