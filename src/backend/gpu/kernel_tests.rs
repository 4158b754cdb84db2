//! Projections against their scalar twins: every format, odd shapes, poisoned outputs, fresh seeds.
//! Norms and embeddings are in `builder_tests`, attention in `attention_tests`.

use std::sync::LazyLock;

use super::act::Act;
use super::device::{Gpu, GpuOptions};
use super::linear::{Epilogue, Linears, Operand, Side};
use super::op::{Maker, Op, Recorder};
use super::params::Step;
use super::{GpuMatrix, GpuVector};
use crate::backend::Part;
use crate::backend::scalar::ops;
use crate::config::Activation;
use crate::gguf::GgmlType;
use crate::quant::dequantize;
use crate::verdict::synthetic::Random;

/// Largest error of a sum, as a share of the sum of its terms' sizes: 2⁻²⁰, some 8 roundings.
pub(super) const SUM_2E20: f32 = 1.0 / (1 << 20) as f32;

/// The line by which `cargo xtask test` counts a test as skipped; the test returns after it.
pub(crate) fn skip(what: &str, why: &str) {
    println!("SKIP: {what}: {why}");
}

/// A missing GPU is a skip that is counted; where one is promised it is a failure.
pub(crate) fn gpu() -> Option<Gpu> {
    static GPU: LazyLock<Result<Gpu, crate::Error>> =
        LazyLock::new(|| pollster::block_on(Gpu::open(GpuOptions { default_limits: true, ..Default::default() })));
    match &*GPU {
        Ok(gpu) => Some(gpu.clone()),
        Err(e) if std::env::var_os("LOQUAT_GPU_PROMISED").is_none() => {
            skip("GPU kernels", &e.to_string());
            None
        }
        Err(e) => panic!("a software adapter (mesa-vulkan-drivers) was promised, but: {e}"),
    }
}

/// Seeded by the clock; a failure prints the seed, `LOQUAT_SEED` repeats it.
pub(super) fn fresh() -> Random {
    let clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |t| t.as_nanos() as u64 | 1);
    let seed = std::env::var("LOQUAT_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(clock);
    eprintln!("LOQUAT_SEED={seed}");
    Random(seed)
}

pub(super) fn vector(random: &mut Random, n: usize) -> Vec<f32> {
    (0..n).map(|_| random.unit()).collect()
}

/// A random matrix of stacked parts, and the same in f32.
pub(super) fn matrix(
    gpu: &Gpu,
    random: &mut Random,
    types: &[GgmlType],
    rows: usize,
    cols: usize,
) -> (GpuMatrix, Vec<f32>) {
    let part = |&dtype| Part { name: format!("{dtype}"), rows, cols, dtype };
    let parts: Vec<_> = types.iter().map(part).collect();
    let mut m = GpuMatrix::new(gpu, 0, &parts).unwrap();
    let mut dense = vec![0.0; types.len() * rows * cols];
    for (i, (&dtype, dense)) in types.iter().zip(dense.chunks_exact_mut(rows * cols)).enumerate() {
        let bytes = random.blocks(dtype, rows * cols);
        m.fill(gpu, i, 0, &bytes).unwrap();
        dequantize(dtype, &bytes, dense).unwrap();
    }
    (m, dense)
}

/// Rows of an odd width, padded with zeros as the engine's are.
pub(super) fn act(gpu: &Gpu, rows: &[f32], width: usize) -> Act {
    let act = Act::new(gpu, "x", rows.len() / width, width).unwrap();
    for (t, row) in rows.chunks_exact(width).enumerate() {
        gpu.queue.write_buffer(&act.buffer, 4 * t as u64 * u64::from(act.stride), bytemuck::cast_slice(row));
    }
    act
}

pub(super) fn run(gpu: &Gpu, maker: &Maker, ops: &[Op], len: usize, y: &Act, width: usize) -> Vec<f32> {
    maker.set_step(gpu, Step { start: 0, len: len as u32, logit_first: 0, rope_long: 0 });
    let mut recorder = Recorder::default();
    ops.iter().for_each(|op| recorder.run(gpu, op, len));
    read(gpu, recorder, y, len, width)
}

/// Submits what is recorded, and reads the first `rows` rows of a buffer then.
pub(super) fn read(gpu: &Gpu, mut recorder: Recorder, y: &Act, rows: usize, width: usize) -> Vec<f32> {
    let bytes = 4 * rows * y.stride as usize;
    let staging = gpu.buffer("staging", bytes, wgpu::BufferUsages::MAP_READ).unwrap();
    recorder.encoder(gpu).copy_buffer_to_buffer(&y.buffer, 0, &staging, 0, bytes as u64);
    recorder.submit(gpu).unwrap();
    let rows = |data: &[u8]| -> Vec<f32> {
        let rows = data.chunks_exact(4 * y.stride as usize);
        rows.flat_map(|row| row.as_chunks::<4>().0[..width].iter().map(|&b| f32::from_le_bytes(b))).collect()
    };
    pollster::block_on(gpu.read(&staging, bytes, rows)).unwrap()
}

