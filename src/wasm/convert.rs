//! JavaScript values ↔ Rust values, and errors with a code.

use js_sys::{Error as JsError, JSON, Reflect, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::json;
use crate::session::Request;

/// A result that wasm-bindgen throws.
pub(super) type JsResult<T> = Result<T, JsValue>;

/// An engine error as a JavaScript `Error` with `code`, `values` and `remedy`.
pub(super) fn throw(error: Error) -> JsValue {
    let js = JsError::new(&error.to_string());
    let values = error.values().serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED);
    let text = JsValue::from_str;
    for (name, value) in [("code", text(error.code())), ("values", values), ("remedy", text(error.remedy()))] {
        // Fails on frozen objects only; the message is there in any case.
        let _ = Reflect::set(&js, &text(name), &value);
    }
    js.into()
}

/// A plain JavaScript object, as JSON would have it.
pub(super) fn to_js<T: Serialize>(value: &T) -> JsResult<JsValue> {
    let serialized = value.serialize(&Serializer::json_compatible());
    serialized.map_err(|e| throw(Error::State(format!("a result could not be handed over: {e}"))))
}

/// Reads what JSON can express; `undefined` counts as an empty object.
pub(super) fn from_js<T: DeserializeOwned>(name: &'static str, value: &JsValue) -> JsResult<T> {
    let bad = |problem: String| throw(Error::BadParameter { name, problem });
    if value.is_undefined() || value.is_null() {
        return serde_json::from_str("{}").map_err(|e| bad(e.to_string()));
    }
    let text = JSON::stringify(value).map_err(|_| bad("it cannot be expressed as JSON".into()))?;
    let text = text.as_string().ok_or_else(|| bad("it cannot be expressed as JSON".into()))?;
    json::from_str(&text).map_err(|e| bad(e.to_string()))
}

/// Any array or typed array of numbers.
pub(super) fn ids_from_js(value: &JsValue) -> Vec<u32> {
    Uint32Array::new(value).to_vec()
}

/// A request; its `ids` may be any array or typed array of numbers.
pub(super) fn request_from_js(value: &JsValue) -> JsResult<Request> {
    let key = JsValue::from_str("ids");
    let ids = match value.is_object().then(|| Reflect::get(value, &key)) {
        Some(Ok(ids)) if ids.is_object() => ids_from_js(&ids),
        _ => return from_js("request", value),
    };
    let copy = js_sys::Object::assign(&js_sys::Object::new(), value.unchecked_ref());
    Reflect::delete_property(&copy, &key)?;
    Ok(Request { ids: Some(ids), ..from_js("request", &copy)? })
}
