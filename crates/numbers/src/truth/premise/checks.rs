//! Claims of arithmetic, geometry and the calendar that a question makes, checked by calculating.

use crate::text::{Lang, Sheet, pattern};

/// What is true, where the question claims something else.
pub fn check(sheet: &Sheet) -> Option<String> {
    let english = sheet.lang == Lang::En;
    [prime, largest_prime, rational, parity, leap_year, month_days, polygon, angles]
        .iter()
        .find_map(|check| check(sheet, english))
}

/// The groups of the first of two patterns: English, Chinese.
fn groups(sheet: &Sheet, english: bool, patterns: [&str; 2]) -> Option<Vec<String>> {
    let text = patterns[usize::from(!english)];
    let caps = pattern(text).captures(&sheet.text)?;
    Some(caps.iter().map(|m| m.map(|m| m.as_str().to_owned()).unwrap_or_default()).collect())
}

fn prime(sheet: &Sheet, english: bool) -> Option<String> {
    let c = groups(
        sheet,
        english,
        [
            r"\b(\d{1,9}) (?:is )?(?:a )?prime\b|\bis (\d{1,9}) (?:a )?prime",
            r"(\d{1,9})(?:是|为)(?:一个)?(?:质数|素数)",
        ],
    )?;
    // "Is 51 a prime number?" claims nothing.
    if sheet.has(r"^(?:is|are)\b|是不是|是否|吗[?]?$") {
        return None;
    }
    let n: u64 = c[1..].iter().find(|g| !g.is_empty())?.parse().ok()?;
    let divisor = (2..=n.isqrt()).find(|d| n.is_multiple_of(*d));
    Some(match (divisor, english) {
        (Some(d), true) => format!("{n} = {d} × {}, so {n} is not a prime number.", n / d),
        (Some(d), false) => format!("{n} = {d} × {}，所以{n}不是质数。", n / d),
        (None, true) if n < 2 => format!("{n} is not a prime number: primes are greater than 1."),
        (None, false) if n < 2 => format!("{n}不是质数，质数大于1。"),
        _ => return None,
    })
}

/// There are infinitely many primes.
fn largest_prime(sheet: &Sheet, english: bool) -> Option<String> {
    let asks = sheet
        .has(r"\b(?:largest|biggest|greatest|last) prime(?: number)?\b|最大的?(?:质数|素数)|最后一个(?:质数|素数)");
    let bounded = sheet.has(
        r"\b(?:below|under|less|smaller|known|factor|divisor|dividing|up to|between|not exceeding|digits?|of)\b|以内|小于|不超过|已知|因数|因子|以下|之间|\d|no largest|没有最大|不存在",
    );
    (asks && !bounded).then(|| match english {
        true => "There is no largest prime number: there are infinitely many, as Euclid proved.".into(),
        false => "没有最大的质数：质数有无穷多个，欧几里得已经证明。".into(),
    })
}

/// The square root of a whole number is rational where it is whole.
fn rational(sheet: &Sheet, english: bool) -> Option<String> {
    let c = groups(
        sheet,
        english,
        [r"square root of (\d{1,9}) (?:is )?(?:an? )?(rational|irrational)", r"根号(\d{1,9})[^?0-9]{0,4}是(有理|无理)"],
    )?;
    if sheet.has(r"^is\b|\bnot\b|是不是|是否|不是|吗[?]?$") {
        return None;
    }
    let n: u64 = c[1].parse().ok()?;
    let whole = n.isqrt() * n.isqrt() == n;
    if whole == matches!(c[2].as_str(), "rational" | "有理") {
        return None;
    }
    Some(match (english, whole) {
        (true, true) => format!("The square root of {n} is {}, which is rational.", n.isqrt()),
        (true, false) => format!("The square root of {n} is irrational: {n} is not the square of a whole number."),
        (false, true) => format!("根号{n}等于{}，是有理数。", n.isqrt()),
        (false, false) => format!("根号{n}是无理数：{n}不是整数的平方。"),
    })
}

