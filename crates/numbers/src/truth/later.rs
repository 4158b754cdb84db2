//! Questions about what no training data can hold: events after its end, and what is so at this moment.

use crate::skill::Facts;
use crate::text::{Lang, Sheet, pattern};
use crate::words::{say, say_with};

use super::own::month;

/// Works of the mind about later years, plans for them, and arithmetic with them: no knowledge of events is needed.
const NOT_EVENTS: &str = r"\b(?:write|imagine|invent|story|poem|novel about|plan for|suppose|hypothetical|if it were|agenda|goals?|target|strategy|roadmap|should|how (?:do|can|to)|prepare|advice|expected|projected|projection|forecasts? say|predict|planned|scheduled|could|might|leap|how old|how many (?:days|weeks|years|months)|what day|which day|game|movie called|film called|book called|titled)\b|应该|该怎么|如何|准备|建议|写|编|想象|假设|故事|诗|规划|计划|议程|目标|预计|预测|可能|闰年|几岁|多少岁|多少天|星期几|周几|多少年";

/// Words by which a question asks.
const ASKS: &str = r"\b(?:who|which|what|when|where|how|did|does|is|was|were|are|has|have|will|why)\b|谁|哪|什么|多少|几|怎|吗|何|如何|是否|为什么|だれ|誰|どこ|いつ|何|か[?]?$";

/// The answer, if it is such a question.
pub fn answer(sheet: &Sheet, question: &str, facts: &Facts) -> Option<String> {
    let lang = sheet.lang;
    if question.chars().count() > 400 || !sheet.has(ASKS) || sheet.has(NOT_EVENTS) {
        return None;
    }
    let end = facts.knowledge_end.or_else(|| facts.today.map(|(year, month, _)| (year, month)))?;
    if let Some(year) = later_year(sheet, end, facts) {
        let when = match lang {
            Lang::En => year.to_string(),
            _ => format!("{year}年"),
        };
        let happened = facts.today.is_some_and(|(today, ..)| year < today);
        let name = if happened { "later_past" } else { "later_future" };
        let values = [("when", when.as_str()), ("month", &month(end, lang)), ("known", &known(facts, lang))];
        return Some(format!("{}\n\n{}", say_with(lang, name, &values), say(lang, "later_help")));
    }
    if is_next(sheet) {
        let values = [("month", month(end, lang)), ("known", known(facts, lang))];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        return Some(format!("{}\n\n{}", say_with(lang, "later_next", &values), say(lang, "later_help")));
    }
    is_now(sheet).then(|| format!("{}\n\n{}", say(lang, "later_now"), say(lang, "later_help")))
}

fn known(facts: &Facts, lang: Lang) -> String {
    match facts.knowledge_end {
        Some(end) => say_with(lang, "later_known", &[("month", &month(end, lang))]),
        None => String::new(),
    }
}

