//! Every kernel against a plain loop in f64, over odd shapes and fresh seeds, outputs poisoned before.
//!
//! Unit tests, so that they run natively and as wasm with either set of vector operations: see the step "kernels in
//! wasm" of `cargo xtask test`. The seed of a failure is in its message; `LOQUAT_SEED` sets it.

use super::input::{Input, Needs};
use super::level::Level;
use super::matrix::CpuMatrix;
use super::pool::Pool;
use super::repack::BLOCK;
use super::simd::{self, DotKind, F32x4, NARROW};
use super::trial::trusted;
use super::{ops, simd::VARIANT};
use crate::backend::scalar::ops as scalar;
use crate::backend::{PIECE_ROWS, Part};
use crate::config::Activation;
use crate::gguf::GgmlType;
use crate::quant::dequantize;

mod attention;
#[cfg(target_arch = "x86_64")]
mod vocabulary;

const QUANTIZED: [GgmlType; 11] = [
    GgmlType::Q4_0,
    GgmlType::Q4_1,
    GgmlType::Q5_0,
    GgmlType::Q5_1,
    GgmlType::Q8_0,
    GgmlType::Q2_K,
    GgmlType::Q3_K,
    GgmlType::Q4_K,
    GgmlType::Q5_K,
    GgmlType::Q6_K,
    GgmlType::F16,
];

/// xorshift64*.
struct Random(u64);

