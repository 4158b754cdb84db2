//! Days of the week, days between dates, times of day.

use jiff::civil::{Date, Weekday};
use jiff::{Span, Unit as Step};

use super::Today;
use super::found::Found;
use crate::math::int;
use crate::text::{Caps, Lang, Sheet, pattern};

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH: &str = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DAYS_ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
const DAY_EN: &str = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)";
const DAY_ZH: &str = "(?:星期|周|礼拜)([一二三四五六日天])";

/// Reads a question about the calendar that needs no today.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    if sheet.lang == Lang::Ja {
        return None;
    }
    let rules: [fn(&mut Sheet) -> Option<Found>; 5] = [weekday_after, weekday_of, between, add_days, clock];
    rules.iter().find_map(|rule| rule(&mut sheet.clone()))
}

/// Reads a question that hangs on today: what day it is, was, will be; how many days until a date.
pub fn relative(sheet: &mut Sheet, today: Today) -> Option<Found> {
    let (year, month, day) = today?;
    let today = Date::new(year, month, day).ok()?;
    let lang = sheet.lang;
    let zh = lang != Lang::En;
    let shown = |date: Date| {
        if zh { format!("{}年{}月{}日", date.year(), date.month(), date.day()) } else { date.to_string() }
    };
    let offset = |sheet: &mut Sheet| -> Option<i64> {
        let found = sheet.any(&[
            r"\b(day after tomorrow|day before yesterday|today|tomorrow|yesterday)\b",
            "(大后天|后天|明天|今天|昨天|前天|今日|明日)",
            r"in (\d+) days",
            r"(\d+) days ago",
            r"(\d+)天(?:以|之)?(?:后|前)",
        ])?;
        let word = group(&found, 1);
        let sign = if group(&found, 0).contains("ago") || group(&found, 0).contains('前') { -1 } else { 1 };
        Some(match word.as_str() {
            "today" | "今天" | "今日" => 0,
            "tomorrow" | "明天" | "明日" => 1,
            "yesterday" | "昨天" => -1,
            "day after tomorrow" | "后天" => 2,
            "day before yesterday" | "前天" => -2,
            "大后天" => 3,
            n => sign * n.parse::<i64>().ok().filter(|n| *n < 1_000_000)?,
        })
    };
    let weekday =
        sheet.has(r"what (?:day|weekday) (?:of the week )?(?:is|was|will)|which (?:day|weekday)|(?:星期|周|礼拜)几");
    let date = sheet.has(
        r"what(?:'s| is) (?:the|today's|tomorrow's) date|what date (?:is|was|will)|几月几[日号]|(?:几|多少)号|日期",
    );
    let until = sheet
        .has(r"how many days (?:are there )?(?:until|till|before|to|left until)|(?:还有|距离?|离)[^?]*(?:多少|几)天");
    if until {
        let to = dates(sheet, Some(today)).pop()?;
        sheet.any(&[r"how many days[^?0-9]*|(?:今天|现在)?(?:距离?|离)?[^?,]*(?:还有|有)?(?:多少|几)天[?.]?$"])?;
        sheet.all("今天|距离?|离|还有|from today|until");
        let days = days_between(today, to)?;
        return (sheet.understood() && days >= 0)
            .then(|| Found::number(&int(days), if zh { "天" } else { "days" }, vec![format!("{today} → {to}")]));
    }
    if !(weekday || date) || pattern(r"\d{4}").is_match(&sheet.text) {
        return None;
    }
    let offset = if sheet.has(r"(?:today|tomorrow)'s date") || sheet.has(r"what(?:'s| is) the date\??$") {
        let tomorrow = sheet.has("tomorrow's");
        sheet.all(r"today's|tomorrow's");
        i64::from(tomorrow)
    } else {
        offset(sheet)?
    };
    sheet.all(r"what(?:'s)?|which|day|date|of the week|is|was|will|it|be|the|星期几|周几|礼拜几|几月几[日号]|几号|日期|是|多少|请问|呢|,|\?|\.");
    if sheet.unread().trim().chars().filter(|c| !c.is_whitespace()).count() > 6 || !sheet.understood() {
        return None;
    }
    let then = today.checked_add(Span::new().try_days(offset).ok()?).ok()?;
    Some(if weekday {
        let name = weekday_name(then.weekday(), lang);
        Found::text(name, vec![shown(then)])
    } else {
        Found::text(shown(then), vec![])
    })
}

fn weekday_name(day: Weekday, lang: Lang) -> String {
    let n = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
    match lang {
        Lang::En => DAYS_EN[n].to_owned(),
        Lang::Zh => format!("星期{}", DAYS_ZH[n]),
        Lang::Ja => format!("{}曜日", ["月", "火", "水", "木", "金", "土", "日"][n]),
    }
}

