//! The operations of SSE2 against those on plain arrays, bit for bit.

use super::Random;
use crate::backend::cpu::simd::{self, portable};

/// Values of all sizes, halves, and what is beyond integers.
fn floats(random: &mut Random) -> [f32; 4] {
    std::array::from_fn(|_| match random.below(12) {
        0 => [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 8_388_607.5][random.below(8)],
        1 => [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e9, -3e9, 2_147_483_648.0][random.below(6)],
        2 => 40_000.0 * random.unit(),
        _ => 10f32.powi(random.below(8) as i32 - 2) * random.unit(),
    })
}

fn bits(v: [f32; 4]) -> [u32; 4] {
    v.map(f32::to_bits)
}

#[test]
fn floats_are_those_of_plain_arrays() {
    let (mut random, seed) = Random::new();
    for _ in 0..2000 {
        let (a, b, c) = (floats(&mut random), floats(&mut random), floats(&mut random));
        macro_rules! all {
            ($m:ident) => {{
                let [a, b, c] = [a, b, c].map(|v| $m::F32x4::load(&v));
                let out = |v: $m::F32x4| {
                    let mut out = [0.0; 4];
                    v.store(&mut out);
                    // The sign of what is no number is no result.
                    bits(out.map(|v| if v.is_nan() { f32::NAN } else { v }))
                };
                let small = $m::F32x4::from_i32($m::I32x4::from_f32(
                    a.min($m::F32x4::splat(90.0)).max($m::F32x4::splat(-90.0)),
                ));
                let mut halves = [0; 8];
                $m::I16x8::from_f32(a, b).store(&mut halves);
                (
                    [
                        out(a.add(b)),
                        out(a.sub(b)),
                        out(a.mul(b)),
                        out(a.div(b)),
                        out(a.max(b)),
                        out(a.min(b)),
                        out(a.abs()),
                        out(a.mul_add(b, c)),
                        out(a.nearest()),
                        out(small.pow2()),
                        out($m::F32x4::from_i32($m::I32x4::from_f32(a))),
                    ],
                    a.to_i16(),
                    halves,
                    a.sum().to_bits() & if a.sum().is_nan() { 0 } else { u32::MAX },
                )
            }};
        }
        assert_eq!(all!(simd), all!(portable), "{a:?} {b:?} {c:?} (LOQUAT_SEED={seed})");
        let finite = a.map(|a| if a.is_nan() { 0.0 } else { a });
        let most = |v: f32| v.to_bits();
        assert_eq!(
            most(simd::F32x4::load(&finite).reduce_max() + 0.0),
            most(portable::F32x4::load(&finite).reduce_max() + 0.0),
            "{finite:?} (LOQUAT_SEED={seed})"
        );
    }
}

#[test]
fn integers_are_those_of_plain_arrays() {
    let (mut random, seed) = Random::new();
    for _ in 0..2000 {
        let bytes: [u8; 32] = std::array::from_fn(|_| random.next() as u8);
        let [a, b]: [[i16; 8]; 2] = std::array::from_fn(|_| std::array::from_fn(|_| random.next() as i16 >> 2));
        let activations: [[f32; 4]; 8] = std::array::from_fn(|_| std::array::from_fn(|_| 140.0 * random.unit()));
        macro_rules! all {
            ($m:ident) => {{
                let out = |v: $m::I32x4| {
                    let mut out = [0.0; 4];
                    $m::F32x4::from_i32(v).store(&mut out);
                    bits(out)
                };
                let float = |v: $m::F32x4| {
                    let mut out = [0.0; 4];
                    v.store(&mut out);
                    bits(out)
                };
                let parts = bytes.as_chunks::<8>().0;
                let (x, y) = ($m::I16x8::load(&a), $m::I16x8::load(&b));
                let mut quads = [0; 32];
                $m::store_quads(activations.map(|v| $m::I32x4::from_f32($m::F32x4::load(&v).nearest())), &mut quads);
                (
                    out(x.dot(y)),
                    [
                        out(x.pair::<0>().dot(y)),
                        out(x.pair::<1>().dot(y)),
                        out(x.pair::<2>().dot(y)),
                        out(x.pair::<3>().dot(y)),
                    ],
                    out($m::I32x4::sums([x.dot(y), y.dot(y), x.dot(x), y.dot(x)])),
                    x.dot(y).sum(),
                    out($m::I32x4::zero().dot_i8_i16(bytemuck::cast_ref(&parts[0]), &[a[0], b[0]])),
                    quads,
                    float($m::F32x4::from_bf16(&parts[1].map(|b| b & 0x7e))),
                )
            }};
        }
        assert_eq!(all!(simd), all!(portable), "{bytes:?} {a:?} {b:?} (LOQUAT_SEED={seed})");
    }
}