impl Random {
    /// A seed of its own for every run, named in every failure.
    fn new() -> (Random, u64) {
        let set = std::env::var("LOQUAT_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = set.unwrap_or_else(|| u64::from(crate::sampler::random_seed()) << 1 | 1);
        println!("{VARIANT}: LOQUAT_SEED={seed}");
        (Random(seed), seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// In −1..1.
    fn unit(&mut self) -> f32 {
        (self.next() & 0xff_ffff) as f32 / 8_388_608.0 - 1.0
    }

    fn vector(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.unit()).collect()
    }

    /// Activations with outlying channels, a row of zeros now and then.
    fn activations(&mut self, n: usize) -> Vec<f32> {
        let size = if self.below(20) == 0 { 0.0 } else { 10f32.powi(self.below(5) as i32 - 2) };
        (0..n).map(|_| size * self.unit() * if self.below(60) == 0 { 20.0 } else { 1.0 }).collect()
    }

    /// Blocks of random quants with sane scales.
    fn blocks(&mut self, dtype: GgmlType, elements: usize) -> Vec<u8> {
        let (_, size) = dtype.block().expect("a known type");
        let mut bytes: Vec<u8> = (0..dtype.bytes(elements).expect("whole blocks")).map(|_| self.next() as u8).collect();
        let halves: &[usize] = match dtype {
            GgmlType::Q4_1 | GgmlType::Q5_1 | GgmlType::Q4_K | GgmlType::Q5_K => &[0, 2],
            GgmlType::Q2_K => &[80, 82],
            GgmlType::Q3_K => &[108],
            GgmlType::Q6_K => &[208],
            _ => &[0],
        };
        for block in bytes.chunks_exact_mut(size) {
            for &at in halves {
                let scale = half::f16::from_f32(0.05 * self.unit());
                block[at..at + 2].copy_from_slice(&scale.to_le_bytes());
            }
        }
        bytes
    }
}

fn columns(dtype: GgmlType, random: &mut Random) -> usize {
    let (block, _) = dtype.block().expect("a known type");
    match block {
        1 => 1 + random.below(70),
        256 => 256 * (1 + random.below(3)),
        _ => 32 * (1 + random.below(9)),
    }
}

fn packed(dtype: GgmlType, rows: usize, cols: usize, bytes: &[u8]) -> CpuMatrix {
    let part = Part { name: "w".into(), rows, cols, dtype };
    let mut matrix = CpuMatrix::new(&[part]).expect("room");
    matrix.fill(0, 0, bytes).expect("the right length");
    matrix
}

/// All ways of summing that this machine has; those of a browser's first compiler as far as they can be trusted.
fn kinds() -> Vec<DotKind> {
    let mut kinds = if cfg!(target_arch = "wasm32") { trusted() } else { NARROW.to_vec() };
    kinds.extend(Level::here().into_iter().map(DotKind::Wide));
    kinds
}

#[test]
fn the_widest_vectors_are_trusted() {
    if let Some(level) = Level::best() {
        assert_eq!(trusted(), [DotKind::Wide(level)]);
    }
}

#[test]
fn packed_rows_decode_to_the_files_weights() {
    let (mut random, seed) = Random::new();
    for dtype in QUANTIZED {
        for _ in 0..6 {
            let (rows, cols) = (1 + random.below(13), columns(dtype, &mut random));
            let bytes = random.blocks(dtype, rows * cols);
            let mut want = vec![0.0; rows * cols];
            dequantize(dtype, &bytes, &mut want).expect("whole blocks");
            let matrix = packed(dtype, rows, cols, &bytes);
            for r in 0..rows {
                let mut got = vec![f32::NAN; cols];
                matrix.row(r, &mut got);
                let want = &want[r * cols..(r + 1) * cols];
                // K-quants round the product of two scales to f16: 2⁻¹¹ of the largest term.
                let largest = want.iter().fold(0f32, |m, w| m.max(w.abs()));
                for (c, (g, w)) in got.iter().zip(want).enumerate() {
                    let close = (g - w).abs() <= largest * 4e-3;
                    assert!(close, "{dtype} {rows}×{cols} at {r},{c}: {g} for {w} (LOQUAT_SEED={seed})");
                }
            }
        }
    }
}

/// What [`Input::quantize`] is to make of a row, from its description: what the integer kernels then multiply.
fn rounded(x: &[f32], needs: Needs) -> Vec<f64> {
    if needs == Needs::default() {
        return x.iter().map(|&x| f64::from(x)).collect();
    }
    let steps = if needs.pairs { 32767.0 } else { 127.0 };
    let max = |block: &[f32]| block.iter().fold(0f32, |m, x| m.max(x.abs()));
    let scales: Vec<f32> = x.chunks(BLOCK).map(|block| max(block) / steps).collect();
    let limit = (scales.iter().map(|s| s * s).sum::<f32>() / scales.len() as f32).sqrt();
    let blocks = x.chunks(BLOCK).zip(&scales);
    blocks
        .flat_map(|(block, &scale)| {
            let inverse = if scale > f32::MIN_POSITIVE { 1.0 / scale } else { 0.0 };
            block.iter().map(move |&x| {
                let near = (x * inverse).round_ties_even();
                let fine = needs.quads && scale > limit;
                let rest = if fine { ((x * inverse - near) * 256.0).min(127.0).round_ties_even() / 256.0 } else { 0.0 };
                f64::from(scale) * f64::from(near + rest)
            })
        })
        .collect()
}

#[test]
fn products_are_those_of_the_packed_weights_and_the_rounded_activations() {
    let kinds = kinds();
    let (mut random, seed) = Random::new();
    let mut pool = Pool::new(1);
    for dtype in QUANTIZED.into_iter().chain([GgmlType::F32, GgmlType::BF16]) {
        for tokens in [1, 1, 2, 3, 4, 5, 8, 1 + random.below(11), 65 + random.below(9)] {
            let (rows, cols) = (1 + random.below(23), columns(dtype, &mut random));
            let bytes = match dtype {
                GgmlType::F32 => random.vector(rows * cols).iter().flat_map(|x| x.to_le_bytes()).collect(),
                GgmlType::BF16 | GgmlType::F16 => (0..rows * cols)
                    .flat_map(|_| match dtype {
                        GgmlType::F16 => half::f16::from_f32(random.unit()).to_le_bytes(),
                        _ => half::bf16::from_f32(random.unit()).to_le_bytes(),
                    })
                    .collect(),
                _ => random.blocks(dtype, rows * cols),
            };
            let matrix = packed(dtype, rows, cols, &bytes);
            let mut input = Input::new(tokens, cols);
            input.dots = kinds[random.below(kinds.len())];
            let x: Vec<f32> = (0..tokens).flat_map(|_| random.activations(cols)).collect();
            input.fill(&mut pool, tokens, cols, matrix.needs(), &|t, row| {
                row.copy_from_slice(&x[t * cols..(t + 1) * cols]);
            });
            let bias = (random.below(2) == 0).then(|| random.vector(rows));
            let mut y = vec![f32::NAN; tokens * rows];
            matrix.product(&mut pool, &input, bias.as_deref(), &mut y);
            let mut weights = vec![0.0; cols];
            for r in 0..rows {
                matrix.row(r, &mut weights);
                for t in 0..tokens {
                    let x = rounded(input.row(t), matrix.needs());
                    let terms = || weights.iter().zip(&x).map(|(&w, x)| f64::from(w) * x);
                    let b = bias.as_ref().map_or(0.0, |b| f64::from(b[r]));
                    let (want, size) = (terms().sum::<f64>() + b, terms().map(f64::abs).sum::<f64>() + b.abs());
                    let got = f64::from(y[t * rows + r]);
                    // f32 sums of up to a hundred blocks; offsets cancel scales, so against the sum of sizes.
                    assert!(
                        (got - want).abs() <= 2e-5 * size + 1e-30,
                        "{VARIANT} {:?} {dtype} {rows}×{cols}, token {t} of {tokens}, row {r}: {got} for {want} \
                         (LOQUAT_SEED={seed})",
                        input.dots
                    );
                }
            }
        }
    }
}

#[test]
fn neither_the_cut_of_a_prompt_nor_the_way_of_summing_changes_a_bit() {
    let kinds = kinds();
    let (mut random, seed) = Random::new();
    let mut pool = Pool::new(2);
    for dtype in QUANTIZED {
        let (rows, cols, tokens) = (1 + random.below(40), columns(dtype, &mut random), 66 + random.below(9));
        let matrix = packed(dtype, rows, cols, &random.blocks(dtype, rows * cols));
        let x: Vec<f32> = (0..tokens).flat_map(|_| random.activations(cols)).collect();
        let mut product = |dots, batch: usize| {
            let (mut input, mut y) = (Input::new(batch, cols), Vec::new());
            input.dots = dots;
            for x in x.chunks(batch * cols) {
                let mut part = vec![f32::NAN; x.len() / cols * rows];
                input.fill(&mut pool, x.len() / cols, cols, matrix.needs(), &|t, row| {
                    row.copy_from_slice(&x[t * cols..(t + 1) * cols]);
                });
                matrix.product(&mut pool, &input, None, &mut part);
                y.extend(part.iter().map(|y| y.to_bits()));
            }
            y
        };
        let want = product(NARROW[0], 1);
        for &dots in &kinds {
            for batch in [1, 2, 7, tokens] {
                let same = product(dots, batch) == want;
                assert!(same, "{VARIANT} {dots:?} {dtype} {rows}×{cols} in batches of {batch} (LOQUAT_SEED={seed})");
            }
        }
    }
}

#[test]
fn norms_and_activations_are_those_of_the_scalar_backend() {
    let (mut random, seed) = Random::new();
    for n in [1, 2, 3, 4, 5, 15, 16, 17, 33, 576, 1 + random.below(200)] {
        let (x, w, b) = (random.activations(n), random.vector(n), random.vector(n));
        let near = |name: &str, got: &[f32], want: &[f32], least: f32| {
            let size = want.iter().fold(least, |m, w| m.max(w.abs()));
            for (i, (g, w)) in got.iter().zip(want).enumerate() {
                let close = (g - w).abs() <= 4e-6 * size;
                assert!(close, "{VARIANT} {name} of {n} at {i}: {g} for {w} (LOQUAT_SEED={seed})");
            }
        };
        let close = |name: &str, got: &[f32], want: &[f32]| near(name, got, want, 1e-6);
        let (mut got, mut want) = (vec![f32::NAN; n], x.clone());
        ops::rms_norm(&x, &w, 1e-5, &mut got);
        scalar::rms_norm(&mut want, &w, 1e-5);
        close("rms_norm", &got, &want);
        got.copy_from_slice(&x);
        ops::rms_norm_in_place(&mut got, &w, 1e-5);
        close("rms_norm_in_place", &got, &want);
        want.copy_from_slice(&x);
        got.fill(f32::NAN);
        ops::layer_norm(&x, &w, Some(&b), 1e-5, &mut got);
        scalar::layer_norm(&mut want, &w, Some(&b), 1e-5);
        close("layer_norm", &got, &want);
        for kind in [Activation::Silu, Activation::GeluTanh] {
            for up in [None, Some(&b[..])] {
                got.fill(f32::NAN);
                ops::activate(kind, &x, up, &mut got);
                let one = |i: usize| scalar::activate(kind, x[i]) * up.map_or(1.0, |up| up[i]);
                // Where x is far below zero, 1 + tanh cancels: the error is one of x, not of the result.
                let size = (0..n).fold(1e-6f32, |m, i| m.max((x[i] * up.map_or(1.0, |up| up[i])).abs()));
                near("activate", &got, &(0..n).map(one).collect::<Vec<_>>(), size);
            }
        }
        got.copy_from_slice(&x);
        ops::softcap(&mut got, 30.0);
        // The error of tanh is absolute, so that of a capped value is one of the cap.
        near("softcap", &got, &x.iter().map(|&x| scalar::softcap(x, Some(30.0))).collect::<Vec<_>>(), 30.0);
        let want: f64 = x.iter().zip(&w).map(|(&x, &w)| f64::from(x) * f64::from(w)).sum();
        let size: f64 = x.iter().zip(&w).map(|(&x, &w)| (f64::from(x) * f64::from(w)).abs()).sum();
        let dot = f64::from(ops::dot(&x, &w));
        assert!((dot - want).abs() <= 2e-6 * size, "{VARIANT} dot of {n}: {dot} for {want} (LOQUAT_SEED={seed})");
    }
}

#[test]
fn exp_and_tanh_keep_their_bounds() {
    let lanes = |v: F32x4| {
        let mut out = [f32::NAN; 4];
        v.store(&mut out);
        out
    };
    for i in -87_000..88_000 {
        let x = i as f32 / 1000.0;
        let (got, want) = (f64::from(lanes(simd::exp(F32x4::splat(x)))[2]), f64::from(x).exp());
        // The bound that `exp` documents, and the rounding of its polynomial where nothing is fused.
        assert!((got / want - 1.0).abs() < 4e-7, "{VARIANT}: exp({x}) = {got}, not {want}");
        let t = x / 8.0;
        let (got, want) = (f64::from(lanes(simd::tanh(F32x4::splat(t)))[1]), f64::from(t).tanh());
        assert!((got - want).abs() < 5e-7, "{VARIANT}: tanh({t}) = {got}, not {want}");
    }
    // Beyond the range it stays finite: a masked score must not become NaN.
    assert!(lanes(simd::exp(F32x4::splat(-1e30))).iter().all(|&v| (0.0..1e-37).contains(&v)));
    assert!(lanes(simd::exp(F32x4::splat(1e30))).iter().all(|v| v.is_finite()));
}

#[test]
fn halves_decode_exactly() {
    for bits in 0..=u16::MAX {
        let want = half::f16::from_bits(bits).to_f32();
        if want.is_finite() {
            let four: [u8; 8] = std::array::from_fn(|i| bits.to_le_bytes()[i % 2]);
            let mut got = [f32::NAN; 4];
            F32x4::from_f16(&four).store(&mut got);
            assert_eq!(got, [want; 4], "{VARIANT}: {bits:#06x}");
        }
    }
}

/// A head is too large to be held in one piece beside its packed form.
#[test]
fn rows_in_pieces_are_packed_as_all_together() {
    let (mut random, seed) = Random::new();
    for dtype in QUANTIZED {
        let (rows, cols) = (17 + random.below(20), columns(dtype, &mut random));
        let bytes = random.blocks(dtype, rows * cols);
        let whole = packed(dtype, rows, cols, &bytes);
        let mut matrix = CpuMatrix::new(&[Part { name: "w".into(), rows, cols, dtype }]).expect("room");
        for (i, piece) in bytes.chunks(PIECE_ROWS * bytes.len() / rows).enumerate() {
            matrix.fill(0, i * PIECE_ROWS, piece).expect("whole rows");
        }
        let decoded = |m: &CpuMatrix, r: usize| {
            let mut row = vec![f32::NAN; cols];
            m.row(r, &mut row);
            row
        };
        assert_eq!(matrix.bytes(), whole.bytes(), "{dtype} {rows}×{cols} (LOQUAT_SEED={seed})");
        for r in 0..rows {
            assert_eq!(decoded(&matrix, r), decoded(&whole, r), "{dtype} {rows}×{cols}, row {r} (LOQUAT_SEED={seed})");
        }
        assert!(matrix.fill(0, 0, &bytes[1..]).is_err(), "{dtype}: a part of a row");
        assert!(matrix.fill(0, PIECE_ROWS, &bytes).is_err(), "{dtype}: more rows than there are");
    }
}
