//! Two kinds in English.

use super::{Asked, Kind, Reading, Tie};
use crate::rules::lookup::{coin, limbs, singular};
use crate::text::{Caps, Sheet};

const LIMB: &str = "legs?|feet|foot|wheels?|paws?|eyes?|arms?|horns?|tails?|wings?|tyres?|tires?";
const PEOPLE: &str = "people|persons?|passengers?|students?|pupils?|children|kids|guests?|tourists?|campers?|seats?|players?|girls|boys|visitors?|members?|soldiers?|scouts?|bottles?|eggs?|kg|tons?|tonnes?|litres?|liters?|boxes|cookies|books?";
const MONEY: &str = "dollars?|cents?|yuan|euros?|pounds?|pence|元";
const HOLD: &str = "holds?|carry|carries|seats?|sleeps?|can hold|can carry|can seat|can sleep|takes?|fits?|can take|have room for|has room for";

/// A number of money in cents.
fn cents(number: &str, unit: &str) -> String {
    match unit.chars().next() {
        Some('c') => number.to_owned(),
        Some('p') if unit.starts_with("pence") => number.to_owned(),
        _ => format!("{number} * 100"),
    }
}

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

pub fn read(sheet: &mut Sheet) -> Option<Reading> {
    let (kinds, value) = kinds(sheet)?;
    let asked = asked(sheet, &kinds)?;
    let mut ties = relations(sheet, &kinds);
    // Remarks that say what the reading takes for granted.
    sheet.all(
        r"(?:every|each) (?:seat|boat|bed|room|place|car|bus|table|van) (?:is|was) (?:taken|full|filled|occupied)",
    );
    sheet.all(r"\beach (?:boat|one|animal|of them)\b|\b2 (?:kinds|types|sorts|different kinds)\b|\b(?:were |are |was )?sold\b|\bonly\b|\bif there (?:are|were)\b");
    match value {
        Value::Limbs => {
            for caps in sheet.all_unread(&format!(r"(\d+) (?:{LIMB})\b")) {
                ties.push(Tie::Value(group(&caps, 1)));
            }
        }
        Value::Money => {
            for caps in sheet.all_unread(&format!(r"(\d+(?:\.\d+)?) ?({MONEY})\b")) {
                ties.push(Tie::Value(cents(&group(&caps, 1), &group(&caps, 2))));
            }
            for caps in sheet.all_unread(r"\b(?:worth|for|is|value of|total of|of) (\d+(?:\.\d+)?) ?(元)") {
                ties.push(Tie::Value(cents(&group(&caps, 1), "yuan")));
            }
        }
        Value::Places => {
            for caps in sheet.all_unread(&format!(r"(\d+) (?:{PEOPLE})\b")) {
                ties.push(Tie::Value(group(&caps, 1)));
            }
        }
    }
    let rest = sheet.unread();
    let numbers = crate::text::pattern(r"\d+(?:\.\d+)?").find_iter(&rest).count();
    if numbers == 1 {
        // "35 heads", "40 of these animals", "90 tickets", "24 coins", "30 chickens and cows".
        let caps =
            sheet.any_unread(&[r"\b(\d+) (?:of (?:them|these|those|the)\b|heads?\b|[a-z]+ |[a-z]+[.,:;?]|[a-z]+$)"])?;
        ties.push(Tie::Count(group(&caps, 1)));
    }
    Some(Reading { kinds, ties, asked, unit: String::new() })
}

/// What the value of a kind is.
#[derive(Clone, Copy)]
enum Value {
    Limbs,
    Money,
    Places,
}

