//! Whole numbers by their remainders and divisors: found by search, so that the least one is the least one.

use num_integer::Integer;

use super::found::Found;
use crate::math::{Q, exact, int};
use crate::text::{Lang, Sheet, pattern};

/// Numbers that are tried at most.
const MOST: i64 = 20_000_000;

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    match sheet.lang {
        Lang::En => english(&mut sheet.clone()).or_else(|| divisors(sheet)),
        Lang::Zh => han(&mut sheet.clone()).or_else(|| divisors(sheet)),
        Lang::Ja => None,
    }
}

/// The least number from `low` to `high` with these remainders by these moduli; where there is a range, the only one.
fn search(conditions: &[(i64, i64)], range: Option<(i64, i64)>, nouns: &str) -> Option<Found> {
    if conditions.is_empty() || conditions.iter().any(|(m, r)| *m < 2 || *r < 0 || r >= m) {
        return None;
    }
    let fits = |n: i64| conditions.iter().all(|(m, r)| n % m == *r);
    let found = match range {
        Some((low, high)) => {
            let all: Vec<i64> = (low.max(1)..=high.min(MOST)).filter(|n| fits(*n)).take(2).collect();
            let [only] = all.as_slice() else { return None };
            *only
        }
        None => {
            let period = conditions.iter().try_fold(1i64, |l, (m, _)| Some(l.lcm(m)).filter(|l| *l <= MOST))?;
            (1..=period).find(|n| fits(*n))?
        }
    };
    let steps: Vec<String> = conditions.iter().map(|(m, r)| format!("n mod {m} = {r}")).collect();
    let mut answer = Found::number(&int(found), nouns, steps);
    answer.checks = conditions.iter().map(|(m, r)| format!("{found} = {m} × {} + {r}", found / m)).collect();
    Some(answer)
}

fn numbers(text: &str) -> Vec<i64> {
    pattern(r"\d+").find_iter(text).filter_map(|m| m.as_str().parse().ok()).collect()
}

fn english(sheet: &mut Sheet) -> Option<Found> {
    let mut conditions: Vec<(i64, i64)> = Vec::new();
    let n = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<i64>().ok());
    let least = sheet
        .any(&[r"\b(?:smallest|least|lowest)(?: possible)?(?: positive)?(?: whole| natural)?(?: number| integer)?\b"])
        .is_some();
    // "remainder 2 when divided by 3", then "3 when divided by 5".
    let by = r"(?:(?:leaves|has|gives|with) )?(?:an? )?(?:remainder(?: of)? )?(\d+) (?:when|if|after) (?:it is )?divided by (\d+)";
    while let Some(c) = sheet.any_unread(&[by]) {
        conditions.push((n(&c[2])?, n(&c[1])?));
    }
    let divided =
        r"(?:when |if )?(?:it is )?divided by (\d+),?(?: it)? (?:leaves|has|gives)(?: an?)? remainder(?: of)? (\d+)";
    while let Some(c) = sheet.any_unread(&[divided]) {
        conditions.push((n(&c[1])?, n(&c[2])?));
    }
    if let Some(c) = sheet.any_unread(&[r"(?:is )?(?:evenly |exactly )?divisible by ([\d, and]+)"]) {
        conditions.extend(numbers(c[1].as_deref()?).into_iter().map(|m| (m, 0)));
    }
    // "shared among 4, 6 or 9 children with 1 left over each time", "in rows of 4, 5 or 6, 3 are left".
    let mut things = String::new();
    if let Some(c) = sheet.any_unread(&[
        r"(?:can be |is |are |be )?(?:shared|divided|split|packed|arranged|put|distributed|counted|grouped|line up|stand)(?: equally| evenly)?(?: up)? (?:among|between|into|in|by)(?: (?:rows|groups|bags|boxes|packs|piles|teams) of)? ([\d, or and]+?)(?: children| people| pupils| students| friends| kids| boxes| bags| groups| rows| teams| pirates| persons| at a time)?,? ?(?:with|there (?:is|are)(?: always)?|leaves?|leaving|and)(?: always)? (\d+)(?: ([a-z]+))? (?:(?:is |are )?left(?: over)?|remaining|over|too many)(?: each time| every time| in each case| always)?",
    ]) {
        let left = n(&c[2])?;
        things = c[3].clone().unwrap_or_default();
        conditions.extend(numbers(c[1].as_deref()?).into_iter().map(|m| (m, left)));
    }
    let range = sheet
        .any_unread(&[r"(?:between|from) (\d+) (?:and|to) (\d+)(?: [a-z]+)?"])
        .and_then(|c| Some((n(&c[1])?, n(&c[2])?)));
    if range.is_none() && !least {
        return None;
    }
    sheet.any_unread(&[r"\b(?:what|how many|find|which)\b"])?;
    sheet.all(r"each time|every time|more than|less than|\bif\b|\bbut\b|remainders?");
    if !sheet.understood() || conditions.len() < 2 {
        return None;
    }
    let _ = things;
    search(&conditions, range, "")
}

