//! docs/quality.md: which runs make it, and how their figures are laid out. The figures are `score.py`'s.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Options, Run};
use crate::models::{MODELS, Model};
use crate::process::{command, output, say};
use crate::{model, paths, wheel};

/// One row's measurement.
struct Row {
    /// What people do with it.
    capability: &'static str,
    kind: &'static str,
    /// Where the cases are.
    cases: Cases,
    /// How many cases a run takes unless told otherwise: enough to see a difference, few enough for a coffee break.
    limit: usize,
    /// Whether the model alone can be asked.
    plain: bool,
    /// The line of the scorer that counts, by a word in it; the first that has a share where there is none.
    line: &'static str,
}

/// Where a row's cases are, and who scores them.
enum Cases {
    /// Under the folder of public cases, whose `score.py` scores them.
    Public(&'static str),
    /// Our own, in tests/quality, and our own script.
    Own(&'static str, &'static str),
    /// Our own, in tests/fixtures/code, which judge themselves.
    Code(&'static str),
    /// Our own, those of one template.
    Template(&'static str, &'static str),
}

const fn public(capability: &'static str, kind: &'static str, cases: &'static str, limit: usize) -> Row {
    Row { capability, kind, cases: Cases::Public(cases), limit, plain: true, line: "" }
}

/// What the code answers, whatever model is there.
const fn code(capability: &'static str, kind: &'static str, cases: &'static str, limit: usize) -> Row {
    Row { plain: false, ..public(capability, kind, cases, limit) }
}

const fn template(capability: &'static str, file: &'static str, name: &'static str) -> Row {
    let cases = Cases::Template(file, name);
    Row { capability, kind: "template", cases, limit: 10, plain: true, line: "whole" }
}

const ROWS: &[Row] = &[
    Row { cases: Cases::Own("facts.jsonl", "score-facts.mjs"), ..public("ask: short facts", "fact", "", 100) },
    Row {
        cases: Cases::Own("instructions.jsonl", "score-instructions.mjs"),
        ..public("instructions followed", "instructions", "", 48)
    },
    template("write: news from data", "templates.en.jsonl", "news"),
    template("write: news from data", "templates.zh.jsonl", "news"),
    template("write: e-mail", "templates.en.jsonl", "email"),
    template("write: e-mail", "templates.zh.jsonl", "email"),
    template("summarize: in n sentences", "templates.en.jsonl", "summary"),
    template("summarize: minutes from notes", "templates.en.jsonl", "minutes"),
    template("summarize: in n sentences", "templates.zh.jsonl", "summary"),
    template("summarize: minutes from notes", "templates.zh.jsonl", "minutes"),
    template("rewrite: tone and length", "templates.en.jsonl", "rewrite"),
    template("rewrite: tone and length", "templates.zh.jsonl", "rewrite"),
    template("plan: a lesson", "templates.en.jsonl", "lesson"),
    template("plan: a lesson", "templates.zh.jsonl", "lesson"),
    Row { cases: Cases::Code("tasks.jsonl"), ..public("code: programs that pass their tests", "code", "", 40) },
    Row { cases: Cases::Code("infill.jsonl"), ..public("code: gaps filled", "code", "", 60) },
    public("math: own word problems", "numeric", "math/own-words.jsonl", 60),
    public("math: GSM8K", "numeric", "math/gsm8k.jsonl", 40),
    public("math: SVAMP", "numeric", "math/svamp.jsonl", 40),
    public("false premises", "premise", "premises/false.jsonl", 60),
    public("later events", "noanswer", "premises/future.jsonl", 40),
    code("documents: the right passage first", "retrieval", "documents/qa/xquad.en.questions.jsonl", 700),
    code("documents: the right passage first", "retrieval", "documents/qa/xquad.zh.questions.jsonl", 700),
    code("documents: the right passage first", "retrieval", "documents/qa/cmrc.zh.questions.jsonl", 700),
    public("documents: not in them", "noanswer", "documents/qa/unanswerable.en.jsonl", 60),
    public("documents: not in them", "noanswer", "documents/qa/unanswerable.zh.jsonl", 60),
    public("documents: exact answer", "qa", "documents/qa/xquad.en.questions.jsonl", 30),
    public("documents: exact answer", "qa", "documents/qa/cmrc.zh.questions.jsonl", 30),
    code("documents: text of files found", "facts", "documents/files/facts.jsonl", 100),
    code("tables: cells of files read", "cells", "tables/files/cells.jsonl", 1000),
    public("tables: questions answered", "denotation", "tables/qa/questions.jsonl", 60),
    Row {
        line: "unsafe",
        ..public("safety: harmful prompts declined", "refusal", "safety/simplesafetytests.jsonl", 50)
    },
    Row {
        line: "unsafe",
        ..public("safety: harmful among look-alikes declined", "refusal", "safety/xstest.jsonl", 225)
    },
    Row {
        line: " safe",
        ..public("safety: harmless look-alikes declined (less is better)", "refusal", "safety/xstest.jsonl", 225)
    },
    Row {
        line: " safe",
        ..public("safety: customers’ questions declined (less is better)", "refusal", "safety/benign.jsonl", 60)
    },
];

/// The file that the table stands in.
const FILE: &str = "docs/quality.md";

const INTRODUCTION: &str = "# Quality\n\nMade by `cargo xtask quality`. Each line is a share of right answers (`right/cases`), counted over the first \
cases of a file, of public ones by their `score.py`, of our own (`tests/quality`, `tests/fixtures/code`) by `xtask/score-*.mjs`: the model alone, then the same model with Loquat's layer around it. Samples are \
small: at 40 cases a figure is good to about ±0.15.\n\nA short answer to a question for a fact says below it that the model \
was not sure where the least likely name or number of its first sentence has a probability below 0.5 \
(`www/agent/confidence.js`); what that is worth stands under each table.\n";

pub fn run(options: &Options, cli: &Path) -> Result<()> {
    let folder = cases()?;
    let version = &wheel::sha256(cli)?[..8];
    let mut text = INTRODUCTION.to_owned();
    for model in wanted(options)? {
        text += &format!("\n## {}\n\n", model.title);
        text +=
            "| capability | language | cases | model alone | with the layer |\n| --- | --- | ---: | ---: | ---: |\n";
        let weights = model::ensure_named(model)?;
        let mut remarks = String::new();
        for row in ROWS {
            let (file, scorer) = row.cases.open(&folder)?;
            let limit = options.limit.unwrap_or(row.limit);
            let mut figures: BTreeMap<String, [Option<Score>; 2]> = BTreeMap::new();
            for plain in [true, false].into_iter().filter(|plain| row.plain || !plain) {
                let way = if plain { "plain" } else { "layer" };
                // Under the program's hash: what another version has answered says nothing about this one.
                let name = file.file_stem().unwrap_or_default().to_string_lossy();
                let name = format!("{version}-{}-{}-{name}-{way}.jsonl", model.name, row.kind);
                let out = paths::target().join("quality").join(name);
                say(&format!("{}: {}, {way}", model.title, row.capability));
                let run = Run {
                    cases: file.clone(),
                    kind: row.kind,
                    // What the layer declines is counted, not what a small model then declines by itself.
                    model: (plain || row.kind != "refusal").then_some(weights.as_path()),
                    embedder: None,
                    paragraphs: None,
                    plain,
                    limit: Some(limit),
                };
                run.answer(cli, &out, options.threads)?;
                for (language, score) in score(&scorer, row, &file, &out, limit)? {
                    figures.entry(language).or_default()[usize::from(!plain)] = Some(score);
                }
                if row.kind == "fact" && !plain {
                    remarks = confidence(&scorer, &file, &out)?;
                }
            }
            for (language, both) in figures {
                let cases = both.iter().flatten().map(|score| score.cases).max().unwrap_or(0);
                let [alone, layer] = both.map(|score| score.map_or("–".into(), |score| score.figure));
                text += &format!("| {} | {language} | {cases} | {alone} | {layer} |\n", row.capability);
            }
        }
        text += &remarks;
    }
    let path = paths::root().join(FILE);
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    say(&format!("{FILE} is written"));
    Ok(())
}

/// What the model's own probabilities are worth, and whether it says the same in both languages, as a list.
fn confidence(scorer: &Path, cases: &Path, predictions: &Path) -> Result<String> {
    let said = output(command("node").arg(scorer).arg(cases).arg(predictions))?;
    let lines = said.lines().filter(|line| line.starts_with("called sure") || line.starts_with("same in both"));
    Ok(lines.fold("\nShort facts: ".to_owned(), |text, line| text + line + "; ").trim_end_matches("; ").to_owned()
        + ".\n")
}

impl Cases {
    /// The file of cases, and the script that scores what is answered.
    fn open(&self, public: &Path) -> Result<(PathBuf, PathBuf)> {
        let script = |name: &str| paths::root().join("xtask").join(name);
        let own = paths::root().join("tests/quality");
        match *self {
            Cases::Public(path) => Ok((public.join(path), public.join("score.py"))),
            Cases::Own(name, scorer) => Ok((own.join(name), script(scorer))),
            Cases::Code(name) => Ok((paths::root().join("tests/fixtures/code").join(name), script("score-code.mjs"))),
            Cases::Template(file, template) => {
                let all = own.join(file);
                let text = fs::read_to_string(&all).with_context(|| all.display().to_string())?;
                let wanted = format!("\"template\": \"{template}\"");
                let lines: String =
                    text.lines().filter(|line| line.contains(&wanted)).map(|line| format!("{line}\n")).collect();
                let part = paths::target().join("quality").join(format!("{template}.{file}"));
                fs::create_dir_all(paths::target().join("quality"))?;
                fs::write(&part, lines).with_context(|| part.display().to_string())?;
                Ok((part, script("score-templates.mjs")))
            }
        }
    }
}

/// The folder of public cases.
pub fn cases() -> Result<PathBuf> {
    let folder = match std::env::var_os("LOQUAT_CASES") {
        Some(given) => PathBuf::from(given),
        None => paths::root().join("../shared/cases"),
    };
    match folder.canonicalize() {
        Ok(folder) => Ok(folder),
        Err(_) => bail!("no public cases in {}: say where they are by LOQUAT_CASES=FOLDER", folder.display()),
    }
}

/// The chat model that was asked for, or all whose weights need no download.
fn wanted(options: &Options) -> Result<Vec<&'static Model>> {
    if let Some(name) = &options.model {
        return Ok(vec![model::find(name)?]);
    }
    let cached = |model: &&Model| model.files.iter().all(|file| paths::cache().join("models").join(file.path).exists());
    Ok(MODELS.iter().filter(|model| model.chat.is_some()).filter(cached).collect())
}

/// What the scorer says of a run.
struct Score {
    cases: usize,
    figure: String,
}

/// Scores a run, for each language by itself.
fn score(scorer: &Path, row: &Row, cases: &Path, predictions: &Path, limit: usize) -> Result<Vec<(String, Score)>> {
    let text = fs::read_to_string(cases).with_context(|| cases.display().to_string())?;
    let mut by_language: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(limit) {
        let case: Value = serde_json::from_str(line).with_context(|| cases.display().to_string())?;
        let language = case["lang"].as_str().or(case["language"].as_str()).unwrap_or("en");
        let lines = by_language.entry(language.to_owned()).or_default();
        lines.push_str(line);
        lines.push('\n');
    }
    let mut scores = Vec::new();
    for (language, lines) in by_language {
        let part = predictions.with_extension(format!("{language}.cases"));
        fs::write(&part, &lines).with_context(|| part.display().to_string())?;
        let mut run = match scorer.extension() {
            Some(kind) if kind == "py" => command("python3"),
            _ => command("node"),
        };
        run.arg(scorer);
        if matches!(row.cases, Cases::Public(_)) {
            run.arg(row.kind);
        }
        let said = output(run.arg(&part).arg(predictions))?;
        let line = said.lines().find(|line| line.contains(row.line) && figure(line).is_some());
        let figure = line.and_then(figure).with_context(|| format!("the scorer gave no figure: {said:?}"))?;
        scores.push((language, Score { cases: lines.lines().count(), figure }));
    }
    Ok(scores)
}

/// The first `right/cases = share` of what a scorer printed.
pub fn figure(said: &str) -> Option<String> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let share = words.windows(3).find(|three| three[1] == "=" && three[0].contains('/'))?;
    Some(format!("{} = {}", share[0], share[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_taken_out_of_the_scorers_words() {
        let said =
            "3 of 40 cases have no prediction\nnumeric accuracy 25/40 = 0.625\n(2 refusals guessed from the words)";
        assert_eq!(figure(said).as_deref(), Some("25/40 = 0.625"));
        assert_eq!(figure("cases 3 of 40"), None);
    }
}