fn weekday_number(name: &str) -> Option<i64> {
    let name = if name == "天" { "日" } else { name };
    let n = DAYS_EN
        .iter()
        .position(|d| d.eq_ignore_ascii_case(name))
        .or_else(|| DAYS_ZH.iter().position(|d| *d == name))?;
    i64::try_from(n).ok()
}

/// `What day of the week is 100 days after a Monday?`
fn weekday_after(sheet: &mut Sheet) -> Option<Found> {
    let en = format!(
        r"^(?:what|which) (?:day|weekday)(?: of the week)? (?:is it|is|will it be|comes|falls|was|was it) (\d+) days (after|before|from) (?:an? |the )?{DAY_EN}[?.]?$"
    );
    let en2 = format!(
        r"^(?:if )?(?:today|it) is (?:an? )?{DAY_EN}(?: today)?[.,] ?(?:what|which) (?:day|weekday)(?: of the week)? (?:will it be|is it|will be|was it|comes)(?: in)? ?(\d+) days (?:(from now|later|after|ago|before)|from today)?[?.]?$"
    );
    let en3 = format!(
        r"^(?:if )?(?:today|it) is (?:an? )?{DAY_EN}(?: today)?[.,] ?(?:what|which) (?:day|weekday)(?: of the week)? (?:will it be|is it|will be) in (\d+) days[?.]?$"
    );
    let zh = format!(
        r"^{DAY_ZH}(?:之|以|的|再过)?(后|前)?(?:的)?(?:第)?(\d+)天(?:之|以)?(后|前)?(?:是|为)?(?:星期|周|礼拜)几[?.]?$"
    );
    let zh2 = format!(
        r"^(?:如果|若|已知)?今天(?:是)?{DAY_ZH},?(?:那么|再过|过|从今天起|今天起)*(?:第)?(\d+)天(?:之|以)?(后|前)?(?:是|为)?(?:星期|周|礼拜)几[?.]?$"
    );
    let (start, days, back) = if let Some(c) = sheet.take(&pattern(&en)) {
        (group(&c, 3), group(&c, 1), group(&c, 2) == "before")
    } else if let Some(c) = sheet.any(&[&en3]) {
        (group(&c, 1), group(&c, 2), false)
    } else if let Some(c) = sheet.any(&[&en2]) {
        (group(&c, 1), group(&c, 2), matches!(group(&c, 3).as_str(), "ago" | "before"))
    } else if let Some(c) = sheet.any(&[&zh]) {
        let way = group(&c, 2) + &group(&c, 4);
        (group(&c, 1), group(&c, 3), way.contains('前'))
    } else {
        let c = sheet.any(&[&zh2])?;
        (group(&c, 1), group(&c, 2), group(&c, 3) == "前")
    };
    let (first, days) = (weekday_number(&start)?, days.parse::<i64>().ok().filter(|d| *d < 1_000_000_000)?);
    let moved = if back { -days } else { days };
    let name = |n: i64| {
        let n = usize::try_from(n.rem_euclid(7)).unwrap_or(0);
        if sheet.lang == Lang::En { DAYS_EN[n].to_owned() } else { format!("星期{}", DAYS_ZH[n]) }
    };
    let steps = vec![format!("{days} = 7 × {} + {}", days / 7, days % 7)];
    Some(Found::text(name(first + moved), steps))
}

/// Dates of the text, in order; what was matched counts as read. Without a year: the next such day from today on.
fn dates(sheet: &mut Sheet, today: Option<Date>) -> Vec<Date> {
    let forms: [(&str, [usize; 3]); 4] = [
        (r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", [1, 2, 3]),
        (r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?", [1, 2, 3]),
        (r"(\d{1,2})(?:st|nd|rd|th)? (?:of )?MONTH(?:,? (\d{4}))?", [3, 2, 1]),
        (r"MONTH (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?", [3, 1, 2]),
    ];
    let text = sheet.text.clone();
    let mut found: Vec<(usize, Date)> = Vec::new();
    let mut taken: Vec<std::ops::Range<usize>> = Vec::new();
    let mut last_year = None;
    for (form, [y, m, d]) in forms {
        let regex = pattern(&form.replace("MONTH", MONTH));
        for caps in regex.captures_iter(&text) {
            let Some(whole) = caps.get(0) else { continue };
            if taken.iter().any(|r| r.start < whole.end() && whole.start() < r.end) {
                continue;
            }
            let part = |n: usize| caps.get(n).map(|m| m.as_str());
            let read = || {
                let month = part(m)?;
                let month = match month.parse::<i8>() {
                    Ok(month) => month,
                    Err(_) => i8::try_from(MONTHS.iter().position(|name| month.starts_with(name))? + 1).ok()?,
                };
                let day = part(d)?.parse::<i8>().ok()?;
                let date = match part(y).and_then(|y| y.parse::<i16>().ok()) {
                    Some(year) => Date::new(year, month, day).ok()?,
                    None => match (today, last_year) {
                        (Some(today), _) => {
                            let this = Date::new(today.year(), month, day).ok()?;
                            if this < today { Date::new(today.year() + 1, month, day).ok()? } else { this }
                        }
                        (None, Some(year)) => Date::new(year, month, day).ok()?,
                        _ => return None,
                    },
                };
                Some(date)
            };
            if let Some(date) = read() {
                last_year = Some(date.year());
                found.push((whole.start(), date));
                taken.push(whole.range());
            }
        }
    }
    taken.into_iter().for_each(|range| sheet.read_range(range));
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, date)| date).collect()
}

