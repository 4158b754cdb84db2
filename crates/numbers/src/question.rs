//! A question as the page hands it to skills.

use loquat_agent::ChatMessage;
use serde::Deserialize;
use serde_json::Value;

use crate::rules::Today;
use crate::skill::Facts;
use crate::truth::Before;

/// `{ text, messages, today, model: { name, parameters, knowledge } }`; all but the text may be missing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// What was asked last.
    pub text: String,
    /// The conversation, that question last; contents that are no text are left out.
    pub messages: Vec<Value>,
    /// ISO date.
    pub today: String,
    /// What answers.
    pub model: Model,
}

/// What is known of the model.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// How many.
    pub parameters: Option<f64>,
    /// The month in which its knowledge ends: `2024-03`.
    pub knowledge: Option<String>,
}

impl Question {
    /// What skills are told besides the question.
    pub fn facts(&self) -> Facts {
        let parts: Vec<i16> = self.today.split(['-', 'T']).take(3).filter_map(|part| part.parse().ok()).collect();
        let today: Today = match parts.as_slice() {
            [year, month, day] => Some((*year, i8::try_from(*month).unwrap_or(1), i8::try_from(*day).unwrap_or(1))),
            _ => None,
        };
        let month = |text: &String| {
            let (year, month) = text.split_once('-')?;
            Some((year.parse().ok()?, month.get(..2)?.parse().ok().filter(|m| (1..=12).contains(m))?))
        };
        Facts {
            today,
            parameters: self.model.parameters.filter(|n| n.is_finite() && *n > 0.0).map_or(0, |n| n as u64),
            name: self.model.name.clone(),
            knowledge_end: self.model.knowledge.as_ref().and_then(month),
        }
    }

    /// The exchange before the question.
    pub fn before(&self) -> Before {
        let texts: Vec<ChatMessage> =
            self.messages.iter().filter_map(|message| serde_json::from_value(message.clone()).ok()).collect();
        let of = |role: &str, skip: usize| {
            let found = texts.iter().rev().filter(|message| message.role == role).nth(skip);
            found.map(|message| message.content.clone()).unwrap_or_default()
        };
        Before { question: of("user", 1), answer: of("assistant", 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_s_question_is_read() {
        let text = r#"{ "text": "Are you sure?", "today": "2026-11-27", "pkg": "x",
            "model": { "name": "M", "parameters": 1.5e9, "knowledge": "2024-03" },
            "messages": [
                { "role": "user", "content": "2+2?" }, { "role": "assistant", "content": "5" },
                { "role": "user", "content": [{ "type": "image" }] }, { "role": "user", "content": "Are you sure?" }] }"#;
        let question: Question = serde_json::from_str(text).expect("a question");
        let facts = question.facts();
        assert_eq!((facts.today, facts.parameters), (Some((2026, 11, 27)), 1_500_000_000));
        assert_eq!(facts.knowledge_end, Some((2024, 3)));
        assert_eq!(question.before(), Before { question: "2+2?".into(), answer: "5".into() });
        assert_eq!(Question::default().facts().today, None);
    }
}
