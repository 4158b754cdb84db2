//! An encoder with its tokenizer: texts to vectors, for search. As `embed.rs` for a single text.

use std::path::Path;

use loquat::Result;
use loquat::encoder::{Encoder, EncoderLoader};
use loquat::tokenizer::Tokenizer;
use loquat_documents::Collection;
use loquat_documents::collection::encoded_question;

use crate::file::ModelFile;

pub struct Embedder {
    encoder: Encoder,
    tokenizer: Tokenizer,
}

/// Loads an encoder's tensors, a piece at a time.
pub fn load(file: &mut ModelFile, mut loader: EncoderLoader) -> Result<Encoder> {
    file.tensors(
        |_| true,
        |_, info, bytes| {
            let piece = loader.piece(&info.name).unwrap_or(bytes.len()).max(1);
            bytes.chunks(piece).try_for_each(|piece| loader.tensor(&info.name, piece))
        },
    )?;
    loader.finish()
}

impl Embedder {
    /// Opens an encoder that computes on so many threads, by default on all cores.
    pub fn open(path: &Path, threads: Option<usize>) -> Result<Embedder> {
        let mut file = ModelFile::open(path)?;
        let tokenizer = Tokenizer::from_metadata(&file.gguf.metadata)?;
        file.gguf.metadata.forget_tokenizer();
        let loader = EncoderLoader::new(&file.gguf)?;
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
        Ok(Embedder { encoder: load(&mut file, loader)?.with_threads(threads), tokenizer })
    }

    /// A text's vector; what is beyond the encoder's context is left out.
    fn vector(&self, text: &str) -> Result<Vec<f32>> {
        let mut ids = self.tokenizer.encode_for_model(text)?;
        let context = self.encoder.context_length();
        if let (true, Some(&last)) = (ids.len() > context, ids.last()) {
            ids.truncate(context - 1);
            ids.push(last);
        }
        self.encoder.embed(&ids, self.encoder.default_pooling(), true)
    }

    /// A question's vector.
    pub fn question(&self, question: &str) -> Result<Vec<f32>> {
        self.vector(&encoded_question(question))
    }

    /// Sets the vectors of all passages that have none.
    pub fn passages(&self, collection: &mut Collection) -> Result<()> {
        for (number, text) in collection.without_vectors(usize::MAX) {
            collection.set_vector(number, &self.vector(&text)?);
        }
        Ok(())
    }
}