fn days_between(from: Date, to: Date) -> Option<i64> {
    Some(i64::from(from.until((Step::Day, to)).ok()?.get_days()))
}

fn weekday_of(sheet: &mut Sheet) -> Option<Found> {
    sheet.has(r"(?:what|which) (?:day|weekday)|(?:星期|周|礼拜)几").then_some(())?;
    let list = dates(sheet, None);
    let [date] = list.as_slice() else { return None };
    let only = sheet.unread();
    let words = pattern(
        r"^(?:what|which|day|weekday|of|the|week|is|was|will|did|does|be|fall|falls|fell|on|it|that|[ ?.,]|星期几|周几|礼拜几|是|那天|这一天|那一天|请问|一天)*$",
    );
    words.is_match(&only).then(|| Found::text(weekday_name(date.weekday(), sheet.lang), vec![date.to_string()]))
}

fn between(sheet: &mut Sheet) -> Option<Found> {
    let asks = sheet.has(r"how many days|(?:多少|几)天");
    if !asks {
        return None;
    }
    let list = dates(sheet, None);
    let [from, to] = list.as_slice() else { return None };
    let weekdays = sheet.has(r"weekday|working|business|工作日|weekend|周末");
    let both = sheet.any(&[r"(?:counting|including|inclusive of) both(?: days| dates| ends)?|inclusive|(?:算|包括|含)(?:上)?(?:首尾|头尾|两头|第[一1]天和最后[一1]天)[^,.?)]*"]).is_some();
    let plain = sheet.any(&[r",? ?\(?(?:not counting|without|excluding|not including) the (?:first|last) day\)?|\(?不(?:算|包括|计|含)(?:第[一1]天|首日|当天|最后一天)\)?"]).is_some();
    sheet.all(r"how many days|are there|passed?|have|from|to|between|and|until|(?:一共|共)?(?:有|是|相隔|间隔|经过了?|过了)?(?:多少|几)天|从|到|至|之间|期间");
    if weekdays
        || (both && plain)
        || !sheet.understood()
        || pattern(r"[a-z]{4,}|[\u{4e00}-\u{9fff}]{3,}").is_match(&sheet.unread())
    {
        return None;
    }
    let days = days_between(*from, *to)?;
    let value = if both { days + 1 } else { days };
    (days >= 0).then(|| {
        Found::number(&int(value), if sheet.lang == Lang::En { "days" } else { "天" }, vec![format!("{from} → {to}")])
    })
}

/// `What date is 45 days after 20 March 2023?`
fn add_days(sheet: &mut Sheet) -> Option<Found> {
    sheet.has(r"what (?:is the )?date|几月几[日号]|哪一?天|什么日期").then_some(())?;
    let list = dates(sheet, None);
    let [date] = list.as_slice() else { return None };
    let c = sheet.any_unread(&[
        r"(\d+) (days|weeks) (after|before|from)",
        r"(?:之|以)?(后|前)?(?:的)?第?(\d+)(天|周|个?星期)(?:之|以)?(后|前)?",
    ])?;
    let (n, unit, back) = if sheet.lang == Lang::En {
        (group(&c, 1), group(&c, 2), group(&c, 3) == "before")
    } else {
        (group(&c, 2), group(&c, 3), (group(&c, 1) + &group(&c, 4)).contains('前'))
    };
    let n = n.parse::<i64>().ok().filter(|n| *n < 1_000_000)?;
    let days = n * if unit.starts_with('w') || unit.contains(['周', '星']) { 7 } else { 1 } * if back { -1 } else { 1 };
    sheet.all(r"what (?:is the )?date(?: is| was| will)?|(?:是)?几月几[日号]|是?哪一?天|是?什么日期");
    if !sheet.understood() || pattern(r"[a-z]{5,}").is_match(&sheet.unread()) {
        return None;
    }
    let then = date.checked_add(Span::new().try_days(days).ok()?).ok()?;
    let text = if sheet.lang == Lang::En {
        then.to_string()
    } else {
        format!("{}年{}月{}日", then.year(), then.month(), then.day())
    };
    Some(Found::text(text, vec![format!("{date} {} {}", if back { '-' } else { '+' }, days.abs())]))
}

