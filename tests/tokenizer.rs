//! Tokenizers against the ids that the reference implementations give.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod common;

use std::path::PathBuf;
use std::sync::LazyLock;

use loquat::gguf::{Array, Metadata, Value};
use loquat::stream::TextStream;
use loquat::tokenizer::Tokenizer;
use proptest::prelude::*;
use serde_json::Value as Json;
use tokenizers::NormalizedString;

fn ids(value: &Json) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as u32).collect()
}

/// One line for each disagreement, all of them, so that a pattern can be seen.
fn disagreements(tokenizer: &Tokenizer, case: &Json, ways: &[(bool, &str)]) -> Vec<String> {
    let text = case["text"].as_str().unwrap();
    let mut wrong = Vec::new();
    // The small vocabularies were made without the normalizer that their family's published tokenizers have.
    let mut composed = NormalizedString::from(text);
    composed.nfc();
    if tokenizer.kind() == "bpe:qwen2" && composed.get() != text {
        if tokenizer.encode(text, true).unwrap() != tokenizer.encode(composed.get(), true).unwrap() {
            wrong.push(format!("{text:?} is not what {:?} is", composed.get()));
        }
        return wrong;
    }
    for &(parse, key) in ways {
        let want = case.get(key).or(case.get("ids")).unwrap();
        let got = tokenizer.encode(text, parse).unwrap();
        let also = case.get("llama_cpp").filter(|_| case.get(key).is_none() || key == "ids");
        if got != ids(want) && also.is_none_or(|also| got != ids(also)) {
            wrong.push(format!("{text:?} special={parse}: want {want}, got {got:?}"));
        }
    }
    wrong
}

/// `arch/NAME/model.gguf`, or the header of it, which is all that a tokenizer needs.
fn model_path(name: &str) -> PathBuf {
    let header = format!("tokenizer/{}.gguf", name.split('/').nth(1).unwrap());
    let places = common::fixture_roots().into_iter().flat_map(|root| [root.join(name), root.join(&header)]);
    places.into_iter().find(|path| path.is_file()).unwrap_or_else(|| panic!("{name} is not among the fixtures"))
}

