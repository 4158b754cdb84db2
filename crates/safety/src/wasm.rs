//! For JavaScript: JSON in and out.

use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::guard::{Guard, Role};
use crate::injection;
use crate::policy::{DEFAULT, validate};
use crate::skill::message;
use crate::stream::Stream;

/// The guard of a site, with the answer that it watches if there is one. One object an answer: it is made in well under
/// a millisecond.
#[wasm_bindgen]
pub struct Safety {
    guard: Guard,
    stream: Stream,
}

#[wasm_bindgen]
impl Safety {
    /// Of a policy file; an empty text is the default policy. Throws `{code: "policy_invalid", values: {problems}}`.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &str) -> Result<Safety, JsValue> {
        let json = if policy.trim().is_empty() { DEFAULT } else { policy };
        let thrown = |problems: Vec<crate::Problem>| {
            let message = problems.first().map(|first| format!("line {}: {}", first.line, first.reason));
            let error = json!({ "code": "policy_invalid", "values": { "problems": problems }, "message": message });
            JsValue::from_str(&error.to_string())
        };
        Ok(Safety { guard: Guard::new(json).map_err(thrown)?, stream: Stream::default() })
    }

    /// `role` is `user` or `assistant`; gives `{action, category?, score, text?, contact?, message}`.
    pub fn check(&self, text: &str, role: &str) -> String {
        let role = if role == "assistant" { Role::Assistant } else { Role::User };
        let verdict = self.guard.check(text, role);
        let mut value = json!(verdict);
        value["message"] = json!(message(&verdict));
        value.to_string()
    }

    /// Scores by category: `{weapons: 0.01, …}`.
    pub fn scores(&self, text: &str) -> String {
        json!(self.guard.scores(text)).to_string()
    }

    /// Takes what the model wrote; gives what may be shown: `{text, stop, verdict?}`.
    pub fn push(&mut self, delta: &str) -> String {
        json!(self.stream.push(&self.guard, delta)).to_string()
    }

    /// Material for the model, such as a tool's result, without the sentences that give it orders.
    pub fn without_orders(&self, text: &str) -> String {
        injection::without_orders(text).0
    }

    /// What may be shown at the end.
    pub fn finish(&mut self) -> String {
        json!(self.stream.finish(&self.guard)).to_string()
    }
}

/// What is wrong with a policy file: `[{line, code, values, reason}]`.
#[wasm_bindgen]
pub fn validate_policy(policy: &str) -> String {
    json!(validate(policy)).to_string()
}

/// The default policy file.
#[wasm_bindgen]
pub fn default_policy() -> String {
    DEFAULT.to_owned()
}

/// Material between marks that it cannot close.
#[wasm_bindgen]
pub fn mark_data(text: &str, source: &str) -> String {
    loquat_agent::mark_data(text, source)
}

/// The rule on marked material for a system prompt.
#[wasm_bindgen]
pub fn data_rule(language: &str) -> String {
    loquat_agent::data_rule(language).to_owned()
}

/// How much a text speaks to a model, 0 to 1.
#[wasm_bindgen]
pub fn injection_score(text: &str) -> f32 {
    injection::injection_score(text)
}
