//! Chinese and Japanese numerals: 三千二百, 二〇二四, 1.2万, 3億.

use rust_decimal::Decimal;

/// What a digit stands for.
fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' | '壹' | '壱' => 1,
        '二' | '贰' | '貳' | '弐' | '两' | '兩' => 2,
        '三' | '叁' | '參' | '参' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// What a unit multiplies by.
pub fn unit(c: char) -> Option<u64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        '兆' => 1_000_000_000_000,
        _ => return None,
    })
}

/// A whole number that is written in numerals alone.
pub fn numeral(text: &str) -> Option<Decimal> {
    if text.is_empty() || text.chars().count() > 24 {
        return None;
    }
    // 二〇二四: digits by place.
    if text.chars().all(|c| digit(c).is_some()) {
        let mut number: u64 = 0;
        for c in text.chars() {
            number = number.checked_mul(10)?.checked_add(u64::from(digit(c)?))?;
        }
        return Some(number.into());
    }
    let (mut total, mut section, mut pending): (u64, u64, Option<u64>) = (0, 0, None);
    let mut largest = 0;
    for c in text.chars() {
        if let Some(d) = digit(c) {
            pending = Some(u64::from(d));
            continue;
        }
        let unit = unit(c)?;
        if unit < 10_000 {
            section = section.checked_add(pending.take().unwrap_or(1).checked_mul(unit)?)?;
            continue;
        }
        let group = section.checked_add(pending.take().unwrap_or(0))?;
        // 三万五千亿: a larger unit multiplies all before it.
        total = match unit > largest {
            true => total.checked_add(group)?.checked_mul(unit)?,
            false => total.checked_add(group.checked_mul(unit)?)?,
        };
        largest = largest.max(unit);
        section = 0;
    }
    total.checked_add(section)?.checked_add(pending.unwrap_or(0)).map(Decimal::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_by_unit_and_by_place() {
        for (text, number) in [
            ("十", 10_i64),
            ("二十三", 23),
            ("三千二百零五", 3205),
            ("一万二千", 12_000),
            ("二〇二四", 2024),
            ("三亿五千万", 350_000_000),
            ("壹佰", 100),
            ("三万五千亿", 3_500_000_000_000),
        ] {
            assert_eq!(numeral(text), Some(Decimal::from(number as u64)), "{text}");
        }
        assert_eq!(numeral("一个"), None);
    }
}
