//! `loquat quality`: answers a file of cases on the same path as the page and writes what came out, one case a line.
//! Figures are made of it by whoever scores (`{"id", "output", "citations"?, "refused"?}`). What a kind of cases asks
//! is a file of its own in quality/.

mod cells;
mod choice;
mod code;
mod denotation;
mod documents;
mod fact;
mod facts;
mod injection;
mod instructions;
mod noanswer;
mod numeric;
mod premise;
mod safety;
mod script;
mod template;

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use loquat::{Error, Result};
use loquat_agent::{ChatMessage, Outcome, Skill, plain_text};
use serde_json::{Value, json};

use crate::backend::{Choice, ModelArgs};
use crate::completer::{Complete, Completer, LONGEST_PLAIN, NoModel, answer};
use crate::file::{io_error, read_text};
use documents::{Asked, Documents, Sources};
use injection::{Injection, Material};

#[derive(Args)]
pub struct Quality {
    /// The cases, one JSON object a line; what they refer to lies beside the file
    #[arg(long)]
    cases: PathBuf,
    /// What kind of cases they are
    #[arg(long, value_enum)]
    kind: CaseKind,
    /// The model file; not needed for kinds that ask none
    #[arg(long)]
    model: Option<PathBuf>,
    /// The model alone, without the layer around it
    #[arg(long)]
    plain: bool,
    /// Only the first so many cases
    #[arg(long)]
    limit: Option<usize>,
    /// Tokens of an answer of the model alone, at most; by default what the kind wants
    #[arg(long)]
    max_tokens: Option<usize>,
    /// Where to write the predictions; cases that stand in it are not answered again
    #[arg(long)]
    out: PathBuf,
    /// Threads of the processor; by default all cores
    #[arg(long)]
    threads: Option<usize>,
    /// For questions over paragraphs: an encoder, such as multilingual-e5-small, that searches beside the words
    #[arg(long)]
    embedder: Option<PathBuf>,
    /// For questions over paragraphs: these, instead of those beside the file
    #[arg(long)]
    paragraphs: Option<PathBuf>,
    /// For kind `facts`: a Node.js script that prints a PDF's pages as JSON
    #[arg(long)]
    pdf_reader: Option<PathBuf>,
    /// For kind `template`: the Node.js script that runs the page's templates
    #[arg(long)]
    template_writer: Option<PathBuf>,
    /// For kind `code`: the Node.js script that runs programs
    #[arg(long)]
    code_runner: Option<PathBuf>,
    /// Positions of the KV cache
    #[arg(long, default_value_t = 4096)]
    context_length: usize,
}

/// The kinds of cases, as `score.py` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CaseKind {
    /// Cells of the spreadsheets beside the file
    Cells,
    /// Questions over the tables in the folder `csv` beside the file
    Denotation,
    /// Problems whose answer is a number, a weekday, a time or a date
    Numeric,
    /// Questions that assume something untrue
    Premise,
    /// Questions that can't be answered
    Noanswer,
    /// Questions with options to choose from
    Choice,
    /// Questions over the paragraphs beside the file: which paragraphs are found
    Retrieval,
    /// Questions over the paragraphs beside the file: the answer and its paragraph
    Qa,
    /// Short questions of general knowledge; how sure the model was stands beside
    Fact,
    /// Prompts whose answers must keep rules
    Instructions,
    /// Text that must be found in the files beside the file of cases
    Facts,
    /// Prompts that are to be declined, or not
    Refusal,
    /// Answers that stand in the file: whether the guard of answers stops them
    Answer,
    /// Texts that are offensive, or not
    Offensive,
    /// Orders that stand in a document: whether they are followed
    InjectionDocument,
    /// Orders that stand in a table
    InjectionTable,
    /// Orders that stand in a tool's result
    InjectionTool,
    /// Templates with their fields filled in
    Template,
    /// Programs to write, and gaps in programs to fill
    Code,
}

/// One case as a kind reads it.
pub struct Prepared {
    /// The conversation for the model alone.
    pub plain: Vec<ChatMessage>,
    /// The layer, in order; the first that does not pass answers.
    pub skills: Vec<Box<dyn Skill>>,
}

/// What a kind of cases asks.
pub trait Kind {
    /// What its prediction is written under; cases with the same id are answered once.
    fn id(&self, case: &Value) -> Result<String> {
        need(case, "id").map(str::to_owned)
    }

    /// Reads one case.
    fn prepare(&mut self, case: &Value) -> Result<Prepared>;

    /// What is written of an outcome; `id` is added.
    fn predict(&self, outcome: &Outcome) -> Value {
        prediction(outcome)
    }

    /// Adds to what is written what the output alone tells, of the model alone as of the layer.
    fn judge(&self, _: &mut Value) {}

    /// Tokens that the model has for its answer, where it answers alone.
    fn longest(&self) -> usize {
        LONGEST_PLAIN
    }

    /// Whether the pieces that the model wrote are written too, with their probabilities.
    fn wants_words(&self) -> bool {
        false
    }
}

