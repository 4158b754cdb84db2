//! GGUF tensors of a BERT → packed matrices and vectors. Computes nothing but repacking.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::backend::cpu::matrix::CpuMatrix;
use crate::backend::cpu::pool::Pool;
use crate::backend::{PIECE_ROWS, Part};
use crate::dense::checked;
use crate::encoder::config::EncoderConfig;
use crate::error::{Error, Result};
use crate::gguf::{GgmlType, Gguf};
use crate::quant::dequantize;

use super::{Layer, Linear, Norm, PackedBert, Workers};

/// A piece of a tensor has about so many bytes: what holds a whole table for a moment is memory that a page never gives
/// back.
const PIECE: usize = 8 << 20;

/// Takes the tensors of a BERT in any order.
pub(in crate::encoder) struct PackedLoader {
    config: EncoderConfig,
    matrices: Vec<Option<CpuMatrix>>,
    vectors: HashMap<String, Vec<f32>>,
    wanted: HashMap<String, Wanted>,
    tokens: usize,
    positions: usize,
    layers: Vec<Planned>,
}

/// What the directory says about a tensor that the model needs, and where it goes.
struct Wanted {
    dtype: GgmlType,
    rows: usize,
    cols: usize,
    /// Matrix and part; `None` for vectors.
    place: Option<(usize, usize)>,
    filled: usize, // rows
}

impl Wanted {
    /// The rows that a piece of so many bytes holds. By the bytes of one row: all rows times all bytes would not fit the
    /// 32 bits of wasm.
    fn rows_in(&self, bytes: usize) -> usize {
        bytes / self.dtype.bytes(self.cols).unwrap_or(bytes).max(1)
    }
}

/// A matrix with the names of its biases.
struct PlannedLinear {
    matrix: usize,
    biases: Vec<String>,
}

struct Planned {
    qkv: PlannedLinear,
    out: PlannedLinear,
    up: PlannedLinear,
    down: PlannedLinear,
}

impl PackedLoader {
    /// Checks the tensor directory and reserves memory.
    pub fn new(gguf: &Gguf, config: &EncoderConfig, positions: usize) -> Result<Self> {
        let &EncoderConfig { vocab, hidden, feed_forward: ff, token_types, layers, .. } = config;
        let mut loader = PackedLoader {
            config: config.clone(),
            matrices: Vec::new(),
            vectors: HashMap::new(),
            wanted: HashMap::new(),
            tokens: 0,
            positions: 0,
            layers: Vec::new(),
        };
        loader.tokens = loader.matrix(gguf, &[("token_embd.weight".into(), vocab)], hidden)?;
        loader.positions = loader.matrix(gguf, &[("position_embd.weight".into(), positions)], hidden)?;
        if token_types > 0 {
            loader.vector(gguf, "token_types.weight", &[token_types, hidden])?;
        }
        loader.norm(gguf, "token_embd_norm")?;
        for i in 0..layers {
            let name = |part: &str| format!("blk.{i}.{part}");
            let fused = gguf.tensor(&name("attn_qkv.weight")).is_some();
            let qkv = match fused {
                true => vec![(name("attn_qkv"), 3 * hidden)],
                false => ["attn_q", "attn_k", "attn_v"].map(|part| (name(part), hidden)).to_vec(),
            };
            let planned = Planned {
                qkv: loader.linear(gguf, &qkv, hidden)?,
                out: loader.linear(gguf, &[(name("attn_output"), hidden)], hidden)?,
                up: loader.linear(gguf, &[(name("ffn_up"), ff)], hidden)?,
                down: loader.linear(gguf, &[(name("ffn_down"), hidden)], ff)?,
            };
            loader.layers.push(planned);
            loader.norm(gguf, &name("attn_output_norm"))?;
            loader.norm(gguf, &name("layer_output_norm"))?;
        }
        Ok(loader)
    }

    /// Stacks tensors to a matrix.
    fn matrix(&mut self, gguf: &Gguf, tensors: &[(String, usize)], cols: usize) -> Result<usize> {
        let matrix = self.matrices.len();
        let mut parts = Vec::new();
        for (part, (name, rows)) in tensors.iter().enumerate() {
            let dtype = checked(gguf, name, &[*rows, cols])?;
            parts.push(Part { name: name.clone(), rows: *rows, cols, dtype });
            let wanted = Wanted { dtype, rows: *rows, cols, place: Some((matrix, part)), filled: 0 };
            self.wanted.insert(name.clone(), wanted);
        }
        self.matrices.push(Some(CpuMatrix::new(&parts)?));
        Ok(matrix)
    }

    fn vector(&mut self, gguf: &Gguf, name: &str, shape: &[usize]) -> Result<()> {
        let dtype = checked(gguf, name, shape)?;
        let wanted = Wanted { dtype, rows: 1, cols: shape.iter().product(), place: None, filled: 0 };
        self.wanted.insert(name.to_owned(), wanted);
        Ok(())
    }