/// What is asked of a projection.
#[derive(Debug, Clone, Copy)]
struct Case {
    types: &'static [GgmlType],
    rows: usize, // of each part
    cols: usize,
    tokens: usize,
    bias: bool,
    norm: bool,
    epilogue: Epilogue,
    linears: Linears,
}

const PLAIN: Case = Case {
    types: &[GgmlType::Q4_0],
    rows: 37,
    cols: 96,
    tokens: 1,
    bias: false,
    norm: false,
    epilogue: Epilogue { act: 0, glu: None, cap: None, add: false, logits: false },
    linears: Linears::new(64, 16, 4),
};

pub(super) const EPS: f32 = 1e-5;

fn check(gpu: &Gpu, maker: &mut Maker, random: &mut Random, c: Case) {
    let e = c.epilogue;
    let all = c.rows * c.types.len();
    let (m, dense) = matrix(gpu, random, c.types, c.rows, c.cols);
    let bias = c.bias.then(|| vector(random, all));
    let gain = vector(random, c.cols);
    let x = vector(random, c.tokens * c.cols);
    let width = e.glu.unwrap_or(all);
    // Poison: what a kernel fails to write stays visible. Sums are added to something ordinary.
    let before: Vec<f32> = if e.add { vector(random, c.tokens * width) } else { vec![1e9; c.tokens * width] };

    let normed: Vec<f32> = x
        .chunks_exact(c.cols)
        .flat_map(|x| {
            let mut x = x.to_vec();
            if c.norm {
                ops::rms_norm(&mut x, &gain, EPS);
            }
            x
        })
        .collect();
    let (gpu_bias, gpu_gain) =
        (bias.as_ref().map(|b| GpuVector::new(gpu, b).unwrap()), GpuVector::new(gpu, &gain).unwrap());
    let (gpu_x, gpu_normed) = (act(gpu, &x, c.cols), act(gpu, &normed, c.cols));
    let (y, raw) = (act(gpu, &before, width), act(gpu, &vec![1e9; c.tokens * all], all));
    let gain = c.norm.then_some(&gpu_gain);
    let input = Operand { decode: &gpu_x, gain, batch: &gpu_normed, dim: c.cols, eps: EPS };
    let side = Side { y: &y, raw: &raw, epilogue: e };
    let stage = c.linears.stage(gpu, maker, (&m, gpu_bias.as_ref()), input, side).unwrap();
    let got = run(gpu, maker, stage.ops(c.tokens), c.tokens, &y, width);

    let kind = if e.act == 2 { Activation::GeluTanh } else { Activation::Silu };
    let activate = |v: f32| if e.act == 0 { v } else { ops::activate(kind, v) };
    for (t, x) in normed.chunks_exact(c.cols).enumerate() {
        let mut sums = vec![0.0; all];
        ops::mat_vec(&dense, bias.as_deref(), x, &mut sums);
        let sizes: Vec<f32> =
            dense.chunks_exact(c.cols).map(|w| w.iter().zip(x).map(|(w, x)| (w * x).abs()).sum()).collect();
        for r in 0..width {
            let (mut want, mut size) = (activate(sums[r]), sizes[r] + 1.0);
            if let Some(ff) = e.glu {
                size = size * (sums[ff + r].abs() + 1.0) + want.abs() * sizes[ff + r];
                want *= sums[ff + r];
            }
            want = ops::softcap(want, e.cap) + if e.add { before[t * width + r] } else { 0.0 };
            let got = got[t * width + r];
            assert!(
                (got - want).abs() <= SUM_2E20 * size,
                "{c:?}: token {t} row {r} is {got}, want {want} ± {}",
                SUM_2E20 * size
            );
        }
    }
}

#[test]
fn mat_vec_and_mat_mul_agree_with_the_scalar_twin_in_every_format() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    for types in GgmlType::SUPPORTED.as_chunks::<1>().0 {
        let per = types[0].block().unwrap().0;
        // Dense rows need not be whole blocks of 32.
        let cols = if per == 1 { 83 } else { 3 * per };
        for (tokens, tiles) in [(1, true), (5, true), (35, true), (1, false), (3, false), (11, false), (35, false)] {
            let linears = Linears { tiles, ..PLAIN.linears };
            check(&gpu, &mut maker, &mut random, Case { types, cols, tokens, linears, ..PLAIN });
        }
    }
}

