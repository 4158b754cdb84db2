//! Ages: differences, multiples, sums, now and in other years; consecutive numbers.

use super::found::{Found, Sense, solved};
use super::lookup::name;
use crate::text::{Caps, Lang, Sheet};

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    let lang = sheet.lang;
    if let Some(found) = consecutive(&mut sheet.clone()) {
        return Some(found);
    }
    let about_age = if lang == Lang::En { r"\b(?:old|older|younger|age|ages)\b" } else { "岁|年龄" };
    if lang == Lang::Ja || !sheet.has(about_age) {
        return None;
    }
    match lang {
        Lang::En => years_en(&mut sheet.clone()).or_else(|| facts(sheet, &ENGLISH)),
        _ => years_zh(&mut sheet.clone()).or_else(|| facts(sheet, &CHINESE)),
    }
}

/// N consecutive (even, odd) numbers with a sum: the largest, the smallest or the middle one.
fn consecutive(sheet: &mut Sheet) -> Option<Found> {
    let zh = sheet.lang == Lang::Zh;
    let (caps, sum) = if zh {
        let caps = sheet
            .any(&[r"(\d+)(?:个|人[^,.]*?是(\d+)个)?(?:的年龄是)?(\d+)?个?连续的?(偶数|奇数|自然数|整数|正整数)"])?;
        (caps, sheet.any(&[r"(?:的?总?和|之和)(?:是|为|等于)?(\d+)(?:岁)?", r"加起来(?:是|等于|共)?(\d+)"])?)
    } else {
        sheet
            .any(&[r"the ages of (?:the )?\d+ (?:siblings|children|brothers|sisters|friends|cousins|people|kids) are"]);
        let counted = sheet.text.clone();
        let caps =
            sheet.any(&[r"(\d+)?()() ?consecutive (even |odd )?(?:positive |natural |whole )?(?:numbers|integers)"])?;
        // "The ages of three siblings are consecutive even numbers."
        let caps = match caps[1].is_some() {
            true => caps,
            false => {
                let n = crate::text::pattern(r"of (?:the )?(\d+) [a-z]+ are consecutive").captures(&counted)?;
                vec![caps[0].clone(), Some(n[1].to_owned()), None, None, caps[4].clone()]
            }
        };
        let sum = sheet.any(&[
            r"(?:the |a |their |whose )?(?:sum|total)(?: of [a-z0-9 ]*?)? (?:is|of|equals) (\d+)",
            r"(?:that |which )?(?:add up to|sum to|add to|total) (\d+)",
        ])?;
        (caps, sum)
    };
    let n: i64 = caps[1..4].iter().flatten().rfind(|n| !n.is_empty())?.parse().ok()?;
    let even_odd = group(&caps, 4);
    let step = if even_odd.starts_with(['e', '偶']) || even_odd.starts_with(['o', '奇']) { 2 } else { 1 };
    let which = if zh {
        sheet.any(&[r"(最大|最小|中间|最年长|最年幼)[^?.0-9]*[?.]?$"])?
    } else {
        sheet.any(&[r"(?:how old is|what is|find) the (oldest|largest|biggest|greatest|smallest|least|youngest|middle)[^?.0-9]*"])?
    };
    if !sheet.understood() || !(2..=50).contains(&n) {
        return None;
    }
    let at = match group(&which, 1).as_str() {
        "oldest" | "largest" | "biggest" | "greatest" | "最大" | "最年长" => n - 1,
        "middle" | "中间" if n % 2 == 1 => n / 2,
        "middle" | "中间" => return None,
        _ => 0,
    };
    let first = if zh { "最小的" } else { "smallest" };
    let terms: Vec<String> =
        (0..n).map(|k| if k == 0 { first.to_owned() } else { format!("({first} + {})", k * step) }).collect();
    let equations =
        [format!("{} = {}", terms.join(" + "), group(&sum, 1)), format!("answer = {first} + {}", at * step)];
    let found = solved(&equations, "", Sense::Counts)?;
    let parity = found.answer.chars().next_back()?.to_digit(10)? % 2;
    let wanted = if even_odd.starts_with(['e', '偶']) { 0 } else { 1 };
    (step == 1 || parity == wanted).then_some(found)
}

/// In how many years, or how many years ago, one is a multiple of the other.
fn years_en(sheet: &mut Sheet) -> Option<Found> {
    let ages = sheet.any(&[
        r"([a-z]+) is (?:now )?(\d+)(?: years old)?(?: now)?(?:,? and|,? while|;|,|\.) (?:his |her |their |the )?([a-z]+) is (?:now )?(\d+)(?: years old)?(?: now| this year)?",
    ])?;
    let asked = sheet.any(&[
        r"(in) how many years will [a-z' ]+? be (?:exactly |just )?(?:(half)|(\d+) times) (?:as old as|the age of) ?[a-z' ]*\?",
        r"(after) how many years will [a-z' ]+? be (?:exactly |just )?(?:(half)|(\d+) times) (?:as old as|the age of) ?[a-z' ]*\?",
        r"how many years (ago) was [a-z' ]+? (?:exactly |just )?(?:(half)|(\d+) times) (?:as old as|the age of) ?[a-z' ]*\?",
    ])?;
    let times = if asked[2].is_some() { "2".into() } else { group(&asked, 3) };
    years(sheet, &group(&ages, 2), &group(&ages, 4), &times, group(&asked, 1) == "ago", "years")
}

