//! Damage anywhere on the way from bytes to logits is an error, never a panic: random files and random bytes
//! for the reader, impossible metadata for everything that reads it.
#![cfg(feature = "encoders")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod common;
#[path = "common/gguf_writer.rs"]
mod gguf_writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::OnceLock;

use common::fixture_roots;
use gguf_writer::{Entry, GgufWriter, Val};
use loquat::Result;
use loquat::backend::LogitRows;
use loquat::backend::scalar::ScalarBackend;
use loquat::encoder::{Encoder, EncoderLoader};
use loquat::gguf::{Array, Gguf, Parsed, TensorInfo, Value};
use loquat::model::{LoadOptions, ModelLoader};
use loquat::seq2seq::{T5, T5Loader};
use loquat::tokenizer::Tokenizer;
use proptest::prelude::*;

/// The files of the core fixtures, read once.
fn core_models() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let entries = std::fs::read_dir(fixture_roots()[0].join("arch")).unwrap().map(|e| e.unwrap().path());
        let read = |p: PathBuf| {
            let name = p.file_name().unwrap().to_string_lossy().into_owned();
            std::fs::read(p.join("model.gguf")).ok().map(|bytes| (name, bytes))
        };
        let mut files: Vec<_> = entries.filter_map(read).collect();
        files.sort();
        assert!(files.len() >= 15, "only {} fixtures", files.len());
        files
    })
}

/// What must hold for every header that is accepted, whatever its bytes were.
fn check_invariants(gguf: &Gguf, file_size: u64) {
    let mut end = gguf.data_offset;
    for (i, t) in gguf.tensors.iter().enumerate() {
        assert!(t.offset >= end, "tensor {:?} starts before its predecessor ends", t.name);
        end = t.offset + t.size;
        assert_eq!(t.dtype.bytes(t.elements()).unwrap() as u64, t.size, "{t:?}");
        assert_eq!(gguf.tensor_index(&t.name), Some(i), "names are unique");
    }
    assert!(gguf.tensors.is_empty() || end <= file_size);
}

fn bytes_of<'a>(file: &'a [u8], t: &TensorInfo) -> &'a [u8] {
    &file[usize::try_from(t.offset).unwrap()..usize::try_from(t.offset + t.size).unwrap()]
}

fn tokenize(gguf: &Gguf) -> Result<()> {
    let tokenizer = Tokenizer::from_metadata(&gguf.metadata)?;
    let ids = tokenizer.encode("Hello 枇杷 <s> 12", true)?;
    tokenizer.decode(&ids).map(drop)
}

/// Loads whatever the header says the file is and runs a few tokens, as the engine does with a user's file.
fn load_and_run(gguf: &Gguf, file: &[u8]) -> Result<()> {
    let ids = [1, 5, 9];
    let arch = gguf.metadata.need_str("general.architecture")?;
    if Encoder::supports(arch) {
        let mut loader = EncoderLoader::new(gguf)?;
        gguf.tensors.iter().try_for_each(|t| loader.tensor(&t.name, bytes_of(file, t)))?;
        let encoder = loader.finish()?;
        encoder.embed(&ids, encoder.default_pooling(), true)?;
    } else if T5::supports(arch) {
        let mut loader = T5Loader::new(gguf)?;
        gguf.tensors.iter().try_for_each(|t| loader.tensor(&t.name, bytes_of(file, t)))?;
        let model = loader.finish()?;
        model.decode(&model.encode(&ids)?, &[model.start_token()])?;
    } else {
        let options = LoadOptions { context_length: None, max_batch: 4 };
        let mut loader = ModelLoader::new(gguf, ScalarBackend::default(), options)?;
        for (i, t) in gguf.tensors.iter().enumerate() {
            loader.tensor(i, bytes_of(file, t))?;
        }
        let mut model = loader.finish()?;
        let mut kv = model.new_cache()?;
        model.forward(&mut kv, &ids, LogitRows::Last)?;
    }
    Ok(())
}

