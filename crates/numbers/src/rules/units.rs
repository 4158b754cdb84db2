//! Conversions, rates over a time, areas in another unit.

use super::found::{Found, Sense, solved};
use crate::math::{exact, int};
use crate::measure::{LENGTH, Quantity, TIME, Unit, names, per, quantities, unit};
use crate::text::{Lang, Sheet, pattern};

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    if sheet.lang == Lang::Ja {
        return None;
    }
    [temperature, convert, rate, area].iter().find_map(|rule| rule(&mut sheet.clone()))
}

fn asked(sheet: &mut Sheet) -> Option<Unit> {
    let names = names(sheet.lang);
    let c = sheet.any(&[
        &format!(r"how many ({names})\b"),
        &format!(r"(?:in|to|into) ({names}) ?[?.]?$"),
        &format!("(?:多少|几)(?:个)?({names})"),
    ])?;
    unit(c[1].as_deref()?)
}

/// Only these words are left: the question asks for nothing else.
fn only(sheet: &Sheet, words: &str) -> bool {
    pattern(&format!("^(?:{words}|[ ?.,])*$")).is_match(&sheet.unread())
}

/// Factor of one unit in another, as it is written.
fn times(from: &Unit, to: &Unit) -> String {
    let factor = exact(&(&from.factor / &to.factor));
    if factor.contains('/') { format!("({factor})") } else { factor }
}

fn convert(sheet: &mut Sheet) -> Option<Found> {
    let to = asked(sheet)?;
    let all = quantities(sheet);
    let [from] = all.as_slice() else { return None };
    let words = "convert|how much|what|is|are|in|there|equals?|equal|to|a|of|的|是|等于|有|合|换算|成|为|请问|把|相当于|一共|共|=";
    if from.unit.dimension != to.dimension || !only(sheet, words) {
        return None;
    }
    let line = format!("answer = {} * {}", exact(&from.value), times(&from.unit, &to));
    solved(&[line], &to.name, Sense::Measures)
}

fn temperature(sheet: &mut Sheet) -> Option<Found> {
    let degree = r"(?:°|degrees? )?(celsius|centigrade|fahrenheit|c|f)\b";
    let c = sheet.any(&[
        &format!(r"(-?\d+(?:\.\d+)?) ?{degree}[a-z ,?]*? (?:in|to|into) {degree}"),
        &format!(r"convert (-?\d+(?:\.\d+)?) ?{degree} (?:in|to|into) {degree}"),
    ])?;
    let [n, from, to] = [1, 2, 3].map(|k| c[k].clone().unwrap_or_default());
    if !only(sheet, "what|is|convert|how much|are") || from.chars().next() == to.chars().next() {
        return None;
    }
    let value = crate::math::parse_number(&n)?;
    let (line, value, shown) = if to.starts_with('f') {
        (format!("{n} × 9 ÷ 5 + 32"), value * int(9) / int(5) + int(32), "°F")
    } else {
        (format!("({n} - 32) × 5 ÷ 9"), (value - int(32)) * int(5) / int(9), "°C")
    };
    Some(Found::number(&value, shown, vec![line]))
}

/// So much a minute, over some hours, in litres.
fn rate(sheet: &mut Sheet) -> Option<Found> {
    let to = asked(sheet)?;
    let mut all = quantities(sheet);
    // "15 ml a minute" is a rate already; "every 5 minutes 3 ml" is not read.
    let at = all.iter().position(|q| q.unit.dimension != TIME)?;
    let flow = all.remove(at);
    let [time] = all.as_slice() else { return None };
    let whole = per(&to, &time.unit);
    if flow.unit.dimension != whole.dimension || time.unit.dimension != TIME || to.dimension == LENGTH {
        return None;
    }
    sheet.all(r"does|do|it|lose|use|make|produce|in all|in|every");
    let rest = sheet.unread();
    if !sheet.understood() || pattern(r"\b(?:and|but|stops?|except)\b|停|另|又").is_match(&rest) {
        return None;
    }
    let by = &flow.unit.factor * &time.unit.factor / &to.factor;
    let line = format!("answer = {} * {} * {}", exact(&flow.value), exact(&time.value), wrapped(&exact(&by)));
    solved(&[line], &to.name, Sense::Measures)
}

fn wrapped(number: &str) -> String {
    if number.contains('/') { format!("({number})") } else { number.to_owned() }
}

/// A rectangle's area, in the unit that is asked for.
fn area(sheet: &mut Sheet) -> Option<Found> {
    let to = asked(sheet)?;
    let by =
        format!(r"(\d+(?:\.\d+)?) ?({names}) ?(?:by|x|×|\*) ?(\d+(?:\.\d+)?) ?({names})", names = names(sheet.lang));
    let sides: Vec<Quantity> = match sheet.any(&[&by]) {
        Some(c) => {
            let side = |n: usize| {
                Some(Quantity {
                    value: crate::math::parse_number(c[n].as_deref()?)?,
                    unit: unit(c[n + 1].as_deref()?)?,
                })
            };
            vec![side(1)?, side(3)?]
        }
        None => {
            let words = r"\blong\b[^.?]*\bwide\b|\blength\b[^.?]*\bwidth\b|长[^.?]*宽";
            sheet.has(words).then_some(())?;
            quantities(sheet)
        }
    };
    let [a, b] = sides.as_slice() else { return None };
    if to.dimension != [2, 0, 0] || a.unit.dimension != LENGTH || b.unit.dimension != LENGTH {
        return None;
    }
    let shape = sheet.has(r"field|rectang|floor|room|garden|yard|plot|lawn|park|wall|地|长方形|矩形|操场|花园|房间|教室|草坪|果园|广场|麦田|菜园");
    if !shape || !sheet.understood() || sheet.has("triang|三角|border|path|fence|篱笆|小路") {
        return None;
    }
    let by = &a.unit.factor * &b.unit.factor / &to.factor;
    let line = format!("answer = {} * {} * {}", exact(&a.value), exact(&b.value), wrapped(&exact(&by)));
    solved(&[line], &to.name, Sense::Measures)
}
