//! Which of several solved programs is to be believed, and whether a question wants a number at all.

use num_traits::Signed;

use crate::math::{Q, parse_number};
use crate::program::Program;
use crate::text::{Lang, Sheet, pattern};

/// Whether the question asks for a quantity and tells numbers to work it out with.
pub fn wants_number(sheet: &Sheet) -> bool {
    let asks = match sheet.lang {
        Lang::En => {
            r"\bhow (?:many|much|long|old|far|tall|fast|heavy|high|wide|big|deep)\b|\bwhat (?:is|are|was|were|will be|would be) (?:the |his |her |its |their |[a-z]+'s )?(?:[a-z]+ ){0,2}?(?:total|sum|average|mean|price|cost|speed|distance|area|perimeter|volume|number|percentage|percent|age|probability|ratio|value|remainder|length|width|height|weight|amount|profit|change|salary|earnings|score|time|product|quotient|bill|income|capacity|depth|fraction)\b|\bwhat (?:percent|percentage|fraction|number|time)\b|\b(?:calculate|compute|determine|work out) (?:the|how|what)\b|\bfind (?:the|how|out how)\b"
        }
        _ => {
            "多少|几(?:个|只|条|张|本|支|枝|名|辆|头|枚|棵|块|位|道|颗|次|天|年|岁|元|角|分|小时|米|千|公|克|升|人|倍|页|排|件|套|双|箱|袋|瓶|桶|筐|盒|包|吨|袋|点|月|周|星期|层|段|组|班|户|艘|架|台|匹|朵|把|杯)|多长时间|(?:求|计算)[^,.]{1,20}|いくつ|何(?:個|人|本|枚|匹|羽|円|分|時間|日|歳|km|メートル|回|冊)|いくら|どれだけ"
        }
    };
    let words = r"\b(?:half|twice|third|quarter|double|triple|dozen|each|every)\b|一半";
    let amounts = pattern(DATED).replace_all(&sheet.text, " ");
    let numbers = pattern(r"\d+(?:\.\d+)?").find_iter(&amounts).count() + usize::from(sheet.has(words));
    // A story with several numbers and a question at its end.
    let story = numbers >= 2 && sheet.has(r"[a-z][.!] .*\b(?:what|what's|how)\b[^?]*\?$");
    numbers >= 2 && (story || sheet.has(asks)) && !sheet.has(NOT_SUMS)
}

/// Years, dates, scores and ordinals: numbers that name something and measure nothing.
const DATED: &str = r"\b(?:in|since|until|from|to|between|and|of|by|during|after|before) (?:[a-z]+ )?(?:1[0-9]|20)\d\d\b(?:[,.?]|$| to| and| until| was| were| did| how| what| compared)|\b(?:1[0-9]|20)\d\d-(?:1[0-9]|20)?\d\d\b|\b\d+-\d+\b|\b\d+(?:st|nd|rd|th)\b|(?:1[0-9]|20)\d\d(?:年|到|至|-|的|,)(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]|第\d+|\d+ ?-?(?:yard line|码线)";

/// Programs, texts and history have numbers that are not to be computed with.
const NOT_SUMS: &str = r"\bin (?:1\d|20)\d\d\b[^0-9]*$|\b(?:code|function|css|html|python|javascript|rust|sql|regex|algorithm|essay|email|translate|summari[sz]e|explain|error|version|port|px)\b|代码|函数|翻译|总结|解释|作文|食谱|菜谱|版本";

/// Units of measure: what is counted in them need not be whole.
const MEASURED: &str = r"how many (?:more |less |total |extra |additional )?(?:hours?|minutes?|miles?|km|kilomet|met|feet|inches|pounds?|kg|kilograms?|grams?|ounces?|lit|gallons?|dollars?|cents?|percent|cups?|yards?|acres?|tons?|square|cubic|points?|years?|days?|weeks?|times)";

/// What speaks for a program, from 0 to 1: an answer that can be, and numbers that are used.
pub fn weight(program: &Program, sheet: &Sheet) -> f32 {
    let mut weight = 1.0;
    let counts = match sheet.lang {
        Lang::En => sheet.has(r"\bhow many\b") && !sheet.has(MEASURED),
        _ => sheet.has("(?:多少|几)(?:个|只|人|条|张|本|支|名|辆|头|枚|棵|块|位|道|颗|次)"),
    };
    if program.answer.is_negative() {
        weight -= 0.6;
    }
    if counts && !program.answer.is_integer() {
        weight -= 0.6;
    }
    let given = sheet.numbers();
    if !given.is_empty() {
        weight -= 0.2 * unused(program, sheet).len() as f32 / given.len() as f32;
    }
    // A number of the text as it stands is seldom what is asked.
    if program.lines.len() == 1 && given.contains(&program.answer) {
        weight -= 0.2;
    }
    weight.max(0.05)
}

