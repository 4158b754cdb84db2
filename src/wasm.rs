//! `#[wasm_bindgen]` conversions and coded errors, nothing else. Decides nothing about models.
//!
//! Every thrown error is a JavaScript `Error` with `code`, `values` and `remedy`. A step runs as a promise that
//! owns what it needs, so `cancel`, `info` and even `free` may be called while one is under way.

mod any;
mod convert;
#[cfg(feature = "encoders")]
mod embedder;
mod loading;
mod opened;
#[cfg(target_feature = "atomics")]
mod threads;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

use crate::api::{EngineInfo, LoaderOptions, TemplateOptions, TensorRange};
use crate::backend::cpu::pool::browser;
use crate::error::Error;
use crate::gguf::{Gguf, Parsed};
use crate::session::{ModelInfo, Prompts, Suspended};
use crate::template::unfold_arguments;
use any::AnySession;
use convert::{JsResult, from_js, request_from_js, throw, to_js};
use opened::Opened;

/// Runs once when the module is instantiated: a panic, which would be a bug, is reported with its place.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&JsValue::from_str(&format!("loquat stopped at a bug: {panic}")));
        browser::abandon();
    }));
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../www/protocol/engine-types.d.ts");

/// Every code that a thrown error can have.
#[wasm_bindgen(unchecked_return_type = "EngineError['code'][]")]
pub fn error_codes() -> Vec<String> {
    Error::CODES.iter().map(|&code| code.to_owned()).collect()
}

/// Takes a model file's header, then its tensors one at a time, and becomes an [`Engine`], or with
/// the task `embed` an `Embedder`.
#[wasm_bindgen]
pub struct Loader {
    options: LoaderOptions,
    opened: Option<Opened>,
    backend: Option<&'static str>,
}

#[wasm_bindgen]
impl Loader {
    /// All options are optional.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_optional_param_type = "LoaderOptions")] options: JsValue) -> JsResult<Loader> {
        Ok(Loader { options: from_js("options", &options)?, opened: None, backend: None })
    }

    /// Takes the file's first bytes. Returns 0 when the header is complete, else how many bytes from
    /// the file's beginning are wanted.
    pub fn header(&mut self, prefix: &[u8]) -> JsResult<f64> {
        let gguf = match Gguf::parse(prefix, loading::file_size(&self.options)).map_err(throw)? {
            Parsed::NeedMore(bytes) => return Ok(bytes as f64),
            Parsed::Done(gguf) => gguf,
        };
        self.opened = Some(Opened::new(gguf, &self.options).map_err(throw)?);
        Ok(0.0)
    }

    /// Chooses where to compute; to be awaited after the header and before the first tensor. Without
    /// it the model runs on the CPU.
    pub async fn open(&mut self) -> JsResult<()> {
        let opened = self.opened.as_mut().ok_or_else(no_header)?;
        opened.open().await.map_err(throw)?;
        self.backend = opened.backend();
        Ok(())
    }

    /// Where `open` has decided to compute; known even after `finish`, whether it succeeded or not.
    pub fn backend(&self) -> Option<String> {
        self.backend.map(str::to_owned)
    }

    /// What `open` found out about the GPU, to be given to the next loader on the same adapter and driver
    /// as `gpu_known`; nothing if that is known already.
    pub fn learned(&mut self) -> Option<String> {
        self.opened.as_mut().and_then(Opened::learned)
    }

    /// What the header says about the model.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn info(&self) -> JsResult<JsValue> {
        to_js(&self.opened()?.info)
    }

    /// The tensors to hand over, by file offset: `{index, name, offset, size}`. A large one comes in pieces, several
    /// of the same index.
    #[wasm_bindgen(unchecked_return_type = "TensorRange[]")]
    pub fn tensors(&mut self) -> JsResult<JsValue> {
        let opened = self.opened.as_mut().ok_or_else(no_header)?;
        let wanted = opened.wanted().map_err(throw)?;
        let ranges = wanted.into_iter().map(|(index, range)| {
            let (name, size) = (&opened.gguf.tensors[index].name, range.end - range.start);
            TensorRange { index, name, offset: range.start as f64, size: size as f64 }
        });
        to_js(&ranges.collect::<Vec<_>>())
    }

    /// Hands over the bytes of one tensor, or a piece of it: tensors in any order, pieces in theirs, each exactly once.
    pub fn tensor(&mut self, index: usize, bytes: &[u8]) -> JsResult<()> {
        let opened = self.opened.as_mut().ok_or_else(no_header)?;
        opened.tensor(index, bytes).map_err(throw)
    }

    /// All tensors are in. The loader is spent, whether it succeeds or not.
    #[wasm_bindgen(unchecked_return_type = "Promise<Engine>")]
    pub fn finish(&mut self) -> Promise {
        let opened = self.opened.take();
        future_to_promise(async move { opened.ok_or_else(no_header)?.engine().await })
    }

    /// As `finish`, of an encoder.
    #[cfg(feature = "encoders")]
    #[wasm_bindgen(unchecked_return_type = "Promise<Embedder>")]
    pub fn embedder(&mut self) -> Promise {
        let opened = self.opened.take();
        future_to_promise(async move { opened.ok_or_else(no_header)?.embedder() })
    }

    fn opened(&self) -> JsResult<&Opened> {
        self.opened.as_ref().ok_or_else(no_header)
    }
}

fn no_header() -> JsValue {
    throw(Error::State("the header is not complete, or finish was called already".into()))
}

