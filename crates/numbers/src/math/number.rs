//! Rational numbers: read from and written as people write them, never by way of floats.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact number.
pub type Q = BigRational;

/// Digits of a number that is read, at most: more is no number that a person has typed.
const LONGEST: usize = 2000;
/// Decimal places that are written out before a fraction is the better way to write a number.
const PLACES: usize = 12;

/// A whole number.
pub fn int(n: i64) -> Q {
    Q::from_integer(BigInt::from(n))
}

/// `a / b`; zero where `b` is.
pub fn ratio(a: i64, b: i64) -> Q {
    if b == 0 { Q::zero() } else { Q::new(BigInt::from(a), BigInt::from(b)) }
}

/// `12`, `-3.5`, `1,000`, `3/4`, `1e5`, `25%`. None for all else.
pub fn parse_number(text: &str) -> Option<Q> {
    let text = text.trim().replace(['−', '–'], "-");
    if text.len() > LONGEST {
        return None;
    }
    if let Some(percent) = text.strip_suffix('%') {
        return Some(parse_number(percent)? / int(100));
    }
    if let Some((top, bottom)) = text.split_once('/') {
        let bottom = parse_decimal(bottom.trim())?;
        return if bottom.is_zero() { None } else { Some(parse_decimal(top.trim())? / bottom) };
    }
    parse_decimal(&text)
}

fn parse_decimal(text: &str) -> Option<Q> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 400)?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let digits = digits.replace([',', '_'], "");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    if (whole.is_empty() && part.is_empty()) || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let all: BigInt = format!("{whole}{part}").parse().ok()?;
    let shift = exponent - i32::try_from(part.len()).ok()?;
    let power = Q::from_integer(num_traits::pow(BigInt::from(10), shift.unsigned_abs() as usize));
    let value = Q::from_integer(all * sign);
    Some(if shift < 0 { value / power } else { value * power })
}

/// The number as it is: a whole number, a decimal where it ends within a few places, else a fraction.
pub fn exact(value: &Q) -> String {
    decimal(value).unwrap_or_else(|| format!("{}/{}", value.numer(), value.denom()))
}

/// The number's decimal form, if it ends.
pub fn decimal(value: &Q) -> Option<String> {
    if value.is_integer() {
        return Some(value.numer().to_string());
    }
    let mut rest = value.denom().clone();
    let mut places = 0;
    for prime in [2, 5] {
        let mut times = 0;
        while rest.is_multiple_of(&BigInt::from(prime)) {
            rest /= prime;
            times += 1;
        }
        places = places.max(times);
    }
    if !rest.is_one() || places > PLACES {
        return None;
    }
    Some(rounded(value, places))
}

/// The number to so many decimal places, half away from zero.
pub fn rounded(value: &Q, places: usize) -> String {
    let power = num_traits::pow(BigInt::from(10), places);
    let scaled = (value.abs() * Q::from_integer(power)).round().to_integer().to_string();
    let sign = if value.is_negative() && scaled.bytes().any(|b| b != b'0') { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{scaled}");
    }
    let padded = format!("{scaled:0>width$}", width = places + 1);
    let (whole, part) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{part}")
}

/// The number for a reader: exact where that is short, else as a fraction with its value beside it.
pub fn shown(value: &Q) -> String {
    match decimal(value) {
        Some(text) => text,
        None if value.denom().to_string().len() <= 4 => {
            format!("{}/{} ≈ {}", value.numer(), value.denom(), trimmed(value, 4))
        }
        None => format!("≈ {}", trimmed(value, 6)),
    }
}

/// The number rounded, without zeros at the end.
pub fn trimmed(value: &Q, places: usize) -> String {
    let text = rounded(value, places);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// The whole number, if it is one and no giant.
pub fn to_i64(value: &Q) -> Option<i64> {
    if value.is_integer() { value.to_integer().to_i64() } else { None }
}

/// The square root, if it is rational.
pub fn square_root(value: &Q) -> Option<Q> {
    if value.is_negative() {
        return None;
    }
    let (top, bottom) = (value.numer().sqrt(), value.denom().sqrt());
    let root = Q::new(top, bottom);
    (&root * &root == *value).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written_exactly() {
        for (text, want) in [
            ("0.1", "0.1"),
            ("1,102.50", "1102.5"),
            ("-3/4", "-0.75"),
            ("1/3", "1/3"),
            ("25%", "0.25"),
            ("1e3", "1000"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(parse_number(text).map(|q| exact(&q)).as_deref(), Some(want), "{text}");
        }
        for text in ["", ".", "1/0", "x", "1e999999", "--1"] {
            assert_eq!(parse_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero_and_has_no_negative_zero() {
        assert_eq!(rounded(&ratio(-1, 8), 2), "-0.13");
        assert_eq!(rounded(&ratio(-1, 1000), 2), "0.00");
        assert_eq!(trimmed(&ratio(2, 3), 4), "0.6667");
    }
}
