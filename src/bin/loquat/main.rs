//! The native command line: the same engine without a browser. Parses arguments and reports errors;
//! each command is a file of its own.

mod ask;
mod backend;
mod bench;
mod chat;
mod completer;
mod documents;
mod embed;
mod embedder;
mod file;
mod generate;
mod ids;
mod infill;
mod inspect;
mod logits;
mod perplexity;
mod quality;
mod seq2seq;
mod table;
mod template;
mod tokenize;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs language models in GGUF format on this machine, as the browser engine does.
#[derive(Parser)]
#[command(name = "loquat", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what a model file contains
    Inspect(inspect::Inspect),
    /// Turn text into token ids
    Tokenize(tokenize::Tokenize),
    /// Turn token ids into text
    Detokenize(tokenize::Detokenize),
    /// Render messages with a chat template
    Template(template::Template),
    /// Write the logits of every position as raw little-endian f32
    Logits(logits::Logits),
    /// Write a text's embedding as raw little-endian f32
    Embed(embed::Embed),
    /// Continue a text, token ids or a conversation
    Generate(generate::Generate),
    /// Fill a gap in a text, with a model that has tokens for it
    Infill(infill::InfillCommand),
    /// Measure how well a model predicts a text
    Perplexity(perplexity::Perplexity),
    /// Measure how fast prompts are read and tokens are generated
    Bench(bench::Bench),
    /// Talk with a model
    Chat(chat::Chat),
    /// Answer a question from files, with the passages that the answer stands in
    Ask(ask::Ask),
    /// Ask a spreadsheet, or change it by a plan
    Table(table::TableCommand),
    /// Answer a file of cases, for measuring quality
    Quality(quality::Quality),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            let text = error.to_string();
            let first = text.lines().take_while(|l| !l.trim().is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
            return fail(&format!("{first} (see loquat --help)"));
        }
        Err(help) => {
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let result = match cli.command {
        Command::Inspect(c) => c.run(),
        Command::Tokenize(c) => c.run(),
        Command::Detokenize(c) => c.run(),
        Command::Template(c) => c.run(),
        Command::Logits(c) => c.run(),
        Command::Embed(c) => c.run(),
        Command::Generate(c) => c.run(),
        Command::Infill(c) => c.run(),
        Command::Perplexity(c) => c.run(),
        Command::Bench(c) => c.run(),
        Command::Chat(c) => c.run(),
        Command::Ask(c) => c.run(),
        Command::Table(c) => c.run(),
        Command::Quality(c) => c.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error}. {} [{}]", error.remedy(), error.code())),
    }
}

/// One line, whatever the message contains.
fn fail(message: &str) -> ExitCode {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(std::io::stderr(), "error: {}", line.strip_prefix("error: ").unwrap_or(&line));
    ExitCode::FAILURE
}
