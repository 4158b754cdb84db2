//! The GGUF reader: what a file holds comes out, in any chunking, and damage is an error with names and
//! numbers, never a panic.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod common;
#[path = "common/gguf_writer.rs"]
mod gguf_writer;

use std::path::Path;

use common::fixture_roots;
use gguf_writer::{GgufWriter, Val};
use loquat::Error;
use loquat::gguf::{Array, GgmlType, Gguf, Parsed, Value};

/// A small valid file with two tensors.
fn small() -> GgufWriter {
    GgufWriter::new()
        .key("general.architecture", Val::Str("llama".into()))
        .key("llama.block_count", Val::U32(2))
        .tensor("a.weight", &[4, 2], 0, &[1; 32])
        .tensor("b.weight", &[32], 8, &[2; 34])
}

fn refused(writer: &GgufWriter) -> Error {
    Gguf::parse_whole(&writer.bytes()).expect_err("this file must be refused")
}

/// Fails unless the file is refused as damaged, in words that hold all of these.
fn damaged(writer: &GgufWriter, words: &[&str]) {
    let error = refused(writer);
    assert_eq!(error.code(), "gguf_header", "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} is not in {error}");
    }
}

/// Some converters leave an empty tensor, or a single number, that no architecture reads.
#[test]
fn a_tensor_without_dimensions_or_without_elements_is_no_damage() {
    let file = small().entry("empty", &[0], 0, 96).entry("rows", &[32, 0], 8, 96).tensor("number", &[], 0, &[3; 4]);
    let gguf = Gguf::parse_whole(&file.bytes()).unwrap();
    let [empty, rows, number] = ["empty", "rows", "number"].map(|name| gguf.tensor(name).unwrap());
    assert_eq!((empty.size, empty.elements(), empty.shape.as_slice()), (0, 0, &[0][..]));
    assert_eq!((rows.size, rows.shape.as_slice()), (0, &[0, 32][..]));
    assert_eq!((number.size, number.elements(), number.shape.as_slice()), (4, 1, &[][..]));
    assert!(gguf.tensor("a.weight").is_some() && gguf.tensor("b.weight").is_some());
    damaged(&small().entry("t", &[u64::MAX, 0], 0, 96), &["\"t\" claims a dimension of 18446744073709551615"]);
    damaged(&small().entry("t", &[0, 1 << 32, 1 << 32], 0, 96), &["\"t\" claims a dimension of 4294967296"]);
}

#[test]
fn every_value_type_comes_out_as_it_was_written() {
    let file = GgufWriter::new()
        .key("u8", Val::U8(200))
        .key("i8", Val::I8(-3))
        .key("u16", Val::U16(60_000))
        .key("i16", Val::I16(-300))
        .key("u32", Val::U32(4_000_000_000))
        .key("i32", Val::I32(-70_000))
        .key("f32", Val::F32(0.5))
        .key("bool", Val::Bool(true))
        .key("str", Val::Str("枇杷".into()))
        .key("u64", Val::U64(u64::MAX))
        .key("i64", Val::I64(i64::MIN))
        .key("f64", Val::F64(1e300))
        .key("numbers", Val::Array(5, vec![Val::I32(-1), Val::I32(7)]))
        .key("texts", Val::Array(8, vec![Val::Str("a".into()), Val::Str(String::new())]))
        .key("flags", Val::Array(7, vec![Val::Bool(false), Val::Bool(true)]))
        .key("none", Val::Array(6, vec![]))
        .key("nested", Val::Array(9, vec![Val::Array(0, vec![Val::U8(1)]), Val::Array(0, vec![])]));
    let m = Gguf::parse_whole(&file.bytes()).unwrap().metadata;
    let expected = [
        ("u8", Value::U64(200)),
        ("i8", Value::I64(-3)),
        ("u16", Value::U64(60_000)),
        ("i16", Value::I64(-300)),
        ("u32", Value::U64(4_000_000_000)),
        ("i32", Value::I64(-70_000)),
        ("f32", Value::F64(0.5)),
        ("bool", Value::Bool(true)),
        ("str", Value::String("枇杷".into())),
        ("u64", Value::U64(u64::MAX)),
        ("i64", Value::I64(i64::MIN)),
        ("f64", Value::F64(1e300)),
        ("numbers", Value::Array(Array::I64(vec![-1, 7]))),
        ("texts", Value::Array(Array::String(vec!["a".into(), String::new()]))),
        ("flags", Value::Array(Array::Bool(vec![false, true]))),
        ("none", Value::Array(Array::F32(vec![]))),
        ("nested", Value::Array(Array::Nested(2))),
    ];
    assert_eq!(m.0.len(), expected.len());
    for (key, value) in expected {
        assert_eq!(m.get(key), Some(&value), "{key}");
    }
}

