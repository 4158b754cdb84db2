//! `loquat infill`: fills a gap in a text, by the tokens that coder models have for it.

use std::path::{Path, PathBuf};

use clap::Args;
use loquat::session::{Infill, InfillFile, Request, Stops};
use loquat::{Error, Result};

use crate::backend::ModelArgs;
use crate::file::read_text;
use crate::generate::{Job, SamplingArgs};

#[derive(Args)]
pub struct InfillCommand {
    #[command(flatten)]
    model: ModelArgs,
    /// The text before the gap
    #[arg(long, default_value = "", conflicts_with = "file")]
    prefix: String,
    /// The text behind the gap
    #[arg(long, default_value = "", conflicts_with = "file")]
    suffix: String,
    /// A file with the gap at --line and --column
    #[arg(long, requires = "line")]
    file: Option<PathBuf>,
    /// Where the gap is in --file: its line, counted from 1
    #[arg(long, requires = "file")]
    line: Option<usize>,
    /// Characters of that line before the gap; by default the whole line
    #[arg(long, requires = "line")]
    column: Option<usize>,
    /// Another file that the model should know; may be given several times, the most important last
    #[arg(long)]
    extra: Vec<PathBuf>,
    /// The name of the repository that the files are of
    #[arg(long)]
    repository: Option<String>,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// Tokens to write at most
    #[arg(long, default_value_t = 128)]
    max_tokens: usize,
    /// A text that ends the answer; may be given several times
    #[arg(long)]
    stop: Vec<String>,
    /// Print one line of JSON at the end instead of the text as it comes
    #[arg(long)]
    json: bool,
}

impl InfillCommand {
    pub fn run(self) -> Result<()> {
        let (prefix, suffix) = match &self.file {
            None => (self.prefix, self.suffix),
            Some(file) => split(&read_text(file)?, self.line.unwrap_or(1), self.column)?,
        };
        let name = |path: &Path| path.display().to_string();
        let other = |path: &PathBuf| Ok(InfillFile { path: name(path), text: read_text(path)? });
        let infill = Infill {
            prefix,
            suffix,
            path: self.file.as_deref().map(name),
            repository: self.repository,
            files: self.extra.iter().map(other).collect::<Result<_>>()?,
        };
        let request = Request {
            infill: Some(infill),
            max_tokens: Some(self.max_tokens),
            stop: (!self.stop.is_empty()).then_some(Stops::Many(self.stop)),
            sampling: self.sampling.into(),
            ..Request::default()
        };
        let file = self.model.open()?;
        self.model.with(file, Job { request, json: self.json })
    }
}

/// A text before and behind a place in it.
fn split(text: &str, line: usize, column: Option<usize>) -> Result<(String, String)> {
    let bad = |name, problem| Error::BadParameter { name, problem };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = line.checked_sub(1).filter(|&at| at <= lines.len());
    let at = at.ok_or_else(|| bad("line", format!("the file has lines 1 to {}, not {line}", lines.len() + 1)))?;
    let before: usize = lines[..at].iter().map(|line| line.len()).sum();
    let within = lines.get(at).map_or("", |line| line.trim_end_matches(['\n', '\r']));
    let columns = within.chars().count();
    let column = column.unwrap_or(columns);
    if column > columns {
        return Err(bad("column", format!("line {line} has {columns} characters, not {column}")));
    }
    let gap = before + within.chars().take(column).map(char::len_utf8).sum::<usize>();
    Ok((text[..gap].to_owned(), text[gap..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_place_is_a_line_and_characters_of_it() {
        let at = |line, column| split("é = 1\nb\n", line, column).map(|(prefix, suffix)| format!("{prefix}|{suffix}"));
        assert_eq!(at(1, None).unwrap(), "é = 1|\nb\n");
        assert_eq!(at(1, Some(2)).unwrap(), "é |= 1\nb\n");
        assert_eq!(at(2, Some(0)).unwrap(), "é = 1\n|b\n");
        assert_eq!(at(3, None).unwrap(), "é = 1\nb\n|");
        assert_eq!(at(4, None).unwrap_err().to_string(), r#"parameter "line": the file has lines 1 to 3, not 4"#);
        assert!(at(2, Some(2)).is_err() && at(0, None).is_err());
    }
}