    fn linear(&mut self, gguf: &Gguf, parts: &[(String, usize)], cols: usize) -> Result<PlannedLinear> {
        let weights: Vec<_> = parts.iter().map(|(name, rows)| (format!("{name}.weight"), *rows)).collect();
        let matrix = self.matrix(gguf, &weights, cols)?;
        let mut biases = Vec::new();
        for (name, rows) in parts {
            let name = format!("{name}.bias");
            self.vector(gguf, &name, &[*rows])?;
            biases.push(name);
        }
        Ok(PlannedLinear { matrix, biases })
    }

    fn norm(&mut self, gguf: &Gguf, name: &str) -> Result<()> {
        let width = self.config.hidden;
        self.vector(gguf, &format!("{name}.weight"), &[width])?;
        self.vector(gguf, &format!("{name}.bias"), &[width])
    }

    /// See [`super::super::EncoderLoader::piece`].
    pub fn piece(&self, name: &str) -> Option<usize> {
        let wanted = self.wanted.get(name).filter(|wanted| wanted.place.is_some())?;
        let some = PIECE_ROWS * wanted.dtype.bytes(wanted.cols)?;
        Some((PIECE / some.max(1)).max(1) * some)
    }

    /// Repacks a tensor, or the next piece of it.
    pub fn tensor(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let piece = self.piece(name);
        let Some(wanted) = self.wanted.get_mut(name) else { return Ok(()) };
        let left = wanted.dtype.bytes((wanted.rows - wanted.filled) * wanted.cols).unwrap_or(0);
        if bytes.is_empty() || bytes.len() != left && (bytes.len() > left || Some(bytes.len()) != piece) {
            return Err(Error::TensorBytes {
                name: name.to_owned(),
                dtype: wanted.dtype.to_string(),
                elements: wanted.rows * wanted.cols,
                want: left,
                got: bytes.len(),
            });
        }
        let rows = wanted.rows_in(bytes.len());
        match wanted.place {
            Some((matrix, part)) => {
                if let Some(matrix) = &mut self.matrices[matrix] {
                    matrix.fill(part, wanted.filled, bytes)?;
                }
            }
            None => {
                let mut values = vec![0.0; wanted.cols];
                dequantize(wanted.dtype, bytes, &mut values)?;
                self.vectors.insert(name.to_owned(), values);
            }
        }
        wanted.filled += rows;
        Ok(())
    }

    /// Builds the model.
    pub fn finish(mut self) -> Result<PackedBert> {
        if let Some((name, _)) = self.wanted.iter().find(|(_, wanted)| wanted.filled < wanted.rows) {
            return Err(Error::MissingTensor { name: name.clone() });
        }
        let width = self.config.hidden;
        let mut first_type = self.vectors.remove("token_types.weight").unwrap_or_else(|| vec![0.0; width]);
        first_type.truncate(width);
        let mut layers = Vec::new();
        for (i, planned) in std::mem::take(&mut self.layers).into_iter().enumerate() {
            layers.push(Layer {
                qkv: self.take_linear(planned.qkv)?,
                out: self.take_linear(planned.out)?,
                out_norm: self.take_norm(&format!("blk.{i}.attn_output_norm"))?,
                up: self.take_linear(planned.up)?,
                down: self.take_linear(planned.down)?,
                norm: self.take_norm(&format!("blk.{i}.layer_output_norm"))?,
            });
        }
        Ok(PackedBert {
            hidden: width,
            heads: self.config.heads,
            feed_forward: self.config.feed_forward,
            epsilon: self.config.norm_epsilon as f32,
            tokens: self.take_matrix(self.tokens)?,
            positions: self.take_matrix(self.positions)?,
            first_type,
            norm: self.take_norm("token_embd_norm")?,
            layers,
            workers: RefCell::new(Workers::new(Pool::alone())),
        })
    }

    fn take_matrix(&mut self, matrix: usize) -> Result<CpuMatrix> {
        self.matrices[matrix].take().ok_or_else(|| Error::State("a matrix is used twice".into()))
    }

    fn take_vector(&mut self, name: &str) -> Result<Vec<f32>> {
        self.vectors.remove(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })
    }

    fn take_linear(&mut self, planned: PlannedLinear) -> Result<Linear> {
        let mut bias = Vec::new();
        for name in &planned.biases {
            bias.extend(self.take_vector(name)?);
        }
        Ok(Linear { weight: self.take_matrix(planned.matrix)?, bias })
    }

    fn take_norm(&mut self, name: &str) -> Result<Norm> {
        let weight = self.take_vector(&format!("{name}.weight"))?;
        Ok(Norm { weight, bias: self.take_vector(&format!("{name}.bias"))? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs as wasm32 too, where all rows times all bytes of this table are more than 32 bits hold.
    #[test]
    fn the_pieces_of_a_large_table_hold_all_its_rows() {
        let table = Wanted { dtype: GgmlType::Q4_0, rows: 250_002, cols: 384, place: Some((0, 0)), filled: 0 };
        let row = table.dtype.bytes(table.cols).expect("whole blocks");
        let piece = PIECE_ROWS * row * 1000;
        let mut rows = 0;
        let mut left = table.rows * row;
        while left > 0 {
            let bytes = left.min(piece);
            rows += table.rows_in(bytes);
            left -= bytes;
        }
        assert_eq!(rows, table.rows);
    }
}
