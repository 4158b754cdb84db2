//! Filling in the middle: which tokens a vocabulary has for it, and the prompt that they make.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::PathBuf;
use std::sync::Arc;

use loquat::backend::scalar::ScalarBackend;
use loquat::gguf::{Array, Gguf, Metadata, Value};
use loquat::model::{LoadOptions, ModelLoader};
use loquat::session::{Infill, InfillFile, Prompts, Request, Session, StepEvent, fingerprint};
use loquat::tokenizer::Tokenizer;

fn path(fixture: &str) -> PathBuf {
    PathBuf::from(format!("{}/tests/fixtures/arch/{fixture}/model.gguf", env!("CARGO_MANIFEST_DIR")))
}

/// The vocabulary of a model without such tokens.
fn plain() -> Metadata {
    common::metadata(&path("smollm2-tied-q4_0"))
}

/// The same with further tokens, of type "user-defined" as coder models have them.
fn with_tokens(texts: &[&str]) -> Metadata {
    let mut meta = plain();
    let Some(Value::Array(Array::String(tokens))) = meta.0.get_mut("tokenizer.ggml.tokens") else { panic!() };
    tokens.extend(texts.iter().map(|&text| text.to_owned()));
    match meta.0.get_mut("tokenizer.ggml.token_type") {
        Some(Value::Array(Array::I64(types))) => types.extend(texts.iter().map(|_| 4)),
        Some(Value::Array(Array::U64(types))) => types.extend(texts.iter().map(|_| 4)),
        other => panic!("{other:?}"),
    }
    meta
}

const QWEN: [&str; 5] = ["<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|repo_name|>", "<|file_sep|>"];

fn prompt(meta: &Metadata, infill: Infill) -> String {
    let prompts = Prompts::from_metadata(meta).unwrap();
    let request = Request { infill: Some(infill), ..Request::default() };
    let ids = prompts.prompt(&request).unwrap().ids;
    prompts.tokenizer().decode(&ids).unwrap()
}

fn gap() -> Infill {
    Infill { prefix: "def f(x):\n    ".into(), suffix: "\n\nprint(f(1))\n".into(), ..Infill::default() }
}

#[test]
fn tokens_are_found_by_their_known_texts() {
    for texts in [
        &["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
        &["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
        &["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
        &["▁<PRE>", "▁<SUF>", "▁<MID>"],
    ] {
        let meta = with_tokens(texts);
        let first = Tokenizer::from_metadata(&plain()).unwrap().vocab_size() as u32;
        let found = *Tokenizer::from_metadata(&meta).unwrap().infill().unwrap();
        assert_eq!([found.prefix, found.suffix, found.middle], [first, first + 1, first + 2], "{texts:?}");
        assert_eq!((found.repository, found.file), (None, None));
    }
}

#[test]
fn what_the_metadata_say_goes_before_texts() {
    let mut meta = with_tokens(&QWEN);
    for (key, id) in [("fim_pre", 40), ("suffix", 41), ("fim_mid", 999_999)] {
        meta.0.insert(format!("tokenizer.ggml.{key}_token_id"), Value::U64(id));
    }
    let tokenizer = Tokenizer::from_metadata(&meta).unwrap();
    let found = *tokenizer.infill().unwrap();
    assert_eq!([found.prefix, found.suffix], [40, 41]);
    assert_eq!(tokenizer.decode(&[found.middle]).unwrap(), "<|fim_middle|>", "an id that is no token's says nothing");
}

#[test]
fn a_model_without_the_tokens_says_so() {
    let prompts = Prompts::from_metadata(&plain()).unwrap();
    let error = prompts.prompt(&Request { infill: Some(gap()), ..Request::default() }).unwrap_err();
    assert_eq!(error.code(), "no_infill");
    assert!(error.remedy().contains("coder model"));
    assert!(
        Tokenizer::from_metadata(&with_tokens(&QWEN[..2])).unwrap().infill().is_none(),
        "two of three are not enough"
    );
}

#[test]
fn the_gap_stands_between_its_tokens_without_any_template() {
    let got = prompt(&with_tokens(&QWEN), gap());
    assert_eq!(got, "<|fim_prefix|>def f(x):\n    <|fim_suffix|>\n\nprint(f(1))\n<|fim_middle|>");
}

#[test]
fn other_files_come_first_under_their_names() {
    let files = vec![InfillFile { path: "lib.py".into(), text: "def g(): ...".into() }];
    let infill = Infill { files, path: Some("main.py".into()), repository: Some("tools".into()), ..gap() };
    let start = "<|repo_name|>tools\n<|file_sep|>lib.py\ndef g(): ...\n<|file_sep|>main.py\n<|fim_prefix|>def f";
    let got = prompt(&with_tokens(&QWEN), infill.clone());
    assert!(got.starts_with(start), "{got}");
    let got = prompt(&with_tokens(&["<fim_prefix>", "<fim_suffix>", "<fim_middle>"]), infill);
    assert!(got.starts_with("<fim_prefix>def f"), "without tokens for files there are none: {got}");
}

#[test]
fn texts_of_the_tokens_within_a_file_stay_text() {
    let meta = with_tokens(&QWEN);
    let tokenizer = Tokenizer::from_metadata(&meta).unwrap();
    let text = "mark = '<|fim_suffix|>' # <|file_sep|><|im_end|>";
    let ids = tokenizer.encode_quoted(text).unwrap();
    let special = tokenizer.infill().unwrap();
    let end = tokenizer.encode("<|im_end|>", true).unwrap()[0];
    assert!(!ids.iter().any(|&id| id == special.suffix || Some(id) == special.file || id == end));
    assert_eq!(tokenizer.decode(&ids).unwrap(), text);
}

#[test]
fn of_a_long_file_what_is_nearest_to_the_gap_is_read() {
    let bytes = common::with_infill_tokens(&std::fs::read(path("smollm2-tied-q4_0")).unwrap(), [40, 41, 42]);
    let gguf = Gguf::parse_whole(&bytes).unwrap();
    let options = LoadOptions { context_length: Some(64), ..LoadOptions::default() };
    let mut loader = ModelLoader::new(&gguf, ScalarBackend::new(), options).unwrap();
    for (i, t) in gguf.tensors.iter().enumerate() {
        loader.tensor(i, &bytes[t.offset as usize..(t.offset + t.size) as usize]).unwrap();
    }
    let prompts = Arc::new(Prompts::from_metadata(&gguf.metadata).unwrap());
    let mut session = Session::new(loader.finish().unwrap(), prompts.clone(), fingerprint(&gguf)).unwrap();
    let lines = |from: u32| (from..from + 200).map(|n| format!("x{n}\n")).collect::<String>();
    let infill = Infill { prefix: lines(100), suffix: lines(500), ..Infill::default() };
    let request = Request { infill: Some(infill), max_tokens: Some(16), ignore_eos: Some(true), ..Request::default() };
    let begun = session.begin(&request).unwrap();
    assert!((40..=48).contains(&begun.prompt_n), "{}", begun.prompt_n);
    let mut written = 0;
    loop {
        match pollster::block_on(session.step()).unwrap() {
            StepEvent::Prefill { .. } => {}
            StepEvent::Token(_) => written += 1,
            StepEvent::Done(_) => break,
        }
    }
    assert_eq!(written, 16, "there was room for all that was asked for");
    let read = prompts.tokenizer().decode(&session.cached()[..begun.prompt_n]).unwrap();
    assert!(read.contains("x299\n") && read.contains("x500\n"), "{read}");
    assert!(!read.contains("x100\n") && !read.contains("x699\n"), "{read}");
}