#[test]
fn smollm2_gives_the_reference_ids_and_text() {
    let Some(model) = common::real_model() else { return };
    let tokenizer = Tokenizer::from_metadata(&common::metadata(&model)).unwrap();
    let path = common::fixture_roots()[0].join("tokenizer/smollm2.json");
    let fixture = common::json(&path);
    let cases = fixture["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        wrong.extend(disagreements(&tokenizer, case, &[(true, "ids"), (false, "ids_plain")]));
        let decoded = case.get("decoded").unwrap_or(&case["text"]).as_str().unwrap();
        let got = tokenizer.decode(&ids(&case["ids"])).unwrap();
        if got != decoded {
            wrong.push(format!("decoding {}: want {decoded:?}, got {got:?}", case["ids"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert_eq!(cases.len(), 170);
    assert_eq!(tokenizer.kind(), "bpe:smollm");
    assert_eq!(tokenizer.eos(), Some(2));
    assert!(tokenizer.stop_ids().contains(&0) && tokenizer.stop_ids().contains(&2), "{:?}", tokenizer.stop_ids());
    assert!(tokenizer.is_special(1) && !tokenizer.is_special(100));
    assert_eq!(tokenizer.encode_for_model("Hi").unwrap(), tokenizer.encode("Hi", true).unwrap());
}

#[test]
fn every_kind_of_tokenizer_gives_the_reference_ids() {
    let path = common::fixture_roots()[0].join("tokenizer/tiny.json");
    let fixture = common::json(&path);
    let mut tested = 0;
    for entry in fixture["tokenizers"].as_array().unwrap() {
        let name = entry["model"].as_str().unwrap();
        let tokenizer = Tokenizer::from_metadata(&common::metadata(&model_path(name))).unwrap();
        let cases = entry["cases"].as_array().unwrap();
        // SentencePiece itself never parses control tokens, so its fixtures have no such cases.
        let parses = entry["reference"] == "tokenizers";
        let ways: &[_] = if parses { &[(true, "ids_special_parsed"), (false, "ids")] } else { &[(false, "ids")] };
        let wrong: Vec<_> = cases.iter().flat_map(|case| disagreements(&tokenizer, case, ways)).collect();
        assert!(wrong.is_empty(), "{name}, {} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
        tested += 1;
    }
    assert_eq!(tested, 9);
}

#[test]
fn streamed_pieces_concatenate_to_the_decoded_text() {
    let fixture = common::json(&common::fixture_roots()[0].join("tokenizer/tiny.json"));
    let mut streamed = 0;
    for entry in fixture["tokenizers"].as_array().unwrap() {
        let tokenizer =
            Tokenizer::from_metadata(&common::metadata(&model_path(entry["model"].as_str().unwrap()))).unwrap();
        for case in entry["cases"].as_array().unwrap() {
            let ids = ids(&case["ids"]);
            if ids.iter().any(|&id| tokenizer.is_special(id)) {
                continue; // an answer shows no control tokens, decoding does
            }
            let mut stream = TextStream::new(Vec::new());
            let mut text: String = ids.iter().map(|&id| stream.push(&tokenizer, id)).collect();
            text += &stream.finish();
            assert_eq!(text, tokenizer.decode(&ids).unwrap(), "{}: {}", entry["model"], case["text"]);
            streamed += 1;
        }
    }
    assert!(streamed > 1000, "only {streamed} texts were streamed");
}

#[test]
fn the_space_before_the_first_word_belongs_to_a_continued_text_only() {
    let tokenizer = Tokenizer::from_metadata(&common::metadata(&model_path("arch/llama-f32/model.gguf"))).unwrap();
    let ids = tokenizer.encode("the fox", false).unwrap();
    assert_eq!(tokenizer.decode(&ids).unwrap(), "the fox");
    let stream = |mut stream: TextStream| -> String {
        let eos = tokenizer.eos().unwrap();
        let ids = std::iter::once(eos).chain(ids.iter().copied());
        ids.map(|id| stream.push(&tokenizer, id)).collect()
    };
    assert_eq!(stream(TextStream::new(Vec::new())), "the fox");
    assert_eq!(stream(TextStream::continuing(Vec::new())), " the fox");
}

/// A byte-level vocabulary of all 256 bytes, a few merges and the special tokens of a chat.
fn byte_level() -> Metadata {
    let printable = |b: &u8| matches!(b, 0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut tokens: Vec<String> = (0..=255u8).filter(printable).map(|b| char::from(b).to_string()).collect();
    let others = (0..=255u8).filter(|b| !printable(b)).count() as u32;
    tokens.extend((0..others).map(|i| char::from_u32(0x100 + i).unwrap().to_string()));
    let merges = ["t h", "th e", "Ġ the", "Ġ Ġ", "Ã ©", "ð Ł", "ðŁ ĺ", "Ġ the"];
    let merges = &merges[..merges.len() - 1];
    tokens.extend(merges.iter().map(|m| m.replace(' ', "")).filter(|t| t != "Ġthe"));
    tokens.push("Ġthe".to_owned());
    let mut types = vec![1; tokens.len()];
    for special in ["<|im_start|>", "<|im_end|>", "<think>"] {
        tokens.push(special.to_owned());
        types.push(if special == "<think>" { 4 } else { 3 });
    }
    let last = tokens.len() as u64 - 2;
    let text = |s: &str| Value::String(s.to_owned());
    let mut meta = Metadata::default();
    let merges = merges.iter().map(|m| (*m).to_owned()).collect();
    for (key, value) in [
        ("model", text("gpt2")),
        ("pre", text("llama-bpe")),
        ("tokens", Value::Array(Array::String(tokens))),
        ("token_type", Value::Array(Array::I64(types))),
        ("merges", Value::Array(Array::String(merges))),
        ("bos_token_id", Value::U64(last - 1)),
        ("eos_token_id", Value::U64(last)),
    ] {
        meta.0.insert(format!("tokenizer.ggml.{key}"), value);
    }
    meta
}

/// `byte_level` with one key changed or removed.
fn with(key: &str, value: Option<Value>) -> Metadata {
    let mut meta = byte_level();
    let key = format!("tokenizer.ggml.{key}");
    match value {
        Some(value) => meta.0.insert(key, value),
        None => meta.0.remove(&key),
    };
    meta
}

fn strings(texts: &[&str]) -> Option<Value> {
    Some(Value::Array(Array::String(texts.iter().map(|t| (*t).to_owned()).collect())))
}

#[test]
fn a_contradictory_vocabulary_is_an_error_that_names_the_culprit() {
    let cases = [
        (with("model", None), "tokenizer.ggml.model"),
        (with("model", Some(Value::String("rwkv".into()))), "rwkv"),
        (with("pre", Some(Value::String("klingon".into()))), "klingon"),
        (with("tokens", None), "tokenizer.ggml.tokens"),
        (with("tokens", strings(&[])), "empty"),
        (with("tokens", strings(&["a", "b"])), "has 266 entries for 2 tokens"),
        (with("scores", Some(Value::Array(Array::F32(vec![0.0; 7])))), "scores has 7 entries for 266"),
        (with("token_type", Some(Value::Array(Array::I64(vec![1])))), "token_type has 1 entries"),
        (with("merges", None), "tokenizer.ggml.merges"),
        (with("merges", strings(&["t h", "q zz"])), "merge 1 (\"q zz\")"),
        (with("merges", strings(&["t h", "x y"])), "\"xy\""),
        (with("merges", strings(&["th"])), "merge 0"),
        (with("merges", strings(&["<|im_start|> <|im_start|>"])), "<|im_start|><|im_start|>"),
        (with("eos_token_id", Some(Value::U64(266))), "eos_token_id is 266"),
        (with("bos_token_id", Some(Value::I64(-5))), "bos_token_id"),
        (with("model", Some(Value::String("llama".into()))), "tokenizer.ggml.scores"),
    ];
    for (meta, culprit) in cases {
        let error = Tokenizer::from_metadata(&meta).unwrap_err();
        assert!(error.to_string().contains(culprit), "want {culprit:?} in: {error}");
    }
    let twice = strings(&["a", "a"]).unwrap();
    let mut meta = with("tokens", Some(twice));
    meta.0.remove("tokenizer.ggml.token_type");
    meta.0.remove("tokenizer.ggml.bos_token_id");
    meta.0.remove("tokenizer.ggml.eos_token_id");
    let error = Tokenizer::from_metadata(&meta).unwrap_err();
    assert!(error.to_string().contains("\"a\" has two ids, 0 and 1"), "{error}");
}

#[test]
fn special_tokens_are_parsed_on_request_only() {
    let tokenizer = Tokenizer::from_metadata(&byte_level()).unwrap();
    let (start, end) = (tokenizer.bos().unwrap(), tokenizer.eos().unwrap());
    assert_eq!(tokenizer.encode("<|im_start|>a<|im_end|>", true).unwrap().first(), Some(&start));
    let plain = tokenizer.encode("<|im_start|>a<|im_end|>", false).unwrap();
    assert!(!plain.contains(&start) && !plain.contains(&end), "{plain:?}");
    let think = end + 1;
    assert_eq!(tokenizer.encode("<think>", false).unwrap(), [think], "user-defined tokens are always whole");
    assert!(!tokenizer.is_special(think) && tokenizer.is_special(end));
    assert_eq!(tokenizer.stop_ids(), [end]);
    // llama-bpe expects BOS, and a rendered chat template may have it already.
    assert_eq!(tokenizer.encode_for_model("a").unwrap()[0], start);
    assert_eq!(tokenizer.encode_for_model("<|im_start|>a").unwrap(), tokenizer.encode("<|im_start|>a", true).unwrap());
    let error = tokenizer.decode(&[0, 9999]).unwrap_err();
    assert_eq!(error.code(), "token_out_of_range");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn byte_level_decoding_inverts_encoding(text in "(\\PC|[ \n\r\t]|the| the|é|😀){0,60}", special: bool) {
        static TOKENIZER: LazyLock<Tokenizer> = LazyLock::new(|| Tokenizer::from_metadata(&byte_level()).unwrap());
        let tokenizer = &*TOKENIZER;
        let ids = tokenizer.encode(&text, special).unwrap();
        prop_assert_eq!(tokenizer.decode(&ids).unwrap(), text.clone());
        let bytes: Vec<u8> = ids.iter().flat_map(|&id| tokenizer.token_bytes(id).to_vec()).collect();
        prop_assert_eq!(bytes, text.into_bytes());
    }

    /// Whatever the metadata says: a tokenizer or an error, and then ids that decode or an error.
    #[test]
    fn no_vocabulary_panics(
        model in prop_oneof![Just("gpt2"), Just("llama"), Just("bert"), Just("t5")],
        tokens in proptest::collection::btree_set("(▁|#|a|b|é|<0x0A>|<s>){0,3}", 0..12),
        scores in proptest::collection::vec(prop_oneof![Just(f32::INFINITY), -9f32..9.0], 0..13),
        types in proptest::collection::vec(-1i64..8, 0..13),
        merges in proptest::collection::vec("(a|b|é|▁| ){0,5}", 0..4),
        charsmap in proptest::collection::vec(prop_oneof![Just(0u64), Just(4), 0u64..256], 0..24),
        unk in 0u64..4,
        same_lengths: bool,
        text in "(a|b|é| |\\n|<s>|\\PC){0,12}",
    ) {
        let n = tokens.len();
        let fit = |length: usize| if same_lengths { n } else { length };
        let (mut scores, mut types) = (scores, types);
        scores.resize(fit(scores.len()), 0.0);
        types.resize(fit(types.len()), 1);
        let mut meta = Metadata::default();
        for (key, value) in [
            ("model", Value::String(model.to_owned())),
            ("pre", Value::String("gpt-2".to_owned())),
            ("tokens", Value::Array(Array::String(tokens.into_iter().collect()))),
            ("scores", Value::Array(Array::F32(scores))),
            ("token_type", Value::Array(Array::I64(types))),
            ("merges", Value::Array(Array::String(merges))),
            ("precompiled_charsmap", Value::Array(Array::U64(charsmap))),
            ("unknown_token_id", Value::U64(unk)),
            ("bos_token_id", Value::U64(0)),
            ("eos_token_id", Value::U64(0)),
        ] {
            meta.0.insert(format!("tokenizer.ggml.{key}"), value);
        }
        if let Ok(tokenizer) = Tokenizer::from_metadata(&meta) {
            for special in [false, true] {
                if let Ok(ids) = tokenizer.encode(&text, special) {
                    tokenizer.decode(&ids).unwrap();
                }
            }
        }
    }
}

/// How a text is written must not change what is asked: published tokenizers of these families compose it first.
#[test]
fn decomposed_text_has_the_ids_of_the_composed_one_where_the_family_composes() {
    let mut meta = common::metadata(&model_path("arch/qwen2-q4_k/model.gguf"));
    let pairs = [
        ("cafe\u{301}", "caf\u{e9}"),
        ("Vie\u{323}\u{302}t Nam", "Vi\u{1ec7}t Nam"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
    ];
    let mut ids = |pre: &str, text: &str| {
        meta.0.insert("tokenizer.ggml.pre".into(), Value::String(pre.into()));
        Tokenizer::from_metadata(&meta).unwrap().encode(text, true).unwrap()
    };
    for (decomposed, composed) in pairs {
        assert_eq!(ids("qwen2", decomposed), ids("qwen2", composed), "{composed}");
        assert_ne!(ids("llama-bpe", decomposed), ids("llama-bpe", composed), "this one has no normalizer");
    }
}

#[test]
fn an_id_outside_the_vocabulary_that_no_answer_needs_is_a_note() {
    let path = model_path("arch/smollm2-tied-q4_0/model.gguf");
    let with = |name: &str| {
        let mut meta = common::metadata(&path);
        meta.0.insert(format!("tokenizer.ggml.{name}_token_id"), Value::U64(999_999));
        Tokenizer::from_metadata(&meta)
    };
    for name in ["padding", "unknown", "seperator", "cls", "fim_pad"] {
        let tokenizer = with(name).unwrap();
        let note = tokenizer.note().unwrap();
        assert!(note.contains(&format!("{name}_token_id is 999999")), "{note}");
        assert_eq!(tokenizer.pad().filter(|_| name == "padding"), None);
    }
    for name in ["bos", "eos", "eot"] {
        let error = with(name).unwrap_err();
        assert!(error.code() == "tokenizer" && error.to_string().contains("999999"), "{error}");
    }
}
