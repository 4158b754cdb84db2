//! Claims that contradict the tables of lasting facts in data/. A table is matched by the names that stand in a question;
//! a question that only asks claims nothing and is left alone.

mod names;

use crate::text::{Lang, Sheet, pattern};
use names::{Names, column, rows};

/// A question, raw for names and even for all else.
pub struct Claim<'a> {
    /// As it was written.
    pub raw: &'a str,
    /// In one form.
    pub sheet: &'a Sheet,
}

/// What is true, where the question claims something else.
pub fn check(claim: &Claim) -> Option<String> {
    let english = claim.sheet.lang == Lang::En;
    // Questions to be answered with yes or no claim nothing.
    if claim.sheet.has(r"^(?:is|are|was|were|do|does|did|can|could|has|have|will)\b|吗[?]?$|是不是|是否|有没有")
    {
        return None;
    }
    if let Some(fact) = nature(claim, english) {
        return Some(fact);
    }
    // "Why is Sydney not the capital?" claims what is true.
    if claim.sheet.has(NEGATED) {
        return None;
    }
    [capital, maker, record, count, element, landmark].iter().find_map(|check| check(claim, english))
}

/// Words that turn a claim round.
const NEGATED: &str = r"n't\b|\b(?:not|never|no|nor|cannot|without|lack|lacks|unable|instead|myth|false|wrongly|mistakenly)\b|不|没|无法|并非|误";

const CAPITALS: &str = include_str!("../../../data/capitals.tsv");
const WORKS: &str = include_str!("../../../data/works.tsv");
const RECORDS: &str = include_str!("../../../data/records.tsv");
const COUNTS: &str = include_str!("../../../data/counts.tsv");
const ELEMENTS: &str = include_str!("../../../data/elements.tsv");
const LANDMARKS: &str = include_str!("../../../data/landmarks.tsv");
const PLACES: &str = include_str!("../../../data/places.txt");
const TRAITS: &str = include_str!("../../../data/traits.tsv");

/// Words around a name that are no part of it.
const AROUND: &str = r"\b(?:why|when|how|what|which|who|in|did|does|do|is|the|a|since|as|become|became|becomes|becoming|year|it|been|has|have|be|that|because|given|chosen|made|to|was|really|still|today|now)\b|[?.,!]|为什么|为何|什么时候|哪一年|何时|怎么|既然|因为|是|会|被|定为|选为|成为|成了|当上|变成|了|请问|现在|在|于";

