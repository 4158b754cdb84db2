//! Text to tokens. Signs that people type for the same operation become one.

use std::fmt;

use super::eval::Problem;
use crate::math::number::{Q, exact, parse_number};

/// A token of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A number without a sign.
    Number(Q),
    /// A name of a variable or of a function.
    Name(String),
    /// A sign; `d` is the whole quotient, `p` a percent sign.
    Sign(char),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Number(value) => f.write_str(&exact(value)),
            Token::Name(name) => f.write_str(name),
            Token::Sign('d') => f.write_str("//"),
            Token::Sign('p') => f.write_str("%"),
            Token::Sign(sign) => write!(f, "{sign}"),
        }
    }
}

/// Characters of an expression at most.
const LONGEST: usize = 4000;

/// Full-width forms to ASCII.
fn plain(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        _ => c,
    }
}

pub fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let chars: Vec<char> = text.chars().map(plain).collect();
    if chars.len() > LONGEST {
        return Err(Problem::TooLarge);
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let from = at;
        at += 1;
        let token = match c {
            c if c.is_whitespace() => continue,
            '0'..='9' | '.' => {
                while chars.get(at).is_some_and(|&c| c.is_ascii_digit() || c == '.' || groups(&chars, at)) {
                    at += 1;
                }
                let digits: String = chars[from..at].iter().filter(|&&c| c != ',').collect();
                Token::Number(parse_number(&digits).ok_or(Problem::Unexpected(digits))?)
            }
            c if c.is_alphabetic() || c == '_' => {
                while chars.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                    at += 1;
                }
                let name: String = chars[from..at].iter().collect();
                match name.to_lowercase().as_str() {
                    "of" | "times" | "x" if multiplies(&found, &chars, at) => Token::Sign('*'),
                    "mod" => Token::Sign('%'),
                    "plus" => Token::Sign('+'),
                    "minus" => Token::Sign('-'),
                    _ => Token::Name(name),
                }
            }
            '*' if next == Some('*') => {
                at += 1;
                Token::Sign('^')
            }
            '/' if next == Some('/') => {
                at += 1;
                Token::Sign('d')
            }
            '*' | '×' | '·' | '∗' | '⋅' => Token::Sign('*'),
            '/' | '÷' | ':' | '∕' => Token::Sign('/'),
            '-' | '−' | '–' => Token::Sign('-'),
            '√' => Token::Name("sqrt".into()),
            'π' => Token::Name("pi".into()),
            '%' if modulo(&chars, at) => Token::Sign('%'),
            '%' | '％' => Token::Sign('p'),
            '[' | '{' => Token::Sign('('),
            ']' | '}' => Token::Sign(')'),
            '+' | '^' | '(' | ')' | ',' | '!' => Token::Sign(c),
            '²' | '³' => {
                found.push(Token::Sign('^'));
                Token::Number(crate::math::int(if c == '²' { 2 } else { 3 }))
            }
            other => return Err(Problem::Unexpected(other.to_string())),
        };
        found.push(token);
    }
    Ok(found)
}

/// Whether a comma here stands between groups of three digits.
fn groups(chars: &[char], at: usize) -> bool {
    let digit = |n: usize| chars.get(at + n).is_some_and(char::is_ascii_digit);
    chars[at] == ',' && digit(1) && digit(2) && digit(3) && !digit(4)
}

/// `of`, `times` and `x` between two operands are a product: `20% of 50`, `3 x 4`.
fn multiplies(before: &[Token], chars: &[char], at: usize) -> bool {
    let left = matches!(before.last(), Some(Token::Number(_) | Token::Sign(')' | 'p')));
    let right = chars[at..].iter().find(|c| !c.is_whitespace());
    left && right.is_some_and(|c| c.is_ascii_digit() || matches!(c, '(' | '.'))
}

/// A percent sign before an operand is the remainder of a division.
fn modulo(chars: &[char], at: usize) -> bool {
    let next: String = chars[at..].iter().skip_while(|c| c.is_whitespace()).take(3).collect();
    next.starts_with(|c: char| c.is_alphanumeric() || c == '(' || c == '_') && !next.starts_with("of ")
}
