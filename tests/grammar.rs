//! Constraints: whatever a sampler picks among the tokens that are left, the answer is a sentence of the grammar.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod common;

use std::path::Path;

use loquat::Error;
use loquat::grammar::{Constraint, Grammars};
use loquat::tokenizer::Tokenizer;
use serde_json::{Value, json};

/// Vocabularies of three kinds, small ones: byte-level BPE, SentencePiece, and GPT-2's.
const MODELS: &[&str] = &["smollm2-tied-q4_0", "llama-q4_1", "gpt2-q8_0"];

fn tokenizer(name: &str) -> Tokenizer {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch").join(name).join("model.gguf");
    Tokenizer::from_metadata(&common::metadata(&path)).unwrap()
}

/// A generator that is the same everywhere (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Picks any allowed token, again and again.
fn answer(tokenizer: &Tokenizer, constraint: &Constraint, seed: u64) -> String {
    let grammars = Grammars::new(tokenizer).unwrap();
    let mut guide = grammars.compile(constraint).unwrap();
    let mut random = Random(seed);
    let mut ids = Vec::new();
    while !guide.is_done() {
        let mut logits = vec![0.0; tokenizer.vocab_size() + 3]; // padded, as heads are
        guide.mask(&mut logits).unwrap();
        let allowed: Vec<u32> = (0..).zip(&logits).filter(|(_, l)| **l == 0.0).map(|(id, _)| id).collect();
        let id = allowed[random.next() as usize % allowed.len()];
        assert!((id as usize) < tokenizer.vocab_size(), "a token that does not exist");
        guide.accept(id).unwrap();
        if !tokenizer.stop_ids().contains(&id) {
            assert!(!tokenizer.is_special(id), "control token {id} in text");
            ids.push(id);
        }
        assert!(ids.len() < 2000, "the answer does not end");
    }
    String::from_utf8(ids.iter().flat_map(|&id| tokenizer.token_bytes(id).to_vec()).collect()).unwrap()
}

#[test]
fn json_of_a_schema_has_its_fields_types_and_bounds() {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "maxLength": 8 },
            "age": { "type": "integer", "minimum": 0, "maximum": 120 },
            "tags": { "type": "array", "items": { "$ref": "#/$defs/tag" }, "minItems": 1, "maxItems": 3 },
            "ok": { "type": "boolean" }
        },
        "required": ["name", "age", "tags", "ok"],
        "additionalProperties": false,
        "$defs": { "tag": { "enum": ["a", "b", 7, null] } }
    });
    for name in MODELS {
        let tokenizer = tokenizer(name);
        for seed in 0..20 {
            let text = answer(&tokenizer, &Constraint::JsonSchema { schema: schema.clone() }, seed);
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name} {seed}: {e}: {text}"));
            assert!(value["name"].as_str().unwrap().chars().count() <= 8, "{text}");
            assert!(value["age"].as_i64().unwrap() <= 120, "{text}");
            assert!(value["ok"].is_boolean(), "{text}");
            let tags = value["tags"].as_array().unwrap();
            assert!((1..=3).contains(&tags.len()), "{text}");
            assert!(tags.iter().all(|tag| [json!("a"), json!("b"), json!(7), json!(null)].contains(tag)), "{text}");
            assert_eq!(value.as_object().unwrap().len(), 4, "{text}");
        }
    }
}

#[test]
fn a_regular_expression_matches_the_whole_answer() {
    for name in MODELS {
        let tokenizer = tokenizer(name);
        for seed in 0..10 {
            let text = answer(&tokenizer, &Constraint::Regex { regex: "(yes|no), [0-9]{3}".into(), flags: None }, seed);
            let (word, number) = text.split_once(", ").unwrap();
            assert!(word == "yes" || word == "no", "{name}: {text}");
            assert!(number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()), "{name}: {text}");
        }
    }
}

/// Schemas that generators write hold much that demands nothing; the standard says to ignore what is not known.
#[test]
fn keywords_at_their_default_and_unknown_formats_are_ignored() {
    let tokenizer = tokenizer(MODELS[0]);
    let schema = json!({
        "type": "object",
        "properties": {
            "secret": { "type": "string", "format": "password", "maxLength": 4, "deprecated": true },
            "tags": {
                "type": "array", "items": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 9 },
                "uniqueItems": false, "maxItems": 2, "minContains": 1, "unevaluatedItems": true
            },
            "id": { "type": "string", "pattern": r"^[[]\d\/[&&x]$", "not": false }
        },
        "required": ["secret", "tags", "id"],
        "additionalProperties": false,
        "minProperties": 0,
        "propertyNames": {},
        "dependentRequired": {},
        "if": { "properties": { "secret": false } }
    });
    for seed in 0..5 {
        let text = answer(&tokenizer, &Constraint::JsonSchema { schema: schema.clone() }, seed);
        let value: Value = serde_json::from_str(&text).unwrap();
        let id = value["id"].as_str().unwrap();
        assert!(id.len() == 4 && id.starts_with('[') && id.as_bytes()[2] == b'/' && "&x".contains(&id[3..]), "{text}");
        assert!(value["secret"].as_str().unwrap().chars().count() <= 4 && value["tags"].is_array(), "{text}");
    }
}

