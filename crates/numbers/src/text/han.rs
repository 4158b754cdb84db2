//! Chinese and Japanese numerals to digits.

use super::pattern;

fn digit(c: char) -> Option<u64> {
    let n = match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some(n)
}

fn unit(c: char) -> Option<u64> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1000),
        _ => None,
    }
}

fn large(c: char) -> Option<u64> {
    match c {
        '万' | '萬' => Some(10_000),
        '亿' | '億' => Some(100_000_000),
        _ => None,
    }
}

/// The number that a numeral such as `三百零五`, `一万二`, `二〇二四` or `七五` is.
pub fn han_number(text: &str) -> Option<u64> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() || chars.len() > 20 {
        return None;
    }
    if chars.iter().all(|c| digit(*c).is_some()) {
        // Digits one after the other, as in years.
        return chars.iter().try_fold(0u64, |n, c| n.checked_mul(10)?.checked_add(digit(*c)?));
    }
    let (mut total, mut section, mut current, mut last_unit) = (0u64, 0u64, None::<u64>, 1u64);
    for c in chars {
        if let Some(value) = digit(c) {
            if current.is_some_and(|n| n != 0) {
                return None;
            }
            current = Some(value);
            if value == 0 {
                last_unit = 1;
            }
        } else if let Some(by) = unit(c) {
            section += current.take().filter(|n| *n > 0).unwrap_or(1) * by;
            last_unit = by;
        } else {
            let by = large(c)?;
            total = (total + section + current.take().unwrap_or(0)).checked_mul(by)?;
            section = 0;
            last_unit = by;
        }
    }
    // `一百二` is 120: the last digit counts the next smaller unit.
    let rest = current.map_or(0, |n| if last_unit > 10 { n * (last_unit / 10) } else { n });
    total.checked_add(section)?.checked_add(rest)
}

/// After these a numeral of one character is part of a word.
const NOT_AFTER_ONE: &str =
    "共起样般直切定些半旦边次个只条名位张座列辆艘本批道家种天年人列次项份根块颗枚棵头台件部间所层支把";

/// The text with digits. A lone `一` stays, and `两` before what is counted in passing (`两列火车`).
pub fn digits(text: &str) -> String {
    let text = pattern(r"百分之([零〇一二两三四五六七八九十百千万点\d.]+)")
        .replace_all(text, |caps: &regex_lite::Captures| {
            plain(&caps[1]).map_or_else(|| caps[0].to_owned(), |n| format!("{n}%"))
        });
    let text = pattern(r"([一二两三四五六七八九十百\d]+)分之([一二两三四五六七八九十百\d]+)").replace_all(
        &text,
        |caps: &regex_lite::Captures| match (plain(&caps[1]), plain(&caps[2])) {
            (Some(below), Some(above)) => format!("{above}/{below}"),
            _ => caps[0].to_owned(),
        },
    );
    let chars: Vec<char> = text.chars().collect();
    let numeral = |c: char| digit(c).is_some() || unit(c).is_some() || large(c).is_some();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = at + chars[at..].iter().take_while(|c| numeral(**c)).count();
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let word: String = chars[at..end].iter().collect();
        let (before, after) = (chars[..at].last().copied(), chars[end..].iter().take(2).collect::<String>());
        match han_number(&word) {
            Some(value) if counts(&word, before, &after) => match before.filter(char::is_ascii_digit) {
                // `3万`, `2百`: digits before a unit.
                Some(_) => out.push_str(&word),
                None => out.push_str(&value.to_string()),
            },
            _ => out.push_str(&word),
        }
        at = end;
    }
    let out = pattern(r"(\d+(?:\.\d+)?)点([零〇一二三四五六七八九])").replace_all(&out, "$1.$2").into_owned();
    pattern(r"(\d+(?:\.\d+)?)(万|亿)")
        .replace_all(&out, |caps: &regex_lite::Captures| {
            let by = if &caps[2] == "万" { 10_000 } else { 100_000_000 };
            let value = crate::math::parse_number(&caps[1]).unwrap_or_default() * crate::math::int(by);
            crate::math::exact(&value)
        })
        .into_owned()
}

fn plain(word: &str) -> Option<String> {
    if word.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Some(word.to_owned());
    }
    match word.split_once('点') {
        Some((whole, part)) => {
            let digits: Option<String> = part.chars().map(|c| digit(c).map(|d| d.to_string())).collect();
            Some(format!("{}.{}", han_number(whole)?, digits?))
        }
        None => han_number(word).map(|n| n.to_string()),
    }
}

/// Whether a numeral is a number here, and no part of a word.
fn counts(word: &str, before: Option<char>, after: &str) -> bool {
    let next = after.chars().next().unwrap_or(' ');
    match word {
        "一" => before == Some('第') || (!NOT_AFTER_ONE.contains(next) && "元角分".contains(next)),
        "两" => {
            ["小时", "天", "年", "元", "角", "分", "倍", "米", "千", "公", "周", "岁", "次", "块", "个月", "个小", "星"]
                .iter()
                .any(|unit| after.starts_with(unit))
        }
        _ if after.starts_with("轮车") || after.starts_with("年级") => false,
        "三" | "四" if after.starts_with("角形") || after.starts_with("边形") => false,
        "四" if next == '周' || next == '季' => false,
        "十" if after.starts_with('分') && !after.starts_with("分钟") && !after.starts_with("分之") => false,
        "万" | "千" | "百" | "亿" | "零" | "〇" => false,
        "千万" | "百万" | "百千" if before.is_none_or(|c| !c.is_ascii_digit()) => false,
        _ if before == Some('星') || before == Some('期') || before == Some('周') || before == Some('拜') => false,
        _ => true,
    }
}
