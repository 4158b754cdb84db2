//! Norms and embeddings against their scalar twins: every format, odd widths, poisoned outputs, fresh
//! seeds. Projections are in `kernel_tests`.

use super::builder::Builder;
use super::kernel_tests::{EPS, SUM_2E20, act, fresh, gpu, matrix, run, vector};
use super::linear::Linears;
use super::op::Maker;
use super::{GpuBackend, GpuMatrix, GpuVector};
use crate::backend::NormWeights;
use crate::backend::scalar::ops;
use crate::config::{ModelConfig, NormKind};
use crate::gguf::{GgmlType, Gguf};

/// Rounding of a normed value, relative to its size and bias.
const NORM_2E18: f32 = 1.0 / (1 << 18) as f32;
const FACTOR: f32 = 3.5;

/// What a builder asks of a model: its width, norm and embedding scale.
fn config(dim: usize, norm: NormKind) -> ModelConfig {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/arch/llama-q4_1/model.gguf");
    let gguf = Gguf::parse_whole(&std::fs::read(path).unwrap()).unwrap();
    let mut config = ModelConfig::from_gguf(&gguf).unwrap();
    config.dims.dim = dim;
    ModelConfig { norm, norm_eps: EPS, embed_scale: FACTOR, ..config }
}

#[test]
fn norms_agree_with_the_scalar_twin() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    for dim in [1, 63, 64, 97, 576] {
        for (norm, biased) in [(NormKind::Rms, false), (NormKind::Layer, true), (NormKind::Layer, false)] {
            for (tokens, add) in [(1, false), (5, false), (3, true)] {
                let config = config(dim, norm);
                let linears = Linears::guess(&gpu);
                let mut builder = Builder { gpu: &gpu, maker: &mut maker, linears, config: &config };
                let (x, weight) = (vector(&mut random, tokens * dim), vector(&mut random, dim));
                let bias = biased.then(|| vector(&mut random, dim));
                // Poison, or what is added to.
                let before = if add { vector(&mut random, tokens * dim) } else { vec![1e9; tokens * dim] };
                let weights = NormWeights::<GpuBackend> {
                    weight: GpuVector::new(&gpu, &weight).unwrap(),
                    bias: bias.as_ref().map(|b| GpuVector::new(&gpu, b).unwrap()),
                };
                let (gpu_x, y) = (act(&gpu, &x, dim), act(&gpu, &before, dim));
                let op = builder.norm(&weights, &gpu_x, &y, add).unwrap();
                let got = run(&gpu, &maker, &[op], tokens, &y, dim);
                for (t, x) in x.chunks_exact(dim).enumerate() {
                    let mut want = x.to_vec();
                    match norm {
                        NormKind::Rms => ops::rms_norm(&mut want, &weight, EPS),
                        NormKind::Layer => ops::layer_norm(&mut want, &weight, bias.as_deref(), EPS),
                    }
                    for (i, want) in want.into_iter().enumerate() {
                        let want = want + if add { before[t * dim + i] } else { 0.0 };
                        let got = got[t * dim + i];
                        let most = NORM_2E18 * (want.abs() + 2.0);
                        assert!(
                            (got - want).abs() <= most,
                            "{norm:?} of {dim}, add {add}, token {t}: {i} is {got}, want {want} ± {most}"
                        );
                    }
                }
            }
        }
    }
}

/// Rows that are asked for, in any order and again; with `positions` the first ones, added.
fn check_embed(m: &GpuMatrix, dense: &[f32], cols: usize, ids: &[u32], positions: bool, maker: &mut Maker) {
    let gpu = gpu().unwrap();
    let config = config(cols, NormKind::Rms);
    let linears = Linears::guess(&gpu);
    let mut builder = Builder { gpu: &gpu, maker, linears, config: &config };
    let buffer = gpu.storage("token ids", 4 * ids.len()).unwrap();
    gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(ids));
    let before = if positions { 0.5 } else { 1e9 };
    let x = act(&gpu, &vec![before; ids.len() * cols], cols);
    let ops = builder.embed(m, positions, &buffer, &x).unwrap();
    let got = run(&gpu, maker, &ops, ids.len(), &x, cols);
    for (t, got) in got.chunks_exact(cols).enumerate() {
        let row = if positions { t } else { ids[t] as usize };
        for (i, (got, w)) in got.iter().zip(&dense[row * cols..][..cols]).enumerate() {
            let want = if positions { before + w } else { w * FACTOR };
            let most = SUM_2E20 * (want.abs() + 1.0);
            assert!((got - want).abs() <= most, "{m:?}: row {row}, column {i} is {got}, want {want} ± {most}");
        }
    }
}

#[test]
fn embeddings_agree_with_the_scalar_twin_in_every_format() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    for dtype in GgmlType::SUPPORTED {
        let per = dtype.block().unwrap().0;
        // Dense rows need not be whole blocks of 32.
        let cols = if per == 1 { 83 } else { 3 * per };
        let (m, dense) = matrix(&gpu, &mut random, &[dtype], 37, cols);
        for positions in [false, true] {
            check_embed(&m, &dense, cols, &[36, 0, 5, 36, 17], positions, &mut maker);
        }
    }
}

#[test]
fn a_table_larger_than_a_binding_gives_the_rows_of_all_its_parts() {
    let Some(mut small) = gpu() else { return };
    small.limits.max_storage_buffer_binding_size = 16 << 10;
    let (mut maker, mut random) = (Maker::new(&small).unwrap(), fresh());
    let (m, dense) = matrix(&small, &mut random, &[GgmlType::Q8_0], 301, 96);
    assert!(m.segments.len() > 1, "301 rows of 96 bytes fit a binding of 16 KiB");
    check_embed(&m, &dense, 96, &[300, 0, 150, 171, 299, 1], false, &mut maker);
}
