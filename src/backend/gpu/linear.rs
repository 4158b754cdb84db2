//! A projection y = W·x + b → dispatches: mat-vec for one token, tiled products for batches.

use serde::{Deserialize, Serialize};

use super::act::{Act, Stage};
use super::device::Gpu;
use super::matrix::Segment;
use super::op::{Batch, Bound, Maker, Op, Prepared};
use super::params::{Glu, MatMul, MatVec, Uniform};
use super::pipeline::{GLU, Kernel, MAT_MUL, MAT_ROWS, MAT_VEC};
use super::repack::PlaneFormat;
use super::shader::Choices;
use super::{GpuMatrix, GpuVector};
use crate::error::Result;

/// The shape of a mat-vec's workgroups, found by measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linears {
    /// Invocations of a workgroup, at most 256.
    pub workgroup: u32,
    /// Invocations that share a row; divides `workgroup`.
    pub lanes: u32,
    /// Rows an invocation works on: 1, 2 or 4.
    pub rows: u32,
    /// Batches are computed as tiles in workgroup memory. Else, for adapters that compute on the CPU, rows by
    /// invocations, and formats are unpacked without shifts.
    pub tiles: bool,
    /// Those that share a row are in one subgroup, and sum up there; without tiles, four read a batch together.
    #[serde(default)]
    pub subgroups: bool,
}

/// What happens to a sum before it is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Epilogue {
    /// 0: none, 1: SiLU, 2: GELU; with `glu` of the gate.
    pub act: u32,
    /// Rows are gates, then as many ups; the result is act(gate)·up of this many.
    pub glu: Option<usize>,
    /// Soft cap.
    pub cap: Option<f32>,
    /// Add to what is there.
    pub add: bool,
    /// x is the token whose logits are wanted.
    pub logits: bool,
}

/// Where x comes from.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    /// For one token; with a gain it is RMS-normed on the way.
    pub decode: &'a Act,
    /// Weights of that norm.
    pub gain: Option<&'a GpuVector>,
    /// For batches.
    pub batch: &'a Act,
    /// Columns of the norm.
    pub dim: usize,
    /// Epsilon of the norm.
    pub eps: f32,
}

impl<'a> Operand<'a> {
    /// x as it is.
    pub fn plain(x: &'a Act) -> Self {
        Operand { decode: x, gain: None, batch: x, dim: 1, eps: 0.0 }
    }
}

/// Where y goes.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The result.
    pub y: &'a Act,
    /// Room for gates and ups where they cannot be joined at once.
    pub raw: &'a Act,
    /// What happens on the way.
    pub epilogue: Epilogue,
}

/// Invocations that swap what they have read; a smaller subgroup can't.
const QUAD: u32 = 4;

/// Workgroups a dimension on every device.
const MOST_GROUPS: u32 = 65_535;

impl Linears {
    /// The files of a format, and how its words are unpacked.
    pub(super) fn format(self, layout: &PlaneFormat) -> [(&'static str, &'static str); 3] {
        let octet = if self.tiles { "octet" } else { "octet_masks" };
        [("quants", layout.quants), ("scale", layout.scale), ("octet", octet)]
    }
}

