//! GGUF tensors, one at a time → a candle model in f32, by renaming them. Computes nothing but dequantization.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{self, BertModel, HiddenAct, PositionEmbeddingType};
use candle_transformers::models::nomic_bert::{self, NomicBertModel};

use crate::dense::{Dense, candle_error};
use crate::error::Result;
use crate::gguf::Gguf;

use super::Model;
use super::config::{EncoderConfig, Family};

/// Takes an encoder's tensors in any order.
pub(super) struct CandleLoader {
    config: EncoderConfig,
    /// Which biases a nomic-bert file has: attention, the two input projections, the output projection.
    biases: [bool; 3],
    /// What candle calls a tensor, and what the file calls it.
    names: Vec<(String, Source)>,
    dense: Dense,
}

/// Where a candle tensor comes from.
enum Source {
    /// The file's tensor as it is.
    Whole(String),
    /// Rows `part * rows ..` of a fused tensor.
    Rows { fused: String, part: usize, rows: usize },
    /// A token-type table that the file left out: one row of zeros.
    Zeros([usize; 2]),
}

impl CandleLoader {
    /// Checks the tensor directory; no weights are needed yet.
    pub fn new(gguf: &Gguf, config: EncoderConfig) -> Result<Self> {
        let has = |name: &str| gguf.tensor(name).is_some();
        let biases = [has("blk.0.attn_qkv.bias"), has("blk.0.ffn_up.bias"), has("blk.0.ffn_down.bias")];
        let mut loader = CandleLoader { config, biases, names: Vec::new(), dense: Dense::default() };
        match loader.config.family {
            Family::Bert { positions } => loader.name_bert(gguf, positions)?,
            Family::Nomic { .. } => loader.name_nomic(gguf)?,
        }
        Ok(loader)
    }

    /// Decodes one tensor. Tensors that the model does not use are passed over.
    pub fn tensor(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.dense.accept(name, bytes)
    }

    /// Builds the model.
    pub fn finish(mut self) -> Result<Model> {
        let mut tensors = HashMap::new();
        let mut fused: HashMap<String, Tensor> = HashMap::new();
        for (name, source) in self.names {
            let tensor = match source {
                Source::Whole(file) => self.dense.take(&file)?,
                Source::Rows { fused: file, part, rows } => {
                    if !fused.contains_key(&file) {
                        fused.insert(file.clone(), self.dense.take(&file)?);
                    }
                    fused[&file].narrow(0, part * rows, rows).map_err(candle_error)?
                }
                Source::Zeros(shape) => Tensor::zeros(&shape, DType::F32, &Device::Cpu).map_err(candle_error)?,
            };
            tensors.insert(name, tensor);
        }
        let weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
        let model = match self.config.family {
            Family::Bert { positions } => {
                BertModel::load(weights, &bert_config(&self.config, positions)).map(Model::Bert)
            }
            Family::Nomic { rope_base } => {
                NomicBertModel::load(weights, &nomic_config(&self.config, rope_base, self.biases)).map(Model::Nomic)
            }
        };
        model.map_err(candle_error)
    }

    fn whole(&mut self, gguf: &Gguf, candle: String, file: &str, shape: &[usize]) -> Result<()> {
        self.dense.want(gguf, file, shape)?;
        self.names.push((candle, Source::Whole(file.to_owned())));
        Ok(())
    }

    fn linear(&mut self, gguf: &Gguf, candle: &str, file: &str, shape: [usize; 2], bias: bool) -> Result<()> {
        self.whole(gguf, format!("{candle}.weight"), &format!("{file}.weight"), &shape)?;
        if bias {
            self.whole(gguf, format!("{candle}.bias"), &format!("{file}.bias"), &shape[..1])?;
        }
        Ok(())
    }

    fn norm(&mut self, gguf: &Gguf, candle: &str, file: &str) -> Result<()> {
        let hidden = self.config.hidden;
        self.whole(gguf, format!("{candle}.weight"), &format!("{file}.weight"), &[hidden])?;
        self.whole(gguf, format!("{candle}.bias"), &format!("{file}.bias"), &[hidden])
    }

    fn name_bert(&mut self, gguf: &Gguf, positions: usize) -> Result<()> {
        let EncoderConfig { vocab, hidden, layers, feed_forward: ff, token_types, .. } = self.config;
        self.whole(gguf, "embeddings.word_embeddings.weight".into(), "token_embd.weight", &[vocab, hidden])?;
        self.whole(gguf, "embeddings.position_embeddings.weight".into(), "position_embd.weight", &[positions, hidden])?;
        let types = "embeddings.token_type_embeddings.weight".to_owned();
        if token_types > 0 {
            self.whole(gguf, types, "token_types.weight", &[token_types, hidden])?;
        } else {
            self.names.push((types, Source::Zeros([1, hidden])));
        }
        self.norm(gguf, "embeddings.LayerNorm", "token_embd_norm")?;
        for i in 0..layers {
            let (to, from) = (format!("encoder.layer.{i}"), format!("blk.{i}"));
            self.bert_qkv(gguf, &to, &from)?;
            let square = [hidden, hidden];
            self.linear(gguf, &format!("{to}.attention.output.dense"), &format!("{from}.attn_output"), square, true)?;
            self.norm(gguf, &format!("{to}.attention.output.LayerNorm"), &format!("{from}.attn_output_norm"))?;
            self.linear(gguf, &format!("{to}.intermediate.dense"), &format!("{from}.ffn_up"), [ff, hidden], true)?;
            self.linear(gguf, &format!("{to}.output.dense"), &format!("{from}.ffn_down"), [hidden, ff], true)?;
            self.norm(gguf, &format!("{to}.output.LayerNorm"), &format!("{from}.layer_output_norm"))?;
        }
        Ok(())
    }