/// A model ready to answer. One generation at a time.
#[wasm_bindgen]
pub struct Engine {
    /// Empty while a promise works with it.
    session: Rc<RefCell<Option<AnySession>>>,
    prompts: Arc<Prompts>,
    cancelled: Arc<AtomicBool>,
    info: EngineInfo,
}

#[wasm_bindgen]
impl Engine {
    fn new(session: AnySession, prompts: Arc<Prompts>, model: ModelInfo) -> Engine {
        let info = session.info(model);
        let cancelled = session.cancel_handle();
        Engine { session: Rc::new(RefCell::new(Some(session))), prompts, cancelled, info }
    }

    /// The model, and how it runs.
    #[wasm_bindgen(unchecked_return_type = "EngineInfo")]
    pub fn info(&self) -> JsResult<JsValue> {
        to_js(&self.info)
    }

    /// Text → ids. With `special`, the texts of special tokens become their ids.
    pub fn tokenize(&self, text: &str, special: bool) -> JsResult<Vec<u32>> {
        self.prompts.tokenizer().encode(text, special).map_err(throw)
    }

    /// Ids → text.
    pub fn detokenize(&self, ids: &[u32]) -> JsResult<String> {
        self.prompts.tokenizer().decode(ids).map_err(throw)
    }

    /// Messages → the prompt, by the model's chat template.
    pub fn template(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Message[]")] messages: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "TemplateOptions")] options: &JsValue,
    ) -> JsResult<String> {
        let options: TemplateOptions = from_js("options", options)?;
        let mut messages: serde_json::Value = from_js("messages", messages)?;
        messages.as_array_mut().into_iter().for_each(|messages| unfold_arguments(messages));
        self.prompts.template().render(&messages, &options.into()).map_err(throw)
    }

    /// What of a request's messages goes to the model within a budget. Beginning a request with just those messages
    /// tokenizes nothing again.
    #[wasm_bindgen(unchecked_return_type = "ContextPlan")]
    pub fn plan(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Request")] request: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Budget")] budget: &JsValue,
    ) -> JsResult<JsValue> {
        let (request, budget) = (request_from_js(request)?, from_js("budget", budget)?);
        to_js(&self.prompts.plan(&request, &budget).map_err(throw)?)
    }

    /// Starts a generation: `{prompt_n, cached_n}`.
    #[wasm_bindgen(unchecked_return_type = "Begun")]
    pub fn begin(&self, #[wasm_bindgen(unchecked_param_type = "Request")] request: &JsValue) -> JsResult<JsValue> {
        let request = request_from_js(request)?;
        self.with(|session| session.begin(&request)).and_then(|begun| to_js(&begun))
    }

    /// Reads one chunk of the prompt or generates one token.
    #[wasm_bindgen(unchecked_return_type = "Promise<StepEvent>")]
    pub fn step(&self) -> Promise {
        self.promise(async |session| to_js(&session.step().await.map_err(throw)?))
    }

    /// Takes the generation under way out; after a step failed with `device_lost`, it can go on in a
    /// new engine of the same model.
    pub fn suspend(&self) -> JsResult<Option<Unfinished>> {
        self.with(|session| Ok(session.suspend().map(Unfinished)))
    }

    /// Goes on with what `suspend` of another engine gave.
    pub fn resume(&self, unfinished: Unfinished) -> JsResult<()> {
        self.with(|session| {
            session.resume(unfinished.0);
            Ok(())
        })
    }

    /// Makes the next step answer `done` with reason `cancelled`.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// What the GPU was asked for so far; nothing where the CPU computes.
    #[wasm_bindgen(unchecked_return_type = "GpuStats | undefined")]
    pub fn stats(&self) -> JsResult<JsValue> {
        let mut stats = None;
        self.with(|session| {
            stats = session.stats();
            Ok(())
        })?;
        stats.map_or(Ok(JsValue::UNDEFINED), |stats| to_js(&stats))
    }

    /// Forgets the KV cache and the generation under way.
    pub fn reset(&self) -> JsResult<()> {
        self.with(|session| {
            session.reset();
            Ok(())
        })
    }

    /// The KV cache as bytes, to be restored later.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn save(&self) -> Promise {
        self.promise(async |session| Ok(Uint8Array::from(session.save().await.map_err(throw)?.as_slice()).into()))
    }

    /// Replaces the KV cache by a saved one.
    pub fn restore(&self, bytes: &[u8]) -> JsResult<()> {
        self.with(|session| session.restore(bytes))
    }

    fn with<T>(&self, f: impl FnOnce(&mut AnySession) -> crate::Result<T>) -> JsResult<T> {
        match self.session.borrow_mut().as_mut() {
            Some(session) => f(session).map_err(throw),
            None => Err(busy()),
        }
    }

    /// Lends the session to a future and takes it back.
    fn promise(&self, f: impl AsyncFnOnce(&mut AnySession) -> JsResult<JsValue> + 'static) -> Promise {
        let place = self.session.clone();
        let taken = place.borrow_mut().take();
        future_to_promise(async move {
            let mut session = taken.ok_or_else(busy)?;
            let result = f(&mut session).await;
            *place.borrow_mut() = Some(session);
            result
        })
    }
}

/// A generation whose device was lost.
#[wasm_bindgen]
pub struct Unfinished(Suspended);

fn busy() -> JsValue {
    throw(Error::State("the engine is busy with a step; wait for its promise".into()))
}