/// The values that broke readers before: nothing, too little, too much, the wrong kind.
fn odd_values(original: &Value) -> Vec<Option<Value>> {
    let mut odd = vec![
        None,
        Some(Value::String("odd".into())),
        Some(Value::Bool(true)),
        Some(Value::F64(f64::NAN)),
        Some(Value::F64(0.0)),
        Some(Value::F64(-1e30)),
        Some(Value::I64(-1)),
        Some(Value::Array(Array::U64(vec![]))),
        Some(Value::Array(Array::Nested(3))),
    ];
    odd.extend([0, 1, 2, 3, 5, 7, 63, 1 << 16, 1 << 31, 1 << 40, u64::MAX].map(|n| Some(Value::U64(n))));
    match original {
        Value::Array(Array::String(v)) => {
            odd.push(Some(Value::Array(Array::String(v[..v.len() / 2].to_vec()))));
            odd.push(Some(Value::Array(Array::String(vec![String::new(); v.len()]))));
            odd.push(Some(Value::Array(Array::String(v.iter().rev().cloned().collect()))));
            odd.push(Some(Value::Array(Array::String([v.clone(), v.clone()].concat()))));
        }
        Value::Array(Array::F32(v)) => {
            odd.push(Some(Value::Array(Array::F32(v[..v.len() / 2].to_vec()))));
            odd.push(Some(Value::Array(Array::F32(vec![f32::NAN; v.len()]))));
        }
        Value::Array(Array::I64(v)) => {
            odd.push(Some(Value::Array(Array::I64(v[..v.len() / 2].to_vec()))));
            odd.push(Some(Value::Array(Array::I64(vec![i64::MIN; v.len()]))));
        }
        _ => {}
    }
    odd
}

#[test]
fn no_single_odd_metadata_value_makes_any_architecture_panic() {
    let (mut panics, mut refused, mut ran) = (Vec::new(), 0, 0);
    for (name, file) in core_models() {
        let gguf = Gguf::parse_whole(file).unwrap();
        // Names, licences and the like are read by nobody.
        let read = |key: &&String| !key.starts_with("general.") || *key == "general.architecture";
        let mut keys: Vec<_> = gguf.metadata.0.keys().filter(read).collect();
        keys.sort();
        for key in keys {
            for value in odd_values(&gguf.metadata.0[key]) {
                let mut changed = gguf.clone();
                let what = format!("{name}: {key} = {value:.60?}");
                match value {
                    Some(value) => changed.metadata.0.insert(key.clone(), value),
                    None => changed.metadata.0.remove(key),
                };
                // The model does not read the tokenizer's keys, nor the tokenizer the model's.
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    if key.starts_with("tokenizer.") { tokenize(&changed) } else { load_and_run(&changed, file) }
                }));
                match outcome {
                    Err(_) => panics.push(what),
                    Ok(Err(_)) => refused += 1,
                    Ok(Ok(())) => ran += 1,
                }
            }
        }
    }
    println!("{refused} refused, {ran} ran");
    assert!(refused > 1000 && ran > 100, "the values are neither all fatal nor all harmless");
    assert!(panics.is_empty(), "{} of {} panicked:\n{}", panics.len(), panics.len() + refused + ran, panics.join("\n"));
}

/// Follows the reader's requests for more, but hands over at most `chunk` new bytes at a time.
fn parse_in_chunks(file: &[u8], chunk: usize) -> Result<Gguf> {
    let size = file.len() as u64;
    let mut have = 0;
    loop {
        match Gguf::parse(&file[..have], Some(size))? {
            Parsed::Done(gguf) => return Ok(*gguf),
            Parsed::NeedMore(need) => {
                assert!(need > have as u64 && need <= size, "asks for {need} of {size} with {have}");
                have = (have + chunk).min(usize::try_from(need).unwrap());
            }
        }
    }
}

fn any_value() -> impl Strategy<Value = Val> {
    let leaf = prop_oneof![
        any::<u8>().prop_map(Val::U8),
        any::<i16>().prop_map(Val::I16),
        any::<u32>().prop_map(Val::U32),
        any::<f32>().prop_map(Val::F32),
        any::<bool>().prop_map(Val::Bool),
        ".{0,12}".prop_map(Val::Str),
        any::<i64>().prop_map(Val::I64),
        any::<f64>().prop_map(Val::F64),
        prop::collection::vec(any::<u32>().prop_map(Val::U32), 0..9).prop_map(|v| Val::Array(4, v)),
        prop::collection::vec(".{0,5}".prop_map(Val::Str), 0..9).prop_map(|v| Val::Array(8, v)),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop::collection::vec(inner.prop_filter("arrays of arrays", |v| v.kind() == 9), 0..3)
            .prop_map(|v| Val::Array(9, v))
    })
}