fn stripped(text: &str) -> String {
    let text = pattern(AROUND).replace_all(text, " ").into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn capital(claim: &Claim, english: bool) -> Option<String> {
    let text = &claim.sheet.text;
    if !text.contains(if english { "capital" } else { "首都" })
        || claim.sheet.has(r"\b(?:was|were|formerly|once|ancient|former)\b|曾经|曾|古代|以前")
    {
        return None;
    }
    for row in rows(CAPITALS) {
        let (countries, cities) = (Names(column(&row, 0, english)), Names(column(&row, 2, english)));
        let Some(country) = countries.in_text(text, english) else { continue };
        let before = if english {
            let found = pattern(&format!(r"^(.*?)\bcapital(?: city)? of (?:the )?{}\b", regex_lite::escape(&country)));
            found.captures(text).map(|c| c[1].to_owned())
        } else {
            let found = pattern(&format!("^(.*?){}的?首都", regex_lite::escape(&country)));
            found.captures(text).map(|c| c[1].to_owned())
        };
        let Some(before) = before else { continue };
        let city = stripped(&before);
        let words = if english { city.split(' ').count() } else { city.chars().count().div_ceil(3) };
        if city.is_empty() || words > 3 || city.contains(['哪', '谁']) || cities.in_text(text, english).is_some() {
            continue;
        }
        let (country, city) = (Names(column(&row, 0, english)).first(), cities.first());
        return Some(if english {
            format!("The capital of {country} is {city}.")
        } else {
            format!("{country}的首都是{city}。")
        });
    }
    None
}

const MAKES: &str = r"\b(?:write|wrote|written|writing|author|compose|composed|paint|painted|invent|invented|discover|discovered|found|founded|develop|developed|create|created|explain|explained|release|released|publish|published|sculpt|sculpted|propose|proposed|formulate|formulated|win [a-z ]*for|for the theory)\b|写|作者|创作|画|发明|发现|创办|创立|创建|谱|提出|著|发布|创造|建立";
const NOT_MAKES: &str = r"\b(?:translate|adapt|film|influence|inspire|illustrate|review|perform|play|criticize|admire|quote|compare|similar|improve|use)[a-z]*\b|翻译|改编|影响|启发|评价|喜欢|演|引用|比较|批评|改进|使用";

fn maker(claim: &Claim, english: bool) -> Option<String> {
    if !claim.sheet.has(MAKES) || claim.sheet.has(NOT_MAKES) {
        return None;
    }
    let all: Vec<Vec<&str>> = rows(WORKS).collect();
    for row in &all {
        let (works, makers) = (Names(column(row, 0, english)), Names(column(row, 2, english)));
        let Some(work) = works.as_written(claim.raw, english) else { continue };
        if makers.as_written(claim.raw, english).is_some() {
            continue;
        }
        let other = all.iter().find_map(|row| Names(column(row, 2, english)).as_written(claim.raw, english))?;
        let right = makers.first();
        return Some(match english {
            true if work.starts_with(char::is_lowercase) => format!("{work} is credited to {right}, not to {other}."),
            true => format!("{work} is by {right}, not by {other}."),
            false => format!("{work}出自{right}，不是{other}。"),
        });
    }
    None
}

fn record(claim: &Claim, english: bool) -> Option<String> {
    let text = &claim.sheet.text;
    for row in rows(RECORDS) {
        let (phrases, holders) = (Names(column(&row, 0, english)), Names(column(&row, 2, english)));
        let Some(phrase) = phrases.in_text(text, english) else { continue };
        if holders.in_text(text, english).is_some() {
            continue;
        }
        let escaped = regex_lite::escape(&phrase);
        let claimed = if english {
            let before = format!(
                r"\b(?:is|was|makes|made|did|does) (?:the )?([a-z][a-z' -]*?) (?:become |became )?(?:considered |called |known as )?(?:the )?{escaped}\b"
            );
            let after = format!(r"\b(?:why|how come) is (?:the )?{escaped}(?: by area)? ([a-z][a-z ]*?)[?]?$");
            [before, after].iter().find_map(|p| Some(pattern(p).captures(text)?[1].to_owned()))
        } else {
            pattern(&format!("^(.{{1,14}}?)(?:是|成为|当上).{{0,6}}?{escaped}")).captures(text).map(|c| c[1].to_owned())
        };
        let subject = stripped(&claimed.unwrap_or_default());
        if subject.is_empty() || subject.contains(['哪', '谁']) || subject.contains("什么") {
            continue;
        }
        let right = holders.first();
        return Some(if english { format!("The {phrase} is {right}.") } else { format!("{phrase}是{right}。") });
    }
    None
}

fn count(claim: &Claim, english: bool) -> Option<String> {
    let sheet = claim.sheet;
    if sheet.has(r"\b(?:lose|loses|lost|without|more|fewer|less|extra|other|only|if it had|mutant|front|hind|back)\b|失去|少了|多|只剩|前|后") {
        return None;
    }
    let numbers = sheet.numbers();
    let [number] = numbers.as_slice() else { return None };
    for row in rows(COUNTS) {
        let (subjects, things) = (Names(column(&row, 0, english)), Names(column(&row, 2, english)));
        let Some(subject) = subjects.in_text(&sheet.text, english) else { continue };
        let alternatives = things.alternatives();
        let found = if english {
            sheet.has(&format!(r"\b\d+(?: [a-z]+)? (?:{alternatives})\b|\b(?:{alternatives}) \d+\b"))
        } else {
            sheet.has(&format!(
                r"\d+(?:条|个|只|根|颗|名|位|块|对|张|片|种)?(?:{alternatives})|(?:{alternatives})[^0-9,.]{{0,6}}\d+"
            ))
        };
        // A name that is itself the thing counted is none: "7 days in a week" has no subject but the week.
        if !found || subject.is_empty() {
            continue;
        }
        let allowed = row.get(4)?.split('|').filter_map(crate::math::parse_number).collect::<Vec<_>>();
        if allowed.contains(number) {
            return None;
        }
        return row.get(if english { 5 } else { 6 }).map(|fact| (*fact).to_owned());
    }
    None
}

fn element(claim: &Claim, english: bool) -> Option<String> {
    if !claim.sheet.has(r"\bsymbol\b|符号") {
        return None;
    }
    let skip = if english { claim.raw.find(' ').unwrap_or(0) } else { 0 };
    let symbol = pattern(r"(?:^|[^A-Za-z])([A-Z][a-z]?)(?:[^A-Za-z]|$)");
    let claimed = symbol.captures(&claim.raw[skip..])?[1].to_owned();
    for row in rows(ELEMENTS) {
        let names = Names(column(&row, 0, english));
        if names.in_text(&claim.sheet.text, english).is_none() {
            continue;
        }
        let (name, right) = (names.first(), row.get(2)?);
        if claimed == **right {
            return None;
        }
        return Some(if english {
            format!("The symbol of {name} is {right}.")
        } else {
            format!("{name}的元素符号是{right}。")
        });
    }
    None
}

/// Where things stand: a claim puts them at another place that is known, and at none of theirs.
fn landmark(claim: &Claim, english: bool) -> Option<String> {
    for row in rows(LANDMARKS) {
        if Names(column(&row, 0, english)).as_written(claim.raw, english).is_none() {
            continue;
        }
        let right = Names(column(&row, 2, english));
        if right.as_written(claim.raw, english).is_some() {
            continue;
        }
        let elsewhere =
            |at: usize, row: Vec<&'static str>| Names(column(&row, at, english)).as_written(claim.raw, english);
        let place = rows(CAPITALS)
            .find_map(|row| elsewhere(0, row.clone()).or_else(|| elsewhere(2, row)))
            .or_else(|| rows(PLACES).find_map(|row| elsewhere(0, row)))?;
        // The place must be where it is said to be: in, on, at it, or its.
        let at = regex_lite::escape(&place);
        let said = if english {
            format!(r"\b(?:in|on|at|near|of|from|to) (?:the )?(?:city of |island of |north of |south of )?{at}|{at}'s ")
        } else {
            format!("(?:在|位于|建在|于|到){at}|{at}的")
        };
        if !pattern(&said).is_match(claim.raw)
            || claim.sheet.has(r"\b(?:copy|replica|similar|compare|distance|far|from)\b|复制|仿|类似|距离|多远|相比")
        {
            return None;
        }
        return row.get(if english { 4 } else { 5 }).map(|fact| (*fact).to_owned());
    }
    None
}

/// What things of a kind are, or never do.
fn nature(claim: &Claim, english: bool) -> Option<String> {
    let text = &claim.sheet.text;
    let asks = r"^(?:why|how|since|because|given|when|which|in which|on which|from which|at which|what (?:do|does|is|are|did)|where)\b|为什么|为何|怎么|怎样|哪|什么时候|何时|什么";
    if !claim.sheet.has(asks)
        || claim.sheet.has(r"\b(?:and|or|if|differ[a-z]*|compar[a-z]*|replac[a-z]*|substitut[a-z]*|versus|vs|like)\b|和|与|或|如果|区别|比较|像")
    {
        return None;
    }
    let negated = claim.sheet.has(NEGATED);
    for row in rows(TRAITS) {
        let things = Names(row.get(usize::from(!english))?);
        let Some(thing) = things.in_text(text, english) else { continue };
        let Some(denied) = Names(row.get(2 + usize::from(!english))?).in_text(text, english) else { continue };
        // A myth that is itself a denial, as of lightning, is one all the same.
        if negated && !crate::text::pattern(NEGATED).is_match(&denied) {
            continue;
        }
        let shown = if english { names::shown(&thing, &things) } else { thing };
        return row.get(if english { 4 } else { 5 }).map(|fact| fact.replace("{A}", &shown));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(question: &str) -> Option<String> {
        check(&Claim { raw: question, sheet: &Sheet::new(question) })
    }

    #[test]
    fn claims_against_the_tables_are_answered_with_what_is_true() {
        for (question, want) in [
            ("Why is Istanbul the capital of Turkey?", "Ankara"),
            ("When did Karachi become the capital of Pakistan?", "Islamabad"),
            ("上海为什么是中国的首都？", "北京"),
            ("圣保罗是什么时候成为巴西首都的？", "巴西利亚"),
            ("When did Mozart compose Carmen?", "Bizet"),
            ("Why did Tolstoy write Crime and Punishment?", "Dostoevsky"),
            ("爱迪生是哪一年发明电话的？", "贝尔"),
            ("罗贯中为什么写《水浒传》？", "施耐庵"),
            ("Why is Saturn the largest planet?", "Jupiter"),
            ("为什么黄河是中国最长的河？", "长江"),
            ("Why do ants have eight legs?", "six"),
            ("蚂蚁的八条腿怎么用？", "六条腿"),
            ("Why does SSH use port 80?", "22"),
            ("Why is the symbol of iron Ir?", "Fe"),
            ("How do emus fly over the desert?", "flightless"),
            ("In which city of Spain does the Eiffel Tower stand?", "Paris"),
            ("泰姬陵为什么在泰国？", "印度"),
            ("林肯为什么是美国第一任总统？", "华盛顿"),
            ("SSH默认端口为什么是80？", "22"),
            ("Which seaport is the largest in Austria?", "landlocked"),
        ] {
            assert!(fact(question).is_some_and(|fact| fact.contains(want)), "{question}: {:?}", fact(question));
        }
    }

    #[test]
    fn questions_that_claim_nothing_wrong_are_left_alone() {
        for question in [
            "What is the capital of Turkey?",
            "Why is Ankara the capital of Turkey?",
            "Why did Shakespeare write Hamlet?",
            "Who wrote Crime and Punishment?",
            "Why is Jupiter the largest planet?",
            "What is the largest planet?",
            "Why is the largest planet so stormy?",
            "Why do spiders have eight legs?",
            "How many legs do 3 spiders have?",
            "Is Sydney the capital of Australia?",
            "中国的首都是哪里？",
            "为什么北京是中国的首都？",
            "鲁迅写了哪些小说？",
            "Why does HTTPS use port 443?",
            "Why is the symbol of iron Fe?",
            "How do penguins swim?",
            "What did Einstein write about Newton's Principia?",
            "Why did Kyoto lose its role?",
            "What makes a good capital of a country?",
            "世界上最大的动物是什么？",
            "Why can't penguins fly?",
            "企鹅为什么不会飞？",
            "Why is Sydney not the capital of Australia?",
            "What do penguins and arctic foxes eat?",
            "Why do antibiotics not work against viruses?",
            "Why isn't Saturn the largest planet?",
            "In which city does the Eiffel Tower stand?",
            "Why is the Eiffel Tower in Paris?",
            "How far is the Eiffel Tower from Berlin?",
            "How does tofu differ from milk?",
        ] {
            assert_eq!(fact(question), None, "{question}");
        }
    }

    #[test]
    fn tables_have_all_their_columns() {
        for (table, columns) in
            [(CAPITALS, 4), (WORKS, 4), (RECORDS, 4), (COUNTS, 7), (ELEMENTS, 3), (TRAITS, 6), (LANDMARKS, 6)]
        {
            for row in rows(table) {
                assert_eq!(row.len(), columns, "{row:?}");
            }
        }
    }
}