    /// Three projections, or one that converters have fused.
    fn bert_qkv(&mut self, gguf: &Gguf, to: &str, from: &str) -> Result<()> {
        let hidden = self.config.hidden;
        let fused = format!("{from}.attn_qkv");
        let is_fused = gguf.tensor(&format!("{fused}.weight")).is_some();
        if is_fused {
            self.dense.want(gguf, &format!("{fused}.weight"), &[3 * hidden, hidden])?;
            self.dense.want(gguf, &format!("{fused}.bias"), &[3 * hidden])?;
        }
        for (part, (candle, file)) in [("query", "q"), ("key", "k"), ("value", "v")].into_iter().enumerate() {
            let candle = format!("{to}.attention.self.{candle}");
            if is_fused {
                for kind in ["weight", "bias"] {
                    let source = Source::Rows { fused: format!("{fused}.{kind}"), part, rows: hidden };
                    self.names.push((format!("{candle}.{kind}"), source));
                }
            } else {
                self.linear(gguf, &candle, &format!("{from}.attn_{file}"), [hidden, hidden], true)?;
            }
        }
        Ok(())
    }

    fn name_nomic(&mut self, gguf: &Gguf) -> Result<()> {
        let EncoderConfig { vocab, hidden, layers, feed_forward: ff, token_types, .. } = self.config;
        let [attention, inputs, output] = self.biases;
        self.whole(gguf, "embeddings.word_embeddings.weight".into(), "token_embd.weight", &[vocab, hidden])?;
        if token_types > 0 {
            let types = "embeddings.token_type_embeddings.weight".to_owned();
            self.whole(gguf, types, "token_types.weight", &[token_types, hidden])?;
        }
        self.norm(gguf, "emb_ln", "token_embd_norm")?;
        for i in 0..layers {
            let (to, from) = (format!("encoder.layers.{i}"), format!("blk.{i}"));
            let (qkv, square) = ([3 * hidden, hidden], [hidden, hidden]);
            self.linear(gguf, &format!("{to}.attn.Wqkv"), &format!("{from}.attn_qkv"), qkv, attention)?;
            self.linear(gguf, &format!("{to}.attn.out_proj"), &format!("{from}.attn_output"), square, attention)?;
            self.norm(gguf, &format!("{to}.norm1"), &format!("{from}.attn_output_norm"))?;
            // candle applies SiLU to fc12 and multiplies by fc11.
            self.linear(gguf, &format!("{to}.mlp.fc11"), &format!("{from}.ffn_up"), [ff, hidden], inputs)?;
            self.linear(gguf, &format!("{to}.mlp.fc12"), &format!("{from}.ffn_gate"), [ff, hidden], inputs)?;
            self.linear(gguf, &format!("{to}.mlp.fc2"), &format!("{from}.ffn_down"), [hidden, ff], output)?;
            self.norm(gguf, &format!("{to}.norm2"), &format!("{from}.layer_output_norm"))?;
        }
        Ok(())
    }
}

fn bert_config(c: &EncoderConfig, positions: usize) -> bert::Config {
    bert::Config {
        vocab_size: c.vocab,
        hidden_size: c.hidden,
        num_hidden_layers: c.layers,
        num_attention_heads: c.heads,
        intermediate_size: c.feed_forward,
        hidden_act: HiddenAct::Gelu,
        max_position_embeddings: positions,
        type_vocab_size: c.token_types.max(1),
        layer_norm_eps: c.norm_epsilon,
        position_embedding_type: PositionEmbeddingType::Absolute,
        // Without a model type candle does not look for tensors under another prefix.
        model_type: None,
        ..bert::Config::default()
    }
}

fn nomic_config(c: &EncoderConfig, rope_base: f32, [attention, inputs, output]: [bool; 3]) -> nomic_bert::Config {
    nomic_bert::Config {
        vocab_size: c.vocab,
        n_embd: c.hidden,
        n_head: c.heads,
        n_layer: c.layers,
        n_inner: c.feed_forward,
        n_positions: c.context,
        type_vocab_size: c.token_types,
        layer_norm_epsilon: c.norm_epsilon,
        rotary_emb_fraction: 1.0,
        rotary_emb_base: f64::from(rope_base),
        rotary_emb_interleaved: false,
        qkv_proj_bias: attention,
        mlp_fc1_bias: inputs,
        mlp_fc2_bias: output,
        prenorm: false,
        model_type: None,
        ..nomic_bert::Config::default()
    }
}
