//! T5 against the encoder states, logits and greedy continuations of transformers with the same weights.
#![cfg(feature = "encoders")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "common/arch.rs"]
mod arch;
mod common;

use arch::{Fixture, assert_close, fixtures, ids, numbers};
use loquat::Error;
use loquat::gguf::{Gguf, Value};
use loquat::seq2seq::{T5, T5Loader};

/// The tolerances of the fixtures' README for f32 arithmetic.
const STATES: f32 = 1e-4;
const LOGITS: (f32, f32) = (2e-4, 1e-4);

fn load(fixture: &Fixture) -> T5 {
    let mut loader = T5Loader::new(&fixture.gguf).unwrap();
    for (name, bytes) in fixture.tensors() {
        loader.tensor(name, bytes).unwrap();
    }
    loader.finish().unwrap()
}

fn core() -> Fixture {
    fixtures(&["t5"]).into_iter().find(|f| f.name() == "t5-relu-tied-q8_0").unwrap()
}

fn argmax(logits: &[f32]) -> u32 {
    let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap();
    u32::try_from(best).unwrap()
}

#[test]
fn encoder_states_and_logits_agree_with_the_reference() {
    let all = fixtures(&["t5"]);
    assert!(!all.is_empty(), "the core set has a T5");
    for fixture in &all {
        let model = load(fixture);
        assert!(T5::supports(fixture.expected["architecture"].as_str().unwrap()));
        for case in fixture.cases() {
            let what = |part: &str| format!("{} {} {part}", fixture.name(), case["name"].as_str().unwrap());
            let state = model.encode(&ids(case, "encoder_input_ids")).unwrap();
            if let Some(file) = case["encoder_hidden_file"].as_str() {
                assert_close(&what("encoder"), &state.to_vec().unwrap(), &fixture.floats(file), STATES, 0.0);
            }
            let logits = model.decode(&state, &ids(case, "decoder_input_ids")).unwrap();
            if let Some(file) = case["logits_file"].as_str() {
                assert_close(&what("logits"), &logits, &fixture.floats(file), LOGITS.0, LOGITS.1);
            }
            check_tops(&what("top 5"), case, &logits, model.vocab_size());
        }
    }
}

/// The five best logits of every position, and the best id wherever it leads by more than the tolerance.
fn check_tops(what: &str, case: &serde_json::Value, logits: &[f32], vocab: usize) {
    let best = ids(case, "argmax");
    assert_eq!(logits.len(), best.len() * vocab, "{what}: positions");
    for (position, row) in logits.chunks(vocab).enumerate() {
        let ids: Vec<usize> = serde_json::from_value(case["top5_ids"][position].clone()).unwrap();
        let want = numbers(&case["top5_logits"][position]);
        let got: Vec<f32> = ids.iter().map(|&id| row[id]).collect();
        assert_close(&format!("{what} at {position}"), &got, &want, LOGITS.0, LOGITS.1);
        if want[0] - want[1] > 2.0 * (LOGITS.0 + LOGITS.1 * want[0].abs()) {
            assert_eq!(argmax(row), best[position], "{what}: argmax at {position}");
        }
    }
}

#[test]
fn greedy_generation_with_the_cache_gives_the_reference_ids() {
    for fixture in &fixtures(&["t5"]) {
        let model = load(fixture);
        for case in fixture.cases() {
            let want = ids(case, "greedy_ids");
            let start = ids(case, "greedy_start");
            assert_eq!(start, [model.start_token()]);
            let mut state = model.start(&model.encode(&ids(case, "encoder_input_ids")).unwrap()).unwrap();
            let mut next = start[0];
            let mut got = Vec::new();
            while got.len() < want.len() {
                next = argmax(&model.step(&mut state, &[next]).unwrap());
                got.push(next);
            }
            assert_eq!(got, want, "{} {}", fixture.name(), case["name"]);
            assert_eq!(state.tokens(), want.len());
        }
    }
}

#[test]
fn stepping_in_any_chunks_gives_the_logits_of_one_pass() {
    let fixture = core();
    let model = load(&fixture);
    let case = &fixture.cases()[0];
    let input = model.encode(&ids(case, "encoder_input_ids")).unwrap();
    let output = ids(case, "decoder_input_ids");
    let whole = model.decode(&input, &output).unwrap();
    for chunk in [1, 3, 5] {
        let mut state = model.start(&input).unwrap();
        let logits: Vec<f32> = output.chunks(chunk).flat_map(|ids| model.step(&mut state, ids).unwrap()).collect();
        assert_close(&format!("chunks of {chunk}"), &logits, &whole, 1e-5, 1e-5);
    }
}