#[test]
fn the_directory_gives_shapes_and_absolute_ranges() {
    let bytes = small().bytes();
    let gguf = Gguf::parse_whole(&bytes).unwrap();
    assert_eq!(gguf.version, 3);
    let a = gguf.tensor("a.weight").unwrap();
    assert_eq!((a.shape.as_slice(), a.dtype, a.size), (&[2, 4][..], GgmlType::F32, 32));
    let b = gguf.tensor("b.weight").unwrap();
    assert_eq!((b.shape.as_slice(), b.dtype, b.size), (&[32][..], GgmlType::Q8_0, 34));
    assert_eq!(a.offset, gguf.data_offset);
    assert_eq!(bytes[usize::try_from(b.offset).unwrap()..], [2; 34]);
    assert_eq!(gguf.tensor_index("b.weight"), Some(1));
    assert_eq!(gguf.tensor("c.weight"), None);
    let v2 = Gguf::parse_whole(&GgufWriter { version: 2, ..small() }.bytes()).unwrap();
    assert_eq!(v2.tensors, gguf.tensors);
}

#[test]
fn the_data_starts_where_the_file_s_alignment_says() {
    let mut file = GgufWriter { alignment: 4096, ..GgufWriter::new() };
    file = file.key("general.alignment", Val::U32(4096)).tensor("t", &[8], 0, &[0; 32]);
    assert_eq!(Gguf::parse_whole(&file.bytes()).unwrap().tensors[0].offset, 4096);
    for wrong in [0, 24, 1 << 20] {
        let file = GgufWriter::new().key("general.alignment", Val::U32(wrong));
        damaged(&file, &[&format!("alignment {wrong}")]);
    }
}

#[test]
fn other_files_are_told_apart_by_their_first_bytes() {
    for (bytes, found) in
        [(&b"<!DOCTYPE html>"[..], "<!DO"), (b"PK\x03\x04zip", "PK\x03\x04"), (b"GGML", "GGML"), (b"<a", "<a")]
    {
        let error = Gguf::parse(bytes, None).unwrap_err();
        assert_eq!(error, Error::NotGguf { found: found.into() });
    }
    assert_eq!(refused(&GgufWriter { version: 1, ..small() }), Error::GgufVersion { version: 1 });
    assert_eq!(refused(&GgufWriter { version: 4, ..small() }), Error::GgufVersion { version: 4 });
    damaged(&GgufWriter { version: 3u32.swap_bytes(), ..small() }, &["big-endian"]);
    let empty = Gguf::parse_whole(&[]).unwrap_err();
    assert_eq!(empty.code(), "file_truncated");
}

