//! "Are you sure?" and "that's wrong": neither caving in nor insisting, but working it out again.

use loquat_agent::{Outcome, Part};

use super::Before;
use super::own::month;
use crate::skill::Facts;
use crate::text::{Lang, Sheet, pattern};
use crate::words::{say, say_with};

/// Whether this is nothing but a doubt about what was said.
pub fn doubts(sheet: &Sheet) -> bool {
    if sheet.text.chars().count() > 80 {
        return false;
    }
    let rules = [
        r"\bare you (?:really |absolutely |quite |100% )?(?:sure|certain)\b|\bis (?:that|this|it) (?:really )?(?:right|correct|true)\b",
        r"\b(?:that|this|it)(?:'s| is| was| can't be| cannot be)(?: totally| completely| definitely| simply)? (?:wrong|incorrect|false|not right|not correct|not true|right)\b",
        r"^(?:no|nope|wrong|incorrect)\b|\byou(?:'re| are| were) (?:wrong|mistaken|incorrect)\b|\byou made a mistake\b|\bi (?:don't|do not) (?:believe|think) (?:that|this|so|it)\b",
        r"\b(?:check|recheck|double-check|double check|verify)\b (?:that|this|it|again|your)\b|\btry again\b",
        "你?(?:真的)?(?:确定|肯定)(?:吗|么|不)?|(?:不对|错了|算错|不正确|有误|搞错)|(?:真的|对)吗[?]?$|再(?:算|想|检查|核对|确认)一?(?:下|遍|次)",
        "本当(?:です)?か|間違(?:い|って)|違います|確か(?:です)?か",
    ];
    rules.iter().any(|rule| sheet.has(rule))
}

/// The new result beside the old answer.
pub fn compared(before: &Before, mut outcome: Outcome, lang: Lang) -> Outcome {
    let answer = outcome.answer.clone().unwrap_or_default();
    let shown = outcome.parts.iter().find_map(|part| match part {
        Part::Worked { result, .. } => Some(result.clone()),
        _ => None,
    });
    let shown = shown.unwrap_or_else(|| answer.clone());
    let name = if says(&before.answer, &answer) { "doubt_same" } else { "doubt_other" };
    let text = say_with(lang, name, &[("result", &shown)]);
    outcome.parts.retain(|part| !matches!(part, Part::Text { .. }));
    outcome.parts.insert(0, Part::text(text));
    outcome
}

/// Whether a text says this number, or this word, as a whole.
fn says(text: &str, answer: &str) -> bool {
    let even = crate::text::even(text);
    let answer = crate::text::even(answer);
    pattern(r"-?\d+(?:\.\d+)?(?:/\d+)?").find_iter(&even).any(|m| m.as_str() == answer)
        || (!answer.contains(|c: char| c.is_ascii_digit()) && even.contains(&answer))
}

/// Nothing can be calculated: the honest state of knowledge.
pub fn unsettled(lang: Lang, facts: &Facts) -> Outcome {
    let mut text = say(lang, "doubt_unsettled");
    if let Some(end) = facts.knowledge_end {
        text += &say_with(lang, "later_known", &[("month", &month(end, lang))]);
    }
    text += "\n\n";
    text += &say(lang, "later_help");
    Outcome { parts: vec![Part::text(text)], ..Outcome::default() }
}
