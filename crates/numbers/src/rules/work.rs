//! Work: rates that add up, one who leaves, more hands.

use super::found::{Found, Sense, solved};
use crate::text::{Caps, Lang, Sheet};

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    match sheet.lang {
        Lang::En => hands_en(&mut sheet.clone()).or_else(|| rates_en(sheet)),
        Lang::Zh => hands_zh(&mut sheet.clone()).or_else(|| rates_zh(sheet)),
        Lang::Ja => None,
    }
}

const TIME: &str = "hours?|days?|minutes?|weeks?";

/// `8 workers, 15 days; 10 workers?`
fn hands_en(sheet: &mut Sheet) -> Option<Found> {
    let first = sheet.any(&[&format!(
        r"(?:it takes )?(\d+) (workers?|men|people|machines?|painters?|pumps?|tractors?|cows|horses|builders?|carpenters?|farmers?|printers?|taps?|pipes?) (?:can )?(?:finish|complete|build|do|dig|paint|need|take|fill|empty|eat|plough|plow|harvest|clean|make|repair|to finish|to build|to do|to complete)[a-z0-9 ]*? (?:in )?(\d+) ({TIME})(?: to [a-z ]+)?"
    )])?;
    sheet.all(r"at the same (?:rate|pace|speed)|working at the same (?:rate|pace)|the same (?:job|work|wall|task|house|field|tank)");
    let by_hands =
        sheet.any(&[&format!(r"how (?:many ({TIME})|long) (?:do|would|will|does|did) (?:it take )?(\d+)[^?0-9]*")]);
    let by_time = match &by_hands {
        Some(_) => None,
        None => sheet.any(&[&format!(
            r"how many (?:workers?|men|people|machines?|painters?|pumps?)[^?0-9]* in (\d+) ({TIME})[^?0-9]*\?"
        )]),
    };
    if !sheet.understood() {
        return None;
    }
    let (n, t, unit) = (group(&first, 1), group(&first, 3), group(&first, 4));
    let same = |asked: &str| asked.is_empty() || asked.trim_end_matches('s') == unit.trim_end_matches('s');
    match (by_hands, by_time) {
        (Some(c), _) if same(&group(&c, 1)) => {
            solved(&[format!("{} * time = {n} * {t}", group(&c, 2)), "answer = time".into()], &unit, Sense::Measures)
        }
        (_, Some(c)) if same(&group(&c, 2)) => {
            let noun = group(&first, 2);
            solved(&[format!("hands * {} = {n} * {t}", group(&c, 1)), "answer = hands".into()], &noun, Sense::Counts)
        }
        _ => None,
    }
}

fn hands_zh(sheet: &mut Sheet) -> Option<Found> {
    let first = sheet.any(&["(\\d+)(?:名|个|位|台)(工人|人|工|机器|师傅|抽水机|拖拉机|收割机|织布机)?[^,.0-9]*?(\\d+)(天|小时|日)[^,.0-9]*?(?:完成|做完|修完|挖完|完工|收割完|干完|抽干|抽完|生产完)[^,.0-9]*"])?;
    sheet.all("照这样的?(?:效率|速度|工作效率|计算)|如果每人的?(?:工作)?效率(?:相同|不变)|(?:工作)?效率(?:相同|不变)");
    let asked = sheet.any(&["(?:如果|那么|若|现在)?(?:改?由|用|有)?(\\d+)(?:名|个|位|台)[^,.0-9]*?,?[^,.0-9]*?(?:多少|几)(天|小时|日)[^,.0-9]*[?.]?$"])?;
    if !sheet.understood() || group(&asked, 2) != group(&first, 4) {
        return None;
    }
    let line = format!("{} * 时间 = {} * {}", group(&asked, 1), group(&first, 1), group(&first, 3));
    solved(&[line, "answer = 时间".into()], &group(&first, 4), Sense::Measures)
}

