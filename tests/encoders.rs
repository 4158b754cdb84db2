//! Encoders against the hidden states and embeddings that transformers computes with the same weights.
#![cfg(feature = "encoders")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "common/arch.rs"]
mod arch;
mod common;

use arch::{Fixture, assert_close, fixtures, ids, numbers};
use loquat::Error;
use loquat::encoder::{Encoder, EncoderLoader, Pooling};
use loquat::gguf::{GgmlType, Gguf, Value};
use loquat::quant::dequantize;

/// The tolerance of the fixtures' README for encoder states in f32 arithmetic.
const TOLERANCE: f32 = 1e-4;
/// The same where weights of eight bits meet activations that are rounded to sixteen.
const ROUNDED: f32 = 1e-3;

fn load(fixture: &Fixture) -> Encoder {
    filled(EncoderLoader::new(&fixture.gguf).unwrap(), fixture)
}

/// The same weights on candle, in f32.
fn load_reference(fixture: &Fixture) -> Encoder {
    filled(EncoderLoader::reference(&fixture.gguf).unwrap(), fixture)
}

fn filled(mut loader: EncoderLoader, fixture: &Fixture) -> Encoder {
    for (name, bytes) in fixture.tensors() {
        loader.tensor(name, bytes).unwrap();
    }
    loader.finish().unwrap()
}

fn encoders() -> Vec<Fixture> {
    fixtures(&["bert", "nomic-bert"])
}

fn core(name: &str) -> Fixture {
    encoders().into_iter().find(|f| f.name() == name).unwrap()
}

#[test]
fn hidden_states_and_embeddings_agree_with_the_reference() {
    let all = encoders();
    assert!(all.len() >= 3, "the core set has BERT, RoBERTa and nomic-bert");
    for (fixture, packed) in all.iter().flat_map(|fixture| [(fixture, true), (fixture, false)]) {
        let encoder = if packed { load(fixture) } else { load_reference(fixture) };
        let tolerance = if packed && fixture.name().contains("q8_0") { ROUNDED } else { TOLERANCE };
        assert!(Encoder::supports(fixture.expected["architecture"].as_str().unwrap()));
        assert_eq!(encoder.default_pooling(), Pooling::Mean);
        assert_eq!(encoder.vocab_size() as u64, fixture.expected["vocab_size"].as_u64().unwrap());
        for case in fixture.cases() {
            let what = |part: &str| format!("{} {} {part}", fixture.name(), case["name"].as_str().unwrap());
            let input = ids(case, "input_ids");
            if let Some(file) = case["hidden_file"].as_str() {
                let hidden = encoder.forward(&input).unwrap();
                assert_eq!(hidden.len(), input.len() * encoder.hidden_size());
                assert_close(&what("hidden"), &hidden, &fixture.floats(file), tolerance, 0.0);
                assert_eq!(encoder.embed(&input, Pooling::None, false).unwrap(), hidden);
            }
            for (key, pooling, normalize) in [
                ("mean_pooled", Pooling::Mean, false),
                ("mean_pooled_l2", Pooling::Mean, true),
                ("cls_hidden", Pooling::Cls, false),
            ] {
                let got = encoder.embed(&input, pooling, normalize).unwrap();
                assert_close(&what(key), &got, &numbers(&case[key]), tolerance, 0.0);
            }
        }
    }
}

#[test]
fn normalized_rows_have_length_one_without_pooling_too() {
    let fixture = core("bert-q8_0");
    let encoder = load(&fixture);
    let rows = encoder.embed(&[2, 40, 50, 3], Pooling::None, true).unwrap();
    assert_eq!(rows.len(), 4 * encoder.hidden_size());
    for row in rows.chunks(encoder.hidden_size()) {
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!((length - 1.0).abs() < 1e-5, "length {length}");
    }
}

#[test]
fn inputs_that_do_not_fit_are_errors() {
    let fixture = core("roberta-f16");
    let encoder = load(&fixture);
    let context = encoder.context_length();
    assert_eq!(context, 192);
    assert_eq!(encoder.forward(&[]), Err(Error::EmptyPrompt));
    assert_eq!(encoder.forward(&[0, 355, 2]), Err(Error::TokenOutOfRange { id: 355, vocab: 355 }));
    assert_eq!(encoder.forward(&vec![7; 193]), Err(Error::ContextFull { tokens: 193, context }));
    assert_eq!(encoder.forward(&vec![7; 192]).map(|h| h.len()), Ok(192 * 96));
}

