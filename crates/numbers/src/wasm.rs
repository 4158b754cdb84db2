//! What the page calls: skills made of a question as JSON and taken step by step, and the tools. JSON in and out; errors
//! are thrown as JSON `{code, values}`.

use loquat_agent::Skill;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::{NumbersSkill, PremiseSkill, Question, TruthSkill, tools};

fn read(question: &str) -> Result<Question, JsValue> {
    serde_json::from_str(question).map_err(|error| {
        let values = json!({ "problem": error.to_string() });
        JsValue::from_str(&json!({ "code": "bad_question", "values": values }).to_string())
    })
}

/// A skill that answers questions about numbers.
#[wasm_bindgen(js_name = NumbersSkill)]
pub struct Numbers(NumbersSkill);

#[wasm_bindgen(js_class = NumbersSkill)]
impl Numbers {
    /// Of a question: `{ text, messages, today, model: { name, parameters, knowledge } }`.
    #[wasm_bindgen(constructor)]
    pub fn new(question: &str) -> Result<Numbers, JsValue> {
        let question = read(question)?;
        Ok(Numbers(NumbersSkill::new(&question.text, question.facts())))
    }

    /// The next step, as JSON.
    pub fn next(&mut self, reply: Option<String>) -> String {
        json!(self.0.next(reply.as_deref())).to_string()
    }
}

/// A skill that answers questions about the program, about later events, and doubts.
#[wasm_bindgen(js_name = TruthSkill)]
pub struct Truth(TruthSkill);

#[wasm_bindgen(js_class = TruthSkill)]
impl Truth {
    /// Of a question as above.
    #[wasm_bindgen(constructor)]
    pub fn new(question: &str) -> Result<Truth, JsValue> {
        let question = read(question)?;
        Ok(Truth(TruthSkill::new(&question.text, question.before(), question.facts())))
    }

    /// The next step, as JSON.
    pub fn next(&mut self, reply: Option<String>) -> String {
        json!(self.0.next(reply.as_deref())).to_string()
    }
}

/// A skill that challenges what a question wrongly takes for granted.
#[wasm_bindgen(js_name = PremiseSkill)]
pub struct Premise(PremiseSkill);

#[wasm_bindgen(js_class = PremiseSkill)]
impl Premise {
    /// Of a question as above.
    #[wasm_bindgen(constructor)]
    pub fn new(question: &str) -> Result<Premise, JsValue> {
        let question = read(question)?;
        Ok(Premise(PremiseSkill::new(&question.text, question.facts())))
    }

    /// The next step, as JSON.
    pub fn next(&mut self, reply: Option<String>) -> String {
        json!(self.0.next(reply.as_deref())).to_string()
    }
}

/// All tools, as JSON: `[{ name, description, parameters }]`.
#[wasm_bindgen(js_name = tools)]
pub fn all_tools() -> String {
    tools::tools().to_string()
}

/// Calls a tool with JSON arguments; gives its result as JSON.
#[wasm_bindgen]
pub fn call(tool: &str, arguments: &str) -> Result<String, JsValue> {
    let arguments: Value = serde_json::from_str(arguments).unwrap_or(Value::Null);
    match tools::call(tool, &arguments) {
        Ok(value) => Ok(value.to_string()),
        Err(error) => Err(JsValue::from_str(&error.to_json().to_string())),
    }
}
