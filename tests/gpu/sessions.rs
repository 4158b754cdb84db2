//! Answers on the GPU: tokens that it draws itself, several under way, are those of the CPU's sampler; the
//! cache is true wherever an answer ends; a lost device costs no word.

use std::path::Path;
use std::sync::Arc;

use loquat::Error;
use loquat::backend::Backend;
use loquat::backend::gpu::GpuBackend;
use loquat::backend::scalar::ScalarBackend;
use loquat::gguf::Gguf;
use loquat::session::{Begun, Done, Prompts, Request, Session, StepEvent, StopReason, fingerprint};
use pollster::block_on;
use serde_json::{Value, json};

use super::{EXACT, load, open};

const MODEL: &str = "smollm2-tied-q4_0";

fn open_session<B: Backend>(name: &str, backend: B) -> Session<B> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch").join(name).join("model.gguf");
    let gguf = Gguf::parse_whole(&std::fs::read(path).unwrap()).unwrap();
    let prompts = Prompts::from_metadata(&gguf.metadata).unwrap();
    Session::new(load(name, backend, 128), Arc::new(prompts), fingerprint(&gguf)).unwrap()
}

/// Steps until the end or an error; the ids of the tokens are added to `ids`.
fn drive<B: Backend>(session: &mut Session<B>, ids: &mut Vec<u32>, mut each: impl FnMut(usize)) -> Result<(), Error> {
    loop {
        match block_on(session.step())? {
            StepEvent::Token(token) => {
                ids.push(token.id);
                each(ids.len());
            }
            StepEvent::Done(_) => return Ok(()),
            StepEvent::Prefill { .. } => {}
        }
    }
}

/// A reader whose GPU resets in the middle of a sentence still gets the sentence.
#[test]
fn an_answer_whose_device_is_lost_goes_on_with_the_same_text_on_a_new_device_and_on_the_cpu() {
    let name = MODEL;
    let prompt: Vec<u32> = (0..70).map(|i| (i * 11 + 3) % 200).collect();
    let request = json!({"ids": prompt, "temperature": 0, "max_tokens": 12, "ignore_eos": true});
    let request: Request = serde_json::from_value(request).unwrap();
    let Some(gpu) = open(EXACT) else { return };
    let mut undisturbed = open_session(name, gpu);
    undisturbed.begin(&request).unwrap();
    let mut want = Vec::new();
    drive(&mut undisturbed, &mut want, |_| {}).unwrap();
    assert_eq!(want.len(), 12);

    let (first, second) = (open(EXACT).unwrap(), open(EXACT).unwrap());
    let devices = [first.gpu().clone(), second.gpu().clone()];
    let (mut first, mut second) = (open_session(name, first), open_session(name, second));
    let mut cpu = open_session(name, ScalarBackend::new());
    let mut ids = Vec::new();
    first.begin(&request).unwrap();
    let error = drive(&mut first, &mut ids, |n| {
        if n == 4 {
            devices[0].destroy()
        }
    })
    .unwrap_err();
    assert_eq!(error.code(), "device_lost", "{error}");
    assert!((4..12).contains(&ids.len()));
    second.resume(first.suspend().unwrap());
    let error = drive(&mut second, &mut ids, |n| {
        if n == 9 {
            devices[1].destroy()
        }
    })
    .unwrap_err();
    assert_eq!(error.code(), "device_lost", "{error}");
    cpu.resume(second.suspend().unwrap());
    drive(&mut cpu, &mut ids, |_| {}).unwrap();
    assert_eq!(ids, want);
}

fn request(fields: Value) -> Request {
    let mut all = json!({"temperature": 0, "max_tokens": 12, "ignore_eos": true});
    fields.as_object().unwrap().iter().for_each(|(k, v)| all[k] = v.clone());
    serde_json::from_value(all).unwrap()
}

fn ids(n: u32) -> Vec<u32> {
    (0..n).map(|i| 40 + i * 7 % 200).collect()
}

/// A session that keeps `depth` tokens under way.
fn flying(depth: usize) -> Option<Session<GpuBackend>> {
    let mut session = open_session(MODEL, open(EXACT)?);
    session.model().backend().fix_depth(depth).unwrap();
    Some(session)
}