fn han(sheet: &mut Sheet) -> Option<Found> {
    let mut conditions: Vec<(i64, i64)> = Vec::new();
    let n = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<i64>().ok());
    let least = sheet.any(&["最小(?:的)?(?:正整数|自然数|整数|数)?(?:是|为)?|(?:至少|最少)(?:有|是)?"]).is_some();
    while let Some(c) =
        sheet.any_unread(&["(\\d+)(?:个|只|人|支|本)\\d+(?:个|只|人|支|本)(?:地|的)?数,?(?:都)?(?:余|剩|多)(?:下)?(\\d+)(?:个|只|人|支|本)?"])
    {
        conditions.push((n(&c[1])?, n(&c[2])?));
    }
    while let Some(c) = sheet.any_unread(&[
        "(?:除以|被)(\\d+)(?:除)?,?(?:都)?(?:余数?(?:是|为)?|剩)(\\d+)",
        "(\\d+)(?:个|人|只)?(?:一|1)?(?:个|人|只)?(?:数|组|排|行)(?:之)?,?(?:剩|余)(?:下)?(\\d+)个?",
    ]) {
        conditions.push((n(&c[1])?, n(&c[2])?));
    }
    while let Some(c) = sheet.any_unread(&["三三数之剩(\\d+)"]) {
        conditions.push((3, n(&c[1])?));
    }
    for (word, m) in [("33数之", 3), ("55数之", 5), ("77数之", 7)] {
        if let Some(c) = sheet.any_unread(&[&format!("{word},?剩(\\d+)")]) {
            conditions.push((m, n(&c[1])?));
        }
    }
    if let Some(c) = sheet.any_unread(&["(?:能|可以)?(?:同时)?被([\\d,和、]+)整除"]) {
        conditions.extend(numbers(c[1].as_deref()?).into_iter().map(|m| (m, 0)));
    }
    if let Some(c) = sheet.any_unread(&["(?:平均)?(?:分给|分成|每排|按|每)([\\d人个组份堆排只,或和、]+?)(?:个?小朋友|个?同学|人|组|份)?,?(?:都|总是|均)?(?:剩下?|余|多)(\\d+)(?:颗|个|人|块|只|支|本|粒)?"]) {
        let left = n(&c[2])?;
        conditions.extend(numbers(c[1].as_deref()?).into_iter().map(|m| (m, left)));
    }
    let range = sheet
        .any_unread(&["在?(\\d+)(?:颗|个|人|块|只|支|本|粒)?(?:到|至|和|与|~|-)(\\d+)(?:颗|个|人|块|只|支|本|粒)?之间"])
        .and_then(|c| Some((n(&c[1])?, n(&c[2])?)));
    if range.is_none() && !least {
        return None;
    }
    sheet.any_unread(&["[^,.0-9]*(?:多少|几)[^,.0-9]*[?.]?$", "[^,.0-9]*是[?.]?$"]);
    if !sheet.understood() || conditions.len() < 2 {
        return None;
    }
    search(&conditions, range, "")
}

/// `gcd` and `lcm` of given numbers, prime factors, whether a number is prime.
fn divisors(sheet: &mut Sheet) -> Option<Found> {
    let list = r"((?:\d+(?:, ?| ?and ?| ?和 ?| ?与 ?|及)*)+)";
    let gcd = sheet.any(&[
        &format!(r"(?:greatest common (?:divisor|factor)|highest common factor|gcd|hcf|gcf) of {list}"),
        &format!("{list}的最大公(?:约|因)数"),
    ]);
    let lcm = if gcd.is_none() {
        sheet.any(&[
            &format!(r"(?:least common multiple|lowest common multiple|lcm) of {list}"),
            &format!("{list}的最小公倍数"),
        ])
    } else {
        None
    };
    let (list, name) = match (&gcd, &lcm) {
        (Some(c), _) => (c[1].clone()?, "gcd"),
        (_, Some(c)) => (c[1].clone()?, "lcm"),
        _ => return None,
    };
    sheet.any(&[r"^(?:what is|find|calculate)(?: the)?|[^,.0-9]*(?:多少|几)[?.]?$"]);
    if !sheet.understood() {
        return None;
    }
    let values = numbers(&list);
    if values.len() < 2 {
        return None;
    }
    let arguments: Vec<String> = values.iter().map(i64::to_string).collect();
    let line = format!("{name}({})", arguments.join(", "));
    let value: Q = crate::math::parse(&line).ok()?.eval(&Default::default()).ok()?;
    Some(Found::number(&value, "", vec![format!("{line} = {}", exact(&value))]))
}