/// The zero point of a format, where its shader has one.
pub(super) fn zero(layout: &PlaneFormat) -> Option<(&'static str, f64)> {
    matches!(layout.scale, "scale_pair" | "scale_k16").then_some(("ZERO", layout.zero))
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

impl Linears {
    /// A shape of mat-vec workgroups; batches as tiles.
    pub const fn new(workgroup: u32, lanes: u32, rows: u32) -> Linears {
        Linears { workgroup, lanes, rows, tiles: true, subgroups: false }
    }

    /// Whether the kernels can have this shape on a device.
    pub fn is_possible(&self, gpu: &Gpu) -> bool {
        let Linears { workgroup, lanes, rows, tiles, subgroups } = *self;
        (1..=256).contains(&workgroup)
            && lanes > 0
            && workgroup % lanes == 0
            && matches!(rows, 1 | 2 | 4)
            && (!subgroups || lanes.is_power_of_two() && lanes <= gpu.subgroup && (tiles || gpu.subgroup >= QUAD))
    }

    /// The shapes to measure on a device.
    pub fn candidates(gpu: &Gpu) -> impl Iterator<Item = Linears> {
        let within = Linears::CANDIDATES.map(|l| Linears { subgroups: true, ..l });
        let within = within.into_iter().filter(|l| l.lanes > 1);
        Linears::CANDIDATES.into_iter().chain(within).filter(|l| l.is_possible(gpu))
    }

    /// The shapes that are measured, from a row an invocation to a row a workgroup.
    pub const CANDIDATES: [Linears; 6] = [
        Linears::new(64, 1, 4),
        Linears::new(64, 8, 2),
        Linears::new(64, 16, 4),
        Linears::new(64, 32, 4),
        Linears::new(128, 32, 2),
        Linears::new(64, 64, 4),
    ];

    /// Workgroups that suit any adapter of this kind, before anything is measured. A software
    /// adapter pays dearly for barriers, so there an invocation takes whole rows; and for reading, so there
    /// invocations read for each other where they can.
    pub fn guess(gpu: &Gpu) -> Linears {
        if !gpu.is_software() {
            return Linears::new(64, 16, 4);
        }
        Linears { tiles: false, subgroups: gpu.subgroup >= QUAD, ..Linears::new(64, 1, 4) }
    }

    /// All dispatches of a projection.
    ///
    /// # Errors
    /// What the device reports while making pipelines.
    pub fn stage(
        self,
        gpu: &Gpu,
        maker: &mut Maker,
        (m, bias): (&GpuMatrix, Option<&GpuVector>),
        x: Operand<'_>,
        to: Side<'_>,
    ) -> Result<Stage> {
        let e = to.epilogue;
        let whole = m.segments.len() == 1;
        // Gates and ups in one segment are joined at once by the mat-vec, never by the product.
        let apart = Side { y: to.raw, epilogue: Epilogue { act: 0, glu: None, ..e }, ..to };
        let glu = match e.glu {
            None => None,
            Some(ff) => Some(glu(gpu, maker, ff, to)?),
        };
        let (one, many) = (if glu.is_some() && !whole { apart } else { to }, if glu.is_some() { apart } else { to });
        let mut stage = Stage::default();
        for s in &m.segments {
            stage.decode.push(self.mat_vec(gpu, maker, s, bias, x, one)?);
            for (ops, tokens) in stage.batch.iter_mut().zip([1, 4]) {
                ops.push(self.mat_mul(gpu, maker, s, bias, x, many, tokens)?);
            }
        }
        if let Some(op) = glu {
            stage.batch.iter_mut().for_each(|ops| ops.push(op.clone()));
            if !whole {
                stage.decode.push(op);
            }
        }
        Ok(stage)
    }

    fn mat_vec(
        self,
        gpu: &Gpu,
        maker: &mut Maker,
        s: &Segment,
        bias: Option<&GpuVector>,
        x: Operand<'_>,
        to: Side<'_>,
    ) -> Result<Op> {
        let e = to.epilogue;
        let per_lane = if e.glu.is_some() { self.rows.max(2) } else { self.rows };
        let outputs = if e.glu.is_some() { per_lane / 2 } else { per_lane };
        let rows = e.glu.unwrap_or(s.rows) as u32;
        let groups = rows.div_ceil(self.workgroup / self.lanes * outputs);
        let params = MatVec {
            rows,
            blocks: s.blocks as u32,
            x_stride: x.decode.stride / 4,
            y_stride: to.y.stride,
            y_at: s.row0 as u32,
            grid: MOST_GROUPS,
            dim: x.dim as f32,
            eps: x.eps,
            cap: e.cap.unwrap_or(0.0),
        };
        let constants = [
            ("WG", f64::from(self.workgroup)),
            ("LANES", f64::from(self.lanes)),
            ("ROWS", f64::from(per_lane)),
            ("NORM", flag(x.gain.is_some())),
            ("GLU", flag(e.glu.is_some())),
            ("LOGITS", flag(e.logits)),
        ];
        let team = if self.subgroups && self.lanes > 1 { "team_subgroup" } else { "team_memory" };
        let [quants, scale, octet] = self.format(&s.layout);
        let choices = [quants, scale, octet, ("team", team)];
        let p = prepare(gpu, maker, (&MAT_VEC, &choices), (s, e), &constants, params)?;
        let batch = if e.logits { Batch::One } else { Batch::Tokens(1) };
        let grid = (groups.min(MOST_GROUPS), groups.div_ceil(MOST_GROUPS), batch);
        Ok(bind(gpu, maker, &p, s, [x.decode, to.y], [x.gain, bias], grid))
    }

    #[expect(clippy::too_many_arguments, reason = "what a dispatch is made of")]
    fn mat_mul(
        self,
        gpu: &Gpu,
        maker: &mut Maker,
        s: &Segment,
        bias: Option<&GpuVector>,
        x: Operand<'_>,
        to: Side<'_>,
        tokens: u32,
    ) -> Result<Op> {
        let e = to.epilogue;
        let params = MatMul {
            rows: s.rows as u32,
            blocks: s.blocks as u32,
            x_stride: x.batch.stride / 4,
            y_stride: to.y.stride,
            y_at: s.row0 as u32,
            cap: e.cap.unwrap_or(0.0),
        };
        let format = self.format(&s.layout);
        let (p, tokens) = match self.tiles {
            true => {
                let constants = [("TOKENS", f64::from(tokens))];
                (prepare(gpu, maker, (&MAT_MUL, &format), (s, e), &constants, params)?, 16 * tokens)
            }
            false => {
                let [quants, scale, octet] = format;
                let tokens = if self.subgroups { "tokens_swaps" } else { "tokens_loads" };
                let choices = [quants, scale, octet, ("tokens", tokens)];
                (prepare(gpu, maker, (&MAT_ROWS, &choices), (s, e), &[], params)?, 16)
            }
        };
        let grid = ((s.rows as u32).div_ceil(64), 1, Batch::Tokens(tokens));
        Ok(bind(gpu, maker, &p, s, [x.batch, to.y], [None, bias], grid))
    }
}

/// A pipeline for the format of a segment and what happens to its sums.
fn prepare<U: Uniform>(
    gpu: &Gpu,
    maker: &mut Maker,
    (kernel, choices): (&'static Kernel, Choices<'_>),
    (s, e): (&Segment, Epilogue),
    constants: &[(&'static str, f64)],
    params: U,
) -> Result<Prepared> {
    let mut all = vec![("ADD", flag(e.add)), ("ACT", f64::from(e.act))];
    all.extend_from_slice(constants);
    all.extend(zero(&s.layout));
    maker.prepare(gpu, kernel, choices, &all, params)
}

fn bind(
    gpu: &Gpu,
    maker: &mut Maker,
    p: &Prepared,
    s: &Segment,
    [x, y]: [&Act; 2],
    [gain, bias]: [Option<&GpuVector>; 2],
    grid: (u32, u32, Batch),
) -> Op {
    let plane = |i| s.plane(i).map_or(Bound::Nothing, Bound::Range);
    let vector = |v: Option<&'_ GpuVector>| v.map(|v| v.buffer.clone());
    let (gain, bias) = (vector(gain), vector(bias));
    let bound = [
        plane(0),
        plane(1),
        plane(2),
        Bound::Whole(&x.buffer),
        Bound::maybe(gain.as_ref()),
        Bound::maybe(bias.as_ref()),
        Bound::Whole(&y.buffer),
    ];
    maker.bind(gpu, p, &bound, grid)
}

fn glu(gpu: &Gpu, maker: &mut Maker, ff: usize, to: Side<'_>) -> Result<Op> {
    let params = Glu { ff: ff as u32, x_stride: to.raw.stride, y_stride: to.y.stride };
    let p = maker.prepare(gpu, &GLU, &[], &[("ACT", f64::from(to.epilogue.act))], params)?;
    let bound = [Bound::Whole(&to.raw.buffer), Bound::Whole(&to.y.buffer)];
    Ok(maker.bind(gpu, &p, &bound, ((ff as u32).div_ceil(64), 1, Batch::Tokens(1))))
}
