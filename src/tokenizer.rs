//! Text ↔ token ids, built from GGUF metadata. Knows nothing of chat templates or of models.
//!
//! Four kinds of vocabulary exist in GGUF files, named by `tokenizer.ggml.model`: byte-level BPE
//! (`gpt2`), SentencePiece BPE (`llama`), WordPiece (`bert`) and Unigram (`t5`). WordPiece,
//! Unigram and the splitting of byte-level BPE run on the `tokenizers` crate; merging, by rank or by
//! score, is our own.
//! Special tokens are split off here, the same way for all four, before any of them sees the text.

mod bpe;
mod charsmap;
mod guard;
mod infill;
mod merges;
mod pre;
mod special;
mod spm;
mod stop;
mod unigram;
mod vocab;
mod wordpiece;

use crate::error::{Error, Result};
use crate::gguf::Metadata;
pub use infill::InfillTokens;
use special::{Fragment, SpecialTokens};
use vocab::{Pieces, SpecialIds, TokenKind, Vocab};

/// A model's vocabulary and the rules that turn text into its ids.
pub struct Tokenizer {
    algorithm: Algorithm,
    special: SpecialTokens,
    pieces: Pieces,
    kinds: Vec<TokenKind>,
    ids: SpecialIds,
    infill: Option<InfillTokens>,
    stop_ids: Vec<u32>,
    adds: Adds,
    space_prefix: bool,
    kind: String,
    note: Option<String>,
}

/// The algorithm behind the special-token split.
enum Algorithm {
    Bpe(Box<bpe::Bpe>),
    Spm(spm::Spm),
    WordPiece(Box<wordpiece::WordPieces>),
    Unigram(Box<unigram::UnigramPieces>),
}

/// What a model expects around a text.
#[derive(Debug, Clone, Copy, Default)]
struct Adds {
    first: Option<u32>, // BOS or CLS
    last: Option<u32>,  // EOS or SEP
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenizer").field("kind", &self.kind).field("vocab_size", &self.vocab_size()).finish()
    }
}

impl Tokenizer {
    /// Builds the tokenizer that the `tokenizer.ggml.*` keys describe.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the vocabulary contradicts itself or its kind is not implemented,
    /// [`Error::MissingKey`] and [`Error::BadMetadata`] for absent or mistyped keys.
    pub fn from_metadata(meta: &Metadata) -> Result<Self> {
        let model_name = meta.need_str("tokenizer.ggml.model")?;
        let vocab = Vocab::from_metadata(meta)?;
        let ids = SpecialIds::from_metadata(meta, &vocab, model_name)?;
        let mut adds_bos = matches!(model_name, "llama" | "bert");
        let mut adds_eos = model_name == "t5";
        let mut note = ids.note.clone();
        let space_prefix = matches!(model_name, "llama" | "t5");
        let space_prefix = meta.bool("tokenizer.ggml.add_space_prefix")?.unwrap_or(space_prefix);

        let (algorithm, kind, pieces) = match model_name {
            "gpt2" => {
                let pre = match meta.str("tokenizer.ggml.pre")? {
                    Some(name) => pre::lookup(name)?,
                    None => {
                        let generic = "the file names no pre-tokenizer; the generic one is used, answers may suffer";
                        note = Some(note.map_or_else(|| generic.to_owned(), |note| format!("{note}; {generic}")));
                        pre::lookup("default")?
                    }
                };
                adds_bos = pre.add_bos;
                let kind = format!("bpe:{}", pre.name);
                (Algorithm::Bpe(Box::new(bpe::Bpe::new(meta, &vocab, &pre)?)), kind, Pieces::byte_level(&vocab))
            }
            "llama" => (Algorithm::Spm(spm::Spm::new(&vocab, &ids)?), "spm".to_owned(), Pieces::sentencepiece(&vocab)),
            "t5" => {
                let unigram = unigram::UnigramPieces::new(meta, &vocab, &ids, space_prefix)?;
                (Algorithm::Unigram(Box::new(unigram)), "unigram".to_owned(), Pieces::sentencepiece(&vocab))
            }
            "bert" => {
                let wordpieces = wordpiece::WordPieces::new(meta, &vocab, &ids)?;
                (Algorithm::WordPiece(Box::new(wordpieces)), "wordpiece".to_owned(), Pieces::sentencepiece(&vocab))
            }
            other => {
                return Err(Error::Tokenizer(format!(
                    "tokenizer.ggml.model is {other:?}, which is not supported (gpt2, llama, bert and t5 are)"
                )));
            }
        };

        adds_bos = meta.bool("tokenizer.ggml.add_bos_token")?.unwrap_or(adds_bos);
        adds_eos = meta.bool("tokenizer.ggml.add_eos_token")?.unwrap_or(adds_eos);
        let adds = match (is_encoder(meta), ids.cls.or(ids.bos), ids.sep) {
            // A BERT without CLS and SEP never saw such a text; converters forget the flags for RoBERTa.
            (true, Some(cls), Some(sep)) => Adds { first: Some(cls), last: Some(sep) },
            _ => Adds { first: ids.bos.filter(|_| adds_bos), last: ids.eos.filter(|_| adds_eos) },
        };
        if adds_bos && ids.bos.is_none() {
            return Err(Error::Tokenizer("add_bos_token is true, but there is no bos_token_id".to_owned()));
        }
        let special = SpecialTokens::new(&vocab, meta)?;
        let stop_ids = stop::stop_ids(&vocab, &ids);
        let infill = InfillTokens::from_metadata(meta, &vocab)?;
        let kinds = vocab.kinds;
        Ok(Tokenizer { algorithm, special, pieces, kinds, ids, infill, stop_ids, adds, space_prefix, kind, note })
    }