/// Entries whose fields are each believable and together mostly not.
fn any_entry() -> impl Strategy<Value = Entry> {
    let dim = prop::sample::select(vec![0, 1, 2, 32, 33, 256, 1 << 20, 1 << 32, u64::MAX]);
    let believable = prop::sample::select(vec![1u64, 2, 32, 256]);
    let dims = prop_oneof![
        4 => prop::collection::vec(believable, 1..4),
        1 => prop::collection::vec(dim, 0..6),
    ];
    let offset = prop_oneof![4 => (0u64..40).prop_map(|n| n * 32), 1 => any::<u64>()];
    ("[a-c]{1,2}", dims, 0u32..42, offset).prop_map(|(name, dims, dtype, offset)| Entry { name, dims, dtype, offset })
}

fn any_file() -> impl Strategy<Value = GgufWriter> {
    let metadata = prop::collection::vec(("[a-z.]{0,12}", any_value()), 0..6);
    let entries = prop::collection::vec(any_entry(), 0..5);
    (metadata, entries).prop_map(|(metadata, entries)| GgufWriter {
        metadata,
        entries,
        data: vec![0; 4096],
        ..GgufWriter::new()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file_parses_the_same_in_any_chunking(file in any_file(), chunk in 1usize..200) {
        let bytes = file.bytes();
        let whole = Gguf::parse_whole(&bytes);
        if let Ok(gguf) = &whole {
            check_invariants(gguf, bytes.len() as u64);
            prop_assert_eq!(gguf.tensors.len(), file.entries.len());
            prop_assert_eq!(gguf.metadata.0.len(), file.metadata.len());
        }
        let chunked = parse_in_chunks(&bytes, chunk);
        // NaN is not itself, so that files with it are compared in words.
        prop_assert_eq!(format!("{:?}", chunked.map(sorted)), format!("{:?}", whole.map(sorted)));
    }

    #[test]
    fn any_bytes_after_the_magic_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [b"GGUF\x03\0\0\0", &tail[..]].concat();
        if let Ok(gguf) = Gguf::parse_whole(&bytes) {
            check_invariants(&gguf, bytes.len() as u64);
        }
    }
}

/// A header in an order that does not depend on hashing.
fn sorted(gguf: Gguf) -> impl std::fmt::Debug {
    let mut metadata: Vec<_> = gguf.metadata.0.into_iter().collect();
    metadata.sort_by(|a, b| a.0.cmp(&b.0));
    (gguf.version, metadata, gguf.tensors, gguf.data_offset)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn real_files_with_a_few_wrong_bytes_load_or_are_refused(
        model in any::<prop::sample::Index>(),
        wrong in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (_, file) = model.get(core_models());
        let header = usize::try_from(Gguf::parse_whole(file).unwrap().data_offset).unwrap();
        let mut bytes = file.clone();
        for (at, value) in wrong {
            bytes[at.index(header)] = value;
        }
        if let Ok(gguf) = Gguf::parse_whole(&bytes) {
            check_invariants(&gguf, bytes.len() as u64);
            // Refusing is as good as running: only a panic fails the test.
            let _ = tokenize(&gguf);
            let _ = load_and_run(&gguf, &bytes);
        }
    }

    #[test]
    fn real_files_cut_anywhere_are_refused(model in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
        let (_, file) = model.get(core_models());
        let length = cut.index(file.len());
        match Gguf::parse(&file[..length], Some(length as u64)) {
            Ok(Parsed::NeedMore(need)) => prop_assert!(false, "asks for {need} of {length} bytes"),
            // Only padding behind the last tensor may be missing.
            Ok(Parsed::Done(gguf)) => check_invariants(&gguf, length as u64),
            Err(error) => prop_assert_eq!(error.code(), "file_truncated"),
        }
    }
}