fn parity(sheet: &Sheet, english: bool) -> Option<String> {
    let c = groups(sheet, english, [r"\bis (\d{1,18}) an (even|odd) number", r"(\d{1,18})是(偶|奇)数"])?;
    if sheet.has(r"^is\b|是不是|是否|吗[?]?$") {
        return None;
    }
    let n: u64 = c[1].parse().ok()?;
    let even = n.is_multiple_of(2);
    if even == matches!(c[2].as_str(), "even" | "偶") {
        return None;
    }
    Some(match (english, even) {
        (true, true) => format!("{n} is an even number, since 2 divides it."),
        (true, false) => format!("{n} is an odd number, since 2 does not divide it."),
        (false, true) => format!("{n}能被2整除，是偶数。"),
        (false, false) => format!("{n}不能被2整除，是奇数。"),
    })
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn leap_year(sheet: &Sheet, english: bool) -> Option<String> {
    let leap = groups(
        sheet,
        english,
        [
            r"\b(1[5-9]\d\d|2\d\d\d)\b[a-z ]*\bleap year\b|29(?:th)? (?:of )?february,? (\d{4})|february 29(?:th)?,? (\d{4})",
            r"(1[5-9]\d\d|2\d\d\d)年?[^?]{0,10}(?:是|为)闰年|(\d{4})年2月29",
        ],
    )?;
    let year: u32 = leap[1..].iter().find(|g| !g.is_empty())?.parse().ok()?;
    if is_leap(year) || sheet.has(r"^is\b|是不是|是否|吗[?]?$|\bnot a leap") {
        return None;
    }
    Some(match (english, year.is_multiple_of(100)) {
        (true, true) => {
            format!("{year} is not a leap year: it is divisible by 100 but not by 400, so its February has 28 days.")
        }
        (true, false) => format!("{year} is not a leap year: it is not divisible by 4, so its February has 28 days."),
        (false, true) => format!("{year}年不是闰年：它能被100整除但不能被400整除，所以2月只有28天。"),
        (false, false) => format!("{year}年不是闰年：它不能被4整除，所以2月只有28天。"),
    })
}

const MONTHS: [(&str, u32); 12] = [
    ("january", 31),
    ("february", 28),
    ("march", 31),
    ("april", 30),
    ("may", 31),
    ("june", 30),
    ("july", 31),
    ("august", 31),
    ("september", 30),
    ("october", 31),
    ("november", 30),
    ("december", 31),
];

fn month_days(sheet: &Sheet, english: bool) -> Option<String> {
    let names = MONTHS.map(|(name, _)| name).join("|");
    let c = groups(
        sheet,
        english,
        [
            &format!(r"\b({names})\b (?:always )?(?:has|have|with) (?:only )?(\d{{1,2}}) days"),
            r"(\d{1,2})月(?:份)?(?:为什么|为何|怎么)?(?:会)?有(\d{1,2})天",
        ],
    )?;
    let n = match english {
        true => MONTHS.iter().position(|(name, _)| *name == c[1])?,
        false => c[1].parse::<usize>().ok()?.checked_sub(1)?,
    };
    let (claimed, days) = (c[2].parse::<u32>().ok()?, MONTHS.get(n)?.1);
    let leap = sheet.has("leap|闰年");
    let not_leap = sheet.has(r"not a leap|non-leap|common year|平年");
    let right = if n == 1 {
        if leap && !not_leap { claimed == 29 } else { (28..=29).contains(&claimed) }
    } else {
        claimed == days
    };
    if right {
        return None;
    }
    let month = if english {
        let (first, rest) = MONTHS[n].0.split_at(1);
        first.to_uppercase() + rest
    } else {
        format!("{}月", n + 1)
    };
    Some(match (english, n) {
        (true, 1) => "February has 28 days, and 29 days in a leap year.".into(),
        (false, 1) => "2月有28天，闰年有29天。".into(),
        (true, _) => format!("{month} has {days} days."),
        (false, _) => format!("{month}有{days}天。"),
    })
}

const POLYGONS: [(&str, u32); 9] = [
    ("triangle", 3),
    ("quadrilateral", 4),
    ("pentagon", 5),
    ("hexagon", 6),
    ("heptagon", 7),
    ("octagon", 8),
    ("nonagon", 9),
    ("decagon", 10),
    ("dodecagon", 12),
];

fn polygon(sheet: &Sheet, english: bool) -> Option<String> {
    let (name, n) = if english {
        let (name, n) = POLYGONS.iter().find(|(name, _)| sheet.has(&format!(r"\b{name}s?\b")))?;
        ((*name).to_owned(), *n)
    } else {
        let shape = ["三", "四", "五", "六", "七", "八", "九", "十"]
            .iter()
            .position(|d| sheet.has(&format!("{d}边形|{d}角形")));
        match shape {
            Some(k) => (
                ["三角形", "四边形", "五边形", "六边形", "七边形", "八边形", "九边形", "十边形"][k].to_owned(),
                u32::try_from(k).ok()? + 3,
            ),
            None => {
                let c = pattern(r"(\d{1,2})边形").captures(&sheet.text)?;
                (format!("{}边形", &c[1]), c[1].parse().ok()?)
            }
        }
    };
    let c = groups(
        sheet,
        english,
        [r"(\d{1,2}) (?:sides|corners|vertices|angles|edges)", r"(\d{1,2})(?:条边|个角|个顶点|个边)"],
    )?;
    let claimed: u32 = c[1].parse().ok()?;
    (claimed != n).then(|| match english {
        true => format!("A {name} has {n} sides and {n} corners."),
        false => format!("{name}有{n}条边、{n}个角。"),
    })
}

fn angles(sheet: &Sheet, english: bool) -> Option<String> {
    let c = groups(
        sheet,
        english,
        [
            r"angles (?:of|in) (?:a|the|any|every)? ?(?:plane |flat )?(triangle|quadrilateral|rectangle|square|pentagon|hexagon) [a-z ]*?(\d{2,4}) ?(?:degrees|°)",
            r"(三角形|四边形|五边形|六边形|长方形|正方形)的?(?:内角|角)(?:之)?和[^0-9]*?(\d{2,4})(?:度|°)",
        ],
    )?;
    let n: u32 = match c[1].as_str() {
        "triangle" | "三角形" => 3,
        "pentagon" | "五边形" => 5,
        "hexagon" | "六边形" => 6,
        _ => 4,
    };
    let sum = (n - 2) * 180;
    if sheet.has("spher|球面") || c[2].parse::<u32>().ok()? == sum {
        return None;
    }
    Some(match english {
        true => format!("The angles of a plane {} add up to {sum} degrees.", c[1]),
        false => format!("平面{}的内角和是{sum}度。", c[1]),
    })
}