/// Invocations that read for each other: every format, and batches that end within a tile of 16 tokens.
#[test]
fn mat_rows_with_swaps_within_a_quad_agrees_with_the_scalar_twin() {
    let Some(gpu) = gpu() else { return };
    let linears = Linears { tiles: false, subgroups: true, ..Linears::new(64, 1, 4) };
    if !linears.is_possible(&gpu) {
        skip("mat_rows in subgroups", &format!("this device's have {} invocations", gpu.subgroup));
        return;
    }
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    for types in GgmlType::SUPPORTED.as_chunks::<1>().0 {
        let per = types[0].block().unwrap().0;
        let cols = if per == 1 { 83 } else { 3 * per };
        for tokens in [1, 3, 11, 35] {
            check(&gpu, &mut maker, &mut random, Case { types, cols, tokens, linears, ..PLAIN });
        }
    }
    // Fewer rows than a quad has invocations, and one more than two workgroups have.
    for (rows, tokens) in [(3, 2), (64, 16), (129, 17)] {
        let epilogue = Epilogue { add: true, cap: Some(3.0), ..Epilogue::default() };
        check(&gpu, &mut maker, &mut random, Case { rows, tokens, bias: true, epilogue, linears, ..PLAIN });
    }
}

#[test]
fn every_shape_of_a_mat_vec_workgroup_gives_the_same() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    let narrow = Linears::new(32, 4, 1);
    let subgroup = [narrow, Linears::new(64, 8, 4)].map(|l| Linears { subgroups: true, ..l });
    if !subgroup[1].is_possible(&gpu) {
        skip("subgroups", &format!("this device's have {} invocations", gpu.subgroup));
    }
    let shapes = Linears::CANDIDATES.into_iter().chain([narrow]).chain(subgroup).filter(|l| l.is_possible(&gpu));
    for linears in shapes {
        for glu in [None, Some(23)] {
            let rows = glu.map_or(71, |ff| 2 * ff);
            let epilogue = Epilogue { glu, act: u32::from(glu.is_some()), ..Epilogue::default() };
            check(
                &gpu,
                &mut maker,
                &mut random,
                Case { rows, cols: 576, norm: true, bias: true, epilogue, linears, ..PLAIN },
            );
        }
    }
}

#[test]
fn epilogues_agree_with_the_scalar_twin() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    let plain = Epilogue::default();
    for tokens in [1, 7, 20] {
        for linears in [PLAIN.linears, Linears { tiles: false, ..Linears::new(64, 1, 4) }] {
            let base = Case { tokens, linears, ..PLAIN };
            for case in [
                Case { bias: true, epilogue: Epilogue { add: true, ..plain }, ..base },
                Case { norm: true, epilogue: Epilogue { cap: Some(3.0), ..plain }, ..base },
                Case { bias: true, epilogue: Epilogue { act: 2, ..plain }, ..base },
                Case {
                    rows: 58,
                    bias: true,
                    norm: true,
                    epilogue: Epilogue { act: 2, glu: Some(29), ..plain },
                    ..base
                },
            ] {
                check(&gpu, &mut maker, &mut random, case);
            }
        }
    }
}

#[test]
fn stacked_tensors_of_several_formats_are_one_matrix() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    for tokens in [1, 9] {
        let mixed = Case { types: &[GgmlType::Q4_K, GgmlType::Q4_K, GgmlType::Q6_K], cols: 256, tokens, ..PLAIN };
        check(&gpu, &mut maker, &mut random, Case { bias: true, ..mixed });
        // A gate and an up of different formats cannot be joined by one kernel.
        let epilogue = Epilogue { act: 1, glu: Some(37), ..Epilogue::default() };
        let gated = Case { types: &[GgmlType::Q5_K, GgmlType::Q3_K], epilogue, norm: true, ..mixed };
        check(&gpu, &mut maker, &mut random, gated);
    }
}

#[test]
fn a_tensor_larger_than_a_binding_is_split_by_rows() {
    let Some(mut gpu) = gpu() else { return };
    gpu.limits.max_storage_buffer_binding_size = 16 << 10;
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    let (m, _) = matrix(&gpu, &mut random, &[GgmlType::Q8_0], 301, 96);
    assert!(m.segments.len() > 1, "301 rows of 96 bytes fit a binding of 16 KiB");
    for tokens in [1, 6] {
        check(&gpu, &mut maker, &mut random, Case { types: &[GgmlType::Q8_0], rows: 301, tokens, bias: true, ..PLAIN });
    }
}

/// Vocabularies of a quarter million rows: more workgroups than one dimension may have.
#[test]
fn workgroups_beyond_the_limit_of_a_dimension_go_into_the_second() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    let linears = Linears::new(64, 64, 1); // a row a workgroup
    check(&gpu, &mut maker, &mut random, Case { rows: 65_535 + 70, cols: 32, linears, ..PLAIN });
}

#[test]
fn a_short_tensor_is_refused() {
    let Some(gpu) = gpu() else { return };
    let part = Part { name: "w".into(), rows: 3, cols: 32, dtype: GgmlType::Q4_0 };
    let error = GpuMatrix::new(&gpu, 0, &[part]).unwrap().fill(&gpu, 0, 0, &[0; 53]).unwrap_err();
    assert_eq!(error.code(), "tensor_bytes");
}
