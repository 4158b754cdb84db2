//! What every answer of the page's server says beside its content. headers.json is the one list: the tests'
//! server in tests/browser/ reads it too.

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::path::Path;

pub struct Headers {
    /// Sent with every answer.
    pub common: Vec<(String, String)>,
    types: Map<String, Value>,
}

impl Headers {
    /// Without isolation the page has no shared memory, so no threads: as on hosts that can't set headers.
    pub fn new(isolation: bool) -> Result<Self> {
        let list: Value = serde_json::from_str(include_str!("headers.json")).context("headers.json")?;
        let part = |name: &str| list[name].as_object().cloned().with_context(|| format!("headers.json: no {name}"));
        let mut common = part("always")?;
        if isolation {
            common.append(&mut part("isolation")?);
        }
        let common = common.into_iter().map(|(name, value)| (name, text(&value))).collect();
        Ok(Headers { common, types: part("types")? })
    }

    pub fn content_type(&self, file: &Path) -> String {
        let extension = file.extension().and_then(|ext| ext.to_str()).unwrap_or_default();
        self.types.get(extension).map_or("application/octet-stream".into(), text)
    }
}

/// A list is a policy of several directives.
fn text(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts.iter().map(text).collect::<Vec<_>>().join("; "),
        other => other.as_str().unwrap_or_default().into(),
    }
}

/// Chunks have their hash in the name; all else is asked for again, which the ETag makes cheap.
pub fn cache_control(path: &str) -> &'static str {
    match path.starts_with("/chunks/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    }
}
