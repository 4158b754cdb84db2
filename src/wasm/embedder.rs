//! Sentence embeddings for JavaScript: an encoder model behind the same loader. Converts only.

use js_sys::Float32Array;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::convert::{JsResult, from_js, ids_from_js, throw, to_js};
use crate::api::EmbedOptions;
use crate::encoder::{Encoder, Pooling};
use crate::error::Error;
use crate::session::ModelInfo;
use crate::tokenizer::Tokenizer;

/// An encoder ready to embed texts.
#[wasm_bindgen]
pub struct Embedder {
    encoder: Encoder,
    tokenizer: Tokenizer,
    info: ModelInfo,
}

impl Embedder {
    pub(super) fn new(encoder: Encoder, tokenizer: Tokenizer, info: ModelInfo) -> Self {
        Embedder { encoder, tokenizer, info }
    }
}

#[wasm_bindgen]
impl Embedder {
    /// The model.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn info(&self) -> JsResult<JsValue> {
        to_js(&self.info)
    }

    /// A text's ids, with what the model expects around them.
    pub fn tokenize(&self, text: &str) -> JsResult<Vec<u32>> {
        self.tokenizer.encode_for_model(text).map_err(throw)
    }

    /// The embedding of a text or of ids: `embedding_length` numbers, or so many for each token with
    /// pooling `none`. Normalized unless `normalize` is false.
    pub fn embed(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayLike<number>")] input: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "EmbedOptions")] options: &JsValue,
    ) -> JsResult<Float32Array> {
        let options: EmbedOptions = from_js("options", options)?;
        let ids = match input.as_string() {
            Some(text) => self.tokenize(&text)?,
            None => ids_from_js(input),
        };
        let pooling = match options.pooling.as_deref() {
            None => self.encoder.default_pooling(),
            Some("none") => Pooling::None,
            Some("mean") => Pooling::Mean,
            Some("cls") => Pooling::Cls,
            Some("last") => Pooling::Last,
            Some(other) => {
                let problem = format!("{other:?} is none of none, mean, cls, last");
                return Err(throw(Error::BadParameter { name: "pooling", problem }));
            }
        };
        let rows = self.encoder.embed(&ids, pooling, options.normalize.unwrap_or(true)).map_err(throw)?;
        Ok(Float32Array::from(rows.as_slice()))
    }
}