/// `A in 6 hours, B in 12`: together, or with one who leaves, or one that empties.
fn rates_en(sheet: &mut Sheet) -> Option<Found> {
    let rates = sheet.any(&[&format!(
        r"(?:if )?(?:an? |one |the )?((?:pipe |worker |machine |tap )?[a-z]+)(?: alone)?(?: can| could)? (?:fills?|paints?|finish(?:es)?|does|do|completes?|builds?|mows?|cleans?|empties|empty|drains?|digs?|makes?|types?|needs?|takes?|washes|wash|plough|ploughs)[a-z ]*? (?:in )?(\d+) ({TIME})(?: alone| to [a-z ]+)?(?:,? and|,? while|,? but|,|;|\.) (?:an? |another |the other |the )?((?:pipe |worker |machine |tap )?[a-z]+)(?: alone)?(?: can| could)?(?: (fills?|paints?|finish(?:es)?|does|do|completes?|builds?|mows?|cleans?|empties|empty|drains?|digs?|makes?|types?|needs?|takes?|washes|wash)[a-z ]*?)?(?: it)?(?: in)? (\d+)(?: ({TIME}))?(?: alone| to [a-z ]+)?"
    )])?;
    let (a, b, unit) = (group(&rates, 2), group(&rates, 6), group(&rates, 3));
    let second_unit = group(&rates, 7);
    if !second_unit.is_empty() && second_unit.trim_end_matches('s') != unit.trim_end_matches('s') {
        return None;
    }
    let drains = |word: &str| word.starts_with("empt") || word.starts_with("drain");
    let sign = if drains(&group(&rates, 5)) { '-' } else { '+' };
    if crate::text::pattern(r"\b(?:drains|empties|empty)\b").find_iter(&sheet.text).count() != usize::from(sign == '-')
    {
        return None;
    }
    // They work together for a while, then one of them leaves.
    if let Some(c) = sheet.any_unread(&[&format!(
        r"(?:they|both|the two)(?: both)? (?:paint|work|start|fill|mow|clean|dig)s? together (?:for )?(\d+) ({TIME}),? (?:and )?(?:then|after which|when) (?:pipe |worker |machine )?([a-z]+) (?:goes home|leaves|stops|is closed|goes away|is turned off|has to leave|quits|breaks down)"
    )]) {
        let (first, second) = (group(&rates, 1), group(&rates, 4));
        let gone = group(&c, 3);
        let rest = match (first.ends_with(&gone), second.ends_with(&gone)) {
            (true, false) => &b,
            (false, true) => &a,
            _ => return None,
        };
        sheet.any_unread(&[&format!(r"how many more ({TIME}) (?:does|do|will|must|would) [^?0-9]*")])?;
        let t = group(&c, 1);
        let line = format!("{t} / {a} + {t} / {b} + time / {rest} = 1");
        return if sheet.understood() && sign == '+' { solved(&[line, "answer = time".into()], &unit, Sense::Measures) } else { None };
    }
    let asked = sheet.any_unread(&[&format!(
        r"(?:working together,? |together,? |if (?:they|both)[a-z ]*(?:together|open|opened),? )?(?:in )?how (?:many ({TIME})|long)[^?]*?(?:both|together|the two|they|to fill|to paint|take)[^?0-9]*"
    )])?;
    let asked_unit = group(&asked, 1);
    if !sheet.understood() || (!asked_unit.is_empty() && asked_unit.trim_end_matches('s') != unit.trim_end_matches('s'))
    {
        return None;
    }
    sheet.has("together|both").then_some(())?;
    solved(&[format!("time / {a} {sign} time / {b} = 1"), "answer = time".into()], &unit, Sense::Measures)
}

fn rates_zh(sheet: &mut Sheet) -> Option<Found> {
    let work = "(?:单独|独自|独做|单开)?[^,.0-9]*?";
    let rates = sheet.any(&[&format!(
        "([\u{4e00}-\u{9fff}]{{1,6}}?)(?:{work})(?:要|需要|需|用)?(\\d+)(小时|天|分钟|日)(?:[^,.0-9]*?(?:注满|完成|做完|刷完|修完|灌满|放完|排完|排空)[^,.0-9]*)?,(?:而)?([\u{4e00}-\u{9fff}]{{1,6}}?)(?:{work})(?:要|需要|需|用)?(\\d+)(小时|天|分钟|日)([^,.0-9]*)"
    )])?;
    let (a, b, unit) = (group(&rates, 2), group(&rates, 5), group(&rates, 3));
    if unit != group(&rates, 6) || sheet.has("放完|排完|排空|排水|放水|漏") {
        return None;
    }
    if let Some(c) = sheet.any_unread(&["(?:两[人队管]|甲乙)?(?:先)?(?:合作|合做|一起做|共同做)了?(\\d+)(?:小时|天|分钟|日)(?:后|以后|之后)?,?(?:然后)?([\u{4e00}-\u{9fff}]{1,4}?)(?:离开|因事离开|走了|有事离开|调走|停止),?(?:剩下的?(?:由|工程由)?)?([\u{4e00}-\u{9fff}]{1,4}?)(?:单独做?)?(?:还)?(?:要|需要|需)(?:做)?(?:多少|几)个?(?:小时|天|分钟|日)[^,.0-9]*[?.]?$"]) {
        let (first, gone, stays) = (group(&rates, 1), group(&c, 2), group(&c, 3));
        let first_gone = gone.starts_with(&first);
        if first_gone == stays.starts_with(&first) {
            return None;
        }
        let rest = if first_gone { &b } else { &a };
        let t = group(&c, 1);
        let line = format!("{t} / {a} + {t} / {b} + 时间 / {rest} = 1");
        return if sheet.understood() { solved(&[line, "answer = 时间".into()], &unit, Sense::Measures) } else { None };
    }
    sheet.any_unread(&[
        "[^.0-9]*?(?:同时|一起|合作|合做|共同|齐开|同时开)[^.0-9]*?(?:多少|几)个?(?:小时|天|分钟|日)[^.0-9]*[?.]?$",
    ])?;
    if !sheet.understood() {
        return None;
    }
    solved(&[format!("时间 / {a} + 时间 / {b} = 1"), "answer = 时间".into()], &unit, Sense::Measures)
}