fn years_zh(sheet: &mut Sheet) -> Option<Found> {
    let ages = sheet.any(&[
        "(?:今年|现在)?([^,.0-9]{1,6}?)(?:今年|现在)?(?:是)?(\\d+)岁,(?:今年|而)?([^,.0-9]{1,6}?)(?:今年|现在)?(?:是)?(\\d+)岁",
    ])?;
    let asked = sheet.any(&[
        "(?:再过|经过|过)?(?:多少|几)年(?:以|之)?(后|前)?,?[^,.0-9]*?(?:的?年龄|岁数)?(?:正好|恰好|刚好)?(?:将?是|等于|为)[^,.0-9]*?(?:的?年龄|岁数)?的(?:(\\d+)倍|(一半))[?.]?",
    ])?;
    let times = if asked[3].is_some() { "2".into() } else { group(&asked, 2) };
    years(sheet, &group(&ages, 2), &group(&ages, 4), &times, group(&asked, 1) == "前", "年")
}

fn years(sheet: &Sheet, a: &str, b: &str, times: &str, ago: bool, unit: &str) -> Option<Found> {
    if !sheet.understood() {
        return None;
    }
    let (older, younger) = match a.parse::<u32>().ok()?.cmp(&b.parse::<u32>().ok()?) {
        std::cmp::Ordering::Less => (b, a),
        std::cmp::Ordering::Greater => (a, b),
        std::cmp::Ordering::Equal => return None,
    };
    let sign = if ago { '-' } else { '+' };
    let n = if sheet.lang == Lang::En { "years" } else { "年数" };
    let equations = [format!("{older} {sign} {n} = {times} * ({younger} {sign} {n})"), format!("answer = {n}")];
    solved(&equations, unit, Sense::Counts)
}

/// A language's patterns for facts about ages. Groups are named by the order of `Fact`.
struct Patterns {
    /// years, `ago`/`in`, who, `half`, times, whom.
    then: &'static [&'static str],
    /// who, `half`, times, whom.
    times: &'static [&'static str],
    /// who, years, `older`/`younger`, whom.
    more: &'static [&'static str],
    /// sum.
    sum: &'static [&'static str],
    /// who, age.
    age: &'static [&'static str],
    /// who; years and `ago`/`in` where another year is asked.
    asked: &'static [&'static str],
    older: &'static str,
    ago: &'static str,
    unit: &'static str,
}

const ENGLISH: Patterns = Patterns {
    then: &[
        r"(\d+) years (ago),? (?:the |his |her |my )?([a-z]+) was (?:exactly )?(?:(half)|(\d+) times) (?:as old as|the age of) (?:the |his |her |my )?([a-z]+)(?: was)?(?: then)?",
        r"(in) (\d+) years,? (?:the |his |her |my )?([a-z]+) will be (?:exactly )?(?:(half)|(\d+) times) (?:as old as|the age of) (?:the |his |her |my )?([a-z]+)(?: will be| is)?(?: then)?",
    ],
    times: &[
        r"(?:the |his |her |my )?([a-z]+) is (?:now |currently )?(?:exactly )?(?:(half)|(\d+) times) (?:as old as|the age of) (?:the |his |her |my )?([a-z]+)(?: is)?(?: now)?",
    ],
    more: &[
        r"(?:the |his |her |my )?([a-z]+) is (?:now )?(\d+) years (older|younger) than (?:the |his |her |my )?([a-z]+)",
    ],
    sum: &[
        r"the (?:sum|total) of their (?:present |current )?ages (?:now )?is (?:now )?(\d+)(?: years)?(?: now)?",
        r"the (?:sum|total) of (?:[a-z]+(?:'s)?) and (?:[a-z]+'s) (?:present |current )?ages (?:now )?is (?:now )?(\d+)(?: years)?",
        r"the (?:sum|total) of the ages of [a-z]+ and (?:his |her )?[a-z]+ is (?:now )?(\d+)(?: years)?",
        r"their (?:present |current )?ages (?:now )?(?:add up to|total|sum to) (\d+)(?: years)?(?: now)?",
        r"together they are (?:now )?(\d+)(?: years old)?",
        r"they are (\d+) years old together",
    ],
    age: &[r"(?:the |his |her |my )?([a-z]+) is (?:now )?(\d+)(?: years old)?(?: now)?\b"],
    asked: &[
        r"how old (?:is|are) (?:the |his |her |my )?([a-z]+)(?: now| today)?()()\?",
        r"how old will (?:the |his |her |my )?([a-z]+) be (in) (\d+) years\?",
        r"what is ([a-z]+)'s (?:present |current )?age(?: now)?()()\?",
    ],
    older: "older",
    ago: "ago",
    unit: "",
};

