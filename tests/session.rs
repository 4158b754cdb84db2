//! Sessions on a tiny model: what is reused, what ends an answer, and that nothing breaks the session.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use loquat::backend::scalar::ScalarBackend;
use loquat::gguf::Gguf;
use loquat::model::{LoadOptions, ModelLoader};
use loquat::session::{Begun, Done, Prompts, Request, Session, StepEvent, StopReason, Token, fingerprint};
use serde_json::{Value, json};

type Scalar = Session<ScalarBackend>;

/// The smallest chat model, with prompts cut into chunks of 8 tokens.
fn session(context: usize) -> Scalar {
    open("smollm2-tied-q4_0", context)
}

fn open(fixture: &str, context: usize) -> Scalar {
    let path = format!("{}/tests/fixtures/arch/{fixture}/model.gguf", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let gguf = Gguf::parse_whole(&bytes).unwrap();
    let options = LoadOptions { context_length: Some(context), max_batch: 8 };
    let mut loader = ModelLoader::new(&gguf, ScalarBackend::new(), options).unwrap();
    for (i, t) in gguf.tensors.iter().enumerate() {
        loader.tensor(i, &bytes[t.offset as usize..(t.offset + t.size) as usize]).unwrap();
    }
    let prompts = Prompts::from_metadata(&gguf.metadata).unwrap();
    Session::new(loader.finish().unwrap(), Arc::new(prompts), fingerprint(&gguf)).unwrap()
}

fn request(fields: Value) -> Request {
    let mut all = json!({"temperature": 0, "max_tokens": 12, "ignore_eos": true});
    fields.as_object().unwrap().iter().for_each(|(k, v)| all[k] = v.clone());
    serde_json::from_value(all).unwrap()
}

fn step(session: &mut Scalar) -> StepEvent {
    pollster::block_on(session.step()).unwrap()
}

#[derive(Debug)]
struct Answer {
    begun: Begun,
    tokens: Vec<Token>,
    done: Done,
}

impl Answer {
    fn ids(&self) -> Vec<u32> {
        self.tokens.iter().map(|t| t.id).collect()
    }

    fn text(&self) -> String {
        self.tokens.iter().map(|t| t.text.as_str()).chain([self.done.text.as_str()]).collect()
    }
}

fn answer(session: &mut Scalar, fields: Value) -> Answer {
    let begun = session.begin(&request(fields)).unwrap();
    let mut tokens = Vec::new();
    loop {
        match step(session) {
            StepEvent::Prefill { .. } => {}
            StepEvent::Token(token) => tokens.push(token),
            StepEvent::Done(done) => return Answer { begun, tokens, done },
        }
    }
}

fn ids(n: u32) -> Vec<u32> {
    (0..n).map(|i| 40 + i * 7 % 200).collect()
}

#[test]
fn a_prompt_is_read_in_chunks_and_the_answer_counted() {
    let mut s = session(64);
    s.begin(&request(json!({"ids": ids(20), "max_tokens": 2}))).unwrap();
    for done in [8, 16, 20] {
        assert_eq!(step(&mut s), StepEvent::Prefill { done, total: 20 });
    }
    assert!(matches!(step(&mut s), StepEvent::Token(_)));
    assert!(matches!(step(&mut s), StepEvent::Token(_)));
    let StepEvent::Done(done) = step(&mut s) else { panic!("no end") };
    assert_eq!(done.reason, StopReason::Length);
    assert_eq!((done.usage.prompt_tokens, done.usage.completion_tokens, done.usage.total_tokens), (20, 2, 22));
    assert_eq!((done.timings.prompt_n, done.timings.predicted_n, done.timings.cached_n), (20, 2, 0));
    let error = pollster::block_on(s.step()).unwrap_err();
    assert_eq!(error.code(), "state", "a step after the end is an error, not a hang");
}

#[test]
fn an_edited_prompt_reuses_the_common_prefix_and_answers_as_if_fresh() {
    let mut edited = ids(30);
    edited[17] = 99;
    let fresh = answer(&mut session(64), json!({"ids": edited}));
    let mut s = session(64);
    answer(&mut s, json!({"ids": ids(30)}));
    let reused = answer(&mut s, json!({"ids": edited}));
    assert_eq!(reused.begun, Begun { prompt_n: 30, cached_n: 17, thought_end: None });
    assert_eq!(reused.ids(), fresh.ids());
    assert_eq!(reused.done.timings.prompt_n, 13);
}

/// Thoughts and tool calls are found by their marks where those are tokens of their own; no text shows them.
#[test]
fn control_tokens_in_an_answer_are_told_beside_its_text() {
    let mut s = session(128);
    let answer = answer(
        &mut s,
        json!({"ids": ids(9), "max_tokens": 100, "temperature": 90, "top_k": 0, "top_p": 1, "min_p": 0, "seed": 1}),
    );
    let prompts = s.prompts().clone();
    let tokenizer = prompts.tokenizer();
    let marks: Vec<&Token> = answer.tokens.iter().filter(|t| t.control.is_some()).collect();
    assert!(!marks.is_empty(), "of 100 tokens at random some are control tokens");
    for token in &answer.tokens {
        let text = tokenizer.decode(&[token.id]).unwrap();
        assert_eq!(token.control.as_deref(), tokenizer.is_special(token.id).then_some(text.as_str()), "{token:?}");
    }
    assert!(marks.iter().all(|t| !answer.text().contains(t.control.as_deref().unwrap())));
}

#[test]
fn probabilities_come_with_bytes_that_join_to_the_answer() {
    let mut s = session(64);
    let emoji =
        json!({"ids": ids(9), "logprobs": 2, "max_tokens": 40, "constraint": {"type": "regex", "regex": "😀 枇杷!"}});
    let found = answer(&mut s, emoji);
    assert_eq!(found.text(), "😀 枇杷!");
    let bytes: Vec<u8> = found.tokens.iter().flat_map(|t| t.bytes.clone().unwrap()).collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), found.text());
    assert!(found.tokens.len() > 5 && found.tokens.iter().any(|t| t.text.is_empty()), "characters of several tokens");
    for choice in found.tokens.iter().flat_map(|t| t.top.as_ref().unwrap()) {
        assert_eq!(choice.text, String::from_utf8_lossy(&choice.bytes));
    }
    assert!(answer(&mut s, json!({"ids": ids(9)})).tokens.iter().all(|t| t.bytes.is_none()));
}

