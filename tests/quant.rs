//! Dequantization against gguf-py's, bit for bit, for every block format.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use loquat::gguf::GgmlType;
use loquat::quant::dequantize;
use serde_json::Value;

#[test]
fn every_format_decodes_to_the_reference_bits() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/quant");
    let index: Value = serde_json::from_slice(&std::fs::read(format!("{dir}/index.json")).unwrap()).unwrap();
    let elements = (index["rows"].as_u64().unwrap() * index["cols"].as_u64().unwrap()) as usize;
    let mut seen = std::collections::BTreeSet::new();
    for entry in index["types"].as_array().unwrap() {
        let dtype = GgmlType::from_id(entry["ggml_type_id"].as_u64().unwrap() as u32);
        let mut out = vec![f32::NAN; elements];
        if !dtype.is_supported() {
            let error = dequantize(dtype, &[], &mut out).unwrap_err().to_string();
            assert!(error.contains(entry["type"].as_str().unwrap()), "{error}");
            continue;
        }
        let name = entry["blocks_file"].as_str().unwrap();
        let blocks = std::fs::read(format!("{dir}/{name}")).unwrap();
        let expected = std::fs::read(format!("{dir}/{}", entry["expected_file"].as_str().unwrap())).unwrap();
        dequantize(dtype, &blocks, &mut out).unwrap();
        for (i, (&got, want)) in out.iter().zip(expected.as_chunks::<4>().0).enumerate() {
            let want = f32::from_le_bytes(*want);
            assert!(got.to_bits() == want.to_bits() || got == want, "{name} element {i}: {got:e} instead of {want:e}");
        }
        seen.insert(dtype);
    }
    assert_eq!(seen.len(), GgmlType::SUPPORTED.len(), "formats without a fixture: {seen:?}");
}

#[test]
fn a_wrong_length_is_an_error_with_both_numbers() {
    let error = dequantize(GgmlType::Q4_0, &[0; 17], &mut [0.0; 32]).unwrap_err();
    assert_eq!(error.code(), "tensor_bytes");
    assert!(error.to_string().contains("18") && error.to_string().contains("17"), "{error}");
}