/// Numbers of the text that a program does not use.
pub fn unused(program: &Program, sheet: &Sheet) -> Vec<Q> {
    let used = |n: &Q| program.numbers.iter().any(|m| same(n, m));
    sheet.numbers().into_iter().filter(|n| !used(n)).collect()
}

/// Equal, or the one is the other as a percent of one.
fn same(given: &Q, used: &Q) -> bool {
    let hundred = crate::math::int(100);
    given == used || *given == used / &hundred || given / &hundred == *used
}

/// A program on whose answer two agree that can both be.
pub fn agreed(programs: &[(Program, f32)], opinion: Option<&Q>) -> Option<usize> {
    programs.iter().enumerate().position(|(n, (program, weight))| {
        let others = programs.iter().enumerate();
        let by_program = others.filter(|(m, (other, _))| *m != n && other.answer == program.answer).count();
        *weight > 0.5 && (by_program > 0 || opinion.is_some_and(|value| close(value, &program.answer)))
    })
}

/// The program that most speaks for; the first of equals.
pub fn best(programs: &[(Program, f32)], opinion: Option<&Q>) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (n, (program, weight)) in programs.iter().enumerate() {
        let votes: f32 = programs.iter().filter(|(other, _)| other.answer == program.answer).map(|(_, w)| w).sum();
        let second = if opinion.is_some_and(|value| close(value, &program.answer)) { 0.8 } else { 0.0 };
        let total = votes + second + weight * 0.1;
        if best.is_none_or(|(_, most)| total > most + 1e-6) {
            best = Some((n, total));
        }
    }
    best.map(|(n, _)| n)
}

/// Equal but for what rounding does.
fn close(a: &Q, b: &Q) -> bool {
    let scale = b.abs().max(crate::math::int(1));
    (a - b).abs() * crate::math::int(1000) <= scale
}

/// The number that a solution in prose ends with.
pub fn last_number(text: &str) -> Option<Q> {
    let number = pattern(r"-?\d[\d,]*(?:\.\d+)?(?:/\d+)?");
    let lower = text.to_lowercase();
    let marked = ["answer is", "answer:", "答案是", "答案为", "答案：", "####", "\\boxed{"];
    let tail = marked.iter().filter_map(|mark| Some(lower.rfind(mark)? + mark.len())).max();
    if let Some(m) = tail.and_then(|at| number.find(&lower[at..])) {
        return parse_number(m.as_str().trim_end_matches(','));
    }
    let last = number.find_iter(&lower).last()?;
    parse_number(last.as_str().trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{exact, int};

    #[test]
    fn the_last_number_is_the_marked_one() {
        let read = |text: &str| last_number(text).map(|q| exact(&q));
        assert_eq!(read("8 + 5 = 13. The answer is $1,300, see above 4").as_deref(), Some("1300"));
        assert_eq!(read("So 8 + 5 = 13").as_deref(), Some("13"));
        assert_eq!(read("none"), None);
    }

    #[test]
    fn questions_that_only_mention_numbers_are_not_sums() {
        let wants = |text: &str| wants_number(&Sheet::new(text));
        for text in [
            "What is the difference between HTTP 404 and 500 errors?",
            "What is the best way to learn 2 languages in 6 months?",
            "How do I center a div that is 100px wide and 50px high?",
            "Write a Python function that adds 2 and 3. How long is it?",
            "How many people lived in Rome in 1900?",
            "How many stations were opened between 1980 and 1984?",
            "How much higher was the rate in 2000 compared to 1995?",
            "从2000年到2005年，森林砍伐的速度是每年多少平方英里？",
            "2009年4月28日募集了多少新台币？",
            "请翻译：他有3只猫和2条狗，一共几只？",
        ] {
            assert!(!wants(text), "{text}");
        }
        for text in [
            "Ann had 12 apples and gave away 5. How many apples has she now?",
            "A box costs $3 and a bag costs $4. What is the total cost of 2 boxes and a bag?",
            "Calculate the total time Sandy took for 8 hours and half as many again.",
            "小明有12个苹果，吃了5个，还剩几个？",
            "太郎は りんごを 12個 持っています。5個 食べました。残りは何個ですか？",
        ] {
            assert!(wants(text), "{text}");
        }
    }

    #[test]
    fn half_a_chicken_is_no_answer() {
        let sheet = Sheet::new("A yard has 7 hens in 2 pens. How many hens are in each?");
        let half = crate::program::run("answer = 7 / 2").expect("solved");
        assert!(weight(&half, &sheet) < 0.5);
        let sheet = Sheet::new("A walk of 7 km takes 2 hours. How many km are walked an hour?");
        assert!(weight(&half, &sheet) > 0.5);
        assert!(close(&int(1000), &int(1000)));
    }
}
