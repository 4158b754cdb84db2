//! Questions with options to choose from. With the layer the model can write nothing but the letter of one.

use loquat::{Error, Result};
use loquat_agent::{Ask, ChatMessage, Outcome, Skill, Step};
use serde_json::{Value, json};

use super::{Kind, Prepared, need};

pub struct Choice;

/// Letters of options; more than these no set has.
const LETTERS: &str = "ABCDEFGH";

impl Kind for Choice {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let problem =
            |what: &str| Error::BadParameter { name: "cases", problem: format!("case {}: {what}", case["id"]) };
        let options = case["options"].as_array().ok_or_else(|| problem("no list of options"))?;
        if options.is_empty() || options.len() > LETTERS.len() {
            return Err(problem("options must be 1 to 8"));
        }
        let mut text = need(case, "question")?.to_owned();
        for (letter, option) in LETTERS.chars().zip(options) {
            let option = option.as_str().ok_or_else(|| problem("an option is no text"))?;
            text += &format!("\n{letter}. {option}");
        }
        text += "\nAnswer with the letter only.";
        let messages = vec![ChatMessage::user(text)];
        let letters = LETTERS[..options.len()].to_owned();
        Ok(Prepared { plain: messages.clone(), skills: vec![Box::new(Letter { messages, letters })] })
    }
}

/// Asks for one letter.
struct Letter {
    messages: Vec<ChatMessage>,
    letters: String,
}

impl Skill for Letter {
    fn next(&mut self, reply: Option<&str>) -> Step {
        match reply {
            None => Step::Ask(Ask {
                messages: self.messages.clone(),
                constraint: Some(json!({ "type": "regex", "regex": format!("[{}]", self.letters) })),
                max_tokens: 4,
                ..Ask::default()
            }),
            Some(letter) => Step::Done(Outcome { answer: Some(letter.trim().to_owned()), ..Outcome::default() }),
        }
    }
}
