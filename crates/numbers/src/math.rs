//! Exact mathematics: rationals, expressions, systems of equations. Knows no language.

pub mod expr;
pub mod number;
pub mod poly;
pub mod solve;

pub use expr::{Expr, parse};
pub use number::{Q, exact, int, parse_number, ratio};
pub use solve::{Solution, solve};