#[test]
fn a_regexp_of_javascript_means_here_what_it_means_there() {
    let tokenizer = tokenizer(MODELS[0]);
    let regex = Constraint::Regex { regex: r"^\d{3}-[[k]$".into(), flags: Some("i".into()) };
    for seed in 0..20 {
        let text = answer(&tokenizer, &regex, seed);
        let (digits, end) = text.split_once('-').unwrap();
        assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()), "{text}");
        assert!(["[", "k", "K"].contains(&end), "{text}");
    }
}

#[test]
fn a_tool_call_is_a_grammar_around_a_schema() {
    let grammar = r#"start: call ("\n" call)?
call: "<tool_call>\n" %json {"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":9}},"required":["n"],"additionalProperties":false} "\n</tool_call>""#;
    let tokenizer = tokenizer(MODELS[0]);
    for seed in 0..10 {
        let text = answer(&tokenizer, &Constraint::Lark { grammar: grammar.into() }, seed);
        let calls: Vec<&str> = text.split("<tool_call>\n").skip(1).collect();
        assert!((1..=2).contains(&calls.len()), "{text}");
        for call in calls {
            let (body, _) = call.split_once("\n</tool_call>").unwrap();
            let value: Value = serde_json::from_str(body).unwrap();
            assert!(!body.contains(['\n', '\t']), "as models write it: {body}");
            assert!((1..=9).contains(&value["n"].as_i64().unwrap()), "{text}");
        }
    }
}

#[test]
fn what_cannot_be_satisfied_or_read_is_an_error_that_says_why() {
    let tokenizer = tokenizer(MODELS[0]);
    let grammars = Grammars::new(&tokenizer).unwrap();
    let schema = |schema: Value| Constraint::JsonSchema { schema };
    let bad = [
        (schema(json!({ "type": "nothing" })), "nothing"),
        (schema(json!(false)), "false"),
        (schema(json!({ "$ref": "https://elsewhere.example/schema" })), "https://elsewhere.example/schema"),
        (schema(json!({ "$ref": "#/$defs/a~1b" })), "#/$defs/a~1b"),
        (schema(json!({ "properties": { "a": { "uniqueItems": true } } })), "\"uniqueItems\""),
        (schema(json!({ "not": {} })), "\"not\""),
        (schema(json!({ "type": "object", "required": ["a"], "minProperties": 3 })), "minProperties is 3"),
        (schema(json!({ "type": "string", "pattern": "^a(?=b)" })), "^a(?=b)"),
        (Constraint::Regex { regex: r"(a)\1".into(), flags: Some(String::new()) }, "back references"),
        (Constraint::Regex { regex: "(".into(), flags: None }, "("),
        (Constraint::Lark { grammar: "start: missing".into() }, "missing"),
        (Constraint::Lark { grammar: r#"start: %json {"minProperties": 2} "a""#.into() }, "minProperties is 2"),
        (Constraint::Lark { grammar: "start: %json {".into() }, "json"),
    ];
    for (constraint, named) in bad {
        match grammars.compile(&constraint) {
            Err(Error::Grammar(problem)) => assert!(problem.contains(named), "{constraint:?}: {problem}"),
            other => panic!("{constraint:?}: {other:?}"),
        }
    }
}

#[test]
fn references_with_escapes_reach_their_schema_and_names_are_no_keywords() {
    let tokenizer = tokenizer(MODELS[0]);
    let schema = json!({
        "$defs": { "a/b~c%": { "type": "array", "items": { "$ref": "#/$defs/d%22e" }, "minItems": 1, "maxItems": 2 },
                   "d\"e": { "const": "deep" } },
        "type": "object",
        "properties": { "minProperties": { "$ref": "#/$defs/a~1b~0c%25" }, "enum": { "$ref": "#/$defs/a~1b~0c%25" } },
        "required": ["minProperties", "enum"],
        "additionalProperties": false,
    });
    for seed in 0..5 {
        let text = answer(&tokenizer, &Constraint::JsonSchema { schema: schema.clone() }, seed);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["minProperties"][0], "deep", "{text}");
        assert_eq!(value["enum"][0], "deep", "{text}");
    }
}

#[test]
fn a_token_that_the_grammar_forbids_is_refused() {
    let tokenizer = tokenizer(MODELS[0]);
    let grammars = Grammars::new(&tokenizer).unwrap();
    let mut guide = grammars.compile(&Constraint::Regex { regex: "[0-9]+".into(), flags: None }).unwrap();
    let letter = tokenizer.encode("x", false).unwrap()[0];
    assert!(matches!(guide.accept(letter), Err(Error::Grammar(_))));
}