const CHINESE: Patterns = Patterns {
    then: &[
        "(\\d+)年(前|后|以前|以后|之前|之后),?([^,.0-9的]{1,6}?)(?:的?年龄|的岁数)?(?:正好|恰好|将)?是([^,.0-9的]{1,6}?)(?:的?年龄|岁数)?的(?:(一半)|(\\d+)倍)",
    ],
    times: &[
        "(?:现在|今年)?([^,.0-9的]{1,6}?)(?:今年|现在)?(?:的?年龄|的岁数)?(?:今年|现在)?(?:正好|恰好)?是([^,.0-9的]{1,6}?)(?:的?年龄|岁数)?的(?:(一半)|(\\d+)倍)",
    ],
    more: &["(?:现在|今年)?([^,.0-9的]{1,6}?)比([^,.0-9的]{1,6}?)(大|小)(\\d+)岁"],
    sum: &[
        "(?:现在|今年)?(?:他们|她们|两人|父子|母子|母女|父女|兄弟|姐妹|姐弟|兄妹)*(?:今年|现在)?(?:两人)?的?(?:年龄|岁数)(?:的|之)?(?:总和|和)(?:是|为)?(\\d+)岁?",
        "(?:他们|她们|两人|父子|母子|母女|父女|兄弟|姐妹|姐弟|兄妹)*(?:今年|现在)?(?:共|一共)(\\d+)岁",
    ],
    age: &["(?:现在|今年)?([^,.0-9的]{1,6}?)(?:今年|现在)?(?:是)?(\\d+)岁"],
    asked: &["(?:问|求|那么)?([^,.0-9的]{1,6}?)(?:现在|今年)?(?:是)?(?:多少|几)岁()()[?.]?$"],
    older: "大",
    ago: "前",
    unit: "岁",
};

fn facts(sheet: &mut Sheet, patterns: &Patterns) -> Option<Found> {
    let zh = sheet.lang == Lang::Zh;
    let mut equations: Vec<String> = Vec::new();
    let who = |text: String| {
        let text =
            ["现在", "今年", "已知"].iter().fold(text, |t, w| t.trim_start_matches(w).trim_end_matches(w).to_owned());
        name(&text)
    };
    let asked = sheet.any(patterns.asked)?;
    while let Some(c) = sheet.any_unread(patterns.then) {
        let (years, way, a, half, times, b) = if zh {
            (group(&c, 1), group(&c, 2), group(&c, 3), group(&c, 5), group(&c, 6), group(&c, 4))
        } else if group(&c, 1) == "in" {
            (group(&c, 2), group(&c, 1), group(&c, 3), group(&c, 4), group(&c, 5), group(&c, 6))
        } else {
            (group(&c, 1), group(&c, 2), group(&c, 3), group(&c, 4), group(&c, 5), group(&c, 6))
        };
        let sign = if way.contains(patterns.ago) { '-' } else { '+' };
        let by = if half.is_empty() { times } else { "1/2".into() };
        equations.push(format!("{} {sign} {years} = {by} * ({} {sign} {years})", who(a), who(b)));
    }
    while let Some(c) = sheet.any_unread(patterns.times) {
        let (a, half, times, b) = if zh {
            (group(&c, 1), group(&c, 3), group(&c, 4), group(&c, 2))
        } else {
            (group(&c, 1), group(&c, 2), group(&c, 3), group(&c, 4))
        };
        let by = if half.is_empty() { times } else { "1/2".into() };
        equations.push(format!("{} = {by} * {}", who(a), who(b)));
    }
    while let Some(c) = sheet.any_unread(patterns.more) {
        let (a, years, way, b) = if zh {
            (group(&c, 1), group(&c, 4), group(&c, 3), group(&c, 2))
        } else {
            (group(&c, 1), group(&c, 2), group(&c, 3), group(&c, 4))
        };
        let sign = if way == patterns.older { '+' } else { '-' };
        equations.push(format!("{} = {} {sign} {years}", who(a), who(b)));
    }
    let sum = sheet.any_unread(patterns.sum);
    while let Some(c) = sheet.any_unread(patterns.age) {
        equations.push(format!("{} = {}", who(group(&c, 1)), group(&c, 2)));
    }
    // All names that stand in equations are people; a pronoun is nobody that is known.
    let mut people: Vec<String> = Vec::new();
    for equation in &equations {
        let (left, right) = equation.split_once('=')?;
        for side in [left, right] {
            crate::math::parse(side).ok()?.names(&mut people);
        }
    }
    let pronouns = ["he", "she", "they", "it", "i", "you", "他", "她", "他们", "我", "你"];
    if people.iter().any(|name| pronouns.contains(&name.as_str())) || !sheet.understood() {
        return None;
    }
    if let Some(sum) = sum {
        if people.len() != 2 {
            return None;
        }
        equations.push(format!("{} = {}", people.join(" + "), group(&sum, 1)));
    }
    let asked_name = who(group(&asked, 1));
    if !people.contains(&asked_name) {
        return None;
    }
    let later = group(&asked, 3);
    equations
        .push(format!("answer = {asked_name}{}", if later.is_empty() { String::new() } else { format!(" + {later}") }));
    solved(&equations, patterns.unit, Sense::Counts)
}
