//! The KV cache of one sequence: which tokens it holds, and truncate, fork, save, restore.
//! Where keys and values live is the backend's affair.

use crate::backend::{Backend, Span};
use crate::error::{Error, Result};

/// Keys and values of a token sequence, and the tokens they belong to.
#[derive(Debug)]
pub struct KvCache<B: Backend> {
    pub(crate) store: B::Kv,
    tokens: Vec<u32>,
    capacity: usize,
    rope_long: bool,
}

impl<B: Backend> KvCache<B> {
    pub(crate) fn new(store: B::Kv, capacity: usize) -> Self {
        KvCache { store, tokens: Vec::new(), capacity, rope_long: false }
    }

    /// The cached tokens, in order.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Number of cached positions.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether nothing is cached.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Positions the cache can hold.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets everything from position `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
    }

    /// Whether the cached keys were rotated by the long factors (LongRoPE).
    pub fn rope_long(&self) -> bool {
        self.rope_long
    }

    /// Chooses the rotary factors. Keys of the other kind are forgotten.
    pub fn set_rope_long(&mut self, long: bool) {
        if self.rope_long != long {
            self.truncate(0);
            self.rope_long = long;
        }
    }

    /// Claims positions for the next tokens and says where they stand.
    pub(crate) fn push(&mut self, tokens: &[u32]) -> Result<Span> {
        let start = self.tokens.len();
        if start + tokens.len() > self.capacity {
            return Err(Error::ContextFull { tokens: start + tokens.len(), context: self.capacity });
        }
        self.tokens.extend_from_slice(tokens);
        Ok(Span { start, len: tokens.len(), rope_long: self.rope_long })
    }

    /// An independent copy, to go on in two ways.
    ///
    /// # Errors
    /// As the backend's allocation reports.
    pub fn fork(&self, backend: &mut B) -> Result<Self> {
        let mut store = backend.kv()?;
        backend.kv_copy(&self.store, &mut store, self.len())?;
        Ok(KvCache { store, tokens: self.tokens.clone(), capacity: self.capacity, rope_long: self.rope_long })
    }

    /// Serializes the cache: a header, the tokens, then keys and values as f16, little-endian.
    ///
    /// `fingerprint` identifies the model; [`KvCache::restore`] refuses another one.
    ///
    /// # Errors
    /// As reading from the device reports.
    pub async fn save(&self, backend: &mut B, fingerprint: u64) -> Result<Vec<u8>> {
        let data = backend.kv_read(&self.store, self.len()).await?;
        let mut out = Vec::with_capacity(HEADER + 4 * self.len() + 2 * data.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&fingerprint.to_le_bytes());
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        out.extend_from_slice(&u32::from(self.rope_long).to_le_bytes());
        out.extend(self.tokens.iter().flat_map(|t| t.to_le_bytes()));
        out.extend(data.iter().flat_map(|&v| half::f16::from_f32(v).to_le_bytes()));
        Ok(out)
    }

    /// Replaces the contents by what [`KvCache::save`] wrote. On an error nothing is changed.
    ///
    /// # Errors
    /// [`Error::Session`] if the bytes are damaged or belong to another model,
    /// [`Error::ContextFull`] if they hold more positions than this cache.
    pub fn restore(&mut self, backend: &mut B, fingerprint: u64, bytes: &[u8]) -> Result<()> {
        let bad = |problem: &str| Error::Session(problem.to_owned());
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            return Err(bad("this is no saved session"));
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let stored = u64::from(word(8)) | u64::from(word(12)) << 32;
        if stored != fingerprint {
            return Err(bad("it belongs to another model"));
        }
        let len = word(16) as usize;
        if len > self.capacity {
            return Err(Error::ContextFull { tokens: len, context: self.capacity });
        }
        let body = &bytes[HEADER..];
        if body.len() < 4 * len || !(body.len() - 4 * len).is_multiple_of(2) {
            return Err(bad("it is cut short"));
        }
        let (tokens, data) = body.split_at(4 * len);
        let data: Vec<f32> = data.as_chunks::<2>().0.iter().map(|&b| half::f16::from_le_bytes(b).to_f32()).collect();
        backend.kv_write(&mut self.store, len, &data)?;
        self.tokens = tokens.as_chunks::<4>().0.iter().map(|&b| u32::from_le_bytes(b)).collect();
        self.rope_long = word(20) != 0;
        Ok(())
    }
}

const MAGIC: &[u8; 8] = b"LOQUATKV";
const HEADER: usize = 24;