#[test]
fn a_loader_names_what_it_was_not_given() {
    let fixture = core("bert-q8_0");
    let mut loader = EncoderLoader::new(&fixture.gguf).unwrap();
    for (name, bytes) in fixture.tensors().filter(|(name, _)| *name != "blk.1.ffn_down.bias") {
        loader.tensor(name, bytes).unwrap();
    }
    let error = loader.finish().err().unwrap();
    assert_eq!(error, Error::MissingTensor { name: "blk.1.ffn_down.bias".into() });

    let mut loader = EncoderLoader::new(&fixture.gguf).unwrap();
    let error = loader.tensor("blk.0.attn_q.weight", &[0; 7]).unwrap_err();
    assert!(matches!(error, Error::TensorBytes { got: 7, .. }), "{error}");
    loader.tensor("cls.weight", &[1, 2, 3]).expect("a tensor of some classifier head is passed over");
}

/// Loads a changed header and says which error that gives.
fn refused(name: &str, change: impl FnOnce(&mut Gguf)) -> Error {
    let mut gguf = core(name).gguf;
    change(&mut gguf);
    EncoderLoader::new(&gguf).err().expect("the header must be refused")
}

#[test]
fn impossible_metadata_is_named_with_its_numbers() {
    let set = |key: &'static str, value: u64| {
        move |gguf: &mut Gguf| {
            gguf.metadata.0.insert(key.into(), Value::U64(value));
        }
    };
    let cases: [(&str, &str, u64, &str); 9] = [
        ("bert-q8_0", "bert.attention.head_count", 0, "is 0"),
        ("bert-q8_0", "bert.attention.head_count", 5, "5 heads do not divide the embedding length 128"),
        ("bert-q8_0", "bert.embedding_length", u64::MAX >> 1, "must be 1 to"),
        ("bert-q8_0", "bert.block_count", 0, "is 0"),
        ("bert-q8_0", "bert.context_length", 0, "is 0"),
        ("bert-q8_0", "bert.attention.layer_norm_epsilon", 0, "must lie between 0 and 1"),
        ("bert-q8_0", "bert.pooling_type", 9, "9 is not supported"),
        ("nomic-bert-f16", "nomic-bert.attention.head_count", 32, "gives heads of 3"),
        ("nomic-bert-f16", "nomic-bert.rope.dimension_count", 8, "is 8, but heads of 16"),
    ];
    for (fixture, key, value, problem) in cases {
        let error = refused(fixture, set(key, value));
        assert_eq!(error.code(), "bad_metadata", "{key} = {value}: {error}");
        assert!(error.to_string().contains(key) && error.to_string().contains(problem), "{key} = {value}: {error}");
    }
    let error = refused("bert-q8_0", |g| drop(g.metadata.0.remove("bert.feed_forward_length")));
    assert_eq!(error, Error::MissingKey { key: "bert.feed_forward_length".into() });
    let error = refused("bert-q8_0", |g| {
        g.metadata.0.insert("general.architecture".into(), Value::String("mamba".into()));
        g.metadata.0.extend(g.metadata.0.clone().into_iter().map(|(k, v)| (k.replacen("bert.", "mamba.", 1), v)));
    });
    assert_eq!(error.code(), "unsupported_architecture");
}

