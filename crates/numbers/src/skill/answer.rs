//! Answers as parts of a message, in the question's language.

use loquat_agent::{Outcome, Part};

use crate::math::exact;
use crate::math::number::shown;
use crate::program::Program;
use crate::rules::Found;
use crate::text::{Lang, Sheet};
use crate::words::{say, say_with};

/// An answer of rules.
pub fn solved_by_rules(found: &Found, question: &str, lang: Lang) -> Outcome {
    let text = say_with(lang, "answer", &[("result", &spoken(&found.shown, lang))]);
    let mut parts = vec![Part::text(text)];
    if !found.steps.is_empty() {
        parts.push(Part::Worked {
            known: if found.known.is_empty() { told(question) } else { found.known.clone() },
            steps: found.steps.clone(),
            result: found.shown.clone(),
            checks: found.checks.clone(),
        });
    }
    Outcome { parts, answer: Some(found.answer.clone()), ..Outcome::default() }
}

/// The sentences that tell numbers.
fn told(question: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let chars: Vec<char> = question.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        if let Some(last) = sentences.last_mut() {
            last.push(*c);
        }
        // A point within a number ends nothing.
        let point = *c == '.' && chars.get(at + 1).is_none_or(|next| next.is_whitespace());
        if point || matches!(c, '?' | '!' | '。' | '？' | '！' | '\n') {
            sentences.push(String::new());
        }
    }
    let digits = |text: &str| crate::text::even(text).contains(|c: char| c.is_ascii_digit());
    sentences.iter().map(|text| text.trim()).filter(|text| digits(text)).map(str::to_owned).collect()
}

/// Yes and no are the same in all rules; a reader wants them in the own language.
fn spoken(text: &str, lang: Lang) -> String {
    match (text, lang) {
        ("Yes", Lang::Zh) => "是".into(),
        ("No", Lang::Zh) => "不是".into(),
        _ => text.to_owned(),
    }
}

/// An answer from a model's equations.
pub fn solved_by_model(program: &Program, question: &str, sheet: &Sheet, sure: bool) -> Outcome {
    let lang = sheet.lang;
    let result = shown(&program.answer);
    let mut parts =
        vec![Part::text(say_with(lang, if sure { "answer" } else { "answer_unsure" }, &[("result", &result)]))];
    parts.push(Part::Worked {
        known: told(question),
        steps: program.lines.iter().map(|line| line.replace(" * ", " × ").replace(" / ", " ÷ ")).collect(),
        result,
        checks: program.checks.clone(),
    });
    Outcome { parts, answer: Some(exact(&program.answer)), ..Outcome::default() }
}

/// No answer.
pub fn unsolved(lang: Lang) -> Outcome {
    Outcome { parts: vec![Part::text(say(lang, "unsolved"))], refused: true, ..Outcome::default() }
}