#[test]
fn absurd_counts_and_lengths_are_refused_before_anything_is_reserved() {
    damaged(&GgufWriter { claimed_tensors: Some(1 << 60), ..small() }, &["1152921504606846976 tensors"]);
    damaged(&GgufWriter { claimed_keys: Some(u64::MAX), ..small() }, &["18446744073709551615 metadata entries"]);
    let long_text = |length: u64| {
        let mut bytes = GgufWriter { claimed_keys: Some(1), ..GgufWriter::new() }.header();
        bytes.extend(length.to_le_bytes());
        bytes
    };
    let error = Gguf::parse(&long_text(u64::MAX), None).unwrap_err();
    assert!(error.to_string().contains("a length of 18446744073709551615 bytes"), "{error}");
    // A length that could be true is a request where the size is not known, and an error where it is.
    let bytes = long_text(10 << 20);
    assert!(matches!(Gguf::parse(&bytes, None), Ok(Parsed::NeedMore(n)) if n > 10 << 20));
    assert_eq!(Gguf::parse_whole(&bytes).unwrap_err().code(), "file_truncated");

    let array = |kind: u32, length: u64| {
        let mut bytes = GgufWriter { claimed_keys: Some(1), ..GgufWriter::new() }.header();
        bytes.extend(1u64.to_le_bytes());
        bytes.push(b'k');
        bytes.extend(9u32.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        Gguf::parse_whole(&bytes).unwrap_err()
    };
    assert!(array(4, 1 << 40).to_string().contains("\"k\" claims 1099511627776 array elements"));
    assert_eq!(array(12, 16 << 20).code(), "file_truncated");
    assert!(array(99, 1).to_string().contains("unknown element type 99"));
}

#[test]
fn arrays_nested_too_deeply_are_refused() {
    let mut value = Val::Array(0, vec![]);
    for _ in 0..100 {
        value = Val::Array(9, vec![value]);
    }
    damaged(&GgufWriter::new().key("deep", value), &["\"deep\" nests arrays too deeply"]);
}

#[test]
fn duplicates_are_named() {
    damaged(&small().key("llama.block_count", Val::U32(9)), &["\"llama.block_count\" occurs twice"]);
    damaged(&small().tensor("a.weight", &[8], 0, &[0; 32]), &["tensor \"a.weight\" occurs twice"]);
}

#[test]
fn overlapping_tensors_are_named_with_their_ranges() {
    let file = small().entry("c.weight", &[8], 0, 32);
    let start = Gguf::parse_whole(&GgufWriter { entries: vec![], ..file.clone() }.bytes()).unwrap().data_offset;
    assert!(start > 0);
    damaged(&file, &["b.weight", "c.weight", "overlap"]);
    // One inside of another is an overlap too.
    damaged(&small().entry("c.weight", &[4, 2], 0, 0), &["a.weight", "c.weight", "overlap"]);
}

#[test]
fn impossible_tensors_are_named_with_their_numbers() {
    damaged(&small().entry("t", &[1, 1, 1, 1, 1], 0, 96), &["\"t\" claims 5 dimensions"]);
    damaged(&small().entry("t", &[1 << 33, 1 << 33], 0, 96), &["\"t\"", "8589934592"]);
    damaged(&small().entry("t", &[u64::MAX, u64::MAX, 2, 2], 0, 96), &["\"t\"", "18446744073709551615"]);
    damaged(&small().entry("t", &[8], 0, 97), &["\"t\" starts at 97", "multiple of 32"]);
    damaged(&small().entry("t", &[8], 0, u64::MAX - 31), &["\"t\" starts at 18446744073709551584"]);
    damaged(&small().entry("t", &[33, 2], 8, 96), &["\"t\"", "33", "Q8_0", "32"]);
    let error = refused(&small().entry("t", &[32], 4242, 96));
    assert_eq!(error, Error::UnsupportedType { tensor: "t".into(), dtype: "ggml type 4242".into() });
    // A type of ggml that is not decoded here still has a known layout: the loader refuses it by name.
    let iq4 = Gguf::parse_whole(&small().tensor("t", &[32], 20, &[0; 18]).bytes()).unwrap();
    assert_eq!(iq4.tensor("t").unwrap().dtype.to_string(), "IQ4_NL");
    assert!(!iq4.tensor("t").unwrap().dtype.is_supported());
}

#[test]
fn booleans_and_types_that_do_not_exist_are_refused() {
    let mut bytes = GgufWriter::new().key("k", Val::Bool(true)).bytes();
    let value = GgufWriter::new().key("k", Val::Bool(true)).header().len() - 1;
    bytes[value] = 2;
    assert!(Gguf::parse_whole(&bytes).unwrap_err().to_string().contains("\"k\" holds 2 as a boolean"));
    bytes[value - 4] = 77;
    assert!(Gguf::parse_whole(&bytes).unwrap_err().to_string().contains("\"k\" has unknown value type 77"));
}

#[test]
fn a_file_cut_inside_its_last_tensor_says_which_and_how_much() {
    let bytes = small().bytes();
    let have = bytes.len() as u64 - 1;
    let error = Gguf::parse(&bytes, Some(have)).unwrap_err();
    assert_eq!(error, Error::Truncated { what: "tensor \"b.weight\"".into(), need: have + 1, have });
}

/// The core fixture with the shortest header, which is read thousands of times below.
fn small_fixture() -> Vec<u8> {
    std::fs::read(fixture_roots()[0].join("arch/bert-q8_0/model.gguf")).unwrap()
}

/// Where the directory ends: the length of the shortest prefix that parses.
fn header_length(bytes: &[u8]) -> usize {
    let parses = |length: usize| matches!(Gguf::parse(&bytes[..length], None), Ok(Parsed::Done(_)));
    let (mut short, mut long) = (0, bytes.len());
    while short + 1 < long {
        let middle = short.midpoint(long);
        if parses(middle) { long = middle } else { short = middle }
    }
    long
}

#[test]
fn a_real_header_cut_at_any_byte_asks_for_more_or_reports_the_cut() {
    for bytes in [small_fixture(), small().bytes()] {
        let whole = Gguf::parse_whole(&bytes).unwrap();
        let end = header_length(&bytes);
        assert!(end as u64 <= whole.data_offset && whole.data_offset - (end as u64) < 32);
        for length in 0..end {
            match Gguf::parse(&bytes[..length], None) {
                Ok(Parsed::NeedMore(need)) => assert!(need > length as u64, "{need} at {length}"),
                other => panic!("cut at {length}: {other:?}"),
            }
            let error = Gguf::parse_whole(&bytes[..length]).expect_err("a cut file is an error");
            assert_eq!(error.code(), "file_truncated", "cut at {length}: {error}");
        }
        for length in [end, end + 1, bytes.len()] {
            assert_eq!(Gguf::parse(&bytes[..length], None), Ok(Parsed::Done(Box::new(whole.clone()))));
        }
    }
}

#[test]
fn a_reader_that_follows_the_requests_needs_few_rounds() {
    let bytes = small_fixture();
    let size = bytes.len() as u64;
    let (mut have, mut rounds) = (1, 0);
    while let Parsed::NeedMore(need) = Gguf::parse(&bytes[..have], Some(size)).unwrap() {
        assert!(need <= size);
        have = usize::try_from(need).unwrap();
        rounds += 1;
    }
    assert!(rounds <= 2, "{rounds} rounds for {} bytes", header_length(&bytes));
}

#[test]
fn the_regression_corpus_is_refused_as_each_file_s_name_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gguf");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let (code, _) = name.split_once("--").expect("CODE--STORY.gguf");
        let error = Gguf::parse_whole(&std::fs::read(&path).unwrap()).expect_err(name);
        assert_eq!(error.code(), code, "{name}: {error}");
        assert!(!error.remedy().is_empty());
        seen += 1;
    }
    assert!(seen >= 10, "the corpus has {seen} files");
}
