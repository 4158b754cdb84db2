//! The default model against Hugging Face transformers on the dequantized weights.
//!
//! With f32 activations the greedy answers are the reference's, token for token. With 8-bit
//! activations logits move by up to about 1 (as llama.cpp's do), so the first narrow margin ends the
//! comparison; see the fixtures' README.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use loquat::backend::Backend;
use loquat::backend::cpu::CpuBackend;
use loquat::backend::scalar::ScalarBackend;
use loquat::gguf::{Gguf, Parsed};
use loquat::model::{LoadOptions, ModelLoader};
use loquat::session::{Begun, Prompts, Request, Session, StepEvent, Token, fingerprint};
use serde_json::{Value, json};

/// Margins below this may go either way with 8-bit activations.
const NARROW: f64 = 0.5;

fn load<B: Backend>(path: &Path, backend: B) -> Session<B> {
    let mut file = File::open(path).unwrap();
    let mut prefix = vec![0; 4 << 20];
    file.read_exact(&mut prefix).unwrap();
    let Parsed::Done(gguf) = Gguf::parse(&prefix, None).unwrap() else { panic!("the header is longer than 4 MiB") };
    let options = LoadOptions { context_length: Some(512), ..LoadOptions::default() };
    let mut loader = ModelLoader::new(&gguf, backend, options).unwrap();
    for (i, t) in gguf.tensors.iter().enumerate() {
        let mut bytes = vec![0; t.size as usize];
        file.seek(SeekFrom::Start(t.offset)).unwrap();
        file.read_exact(&mut bytes).unwrap();
        loader.tensor(i, &bytes).unwrap();
    }
    let prompts = Prompts::from_metadata(&gguf.metadata).unwrap();
    Session::new(loader.finish().unwrap(), Arc::new(prompts), fingerprint(&gguf)).unwrap()
}

fn cases() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smollm2/expected.json");
    common::json(&path)["cases"].as_array().unwrap().clone()
}

fn ids(v: &Value) -> Vec<u32> {
    v.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as u32).collect()
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn request(messages: &Value, max_tokens: usize) -> Request {
    let fields = json!({"messages": messages, "temperature": 0, "max_tokens": max_tokens, "logprobs": 10});
    serde_json::from_value(fields).unwrap()
}

fn answer<B: Backend>(session: &mut Session<B>, request: &Request) -> (Begun, Vec<Token>) {
    let begun = session.begin(request).unwrap();
    let mut tokens = Vec::new();
    loop {
        match pollster::block_on(session.step()).unwrap() {
            StepEvent::Prefill { .. } => {}
            StepEvent::Token(token) => tokens.push(token),
            StepEvent::Done(_) => return (begun, tokens),
        }
    }
}

#[test]
fn the_reference_prompts_have_the_reference_ids() {
    let Some(path) = common::real_model() else { return };
    let bytes = std::fs::read(path).unwrap();
    let prompts = Prompts::from_metadata(&Gguf::parse_whole(&bytes).unwrap().metadata).unwrap();
    for case in cases() {
        let prompt = prompts.prompt(&request(&case["messages"], 1)).unwrap();
        assert_eq!(prompt.ids, ids(&case["prompt_ids"]), "{}", case["name"]);
    }
}

#[test]
fn the_scalar_backend_gives_the_reference_answers() {
    let Some(path) = common::real_model() else { return };
    let mut session = load(&path, ScalarBackend::new());
    for case in cases() {
        let want = ids(&case["greedy_ids"]);
        let (_, tokens) = answer(&mut session, &request(&case["messages"], want.len()));
        let got: Vec<u32> = tokens.iter().map(|t| t.id).collect();
        assert_eq!(got, want, "{}", case["name"]);
        let top = tokens[0].top.as_ref().unwrap();
        assert_eq!(top.iter().map(|c| c.id).collect::<Vec<_>>(), ids(&case["first_step_top10"]["ids"]));
        let sum = case["first_step_logsumexp"].as_f64().unwrap();
        for (choice, logit) in top.iter().zip(floats(&case["first_step_top10"]["logits"])) {
            let off = (f64::from(choice.logprob) - (logit - sum)).abs();
            assert!(off < 2e-3, "{}: {choice:?}, want {}", case["name"], logit - sum);
        }
    }
}

#[test]
fn the_cpu_backend_agrees_up_to_the_first_narrow_margin() {
    let Some(path) = common::real_model() else { return };
    let mut session = load(&path, CpuBackend::new(2).unwrap());
    let mut compared = 0;
    for case in cases() {
        // The reference's answer is forced, so that a narrow margin does not end the comparison.
        let (want, margins) = (ids(&case["greedy_ids"]), floats(&case["greedy_margins"]));
        let prompt = ids(&case["prompt_ids"]);
        for (i, (&id, &margin)) in want.iter().zip(&margins).enumerate() {
            if margin < 2.0 * NARROW {
                continue;
            }
            let before = [&prompt[..], &want[..i]].concat();
            let fields = json!({"ids": before, "temperature": 0, "max_tokens": 1});
            let (_, tokens) = answer(&mut session, &serde_json::from_value(fields).unwrap());
            assert_eq!(tokens[0].id, id, "{}, token {i}, margin {margin}", case["name"]);
            compared += 1;
        }
        let free = margins.iter().position(|&m| m < NARROW).unwrap_or(margins.len());
        let (_, tokens) = answer(&mut session, &request(&case["messages"], free));
        assert_eq!(tokens.iter().map(|t| t.id).collect::<Vec<_>>(), want[..free], "{}", case["name"]);
    }
    assert!(compared >= 40, "only {compared} tokens have a clear margin");
}

#[test]
fn a_follow_up_turn_reads_only_what_is_new() {
    let Some(path) = common::real_model() else { return };
    let mut session = load(&path, CpuBackend::new(2).unwrap());
    let mut messages = json!([{"role": "user", "content": "Write one sentence about the sea."}]);
    let (first, tokens) = answer(&mut session, &request(&messages, 24));
    assert_eq!(first.cached_n, 0);
    let text: String = tokens.iter().map(|t| t.text.as_str()).collect();
    let list = messages.as_array_mut().unwrap();
    list.push(json!({"role": "assistant", "content": text}));
    list.push(json!({"role": "user", "content": "And one about the hills."}));
    let (second, _) = answer(&mut session, &request(&messages, 4));
    assert!(second.cached_n >= first.prompt_n, "{second:?} after {first:?}");
    assert!(second.prompt_n - second.cached_n < 40, "{second:?}");
}