#[test]
fn the_end_of_a_turn_has_no_probability() {
    let mut s = session(64);
    let stops = s.prompts().tokenizer().stop_ids().to_vec();
    let ended = (0..200).find_map(|seed| {
        let fields = json!({"ids": ids(9), "logprobs": 1, "ignore_eos": false, "temperature": 90, "top_k": 0, "top_p": 1, "min_p": 0, "seed": seed});
        answer(&mut s, fields).tokens.pop().filter(|last| stops.contains(&last.id))
    });
    let last = ended.expect("an answer that ends");
    assert_eq!((last.logprob, last.top, last.bytes, last.control), (None, None, None, None));
}

#[test]
fn a_prompt_that_opens_a_thought_says_what_closes_it() {
    let path = common::fixture_roots()[0].join("arch/smollm2-tied-q4_0/model.gguf");
    let mut meta = common::metadata(&path);
    let template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: <think>\n{% endif %}";
    meta.0.insert("tokenizer.chat_template".into(), loquat::gguf::Value::String(template.into()));
    let prompts = Prompts::from_metadata(&meta).unwrap();
    let thought = |fields: Value| prompts.prompt(&request(fields)).unwrap().thought_end;
    let user = json!({"role": "user", "content": "Does <think> open one?"});
    let said = |text: &str| json!({"messages": [user, {"role": "assistant", "content": text}], "continue_final": true});
    assert_eq!(thought(json!({"messages": [user]})), Some("</think>"));
    assert_eq!(thought(json!({"messages": [user], "add_generation_prompt": false})), None);
    assert_eq!(thought(said("<think>I should")), Some("</think>"));
    assert_eq!(thought(said("<think>I should.</think>Hel")), None);
    assert_eq!(thought(json!({"prompt": "a <think>"})), None);
}

#[test]
fn variables_of_the_template_have_the_name_that_other_servers_give_them() {
    let named = |name: &str| request(json!({ name: {"enable_thinking": false} })).template_vars.unwrap();
    assert_eq!(named("chat_template_kwargs"), named("template_vars"));
}

#[test]
fn regenerating_computes_the_last_prompt_token_only() {
    let mut s = session(64);
    let first = answer(&mut s, json!({"ids": ids(30)}));
    let again = answer(&mut s, json!({"ids": ids(30)}));
    assert_eq!(again.begun.cached_n, 29);
    assert_eq!(first.ids(), again.ids());
}

#[test]
fn a_follow_up_reuses_prompt_and_answer() {
    let mut s = session(128);
    let first = answer(&mut s, json!({"ids": ids(30)}));
    let follow: Vec<u32> = [ids(30), first.ids(), ids(5)].concat();
    let second = answer(&mut s, json!({"ids": follow}));
    // The last generated token was never fed back.
    assert_eq!(second.begun.cached_n, 30 + first.ids().len() - 1);
    assert_eq!(second.ids(), answer(&mut session(128), json!({"ids": follow})).ids());
}

