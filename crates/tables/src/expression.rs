//! The expression language of derived columns and filters: `[Price] * 1.19`, `if(year([Date]) = 2024, "new", "old")`.
//! Columns stand in brackets, or bare where the name is one word. Anything with null is null; division by zero too.

mod evaluate;
mod parser;
mod types;

pub use evaluate::{Row, arithmetic, same};
pub use parser::parse;

use crate::value::Value;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Literal(Value),
    /// A column by name.
    Column(String),
    /// `-x`
    Negative(Box<Expression>),
    /// `not x`
    Not(Box<Expression>),
    /// `a + b`
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `f(a, b)`
    Call(Function, Vec<Expression>),
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in arithmetic")]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Join,
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    And,
    Or,
}

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:literal,)*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "named as in the expression")]
        pub enum Function { $($variant,)* }

        impl Function {
            /// The function of a name, in lower case.
            pub fn named(name: &str) -> Option<Function> {
                match name { $($name => Some(Function::$variant),)* _ => None }
            }

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }

            /// How many arguments it takes, at least and at most.
            pub fn arguments(self) -> (usize, usize) {
                match self { $(Function::$variant => ($least, $most),)* }
            }
        }

        /// Names of all functions.
        pub const FUNCTIONS: &[&str] = &[$($name,)*];
    };
}

functions! {
    Abs "abs" 1 1,
    Round "round" 1 2,
    Floor "floor" 1 1,
    Ceil "ceil" 1 1,
    Min "min" 1 16,
    Max "max" 1 16,
    If "if" 3 3,
    Coalesce "coalesce" 1 16,
    IsNull "isnull" 1 1,
    Upper "upper" 1 1,
    Lower "lower" 1 1,
    Trim "trim" 1 1,
    Length "length" 1 1,
    Left "left" 2 2,
    Right "right" 2 2,
    Contains "contains" 2 2,
    StartsWith "startswith" 2 2,
    EndsWith "endswith" 2 2,
    Replace "replace" 3 3,
    Year "year" 1 1,
    Quarter "quarter" 1 1,
    Month "month" 1 1,
    Day "day" 1 1,
    Weekday "weekday" 1 1,
    Date "date" 1 3,
    Days "days" 2 2,
    Number "number" 1 1,
    Text "text" 1 1,
}
