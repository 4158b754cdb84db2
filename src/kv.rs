//! The KV cache of one sequence: which tokens it holds, and truncate, fork, save, restore.
//! Where keys and values live is the backend's affair.

use crate::backend::{Backend, Span};
use crate::error::{Error, Result};
use crate::quant::power_of_two_scale;

/// Keys and values of a token sequence, and the tokens they belong to. Behind them there may be
/// positions whose tokens are not known yet; every change but [`KvCache::learn`] forgets those.
#[derive(Debug)]
pub struct KvCache<B: Backend> {
    pub(crate) store: B::Kv,
    tokens: Vec<u32>,
    unknown: usize, // positions behind them whose tokens the device has drawn
    capacity: usize,
    rope_long: bool,
}

impl<B: Backend> KvCache<B> {
    pub(crate) fn new(store: B::Kv, capacity: usize) -> Self {
        KvCache { store, tokens: Vec::with_capacity(capacity), unknown: 0, capacity, rope_long: false }
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
        self.unknown = 0;
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

    /// Takes these tokens as cached, whatever keys and values their positions have: to measure the speed at a length.
    ///
    /// # Errors
    /// [`Error::ContextFull`].
    pub fn assume(&mut self, tokens: &[u32]) -> Result<()> {
        self.truncate(0);
        self.push(tokens).map(drop)
    }

    /// Claims positions for the next tokens and says where they stand.
    pub(crate) fn push(&mut self, tokens: &[u32]) -> Result<Span> {
        self.unknown = 0;
        let start = self.tokens.len();
        if start + tokens.len() > self.capacity {
            return Err(Error::ContextFull { tokens: start + tokens.len(), context: self.capacity });
        }
        self.tokens.extend_from_slice(tokens);
        Ok(Span { start, len: tokens.len(), rope_long: self.rope_long })
    }

    /// Positions claimed, whether their tokens are known or not.
    pub fn claimed(&self) -> usize {
        self.tokens.len() + self.unknown
    }

    /// Claims a position for a token that only the device knows.
    pub(crate) fn push_drawn(&mut self) -> Result<Span> {
        let start = self.claimed();
        if start == self.capacity {
            return Err(Error::ContextFull { tokens: start + 1, context: self.capacity });
        }
        self.unknown += 1;
        Ok(Span { start, len: 1, rope_long: self.rope_long })
    }

    /// Takes the tokens of claimed positions from the sequence as far as it is known.
    pub(crate) fn learn(&mut self, sequence: &[u32]) {
        let known = sequence.len().min(self.claimed());
        if known > self.tokens.len() {
            self.unknown -= known - self.tokens.len();
            self.tokens.extend_from_slice(&sequence[self.tokens.len()..known]);
        }
    }

    /// An independent copy, to go on in two ways.
    ///
    /// # Errors
    /// As the backend's allocation reports.
    pub fn fork(&self, backend: &mut B) -> Result<Self> {
        let mut store = backend.kv()?;
        backend.kv_copy(&self.store, &mut store, self.len())?;
        let (tokens, capacity) = (self.tokens.clone(), self.capacity);
        Ok(KvCache { store, tokens, unknown: 0, capacity, rope_long: self.rope_long })
    }

    /// Serializes the cache: a header, the tokens, then keys and values in blocks of 32 16-bit integers after
    /// the exponent of their unit, little-endian. What a backend keeps in no more than that is kept exactly.
    ///
    /// `fingerprint` identifies the model; [`KvCache::restore`] refuses another one.
    ///
    /// # Errors
    /// As reading from the device reports.
    pub async fn save(&self, backend: &mut B, fingerprint: u64) -> Result<Vec<u8>> {
        let data = backend.kv_read(&self.store, self.len()).await?;
        let mut out = Vec::with_capacity(HEADER + 4 * self.len() + data.len().div_ceil(BLOCK) * BLOCK_BYTES);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&fingerprint.to_le_bytes());
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        out.extend_from_slice(&u32::from(self.rope_long).to_le_bytes());
        out.extend(self.tokens.iter().flat_map(|t| t.to_le_bytes()));
        data.chunks(BLOCK).for_each(|block| pack(block, &mut out));
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
        let data: Vec<f32> = data.chunks(BLOCK_BYTES).flat_map(unpack).collect();
        backend.kv_write(&mut self.store, len, &data)?;
        self.unknown = 0;
        self.tokens = tokens.as_chunks::<4>().0.iter().map(|&b| u32::from_le_bytes(b)).collect();
        self.rope_long = word(20) != 0;
        Ok(())
    }
}

const MAGIC: &[u8; 8] = b"LOQUATK2";
const HEADER: usize = 24;
/// Elements that share an exponent.
const BLOCK: usize = 32;
const BLOCK_BYTES: usize = 2 + 2 * BLOCK;

/// Writes the exponent of a unit, then each element as a number of units.
fn pack(block: &[f32], out: &mut Vec<u8>) {
    let max = block.iter().fold(0f32, |m, x| m.max(x.abs()));
    let unit = power_of_two_scale(max, f32::from(i16::MAX));
    let exponent = (unit.to_bits() >> 23) as i16 - 127;
    out.extend(exponent.to_le_bytes());
    let inverse = 1.0 / unit;
    out.extend(block.iter().flat_map(|x| ((x * inverse).round_ties_even() as i16).to_le_bytes()));
}

/// Reads what [`pack`] wrote; a damaged exponent gives other numbers, but numbers.
fn unpack(block: &[u8]) -> impl Iterator<Item = f32> + '_ {
    let mut words = block.as_chunks::<2>().0.iter().map(|&b| i16::from_le_bytes(b));
    let exponent = words.next().unwrap_or(0).clamp(-125, 125);
    let unit = f32::from_bits(((exponent + 127) as u32) << 23);
    words.map(move |v| f32::from(v) * unit)
}
