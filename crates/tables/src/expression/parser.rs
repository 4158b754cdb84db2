//! Text to an expression, by precedence.

use super::{Expression, Function, Operator};
use crate::error::Reason;
use crate::value::Value;

/// Brackets within brackets; more is an attack on the stack.
const DEEPEST: usize = 40;
const LONGEST: usize = 4000;

/// Parses a whole text.
pub fn parse(text: &str) -> Result<Expression, Reason> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser { text, chars, at: 0, depth: 0 };
    if parser.chars.len() > LONGEST {
        return Err(parser.wrong("it is too long"));
    }
    let expression = parser.level(0)?;
    parser.blanks();
    match parser.at == parser.chars.len() {
        true => Ok(expression),
        false => Err(parser.wrong("an operator or the end is missing here")),
    }
}

struct Parser<'a> {
    text: &'a str,
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

/// From the loosest to the tightest.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("or", Operator::Or), ("||", Operator::Or)],
    &[("and", Operator::And), ("&&", Operator::And)],
    &[
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("<>", Operator::Unequal),
        ("!=", Operator::Unequal),
        ("==", Operator::Equal),
        ("=", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::More),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract), ("&", Operator::Join)],
    &[("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)],
];

impl Parser<'_> {
    fn wrong(&self, problem: impl Into<String>) -> Reason {
        Reason::Expression { expression: self.text.into(), at: self.at, problem: problem.into() }
    }

    fn blanks(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes a sign or a word, if it comes next.
    fn take(&mut self, sign: &str) -> bool {
        self.blanks();
        let length = sign.chars().count();
        let next = self.chars.get(self.at..self.at + length);
        let same = next.is_some_and(|n| n.iter().zip(sign.chars()).all(|(a, b)| a.to_ascii_lowercase() == b));
        let word = sign.starts_with(|c: char| c.is_alphabetic());
        let runs_on = word && self.chars.get(self.at + length).is_some_and(|c| c.is_alphanumeric() || *c == '_');
        // "&&" is no "&".
        let doubled = sign == "&" && self.chars.get(self.at + 1) == Some(&'&');
        if same && !runs_on && !doubled {
            self.at += length;
        }
        same && !runs_on && !doubled
    }

    fn level(&mut self, level: usize) -> Result<Expression, Reason> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        if level == 2 && self.take("not") {
            let inner = self.nested(|p| p.level(2))?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        let mut left = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.take(sign)) {
            let right = if level < 2 { self.level(level + 1)? } else { self.nested(|p| p.level(level + 1))? };
            left = Expression::Binary(*operator, Box::new(left), Box::new(right));
            // A chain of thousands makes a tree as deep.
            self.depth += 1;
            if self.depth > 400 {
                return Err(self.wrong("it has too many operators"));
            }
        }
        Ok(left)
    }

    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Reason>) -> Result<T, Reason> {
        self.depth += 10;
        if self.depth > DEEPEST * 10 {
            return Err(self.wrong("it is nested too deep"));
        }
        let result = inner(self);
        self.depth -= 10;
        result
    }

    fn unary(&mut self) -> Result<Expression, Reason> {
        if self.take("-") {
            return Ok(Expression::Negative(Box::new(self.nested(Self::unary)?)));
        }
        if self.take("(") {
            let inner = self.nested(|p| p.level(0))?;
            return if self.take(")") { Ok(inner) } else { Err(self.wrong("a bracket ) is missing here")) };
        }
        self.blanks();
        match self.chars.get(self.at) {
            Some('[') => self.quoted(']').map(Expression::Column),
            Some(&quote @ ('"' | '\'')) => self.quoted(quote).map(|t| Expression::Literal(Value::text(t))),
            Some(c) if c.is_ascii_digit() || *c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || *c == '_' => self.word(),
            _ => Err(self.wrong("a column, a number or text is missing here")),
        }
    }

    /// Text up to a closing sign, which is doubled where it is meant.
    fn quoted(&mut self, close: char) -> Result<String, Reason> {
        let mut text = String::new();
        self.at += 1;
        loop {
            match self.chars.get(self.at) {
                Some(c) if *c == close => {
                    self.at += 1;
                    if self.chars.get(self.at) != Some(&close) {
                        return Ok(text);
                    }
                    text.push(close);
                }
                Some(c) => text.push(*c),
                None => return Err(self.wrong(format!("{close} is missing here"))),
            }
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Expression, Reason> {
        let start = self.at;
        while self.chars.get(self.at).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
            self.at += 1;
        }
        let text: String = self.chars[start..self.at].iter().collect();
        match text.parse() {
            Ok(number) => Ok(Expression::Literal(Value::Number(number))),
            Err(_) => {
                self.at = start;
                Err(self.wrong("this is no number"))
            }
        }
    }

    fn word(&mut self) -> Result<Expression, Reason> {
        let start = self.at;
        while self.chars.get(self.at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
            self.at += 1;
        }
        let word: String = self.chars[start..self.at].iter().collect();
        match word.to_lowercase().as_str() {
            "true" => return Ok(Expression::Literal(Value::Bool(true))),
            "false" => return Ok(Expression::Literal(Value::Bool(false))),
            "null" => return Ok(Expression::Literal(Value::Null)),
            _ => {}
        }
        if !self.take("(") {
            return Ok(Expression::Column(word));
        }
        let Some(function) = Function::named(&word.to_lowercase()) else {
            self.at = start;
            let names = super::FUNCTIONS.join(", ");
            return Err(self.wrong(format!("there is no function {word:?}; there are {names}")));
        };
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.nested(|p| p.level(0))?);
                if self.take(")") {
                    break;
                }
                if !self.take(",") && !self.take(";") {
                    return Err(self.wrong("a comma or a bracket ) is missing here"));
                }
            }
        }
        let (least, most) = function.arguments();
        if !(least..=most).contains(&arguments.len()) {
            let many = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(self.wrong(format!("{} takes {many} arguments", function.name())));
        }
        Ok(Expression::Call(function, arguments))
    }
}
