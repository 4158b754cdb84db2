//! Questions about the program itself.

use crate::math::{Q, number::trimmed, ratio};
use crate::skill::Facts;
use crate::text::{Lang, Sheet};
use crate::words::{say, say_with};

/// The answer, if it is such a question.
pub fn answer(sheet: &Sheet, facts: &Facts) -> Option<String> {
    let lang = sheet.lang;
    let end = r"[ ?.!,]*$";
    let asks = |patterns: &[&str]| patterns.iter().any(|p| sheet.has(&format!("{p}{end}")));
    let model = if facts.name.is_empty() { say(lang, "own_unknown_model") } else { facts.name.clone() };
    if asks(&[
        r"^(?:hi|hello|hey)?[,! ]*(?:and )?who are you(?: exactly)?",
        r"^(?:what is|what's) your name",
        r"^(?:what|which) (?:ai |language |llm )?model (?:are you|is this|do you use|am i talking to)",
        r"^what are you",
        "^你(?:好[,!]?你)?(?:是谁|叫什么(?:名字)?|是什么模型|是哪个模型|是什么)(?:呀|啊|呢)?",
        "^(?:请问)?你的名字(?:是|叫)什么",
        "(?:あなた|君)は(?:誰|だれ)(?:です)?か?",
        "お?名前は(?:何|なん)(?:です)?か?",
    ]) {
        return Some(say_with(lang, "own_name", &[("model", &model), ("size", &size(facts.parameters, lang))]));
    }
    if asks(&[
        r"^how (?:many parameters do you have|big are you|large are you|large is your model)",
        "^你(?:有多少(?:个)?参数|有多大|的参数量?(?:是|有)?多少)",
    ]) && facts.parameters > 0
    {
        return Some(say_with(lang, "own_size", &[("model", &model), ("size", &size(facts.parameters, lang))]));
    }
    if asks(&[
        r"^(?:what is|what's|when is) your (?:knowledge|training)(?: data)? ?(?:cut-?off|cut off|end)(?: date)?",
        r"^(?:when|until when|up to when|up to what date|how recent)(?: does| is| do)?(?: your)? ?(?:knowledge|training data|information|you know)[a-z ]*",
        "^你的?(?:知识|训练数据|信息)(?:库)?(?:更新|截止)?(?:到|至|是)?(?:什么时候|哪一?年|何时|几月|哪天)(?:截止|为止|的)?",
        "^你的?(?:知识|训练数据)(?:截止|更新)(?:日期|时间)?(?:到|至|是)?(?:什么时候|哪一?年|何时|几月)?",
    ]) {
        return Some(match facts.knowledge_end {
            Some(end) => say_with(lang, "own_knowledge", &[("month", &month(end, lang))]),
            None => say(lang, "own_knowledge_unknown"),
        });
    }
    None
}

/// `March 2024`, `2024年3月`.
pub fn month((year, month): (i16, i8), lang: Lang) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    match lang {
        Lang::En => match usize::try_from(month - 1).ok().and_then(|n| NAMES.get(n)) {
            Some(name) => format!("{name} {year}"),
            None => year.to_string(),
        },
        _ => format!("{year}年{month}月"),
    }
}

fn size(parameters: u64, lang: Lang) -> String {
    let n = i64::try_from(parameters).unwrap_or(i64::MAX);
    let of = |unit: i64, places: usize| -> String { trimmed(&Q::from(ratio(n, unit)), places) };
    match (lang, n) {
        (_, 0) => say(lang, "own_size_unknown"),
        (Lang::En, n) if n >= 1_000_000_000 => format!("{} billion", of(1_000_000_000, 1)),
        (Lang::En, _) => format!("{} million", of(1_000_000, 0)),
        (_, n) if n >= 100_000_000 => {
            format!("{}{}", of(100_000_000, 1), if lang == Lang::Ja { "億" } else { "亿" })
        }
        _ => format!("{}万", of(10_000, 0)),
    }
}