/// A start and a length give an end, and the other way round.
fn clock(sheet: &mut Sheet) -> Option<Found> {
    let zh = sheet.lang != Lang::En;
    let ask_end = sheet.has(r"(?:at )?what time (?:does|did|will|is|do) [a-z ]*?(?:end|finish|over|arrive|get there|done|ready|land|close|leave)|when (?:does|will|did) [a-z ]*?(?:end|finish|arrive|land)|(?:几点|什么时(?:候|间|刻))(?:[几]?分)?(?:钟)?(?:结束|放完|到达|到站|演完|下课|完成|抵达|到)|(?:结束|到达|放完|下课|抵达)(?:时间|时)?(?:是)?(?:几点|什么时)");
    let ask_length =
        sheet.has(r"how long (?:does|did|is|was|will)|how many minutes|多长时间|多久|(?:多少|几)(?:分钟|小时)");
    let mut times = Vec::new();
    for caps in sheet.all(r"\b(\d{1,2}):(\d\d)(?::\d\d)? ?(a\.?m\.?|p\.?m\.?)?") {
        let (mut h, m): (i64, i64) = (group(&caps, 1).parse().ok()?, group(&caps, 2).parse().ok()?);
        match group(&caps, 3).chars().next() {
            Some('p') if h < 12 => h += 12,
            Some('a') if h == 12 => h = 0,
            _ => {}
        }
        if h > 24 || m > 59 {
            return None;
        }
        times.push((h * 60 + m, caps[3].is_some()));
    }
    let mut minutes = 0;
    let mut lengths = 0;
    sheet.all(r"\(?(?:use )?(?:the )?\(?(?:in )?24[ -]hour (?:clock|format|time)\)?|\(?用?24小时制\)?");
    for caps in sheet.all_unread(r"(\d+) (hours?|minutes?|mins?)\b(?:,? and| ,)? ?") {
        let n: i64 = group(&caps, 1).parse().ok().filter(|n| *n < 100_000)?;
        minutes += if group(&caps, 2).starts_with('h') { n * 60 } else { n };
        lengths += 1;
    }
    for caps in sheet.all_unread(r"(\d+)个?(小时|分钟|分|钟头)") {
        let n: i64 = group(&caps, 1).parse().ok().filter(|n| *n < 100_000)?;
        minutes += if group(&caps, 2).starts_with('分') { n } else { n * 60 };
        lengths += 1;
    }
    sheet.all(r"half|\blater\b|after|before|先|后|然后|if");
    let question = sheet
        .any(&[
            r"(?:at )?(?:what time|when|how long|how many)[^?0-9]*",
            r"[^,.]*(?:几点|什么时|多长|多久|多少|几)[^,.]*[?.]?",
        ])
        .is_some();
    if !question || lengths > 2 || sheet.has("half") || sheet.has("半") {
        return None;
    }
    match times.as_slice() {
        [(start, half_day)] if ask_end && !ask_length && lengths > 0 => {
            if !sheet.understood() {
                return None;
            }
            let end = (start + minutes).rem_euclid(24 * 60);
            let text = format!("{:02}:{:02}", end / 60, end % 60);
            let _ = half_day;
            Some(Found::text(
                text,
                vec![format!("{:02}:{:02} + {}:{:02}", start / 60, start % 60, minutes / 60, minutes % 60)],
            ))
        }
        [(start, _), (end, _)] if ask_length && !ask_end && lengths == 0 => {
            if !sheet.understood() {
                return None;
            }
            let all = (end - start).rem_euclid(24 * 60);
            let hours_asked = sheet.has("how many hours|(?:多少|几)个?小时");
            let minutes_asked = sheet.has("how many minutes|(?:多少|几)分钟");
            let steps = vec![format!("{:02}:{:02} → {:02}:{:02}", start / 60, start % 60, end / 60, end % 60)];
            if minutes_asked {
                return Some(Found::number(&int(all), if zh { "分钟" } else { "minutes" }, steps));
            }
            if hours_asked {
                return Some(Found::number(&crate::math::ratio(all, 60), if zh { "小时" } else { "hours" }, steps));
            }
            let text = match zh {
                true => format!("{}小时{}分钟", all / 60, all % 60),
                false => format!("{} hours {} minutes", all / 60, all % 60),
            };
            Some(Found::text(text, steps))
        }
        _ => None,
    }
}