    /// The ids of a text, with nothing added around them.
    ///
    /// With `special`, the texts of control tokens become their ids; without, they are plain text.
    /// User-defined tokens are recognised either way.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the vocabulary cannot express the text.
    pub fn encode(&self, text: &str, special: bool) -> Result<Vec<u32>> {
        let mut out = Vec::with_capacity(text.len() / 3 + 1);
        let mut after_special = true;
        for fragment in self.special.split(text, special) {
            match fragment {
                Fragment::Token(id) => {
                    out.push(id);
                    after_special = true;
                }
                Fragment::Text(text) => {
                    self.encode_text(text, after_special, &mut out)?;
                    after_special = false;
                }
            }
        }
        Ok(out)
    }

    /// Text without special tokens; `opens` where it stands at the beginning or behind one.
    fn encode_text(&self, text: &str, opens: bool, out: &mut Vec<u32>) -> Result<()> {
        match &self.algorithm {
            Algorithm::Bpe(m) => m.encode(text, out),
            Algorithm::Spm(m) => m.encode(text, self.space_prefix && opens, out),
            Algorithm::WordPiece(m) => m.encode(text, out),
            Algorithm::Unigram(m) => m.encode(text, out),
        }
    }

    /// The ids a model expects for a whole text: special tokens parsed, BOS/CLS in front and
    /// EOS/SEP behind where the metadata asks for them and the text does not have them already.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_for_model(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = self.encode(text, true)?;
        if let Some(first) = self.adds.first
            && ids.first() != Some(&first)
        {
            ids.insert(0, first);
        }
        if let Some(last) = self.adds.last
            && (ids.len() < 2 || ids.last() != Some(&last))
        {
            ids.push(last);
        }
        Ok(ids)
    }

    /// The text of a whole sequence of ids, special tokens included; invalid UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`] for an id outside the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        let mut bytes = Vec::with_capacity(ids.len() * 4);
        for (i, &id) in ids.iter().enumerate() {
            if id as usize >= self.vocab_size() {
                return Err(Error::TokenOutOfRange { id, vocab: self.vocab_size() });
            }
            let mut piece = self.token_bytes(id);
            let first_word = i == 0 || (i == 1 && Some(ids[0]) == self.adds.first);
            if first_word && self.strips_first_space() && !self.is_special(id) {
                piece = piece.strip_prefix(b" ").unwrap_or(piece);
            }
            bytes.extend_from_slice(piece);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The exact bytes of one token in the middle of a text; special tokens give their text.
    /// Empty for an id outside the vocabulary.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        self.pieces.get(id)
    }

    /// Whether the first word of a text carries a space that is not part of the text.
    pub fn strips_first_space(&self) -> bool {
        match self.algorithm {
            Algorithm::Bpe(_) => false,
            Algorithm::WordPiece(_) => true,
            Algorithm::Spm(_) | Algorithm::Unigram(_) => self.space_prefix,
        }
    }

    /// Whether an id is a control token, which is not shown to people.
    pub fn is_special(&self, id: u32) -> bool {
        matches!(self.kinds.get(id as usize), Some(TokenKind::Control | TokenKind::Unknown))
    }

    /// The text of a control token; none of any other.
    pub fn control_text(&self, id: u32) -> Option<&str> {
        let is_control = self.kinds.get(id as usize) == Some(&TokenKind::Control);
        is_control.then(|| std::str::from_utf8(self.token_bytes(id)).ok()).flatten()
    }

    /// Number of ids, used or not.
    pub fn vocab_size(&self) -> usize {
        self.kinds.len()
    }

    /// Beginning of sequence (CLS in BERT vocabularies).
    pub fn bos(&self) -> Option<u32> {
        self.ids.bos
    }

    /// End of sequence.
    pub fn eos(&self) -> Option<u32> {
        self.ids.eos
    }

    /// The unknown token.
    pub fn unk(&self) -> Option<u32> {
        self.ids.unk
    }

    /// Padding.
    pub fn pad(&self) -> Option<u32> {
        self.ids.pad
    }

    /// Separator (BERT).
    pub fn sep(&self) -> Option<u32> {
        self.ids.sep
    }

    /// Every id that ends an answer, ascending: EOS, and the end-of-turn tokens known by their text.
    pub fn stop_ids(&self) -> &[u32] {
        &self.stop_ids
    }

    /// Whether the model expects BOS in front of a prompt.
    pub fn add_bos(&self) -> bool {
        self.adds.first.is_some()
    }

    /// TokenKind and pre-tokenizer for people: `bpe:smollm`, `spm`, `wordpiece`, `unigram`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Something a person should know about this tokenizer, such as a guessed pre-tokenizer.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

fn is_encoder(meta: &Metadata) -> bool {
    matches!(meta.str("general.architecture"), Ok(Some(a)) if a.contains("bert"))
}

fn crate_error(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Tokenizer(error.to_string())
}