struct Answer {
    begun: Begun,
    ids: Vec<u32>,
    text: String,
    done: Done,
}

fn answer<B: Backend>(session: &mut Session<B>, fields: Value) -> Answer {
    let begun = session.begin(&request(fields)).unwrap();
    let (mut ids, mut text) = (Vec::new(), String::new());
    loop {
        match block_on(session.step()).unwrap() {
            StepEvent::Prefill { .. } => {}
            StepEvent::Token(token) => {
                ids.push(token.id);
                text += &token.text;
            }
            StepEvent::Done(done) => return Answer { begun, ids, text: text + &done.text, done },
        }
    }
}

/// Asking for probabilities makes the CPU choose; nothing else may change.
fn by_the_cpu(mut fields: Value) -> Value {
    fields["logprobs"] = json!(0);
    fields
}

#[test]
fn tokens_drawn_on_the_device_are_those_that_the_cpu_would_choose() {
    for depth in [1, 2, 5] {
        let Some(mut session) = flying(depth) else { return };
        for fields in [
            json!({}),
            json!({"repetition_penalty": 1.5, "frequency_penalty": 0.3}),
            json!({"temperature": 1.3, "seed": 5}),
            json!({"temperature": 0.7, "seed": 6, "top_k": 64, "top_p": 0.5, "min_p": 0}),
            json!({"temperature": 2, "seed": 7, "top_k": 3, "presence_penalty": 1.5, "penalty_last_n": 20}),
        ] {
            let mut fields = fields;
            (fields["ids"], fields["max_tokens"]) = (json!(ids(70)), json!(30));
            let drawn = answer(&mut session, fields.clone());
            let chosen = answer(&mut session, by_the_cpu(fields.clone()));
            assert_eq!(drawn.ids, chosen.ids, "{fields} at depth {depth}");
            assert_eq!((drawn.text, drawn.done.usage.total_tokens), (chosen.text, 100), "{fields}");
        }
    }
}

/// Whatever ends an answer, the cache holds a true prefix: what comes next is as if it were fresh.
#[test]
fn answers_end_where_they_should_with_tokens_under_way() {
    let Some(mut fresh) = flying(1) else { return };
    let whole = answer(&mut fresh, by_the_cpu(json!({"ids": ids(30), "max_tokens": 20})));
    let follow = |n: usize| [ids(30), whole.ids[..n].to_vec(), ids(5)].concat();
    for depth in [1, 3, 8] {
        let Some(mut session) = flying(depth) else { return };
        let mut check = |fields: Value, reason: StopReason, n: usize| {
            session.reset();
            let got = answer(&mut session, fields.clone());
            assert_eq!((got.ids.as_slice(), got.done.reason), (&whole.ids[..n], reason), "{fields} at depth {depth}");
            let cached = session.cached().to_vec();
            assert!([ids(30), got.ids.clone()].concat().starts_with(&cached), "{fields} at depth {depth}");
            assert!(cached.len() >= 30 + n - 1);
            let next = answer(&mut session, json!({"ids": follow(n)}));
            assert!(next.begun.cached_n >= 30 + n - 1, "{fields} at depth {depth}");
            fresh.reset();
            assert_eq!(next.ids, answer(&mut fresh, by_the_cpu(json!({"ids": follow(n)}))).ids, "{fields}");
            got.text
        };
        for n in [1, 2, 7] {
            check(json!({"ids": ids(30), "max_tokens": n}), StopReason::Length, n);
        }
        // A stop string that the sixth token completes.
        let tokenizer = fresh_tokenizer();
        let piece = tokenizer.decode(&whole.ids[4..6]).unwrap();
        let all = tokenizer.decode(&whole.ids).unwrap();
        let at = all.find(&piece).unwrap();
        let ends = (1..=20).find(|&n| tokenizer.decode(&whole.ids[..n]).unwrap().contains(&piece)).unwrap();
        let text = check(json!({"ids": ids(30), "stop": [piece], "max_tokens": 20}), StopReason::Stop, ends);
        assert_eq!(text, all[..at]);
    }
}

fn fresh_tokenizer() -> loquat::tokenizer::Tokenizer {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arch").join(MODEL).join("model.gguf");
    let gguf = Gguf::parse_whole(&std::fs::read(path).unwrap()).unwrap();
    loquat::tokenizer::Tokenizer::from_metadata(&gguf.metadata).unwrap()
}

