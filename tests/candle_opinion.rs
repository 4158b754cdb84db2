//! candle's dequantization as a second opinion on ours: random bits in every block format. The fixtures hold
//! what quantizers write; files from elsewhere hold any bits, infinite and NaN scales included.
#![cfg(feature = "encoders")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use candle_core::Device;
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use loquat::gguf::GgmlType;
use loquat::quant::dequantize;
use proptest::prelude::*;

fn candles(dtype: GgmlType) -> GgmlDType {
    match dtype {
        GgmlType::F32 => GgmlDType::F32,
        GgmlType::F16 => GgmlDType::F16,
        GgmlType::BF16 => GgmlDType::BF16,
        GgmlType::Q4_0 => GgmlDType::Q4_0,
        GgmlType::Q4_1 => GgmlDType::Q4_1,
        GgmlType::Q5_0 => GgmlDType::Q5_0,
        GgmlType::Q5_1 => GgmlDType::Q5_1,
        GgmlType::Q8_0 => GgmlDType::Q8_0,
        GgmlType::Q2_K => GgmlDType::Q2K,
        GgmlType::Q3_K => GgmlDType::Q3K,
        GgmlType::Q4_K => GgmlDType::Q4K,
        GgmlType::Q5_K => GgmlDType::Q5K,
        GgmlType::Q6_K => GgmlDType::Q6K,
        GgmlType::Other(_) => unreachable!("only supported types are compared"),
    }
}

fn candle_dequantize(dtype: GgmlType, bytes: &[u8], elements: usize) -> Vec<f32> {
    // candle asserts alignment, which a slice of bytes has by chance only.
    let mut aligned = vec![0u32; bytes.len().div_ceil(4)];
    let aligned = &mut bytemuck::cast_slice_mut::<u32, u8>(&mut aligned)[..bytes.len()];
    aligned.copy_from_slice(bytes);
    let storage = QStorage::from_data((&*aligned).into(), &Device::Cpu, candles(dtype)).unwrap();
    let tensor = QTensor::new(storage, elements).unwrap().dequantize(&Device::Cpu).unwrap();
    tensor.to_vec1().unwrap()
}

/// How many floats lie between two; NaN is as far from itself as 1 is from 1, whatever its payload.
fn ulps(a: f32, b: f32) -> u64 {
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u64::MAX };
    }
    // Orders the bit patterns as the numbers, with both zeros at 0.
    let place = |x: f32| {
        let magnitude = i64::from(x.to_bits() & 0x7fff_ffff);
        if x.is_sign_negative() { -magnitude } else { magnitude }
    };
    place(a).abs_diff(place(b))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_blocks_decode_as_in_candle_within_one_ulp(
        dtype in prop::sample::select(&GgmlType::SUPPORTED[..]),
        bits in prop::collection::vec(any::<u8>(), 1024),
    ) {
        let (per, size) = dtype.block().unwrap();
        let blocks = bits.len() / size;
        let (bytes, elements) = (&bits[..blocks * size], blocks * per);
        let mut ours = vec![f32::NAN; elements];
        dequantize(dtype, bytes, &mut ours).unwrap();
        let theirs = candle_dequantize(dtype, bytes, elements);
        prop_assert_eq!(theirs.len(), elements);
        for (i, (&a, &b)) in ours.iter().zip(&theirs).enumerate() {
            prop_assert!(ulps(a, b) <= 1, "{dtype} element {i}: ours {a:e}, candle's {b:e}");
        }
    }
}

#[test]
fn the_distance_in_ulps_counts_floats() {
    assert_eq!(ulps(1.0, 1.0 + f32::EPSILON), 1);
    assert_eq!(ulps(0.0, -0.0), 0);
    assert_eq!(ulps(f32::from_bits(1), -f32::from_bits(1)), 2);
    assert_eq!(ulps(f32::NAN, -f32::NAN), 0);
    assert!(ulps(f32::NAN, 1.0) > 1 && ulps(f32::INFINITY, f32::MAX) == 1 && ulps(1.0, -1.0) > 1);
}
