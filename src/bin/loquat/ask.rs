//! `loquat ask`: answers a question from files, with the passages that the answer stands in.

use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use loquat::{Error, Result};
use loquat_agent::{Part, Skill};
use loquat_documents::Collection;
use loquat_documents::ask::{AskDocuments, Options};

use crate::backend::{Choice, ModelArgs};
use crate::completer::{Complete, LONGEST_PLAIN, answer};
use crate::documents::read_file;
use crate::embedder::Embedder;
use crate::file::print_bytes;

#[derive(Args)]
pub struct Ask {
    /// Files, and the question as the last argument
    #[arg(required = true, num_args = 2.., value_names = ["FILE", "QUESTION"])]
    arguments: Vec<String>,
    /// The model that chooses and phrases; without one the best passages are printed
    #[arg(long)]
    model: Option<PathBuf>,
    /// An encoder, such as multilingual-e5-small, by which passages in other words and languages are found
    #[arg(long)]
    embedder: Option<PathBuf>,
    /// A Node.js script that prints a PDF's pages as JSON
    #[arg(long)]
    pdf_reader: Option<PathBuf>,
    /// The password of encrypted PDF files
    #[arg(long)]
    password: Option<String>,
    /// Threads of the processor; by default all cores
    #[arg(long)]
    threads: Option<usize>,
}

/// Passages that are printed where no model is given.
const SHOWN: usize = 3;

impl Ask {
    pub fn run(self) -> Result<()> {
        let Some((question, files)) = self.arguments.split_last() else {
            return Err(Error::BadParameter { name: "QUESTION", problem: "no question".into() });
        };
        let mut collection = Collection::default();
        for file in files {
            collection.add(read_file(file.as_ref(), self.pdf_reader.as_deref(), self.password.as_deref())?);
        }
        let vector = match &self.embedder {
            None => None,
            Some(path) => {
                let embedder = Embedder::open(path, self.threads)?;
                embedder.passages(&mut collection)?;
                Some(embedder.question(question)?)
            }
        };
        let Some(model) = &self.model else {
            return print_bytes(passages(&collection, question, vector.as_deref()).as_bytes());
        };
        let args =
            ModelArgs { model: model.clone(), backend: Choice::Cpu, threads: self.threads, context_length: Some(4096) };
        let mut model = args.with(args.open()?, Complete)?;
        let skill: Box<dyn Skill> =
            Box::new(AskDocuments::new(Rc::new(collection), question, None, Options::default()).near(vector));
        let (outcome, _) = answer(model.as_mut(), vec![skill], &[], LONGEST_PLAIN)?;
        let mut text = String::new();
        for part in &outcome.parts {
            if let Part::Citation(c) = part {
                text += &format!("\n[{}] {}, {}\n    {}\n", c.number, c.document, c.place, c.quote);
            } else {
                text += &format!("{}\n", part.plain_text());
            }
        }
        print_bytes(text.as_bytes())
    }
}

/// The best passages, as they stand.
fn passages(collection: &Collection, question: &str, vector: Option<&[f32]>) -> String {
    let mut text = String::new();
    for (number, hit) in (1..).zip(collection.search(question, vector, SHOWN).hits) {
        let Some(passage) = collection.passages().get(hit.passage as usize) else { continue };
        let name = collection.entries().get(passage.document as usize).map_or("", |e| e.name.as_str());
        text += &format!("[{number}] {name}, {}\n{}\n\n", passage.place.label, passage.text);
    }
    text
}