#[test]
fn a_cancelled_answer_leaves_a_cache_that_the_next_one_can_use() {
    let Some(mut session) = flying(4) else { return };
    let whole = answer(&mut session, json!({"ids": ids(30), "max_tokens": 20}));
    for tokens in [0, 1, 5] {
        session.reset();
        session.begin(&request(json!({"ids": ids(30), "max_tokens": 20}))).unwrap();
        let mut seen = Vec::new();
        while seen.len() < tokens {
            if let StepEvent::Token(token) = block_on(session.step()).unwrap() {
                seen.push(token.id);
            }
        }
        session.cancel();
        let StepEvent::Done(done) = block_on(session.step()).unwrap() else { panic!("no end after cancel") };
        assert_eq!((done.reason, done.usage.completion_tokens), (StopReason::Cancelled, tokens));
        assert_eq!(seen, whole.ids[..tokens]);
        let saved = block_on(session.save()).unwrap();
        let again = answer(&mut session, json!({"ids": ids(30), "max_tokens": 20}));
        assert_eq!(again.ids, whole.ids, "after {tokens} tokens");
        session.restore(&saved).unwrap();
        assert_eq!(answer(&mut session, json!({"ids": ids(30), "max_tokens": 20})).ids, whole.ids);
    }
}

/// Who stops while a long prompt is read waits for the chunk under way at most, and loses nothing of what was read.
#[test]
fn a_prompt_is_read_chunk_by_chunk_and_can_be_stopped_between_them() {
    let (Some(mut session), Some(mut fresh)) = (flying(3), flying(1)) else { return };
    let fields = json!({"ids": ids(120), "max_tokens": 5});
    session.begin(&request(fields.clone())).unwrap();
    let before = session.model().backend().stats().submits;
    let StepEvent::Prefill { done, total } = block_on(session.step()).unwrap() else { panic!("no chunk") };
    assert_eq!((done, total), (64, 120));
    assert_eq!(session.model().backend().stats().submits, before + 1);
    session.cancel();
    let StepEvent::Done(done) = block_on(session.step()).unwrap() else { panic!("not stopped") };
    assert_eq!((done.reason, session.cached().len()), (StopReason::Cancelled, 64));
    assert_eq!(session.model().backend().stats().submits, before + 1, "nothing more was asked of the device");
    let again = answer(&mut session, fields.clone());
    assert_eq!((again.begun.cached_n, again.ids), (64, answer(&mut fresh, by_the_cpu(fields)).ids));
}

#[test]
fn a_full_context_ends_the_answer_with_tokens_under_way() {
    let (Some(mut session), Some(mut fresh)) = (flying(5), flying(1)) else { return };
    let fields = json!({"ids": ids(120), "max_tokens": 50});
    let got = answer(&mut session, fields.clone());
    // 128 positions: the last token was drawn from the last of them.
    assert_eq!((got.done.reason, got.done.usage.total_tokens), (StopReason::Context, 129));
    assert_eq!(got.ids, answer(&mut fresh, by_the_cpu(fields)).ids);
}

/// A token under way costs one submission and two dispatches more than its forward pass.
#[test]
fn drawing_takes_two_dispatches_and_no_submission_of_its_own() {
    let Some(mut session) = flying(2) else { return };
    answer(&mut session, json!({"ids": ids(30), "max_tokens": 3}));
    let mut cost = |fields: Value, max_tokens: u64| {
        let mut fields = fields;
        (fields["ids"], fields["max_tokens"]) = (json!(ids(30)), json!(max_tokens));
        let before = session.model().backend().stats();
        answer(&mut session, fields);
        let after = session.model().backend().stats();
        (after.dispatches - before.dispatches, after.submits - before.submits)
    };
    for (fields, in_draw) in
        [(json!({}), 2), (json!({"temperature": 1, "seed": 3}), 2), (json!({"presence_penalty": 1}), 3)]
    {
        let (short, long) = (cost(fields.clone(), 5), cost(fields.clone(), 15));
        // 2 layers, embedding, logits.
        assert_eq!((long.0 - short.0, long.1 - short.1), (10 * (2 * 5 + 2 + in_draw), 10), "{fields}");
    }
}