fn kinds(sheet: &mut Sheet) -> Option<([Kind; 2], Value)> {
    let kind = |entity: &str, per: String| Kind { entity: singular(entity), per };
    // "Cranes have 2 legs and tortoises have 4", "each X has 4 wheels, and each Y has 3 wheels".
    let limbs_of = format!(
        r"\b(?:each |an? |every )?([a-z]+) (?:has|have|with) (\d+) ({LIMB})(?: each)?(?:,? and|,? while|,? but|,|;|\.)? (?:each |an? |every )?([a-z]+) (?:has |have |with )?(\d+)(?: (?:{LIMB}))?(?: each)?"
    );
    if let Some(c) = sheet.any(&[&limbs_of]) {
        return Some(([kind(&group(&c, 1), group(&c, 2)), kind(&group(&c, 4), group(&c, 5))], Value::Limbs));
    }
    // "Tickets cost 8 yuan for adults and 5 yuan for children."
    let price_for = format!(
        r"(?:cost|costs|charges?|are|is|at|sold for|sell for) (\d+(?:\.\d+)?) ?({MONEY}) (?:each )?for (?:an? |each )?([a-z]+)(?:,? and|,? but|,) (\d+(?:\.\d+)?)(?: ?({MONEY}))? (?:each )?for (?:an? |each )?([a-z]+)"
    );
    if let Some(c) = sheet.any(&[&price_for]) {
        let unit = group(&c, 2);
        let second = Some(group(&c, 5)).filter(|u| !u.is_empty()).unwrap_or_else(|| unit.clone());
        let a = kind(&group(&c, 3), cents(&group(&c, 1), &unit));
        return Some(([a, kind(&group(&c, 6), cents(&group(&c, 4), &second))], Value::Money));
    }
    // "Adult tickets cost $12 and child tickets cost $7", "a pen costs 3 dollars and a pencil costs 1 dollar".
    let costs = "(?:cost|costs|are|is|sell for|sells for|sold for|were sold for)";
    let price_of = format!(
        r"\b(?:each |an? |every )?([a-z]+)(?:'s|s')?(?: tickets?)? {costs} (\d+(?:\.\d+)?) ?({MONEY})(?: each| apiece| a piece)?(?:,? and|,? while|,? but|,|;|\.) (?:each |an? |every )?([a-z]+)(?:'s|s')?(?: tickets?)? (?:{costs} )?(\d+(?:\.\d+)?)(?: ?({MONEY}))?(?: each| apiece| a piece)?"
    );
    if let Some(c) = sheet.any(&[&price_of]) {
        let unit = group(&c, 3);
        let second = Some(group(&c, 6)).filter(|u| !u.is_empty()).unwrap_or_else(|| unit.clone());
        let a = kind(&group(&c, 1), cents(&group(&c, 2), &unit));
        return Some(([a, kind(&group(&c, 4), cents(&group(&c, 5), &second))], Value::Money));
    }
    // "10 cents or 50 cents", "5-dollar and 10-dollar bills".
    let face = format!(
        r"(\d+)[ -]({MONEY})(?: coins?| bills?| notes?| stamps?| pieces?)?(?: and| or|,)(?: of)? (\d+)[ -]({MONEY})(?: coins?| bills?| notes?| stamps?| pieces?)?\b"
    );
    if let Some(c) = sheet.any(&[&face]) {
        let a = Kind { entity: group(&c, 1), per: cents(&group(&c, 1), &group(&c, 2)) };
        let b = Kind { entity: group(&c, 3), per: cents(&group(&c, 3), &group(&c, 4)) };
        return Some(([a, b], Value::Money));
    }
    // "Large boats hold 6, small boats hold 4".
    let hold = format!(
        r"\b(?:each |an? |every |the )?([a-z]+)(?: (?:boats?|rooms?|tents?|tables?|buses|bus|cars?|vans?|cabins?|boxes|box|rafts?|canoes?))? (?:{HOLD}) (\d+)(?: (?:{PEOPLE}))?(?: each)?(?:,? and|,? while|,? but|,|;|\.)? (?:each |an? |every |the )?([a-z]+)(?: (?:boats?|rooms?|tents?|tables?|buses|bus|cars?|vans?|cabins?|boxes|box|rafts?|canoes?))? (?:(?:{HOLD}) )?(\d+)(?: (?:{PEOPLE}))?(?: each)?"
    );
    if let Some(c) = sheet.any(&[&hold]) {
        return Some(([kind(&group(&c, 1), group(&c, 2)), kind(&group(&c, 3), group(&c, 4))], Value::Places));
    }
    // Animals, vehicles and coins that everybody knows.
    let words = crate::text::pattern(r"[a-z]+");
    for (table, value) in [(limbs as fn(&str) -> Option<&'static str>, Value::Limbs), (coin, Value::Money)] {
        let mut found: Vec<Kind> = Vec::new();
        for word in words.find_iter(&sheet.text) {
            let entity = singular(word.as_str());
            if let Some(per) = table(&entity)
                && !found.iter().any(|kind| kind.entity == entity)
            {
                found.push(Kind { entity, per: per.to_owned() });
            }
        }
        if let Ok(two) = <[Kind; 2]>::try_from(found) {
            return Some((two, value));
        }
    }
    None
}

/// Which kind a phrase names; None where it names both or neither.
fn which(phrase: &str, kinds: &[Kind; 2]) -> Option<bool> {
    let words: Vec<String> = phrase.split(|c: char| !c.is_alphanumeric()).map(singular).collect();
    match kinds.each_ref().map(|kind| words.contains(&kind.entity)) {
        [true, false] => Some(false),
        [false, true] => Some(true),
        _ => None,
    }
}

fn asked(sheet: &mut Sheet, kinds: &[Kind; 2]) -> Option<Asked> {
    if sheet
        .any(&[
            r"how many of each(?: [a-z]+)*\b[^.?0-9]*",
            r"how many (?:[a-z]+) and (?:how many )?(?:[a-z]+) (?:are|were|did|does|do|is)\b[^.?0-9]*",
        ])
        .is_some()
    {
        return Some(Asked::Both);
    }
    let caps = sheet.any(&[
        r"how many ([a-z0-9' -]+?) (?:are|were|did|does|do|is|has|have|was|can|will|must)\b(?: (?:there|they|he|she|it|you|i|we|the [a-z]+|[a-z]+|in|the|on|sold|have|rent|rented|rents|buy|bought|use|used|own))*\?",
        r"(?:find|what is) the number of ([a-z0-9' -]+)[.?]",
        r"how many ([a-z0-9' -]+)\?",
    ])?;
    which(&group(&caps, 1), kinds).map(Asked::One)
}

fn relations(sheet: &mut Sheet, kinds: &[Kind; 2]) -> Vec<Tie> {
    let mut ties = Vec::new();
    let both = |first: &str, second: &str| match (which(first, kinds), which(second, kinds)) {
        (Some(a), Some(b)) if a != b => Some(a),
        _ => None,
    };
    let limbs = sheet.text.clone();
    let limb = crate::text::pattern(&format!(
        r"\b([a-z]+) (?:have|has) (\d+) (more|fewer|less) (?:{LIMB})(?: in total| altogether| in all)? than (?:the |all the )?([a-z]+)"
    ));
    if let Some(caps) = limb.captures(&limbs)
        && let Some(a) = both(&caps[1], &caps[4])
    {
        sheet.take(&limb);
        ties.push(Tie::MoreValue(if &caps[3] == "more" { a } else { !a }, caps[2].to_owned()));
    }
    // "The number of chickens is 3 times the number of rabbits", "… is 5 more than the number of rabbits".
    let numbers = crate::text::pattern(
        r"\bnumber of ([a-z0-9-]+)(?: [a-z]+)? is (\d+) (times|more than|less than|fewer than) (?:the number of |that of )([a-z0-9-]+)(?: [a-z]+)?",
    );
    let counted = sheet.text.clone();
    if let Some(caps) = numbers.captures(&counted)
        && let Some(a) = both(&caps[1], &caps[4])
    {
        sheet.take(&numbers);
        let by = caps[2].to_owned();
        ties.push(match &caps[3] {
            "times" => Tie::Times(a, by),
            "more than" => Tie::More(a, by),
            _ => Tie::More(!a, by),
        });
    }
    let text = sheet.text.clone();
    for (pattern, times) in [
        (r"\b(\d+) (more|fewer|less) ([a-z0-9-]+)(?: [a-z]+)? than ([a-z0-9-]+)(?: [a-z]+)?", false),
        (r"\b(\d+) (times) as many ([a-z0-9-]+)(?: [a-z]+)? as ([a-z0-9-]+)(?: [a-z]+)?", true),
    ] {
        let regex = crate::text::pattern(pattern);
        if let Some(caps) = regex.captures(&text)
            && let Some(a) = both(&caps[3], &caps[4])
        {
            sheet.take(&regex);
            let by = caps[1].to_owned();
            ties.push(match &caps[2] {
                _ if times => Tie::Times(a, by),
                "more" => Tie::More(a, by),
                _ => Tie::More(!a, by),
            });
        }
    }
    ties
}