impl CaseKind {
    fn open(self, given: &Quality) -> Result<Box<dyn Kind>> {
        let (cases, model) = (given.cases.as_path(), given.model.as_deref());
        let sources = || Sources {
            cases: given.cases.clone(),
            paragraphs: given.paragraphs.clone(),
            embedder: given.embedder.clone(),
            threads: given.threads,
        };
        match self {
            CaseKind::Cells => Ok(Box::new(cells::Cells::new(cases))),
            CaseKind::Denotation => Ok(Box::new(denotation::Denotation::new(cases, model.is_some()))),
            CaseKind::Numeric => Ok(Box::new(numeric::Numeric { facts: known(model) })),
            CaseKind::Premise => Ok(Box::new(premise::Premise { facts: known(model) })),
            CaseKind::Noanswer => Ok(Box::new(noanswer::NoAnswer::new(sources(), known(model)))),
            CaseKind::Choice => Ok(Box::new(choice::Choice)),
            CaseKind::Fact => Ok(Box::new(fact::Fact { facts: known(model) })),
            CaseKind::Instructions => Ok(Box::new(instructions::Instructions { facts: known(model) })),
            CaseKind::Facts => Ok(Box::new(facts::Facts::beside(cases, given.pdf_reader.clone()))),
            CaseKind::Retrieval => Ok(Box::new(Documents::open(&sources(), Asked::Passages)?)),
            CaseKind::Refusal => Ok(Box::new(safety::Refusal::new(model.is_some()))),
            CaseKind::Answer => Ok(Box::new(safety::Answers::new())),
            CaseKind::Offensive => Ok(Box::new(safety::Offensive::new())),
            CaseKind::InjectionDocument => Ok(Box::new(Injection::new(Material::Document))),
            CaseKind::InjectionTable => Ok(Box::new(Injection::new(Material::Table))),
            CaseKind::InjectionTool => Ok(Box::new(Injection::new(Material::Tool))),
            CaseKind::Template => {
                Ok(Box::new(template::Template::new(given.template_writer.as_deref(), known(model).parameters)?))
            }
            CaseKind::Code => Ok(Box::new(code::Code::new(given.code_runner.as_deref())?)),
            CaseKind::Qa => Ok(Box::new(Documents::open(&sources(), Asked::Answer)?)),
        }
    }
}

/// What is written of an answer: the bare one where there is one, else all its parts as text.
fn prediction(outcome: &Outcome) -> Value {
    let output = outcome.answer.clone().unwrap_or_else(|| plain_text(&outcome.parts));
    json!({ "output": output, "refused": outcome.refused })
}

/// What skills are told besides the question. A model's parameters are guessed from its file, at five bits each.
fn known(model: Option<&Path>) -> loquat_numbers::Facts {
    let bytes = model.and_then(|path| std::fs::metadata(path).ok()).map_or(0, |meta| meta.len());
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let days = i32::try_from(since.as_secs() / 86_400).unwrap_or(0);
    loquat_numbers::Facts { today: loquat_numbers::date_of(days), parameters: bytes * 8 / 5, ..Default::default() }
}

/// A field of a case that must be text.
pub fn need<'a>(case: &'a Value, field: &'static str) -> Result<&'a str> {
    let problem = || format!("case {} has no text in {field:?}", case["id"]);
    case[field].as_str().ok_or_else(|| Error::BadParameter { name: "cases", problem: problem() })
}

impl Quality {
    pub fn run(self) -> Result<()> {
        let cases = self.read_cases()?;
        let mut done = self.done()?;
        let mut kind = self.kind.open(&self)?;
        let mut model: Box<dyn Completer> = match &self.model {
            Some(path) => {
                let args = ModelArgs {
                    model: path.clone(),
                    backend: Choice::Cpu,
                    threads: self.threads,
                    context_length: Some(self.context_length),
                };
                args.with(args.open()?, Complete)?
            }
            None => Box::new(NoModel),
        };
        let out = OpenOptions::new().create(true).append(true).open(&self.out);
        let mut out = out.map_err(|e| io_error(&self.out, &e))?;
        let total = cases.len();
        for (n, case) in cases.iter().enumerate() {
            let id = kind.id(case)?;
            if !done.insert(id.clone()) {
                continue;
            }
            let Prepared { plain, skills } = kind.prepare(case)?;
            let skills = if self.plain { Vec::new() } else { skills };
            // One case that fails, as by a prompt that is too long, is a wrong answer and no end of the run.
            let mut line =
                match answer(model.as_mut(), skills, &plain, self.max_tokens.unwrap_or_else(|| kind.longest())) {
                    Ok((outcome, words)) => {
                        let mut line = match self.plain {
                            true => json!({ "output": plain_text(&outcome.parts) }),
                            false => kind.predict(&outcome),
                        };
                        if kind.wants_words() && !words.is_empty() {
                            line["words"] = json!(words);
                        }
                        line
                    }
                    Err(error @ Error::BadParameter { name: "model", .. }) => return Err(error),
                    Err(error) => json!({ "output": "", "error": error.to_string() }),
                };
            kind.judge(&mut line);
            line["id"] = json!(id);
            let written = writeln!(out, "{line}").and_then(|()| out.flush());
            written.map_err(|e| io_error(&self.out, &e))?;
            eprintln!("{}/{total} {id}", n + 1);
        }
        Ok(())
    }

    fn read_cases(&self) -> Result<Vec<Value>> {
        let text = read_text(&self.cases)?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let parse = |(n, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|e| Error::Io {
                path: self.cases.display().to_string(),
                problem: format!("line {}: {e}", n + 1),
            })
        };
        lines.take(self.limit.unwrap_or(usize::MAX)).map(parse).collect()
    }

    /// Ids that have been answered before.
    fn done(&self) -> Result<HashSet<String>> {
        if !self.out.exists() {
            return Ok(HashSet::new());
        }
        let text = read_text(&self.out)?;
        let id = |line: &str| serde_json::from_str::<Value>(line).ok()?["id"].as_str().map(str::to_owned);
        Ok(text.lines().filter_map(id).collect())
    }
}
