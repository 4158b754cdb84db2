//! Numbers.

use rust_decimal::Decimal;

use super::{chinese, narrow};

/// Which signs a column writes numbers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marks {
    /// `1,234.5`
    #[default]
    Point,
    /// `1.234,5`
    Comma,
}

/// A number and what stood beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The number; of `12%` it is 0.12, of `1.2万` 12000.
    pub number: Decimal,
    /// A currency's sign or code, or `%`.
    pub unit: Option<String>,
    /// Whether the text could only be read with these marks, as `1,5` with a decimal comma.
    pub telling: bool,
}

const CURRENCIES: [&str; 22] = [
    "US$",
    "HK$",
    "NT$",
    "A$",
    "C$",
    "R$",
    "CN¥",
    "$",
    "€",
    "£",
    "¥",
    "￥",
    "₩",
    "₹",
    "₽",
    "元",
    "円",
    "圆",
    "美元",
    "人民币",
    "日元",
    "欧元",
];
const CODES: [&str; 14] =
    ["USD", "EUR", "GBP", "CNY", "RMB", "JPY", "CHF", "AUD", "CAD", "HKD", "KRW", "INR", "SEK", "TWD"];

/// A number as people write it; `None` for text that only begins with one, and for codes with leading zeros.
pub fn number(text: &str, marks: Marks) -> Option<Parsed> {
    if text.len() > 64 {
        return None;
    }
    let narrow = narrow(text);
    let mut rest = narrow.as_str();
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        (rest, negative) = (inner.trim(), true);
    }
    let mut unit = None;
    // A sign may stand before or after the currency.
    for _ in 0..2 {
        if let Some(r) = rest.strip_prefix('-') {
            (rest, negative) = (r.trim_start(), !negative);
        } else if let Some(r) = rest.strip_prefix('+') {
            rest = r.trim_start();
        }
        if unit.is_none() {
            (rest, unit) = strip_unit(rest);
        }
    }
    let mut factor = Decimal::ONE;
    if let Some(r) = rest.strip_suffix('%') {
        (rest, factor, unit) = (r.trim_end(), Decimal::new(1, 2), Some("%".into()));
    }
    if let Some(r) = rest.strip_suffix('-').filter(|r| r.ends_with(|c: char| c.is_ascii_digit())) {
        (rest, negative) = (r, !negative);
    }
    let (number, telling) = match rest.chars().last() {
        Some(c) if chinese::unit(c).is_some_and(|u| u >= 1000) && rest.starts_with(|c: char| c.is_ascii_digit()) => {
            factor *= Decimal::from(chinese::unit(c)?);
            plain(rest[..rest.len() - c.len_utf8()].trim_end(), marks)?
        }
        _ => plain(rest, marks).or_else(|| chinese::numeral(rest).map(|n| (n, false)))?,
    };
    let number = number.checked_mul(factor)?;
    Some(Parsed { number: if negative { -number } else { number }, unit, telling })
}

fn strip_unit(text: &str) -> (&str, Option<String>) {
    for sign in CURRENCIES.iter().chain(&CODES) {
        let numeric = |c: char| c.is_ascii_digit() || chinese::unit(c).is_some();
        let rest = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign));
        if let Some(rest) = rest.filter(|r| r.contains(numeric)) {
            return (rest.trim(), Some((*sign).into()));
        }
    }
    (text, None)
}

/// Digits, separators of thousands, one decimal sign, an exponent.
fn plain(text: &str, marks: Marks) -> Option<(Decimal, bool)> {
    let (thousands, point) = match marks {
        Marks::Point => (',', '.'),
        Marks::Comma => ('.', ','),
    };
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(text[at + 1..].parse::<i32>().ok()?)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once(point) {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if fraction.is_some_and(|f| !f.is_empty() && !digits(f)) || (whole.is_empty() && fraction.is_none_or(str::is_empty))
    {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let grouped = whole.contains([thousands, ' ', '\'']);
    if grouped {
        let separator = whole.chars().find(|c| !c.is_ascii_digit())?;
        let groups: Vec<&str> = whole.split(separator).collect();
        let first = groups.first()?;
        let ordinary = groups[1..].iter().all(|g| g.len() == 3 && digits(g)) && (1..=3).contains(&first.len());
        // 12,34,567: thousands first, then hundreds, as in India.
        let indian = groups.len() > 2
            && groups.last().is_some_and(|g| g.len() == 3 && digits(g))
            && groups[1..groups.len() - 1].iter().all(|g| g.len() == 2 && digits(g))
            && (1..=2).contains(&first.len());
        if !(ordinary || indian) || !digits(first) || *first == "0" {
            return None;
        }
        groups.iter().for_each(|g| clean.push_str(g));
    } else if whole.is_empty() {
        clean.push('0');
    } else if digits(whole) {
        // 007 is a code.
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        clean.push_str(whole);
    } else {
        return None;
    }
    let telling = match marks {
        Marks::Point => grouped && fraction.is_some(),
        Marks::Comma => fraction.is_some_and(|f| f.len() != 3 || whole == "0" || grouped),
    };
    if let Some(f) = fraction {
        clean.push('.');
        clean.push_str(if f.is_empty() { "0" } else { f });
    }
    let number: Decimal = match exponent {
        Some(e) if e.abs() <= 28 => Decimal::from_scientific(&format!("{clean}e{e}")).ok()?,
        Some(_) => return None,
        None => clean.parse().ok()?,
    };
    Some((number, telling))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        number(text, Marks::Point).map(|p| p.number.normalize().to_string() + &p.unit.unwrap_or_default())
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (text, expect) in [
            ("1,234.50", "1234.5"),
            ("-1.5e3", "-1500"),
            ("$1,200", "1200$"),
            ("-$5", "-5$"),
            ("(3.20)", "-3.2"),
            ("12.5%", "0.125%"),
            ("1 234 567", "1234567"),
            ("1.2万", "12000"),
            ("￥3,000", "3000￥"),
            ("100元", "100元"),
            ("三百二十", "320"),
            ("12,34,567", "1234567"),
            ("１２３", "123"),
            ("USD 20", "20USD"),
            (".5", "0.5"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expect), "{text}");
        }
        for text in ["007", "1,23", "12 km", "abc", "1.2.3", "", "-", "1-2", "2004-05"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_tells_itself() {
        let comma = |t: &str| number(t, Marks::Comma).map(|p| (p.number.normalize().to_string(), p.telling));
        assert_eq!(comma("1.250"), Some(("1250".into(), false)));
        assert_eq!(comma("0,12"), Some(("0.12".into(), true)));
        assert_eq!(comma("1.234,5"), Some(("1234.5".into(), true)));
    }
}