#[test]
fn inputs_that_do_not_fit_are_errors_and_leave_the_sequence_as_it_was() {
    let fixture = core();
    let model = load(&fixture);
    let context = model.context_length();
    assert_eq!(context, 512);
    assert_eq!(model.encode(&[]).err(), Some(Error::EmptyPrompt));
    assert_eq!(model.encode(&[5, 371]).err(), Some(Error::TokenOutOfRange { id: 371, vocab: 371 }));
    assert_eq!(model.encode(&vec![5; 513]).err(), Some(Error::ContextFull { tokens: 513, context }));

    let input = model.encode(&[5, 6, 1]).unwrap();
    let mut state = model.start(&input).unwrap();
    model.step(&mut state, &[0, 9]).unwrap();
    assert_eq!(model.step(&mut state, &[9, 400]), Err(Error::TokenOutOfRange { id: 400, vocab: 371 }));
    assert_eq!(model.step(&mut state, &[7; 511]), Err(Error::ContextFull { tokens: 513, context }));
    assert_eq!(state.tokens(), 2);
    let after_errors = model.step(&mut state, &[11]).unwrap();
    let whole = model.decode(&input, &[0, 9, 11]).unwrap();
    assert_close("after errors", &after_errors, &whole[2 * 371..], 1e-5, 1e-5);
}

#[test]
fn a_loader_names_what_it_was_not_given() {
    let fixture = core();
    let mut loader = T5Loader::new(&fixture.gguf).unwrap();
    for (name, bytes) in fixture.tensors().filter(|(name, _)| *name != "dec.blk.1.cross_attn_v.weight") {
        loader.tensor(name, bytes).unwrap();
    }
    let missing = Error::MissingTensor { name: "dec.blk.1.cross_attn_v.weight".into() };
    assert_eq!(loader.finish().err(), Some(missing));
}

#[test]
fn impossible_metadata_is_named_with_its_numbers() {
    let refused = |change: &dyn Fn(&mut Gguf)| {
        let mut gguf = core().gguf;
        change(&mut gguf);
        T5Loader::new(&gguf).err().expect("the header must be refused")
    };
    let cases = [
        ("t5.attention.head_count", 0, "is 0"),
        ("t5.embedding_length", 0, "is 0"),
        ("t5.block_count", 0, "is 0"),
        ("t5.attention.relative_buckets_count", 30, "is 30, must be a multiple of 4"),
        ("t5.attention.relative_buckets_count", 256, "is 256, must be a multiple of 4 below 256"),
        ("t5.attention.layer_norm_rms_epsilon", 7, "is 7, must lie between 0 and 1"),
        ("t5.decoder_start_token_id", 371, "is 371, the vocabulary has 371 tokens"),
    ];
    for (key, value, problem) in cases {
        let error = refused(&|g| drop(g.metadata.0.insert(key.into(), Value::U64(value))));
        assert_eq!(error.code(), "bad_metadata", "{key} = {value}: {error}");
        assert!(error.to_string().contains(key) && error.to_string().contains(problem), "{key} = {value}: {error}");
    }
    let error = refused(&|g| {
        g.metadata.0.remove("t5.attention.key_length");
        g.metadata.0.insert("t5.attention.head_count".into(), Value::U64(3));
    });
    assert!(error.to_string().contains("3 heads do not divide the embedding length 128"), "{error}");
    let error = refused(&|g| drop(g.metadata.0.insert("t5.attention.head_count".into(), Value::U64(5))));
    let (want, got) = (vec![160, 128], vec![128, 128]);
    assert_eq!(error, Error::TensorShape { name: "enc.blk.0.attn_q.weight".into(), want, got });
    let error = refused(&|g| drop(g.metadata.0.insert("t5.decoder_block_count".into(), Value::U64(3))));
    assert_eq!(error, Error::MissingTensor { name: "dec.blk.2.attn_norm.weight".into() });
    let error = refused(&|g| drop(g.metadata.0.remove("t5.feed_forward_length")));
    assert_eq!(error, Error::MissingKey { key: "t5.feed_forward_length".into() });
}