/// A year of the text that lies after what is known, where it stands as a year.
fn later_year(sheet: &Sheet, end: (i16, i8), facts: &Facts) -> Option<i16> {
    let text = &sheet.text;
    let year = pattern(r"(\d{4})");
    let months = pattern(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\d{1,2}月");
    let mut latest = None;
    for found in year.find_iter(text) {
        let before = text[..found.start()].trim_end();
        let after = &text[found.end()..];
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
        if digit(text[..found.start()].chars().next_back()) || after.chars().next().is_some_and(|c| c.is_ascii_digit())
        {
            continue;
        }
        let n: i16 = found.as_str().parse().ok().filter(|n| (1900..2300).contains(n))?;
        // A year by its words, or by an event that is named by its year: "the 2030 World Cup".
        let stands = after.starts_with('年')
            || pattern(r"(?:\bin|\bof|\bby|\bat the|\bthe|\bfrom|\bsince|\bsummer|\bwinter|\bspring|\bautumn|\bfall|\bearly|\blate|,|-|/|[a-z]+ \d{1,2}(?:st|nd|rd|th)?)$").is_match(before)
            || months.is_match(before.rsplit([',', '.']).next().unwrap_or(before))
            || pattern(EVENT).is_match(text);
        let unit = pattern(r"^ ?(?:km|m|kg|g|miles|dollars|yuan|people|words|元|米|人|字|个|只)\b").is_match(after);
        if stands && !unit {
            latest = latest.max(Some(n));
        }
    }
    let year = latest?;
    // In the year in which knowledge ends, only what is dated later by its month would be unknown: not judged by year.
    let reach = facts.knowledge_end.map_or(facts.today.map_or(end.0, |(year, ..)| year), |(year, _)| year);
    (year > reach).then_some(year)
}

/// Events that are held again and again.
const EVENT: &str = r"\b(?:world cup|olympic|olympics|championship|champions league|super bowl|world series|grand prix|tour de france|euro|final|finals|election|elections|oscars?|academy awards?|nobel|grammys?|eurovision|booker|pulitzer|wimbledon|census|summit|world fair|expo)\b|世界杯|奥运|锦标赛|冠军|联赛|欧冠|决赛|大选|选举|奥斯卡|诺贝尔|格莱美|普查|峰会|世博|总统|亚运";

/// The next one of such events.
fn is_next(sheet: &Sheet) -> bool {
    let event = pattern(EVENT);
    let next = [
        r"\b(?:next|upcoming|coming|forthcoming)\b[a-z' -]{0,40}",
        r"\b(?:tomorrow|tonight|next (?:week|month|year|season|weekend))(?:'s)?\b[^?]{0,40}",
        "(?:下一?(?:届|次|任|个|场|赛季)|明年|即将|下届|明天|下周|下个月)[^?]{0,20}",
    ];
    let asks_result = sheet.has(r"\bwho\b|\bwin|\bwinner|\bresult|\bscore|\bmedals?\b|\bchampion|\belected\b|\bwhich (?:team|country|party|film|player|candidate)\b|谁|赢|冠军|结果|比分|金牌|获胜|当选|夺冠|哪(?:个|支)(?:队|国家|球队)");
    asks_result && next.iter().any(|p| pattern(p).find(&sheet.text).is_some_and(|m| event.is_match(m.as_str())))
}

/// What changes from day to day: weather, prices, news, results.
fn is_now(sheet: &Sheet) -> bool {
    let rules = [
        r"\b(?:what|how)(?:'s| is| will)? (?:the )?weather\b[^?]*\b(?:today|now|tomorrow|tonight|right now|this week|this weekend|outside)\b",
        r"\bwill it (?:rain|snow|be sunny|be hot|be cold)\b[^?]*\b(?:today|tomorrow|tonight|this week|this weekend)\b",
        r"\b(?:current|today's|latest|live|present)\b[^?]{0,30}\b(?:price|exchange rate|stock|share price|score|news|headlines|temperature|weather|value of)\b",
        r"\b(?:price|exchange rate|value) of\b[^?]{0,40}\b(?:today|now|right now|at the moment|currently)\b",
        r"\bwho (?:won|scored|played|died)\b[^?]{0,40}\b(?:yesterday|today|last night|this week|this morning)\b|\byesterday's (?:match|game|election|news|final)\b",
        r"\bwhat(?:'s| is)(?: in| happening in)? the news\b|\bwhat happened (?:today|yesterday|this week)\b",
        "(?:今天|现在|明天|今晚|目前|此刻|这周|本周|后天)[^?]{0,12}(?:天气|气温|下雨|下雪|股价|汇率|金价|油价|房价|新闻|比分|头条)",
        "(?:今天|现在|目前|此刻)[^?]{0,10}(?:比特币|黄金|美元|股票|大盘|原油|日元|欧元)[^?]{0,8}(?:多少|几|价)",
        "(?:昨天|昨晚|今天)[^?]{0,14}(?:谁赢|比赛|比分|夺冠|获胜|赢了)",
        "最新(?:的)?(?:新闻|股价|消息|比分|汇率)",
    ];
    rules.iter().any(|rule| sheet.has(rule))
}