#[test]
fn a_header_that_does_not_fit_its_configuration_is_refused_before_any_weight() {
    let error = refused("bert-q8_0", |g| {
        g.metadata.0.insert("bert.feed_forward_length".into(), Value::U64(255));
    });
    let want = Error::TensorShape { name: "blk.0.ffn_up.weight".into(), want: vec![255, 128], got: vec![256, 128] };
    assert_eq!(error, want);
    let error = refused("bert-q8_0", |g| {
        g.metadata.0.insert("bert.block_count".into(), Value::U64(3));
    });
    assert_eq!(error, Error::MissingTensor { name: "blk.2.attn_q.weight".into() });
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// A tensor's f32 values as Q4_0.
fn four_bits(values: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for block in values.chunks_exact(32) {
        let most = block.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
        let scale = half::f16::from_f32(most / -8.0);
        let inverse = if scale.to_f32() == 0.0 { 0.0 } else { 1.0 / scale.to_f32() };
        let quant = |x: f32| ((x * inverse + 8.5) as u8).min(15);
        bytes.extend(scale.to_le_bytes());
        bytes.extend((0..16).map(|i| quant(block[i]) | quant(block[i + 16]) << 4));
    }
    bytes
}

/// Weights of four bits meet activations of eight: vectors must still point where f32 arithmetic on the same weights
/// points.
#[test]
fn packed_weights_of_four_bits_agree_with_f32_arithmetic() {
    let fixture = core("bert-q8_0");
    let mut gguf = fixture.gguf.clone();
    let mut tensors: Vec<(String, Vec<u8>)> = Vec::new();
    for (info, changed) in fixture.gguf.tensors.iter().zip(&mut gguf.tensors) {
        let start = info.offset as usize;
        let bytes = &fixture.bytes[start..start + info.size as usize];
        if info.dtype != GgmlType::Q8_0 {
            tensors.push((info.name.clone(), bytes.to_vec()));
            continue;
        }
        let mut values = vec![0.0; info.elements()];
        dequantize(info.dtype, bytes, &mut values).unwrap();
        let packed = four_bits(&values);
        (changed.dtype, changed.size) = (GgmlType::Q4_0, packed.len() as u64);
        tensors.push((info.name.clone(), packed));
    }
    let build = |mut loader: EncoderLoader| {
        tensors.iter().for_each(|(name, bytes)| loader.tensor(name, bytes).unwrap());
        loader.finish().unwrap()
    };
    let packed = build(EncoderLoader::new(&gguf).unwrap());
    let reference = build(EncoderLoader::reference(&gguf).unwrap());
    for length in [1, 2, 7, 40, 96] {
        let ids: Vec<u32> = (0..length).map(|i| (i * 37 + 5) % packed.vocab_size() as u32).collect();
        let [a, b] = [&packed, &reference].map(|encoder| encoder.embed(&ids, Pooling::Mean, true).unwrap());
        let cosine = cosine(&a, &b);
        assert!(cosine > 0.999, "{length} tokens: cosine {cosine}");
        assert_ne!(a, b, "the reference must be another computation");
    }
}

#[test]
fn threads_change_no_bit() {
    let fixture = core("bert-q8_0");
    let ids: Vec<u32> = (0..60).collect();
    let alone = load(&fixture).forward(&ids).unwrap();
    assert_eq!(load(&fixture).with_threads(3).forward(&ids).unwrap(), alone);
}

/// A table of 250,000 rows is 50 MB, which nothing may hold beside its packed form.
#[test]
fn a_large_table_may_come_in_pieces() {
    let fixture = core("bert-q8_0");
    let mut gguf = fixture.gguf.clone();
    let rows = 70_001;
    let table = gguf.tensors.iter_mut().find(|t| t.name == "token_embd.weight").unwrap();
    let row = table.size as usize / table.shape[0];
    (table.shape[0], table.size) = (rows, (rows * row) as u64);
    let bytes: Vec<u8> = (0..rows * row).map(|i| if i % 34 == 1 { 0x20 } else { (i * 31 % 251) as u8 }).collect();
    let build = |pieces: bool| {
        let mut loader = EncoderLoader::new(&gguf).unwrap();
        let piece = loader.piece("token_embd.weight").unwrap();
        assert!(piece < bytes.len() && piece.is_multiple_of(row));
        for (name, own) in fixture.tensors() {
            match name {
                "token_embd.weight" if pieces => {
                    bytes.chunks(piece).for_each(|bytes| loader.tensor(name, bytes).unwrap());
                    assert!(loader.tensor(name, &bytes[..row]).is_err(), "it is complete");
                }
                "token_embd.weight" => loader.tensor(name, &bytes).unwrap(),
                _ => loader.tensor(name, own).unwrap(),
            }
        }
        loader.finish().unwrap().forward(&[0, 35_000, 70_000]).unwrap()
    };
    assert_eq!(build(true), build(false));
    assert_eq!(EncoderLoader::new(&gguf).unwrap().piece("token_embd_norm.weight"), None);
}