#[test]
fn cancelling_in_prefill_or_between_tokens_keeps_what_was_computed() {
    let fresh = answer(&mut session(64), json!({"ids": ids(30)}));
    for steps in [0, 2, 4, 7] {
        let mut s = session(64);
        s.begin(&request(json!({"ids": ids(30)}))).unwrap();
        (0..steps).for_each(|_| drop(step(&mut s)));
        s.cancel();
        let StepEvent::Done(done) = step(&mut s) else { panic!("not cancelled after {steps} steps") };
        assert_eq!(done.reason, StopReason::Cancelled);
        let again = answer(&mut s, json!({"ids": ids(30)}));
        assert_eq!(again.begun.cached_n, [0, 16, 29, 29][[0, 2, 4, 7].iter().position(|&n| n == steps).unwrap()]);
        assert_eq!(again.ids(), fresh.ids(), "after {steps} steps");
    }
}

#[test]
fn a_full_context_ends_the_answer_and_an_over_long_prompt_is_refused() {
    let mut s = session(32);
    let full = answer(&mut s, json!({"ids": ids(30), "max_tokens": 100}));
    assert_eq!(full.done.reason, StopReason::Context);
    // Two more positions, and one token that needs none.
    assert_eq!(full.tokens.len(), 3);
    let error = s.begin(&request(json!({"ids": ids(33)}))).unwrap_err();
    assert!(error.code() == "context_full" && error.to_string().contains("33"), "{error}");
    assert!(error.to_string().contains("32"), "{error}");
    let exact = answer(&mut s, json!({"ids": ids(32)}));
    assert_eq!((exact.done.reason, exact.tokens.len()), (StopReason::Context, 1));
}

#[test]
fn a_refused_request_leaves_the_cache_and_the_session_usable() {
    let mut s = session(64);
    let first = answer(&mut s, json!({"ids": ids(20)}));
    let refused = [
        (json!({"prompt": ""}), "empty_prompt"),
        (json!({"messages": []}), "empty_prompt"),
        (json!({"ids": []}), "empty_prompt"),
        (json!({"ids": [5, 389]}), "token_out_of_range"),
        (json!({}), "bad_parameter"),
        (json!({"ids": [1], "prompt": "a"}), "bad_parameter"),
        (json!({"ids": [1], "temperature": -1}), "bad_parameter"),
        (json!({"ids": [1], "top_p": 2}), "bad_parameter"),
        (json!({"messages": ["hello"]}), "chat_template"),
        (json!({"messages": [{"role": "user", "content": "a"}], "continue_final": true}), "bad_parameter"),
    ];
    for (fields, code) in refused {
        let error = s.begin(&request(fields.clone())).unwrap_err();
        assert_eq!(error.code(), code, "{fields}: {error}");
    }
    let again = answer(&mut s, json!({"ids": ids(20)}));
    assert_eq!(again.begun.cached_n, 19);
    assert_eq!(again.ids(), first.ids());
}

#[test]
fn a_stop_string_ends_the_answer_and_is_not_part_of_it() {
    let mut s = session(128);
    let whole = answer(&mut s, json!({"ids": ids(20), "max_tokens": 40}));
    let text = whole.text();
    let stop: String = text.chars().skip(text.chars().count() / 2).take(3).collect();
    let cut = answer(&mut s, json!({"ids": ids(20), "max_tokens": 40, "stop": stop}));
    assert_eq!(cut.done.reason, StopReason::Stop);
    assert_eq!(cut.text(), text[..text.find(&stop).unwrap()]);
    assert!(cut.tokens.len() < whole.tokens.len());
}

#[test]
fn a_stop_token_ends_the_answer_unless_it_is_ignored() {
    let mut s = session(512);
    let stops = s.prompts().tokenizer().stop_ids().to_vec();
    // Untrained weights never choose it by themselves, so many seeds are tried.
    let found = (0..200).map(|seed| {
        let sampling = json!({"ids": ids(4), "temperature": 2, "top_k": 0, "top_p": 1, "min_p": 0, "seed": seed,
            "max_tokens": 60, "ignore_eos": false});
        answer(&mut s, sampling)
    });
    let ended = found.into_iter().find(|a| a.done.reason == StopReason::Stop).expect("no seed gives a stop token");
    let (last, before) = ended.tokens.split_last().unwrap();
    assert!(stops.contains(&last.id) && last.text.is_empty());
    assert!(before.iter().all(|t| !stops.contains(&t.id)));
}

#[test]
fn probabilities_are_those_of_the_model() {
    let mut s = session(64);
    let a = answer(&mut s, json!({"ids": ids(20), "logprobs": 3, "max_tokens": 4, "repetition_penalty": 1.5}));
    for token in &a.tokens {
        let top = token.top.as_ref().unwrap();
        assert_eq!(top.len(), 3);
        assert!(top[0].logprob >= top[1].logprob && top[1].logprob >= top[2].logprob);
        assert!(token.logprob.unwrap() <= top[0].logprob && top[0].logprob < 0.0);
    }
    let plain = answer(&mut s, json!({"ids": ids(20), "max_tokens": 1}));
    assert!(plain.tokens[0].logprob.is_none());
}

#[test]
fn a_saved_session_is_restored_for_the_same_model_only() {
    let mut s = session(64);
    let first = answer(&mut s, json!({"ids": ids(20)}));
    let saved = pollster::block_on(s.save()).unwrap();
    let mut other = session(64);
    other.restore(&saved).unwrap();
    assert_eq!(other.cached(), s.cached());
    let again = answer(&mut other, json!({"ids": ids(20)}));
    assert_eq!((again.begun.cached_n, again.ids()), (19, first.ids()));
    let error = open("llama-q4_1", 64).restore(&saved).unwrap_err();
    assert_eq!(error.code(), "session");
    assert_eq!(other.restore(&saved[..saved.len() - 2]).unwrap_err().code(), "session");
    assert_eq!(session(16).restore(&saved).unwrap_err().code(), "context_full");
    assert_eq!(answer(&mut other, json!({"ids": ids(20)})).begun.cached_n, 19, "a refused restore changes nothing");
}

#[test]
fn special_tokens_that_a_person_types_stay_text() {
    let s = session(256);
    let tokenizer = s.prompts().tokenizer();
    let prompt = |text: &str| {
        let request = request(json!({"messages": [{"role": "user", "content": text}]}));
        s.prompts().prompt(&request).unwrap().ids
    };
    let controls: Vec<u32> = (0..tokenizer.vocab_size() as u32).filter(|&id| tokenizer.is_special(id)).collect();
    let count = |ids: &[u32]| ids.iter().filter(|id| controls.contains(id)).count();
    let calm = prompt("ends here and goes on");
    let turn_end = controls.iter().map(|&id| String::from_utf8_lossy(tokenizer.token_bytes(id)).into_owned());
    for control in turn_end {
        for attack in [format!("ends here{control}and goes on"), format!("{control}{control}"), format!("<{control}>")]
        {
            let ids = prompt(&attack);
            assert_eq!(count(&ids), count(&calm), "{attack}");
            assert!(tokenizer.decode(&ids).unwrap().contains(&attack), "{attack} was changed");
        }
    }
}

#[test]
fn the_final_message_can_be_continued() {
    let s = session(256);
    let prompt = |fields: Value| s.prompts().prompt(&request(fields)).unwrap();
    let messages = json!([{"role": "user", "content": "Count."}, {"role": "assistant", "content": "One, two"}]);
    let continued = prompt(json!({"messages": messages, "continue_final": true}));
    let text = s.prompts().tokenizer().decode(&continued.ids).unwrap();
    assert!(text.ends_with("One, two") && !continued.opens_text, "{text}");
    let closed = s.prompts().tokenizer().decode(&prompt(json!({"messages": messages})).ids).unwrap();
    assert!(closed.starts_with(&text) && closed.len() > text.len());
}

/// What is left of an answer whose device was lost goes on in a new session, as if nothing had happened.
#[test]
fn a_suspended_answer_goes_on_in_another_session() {
    let fields = json!({"ids": ids(30), "temperature": 1.5, "seed": 7, "max_tokens": 20, "repetition_penalty": 1.2});
    let whole = answer(&mut session(64), fields.clone());
    // In the prompt, at its end, after some tokens, at the last one.
    for steps in [2, 4, 9, 4 + 19] {
        let mut first = session(64);
        first.begin(&request(fields.clone())).unwrap();
        let mut seen: Vec<u32> = Vec::new();
        let take = |event: StepEvent, seen: &mut Vec<u32>| {
            match event {
                StepEvent::Token(token) => seen.push(token.id),
                StepEvent::Done(done) => return Some(done),
                StepEvent::Prefill { done, total } => assert!(done <= total && total <= 30 + seen.len()),
            }
            None
        };
        for _ in 0..steps {
            take(step(&mut first), &mut seen);
        }
        let mut second = session(64);
        second.resume(first.suspend().unwrap());
        assert_eq!(pollster::block_on(first.step()).unwrap_err().code(), "state");
        let done = loop {
            if let Some(done) = take(step(&mut second), &mut seen) {
                break done;
            }
        };
        assert_eq!(seen, whole.ids(), "after {steps} steps");
        assert_eq!((done.usage, done.reason), (whole.done.usage, whole.done.reason), "after {steps} steps");
        // The new session's cache holds what it read.
        assert_eq!(second.cached(), [ids(30), whole.ids()].concat().split_last().unwrap().1);
    }
}
