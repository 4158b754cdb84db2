//! Trains the weights of `weights/` from what `collect.py` has made, and prints how well they do on what was held out.
//!
//! ```sh
//! cargo run --release -p loquat-safety --example train -- data.jsonl crates/safety/weights
//! ```

mod logistic;

use std::collections::BTreeMap;

use logistic::{Example, Settings, train};
use loquat_safety::classifier::{Classifier, sigmoid, write};
use loquat_safety::features::{Feature, features};
use loquat_safety::normalize;
use serde_json::Value;

/// One line of the data.
struct Line {
    task: String,
    label: String,
    source: String,
    valid: bool,
    /// Of a set that is reported and never learned from, not even with `--all`.
    test: bool,
    features: Vec<Feature>,
    text: String,
}

/// What is declined; the other labels are topics, or nothing.
const HARMFUL: [&str; 8] = ["weapons", "self-harm", "sexual", "minors", "hate", "crime", "private", "harm"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, data, out, rest @ ..] = args.as_slice() else {
        return Err("usage: train DATA.jsonl FOLDER [--errors] [--all] [--report] [--cases FOLDER]".into());
    };
    let mut lines: Vec<Line> = std::fs::read_to_string(data)?.lines().filter_map(read).collect();
    // The weights that ship learn from what was held out too; the figures on it then mean nothing.
    if rest.iter().any(|arg| arg == "--all") {
        lines.iter_mut().filter(|line| line.task == "request" && !line.test).for_each(|line| line.valid = false);
    }
    // Reports what the folder's weights do, without training.
    let as_they_are = rest.iter().any(|arg| arg == "--report");
    let show = rest.iter().any(|arg| arg == "--errors");

    let weights = |name: &str, train: &dyn Fn() -> Vec<u8>| {
        let path = format!("{out}/{name}.bin");
        if as_they_are {
            return std::fs::read(path);
        }
        let bytes = train();
        std::fs::write(path, &bytes)?;
        Ok(bytes)
    };
    let request =
        weights("request", &|| binary(&lines, "request", &|line| HARMFUL.contains(&line.label.as_str()), 19))?;
    report(&lines, "request", &request, &|line| HARMFUL.contains(&line.label.as_str()), show);

    let topic = weights("topic", &|| topics(&lines, 14))?;
    report_topics(&lines, &topic);

    let offensive = weights("offensive", &|| binary(&lines, "offensive", &|line| line.label == "offensive", 17))?;
    report(&lines, "offensive", &offensive, &|line| line.label == "offensive", false);
    if let Some(at) = rest.iter().position(|arg| arg == "--cases") {
        let folder = rest.get(at + 1).ok_or("--cases needs a folder")?;
        cases(folder, &["simplesafetytests", "xstest", "benign"], &request)?;
        cases(folder, &["coldataset"], &offensive)?;
    }
    Ok(())
}

fn read(line: &str) -> Option<Line> {
    let value: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| value[name].as_str().map(str::to_owned);
    let text = field("text")?;
    Some(Line {
        task: field("task")?,
        label: field("label")?,
        source: field("source")?,
        valid: value["split"] != "train",
        test: value["split"] == "test",
        features: features(&normalize(&text)),
        text,
    })
}

/// A public set counts more than sentences from templates, of which there are many of a kind.
fn weight(line: &Line) -> f32 {
    match line.source.as_str() {
        source if source.starts_with("templates") => 0.3,
        source if source.starts_with("own") && !HARMFUL.contains(&line.label.as_str()) => 1.5,
        "multijail" => 0.3, // many of its lines are harmless by themselves
        _ => 1.0,
    }
}

/// Words of templates are to be learned less than their classes.
fn dropout(line: &Line) -> f32 {
    if line.source.starts_with("templates") { 0.6 } else { 0.3 }
}

fn examples<'a>(lines: &'a [Line], task: &str, positive: &dyn Fn(&Line) -> bool) -> Vec<Example<'a>> {
    let chosen = lines.iter().filter(|line| line.task == task && !line.valid);
    let example = |line: &'a Line| Example {
        features: &line.features,
        positive: positive(line),
        weight: weight(line),
        dropout: dropout(line),
    };
    chosen.map(example).collect()
}

fn binary(lines: &[Line], task: &str, positive: &dyn Fn(&Line) -> bool, bits: u8) -> Vec<u8> {
    let examples = examples(lines, task, positive);
    let (bias, weights) =
        mean((1..=RUNS).map(|seed| train(&examples, bits, &Settings { seed, ..Settings::default() })));
    write(bits, &[("harm", bias, weights)])
}

/// Runs whose mean is taken: each leaves out other words, and the mean knows more than any.
const RUNS: u64 = 4;

fn mean(runs: impl Iterator<Item = (f32, Vec<f32>)>) -> (f32, Vec<f32>) {
    let sum = runs.reduce(|(a, mut sum), (b, weights)| {
        sum.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        (a + b, sum)
    });
    let (bias, sum) = sum.unwrap_or_default();
    (bias / RUNS as f32, sum.into_iter().map(|weight| weight / RUNS as f32).collect())
}

/// One against the rest for each category and topic.
fn topics(lines: &[Line], bits: u8) -> Vec<u8> {
    let chosen: Vec<&Line> =
        lines.iter().filter(|line| line.task == "request" && !line.valid && line.label != "harm").collect();
    let names: std::collections::BTreeSet<&str> = chosen.iter().map(|line| line.label.as_str()).collect();
    let class = |name: &&str| {
        let examples: Vec<Example<'_>> = chosen
            .iter()
            .map(|line| Example {
                features: &line.features,
                positive: line.label == *name,
                weight: weight(line),
                dropout: dropout(line),
            })
            .collect();
        train(&examples, bits, &Settings { epochs: 6, ..Settings::default() })
    };
    let trained: Vec<_> = names.iter().map(|name| (*name, class(name))).collect();
    let classes: Vec<_> = trained.into_iter().map(|(name, (bias, weights))| (name, bias, weights)).collect();
    write(bits, &classes)
}

fn report(lines: &[Line], task: &str, file: &[u8], positive: &dyn Fn(&Line) -> bool, show: bool) {
    let Some(model) = Classifier::read(file) else { return };
    let mut by_source: BTreeMap<(&str, bool), (usize, usize)> = BTreeMap::new();
    let mut scored = Vec::new();
    for line in lines.iter().filter(|line| line.task == task && line.valid) {
        let score = sigmoid(model.logits(&line.features)[0].1);
        let tally = by_source.entry((&line.source, positive(line))).or_default();
        tally.0 += usize::from(score > 0.5);
        tally.1 += 1;
        scored.push((score, positive(line)));
        if show && (score > 0.5) != positive(line) {
            println!("{score:.2} {} {} {}", line.source, line.label, line.text);
        }
    }
    println!("== {task}: flagged of all, by source");
    for ((source, harmful), (flagged, all)) in by_source {
        println!(
            "{source:20} {} {flagged}/{all} = {:.3}",
            if harmful { "harmful " } else { "harmless" },
            flagged as f32 / all as f32
        );
    }
    for threshold in [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7] {
        let count = |flag: bool, want: bool| {
            scored.iter().filter(|(s, p)| (*s > threshold) == flag && *p == want).count() as f32
        };
        let (hit, false_alarm, missed) = (count(true, true), count(true, false), count(false, true));
        let rest = count(false, false);
        println!(
            "threshold {threshold}: recall {:.3} false alarms {:.3} F1 {:.3} accuracy {:.3}",
            hit / (hit + missed),
            false_alarm / (false_alarm + rest),
            2.0 * hit / (2.0 * hit + false_alarm + missed),
            (hit + rest) / scored.len() as f32
        );
    }
}

/// Tallies over the test cases, by kind; no single case is shown.
fn cases(folder: &str, files: &[&str], weights: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    let model = Classifier::read(weights).ok_or("no weights")?;
    for file in files {
        let mut tallies: BTreeMap<String, Vec<f32>> = BTreeMap::new();
        for line in std::fs::read_to_string(format!("{folder}/{file}.jsonl"))?.lines() {
            let value: Value = serde_json::from_str(line)?;
            let text = value["prompt"].as_str().or(value["text"].as_str()).unwrap_or_default();
            let score = sigmoid(model.logits(&features(&normalize(text)))[0].1);
            let label = value["label"].as_str().unwrap_or_default();
            tallies.entry(label.to_owned()).or_default().push(score);
            if *file != "coldataset" {
                let kind = value["type"].as_str().unwrap_or_default();
                tallies.entry(format!("{label} {kind}")).or_default().push(score);
            }
        }
        println!("== {file}: flagged above 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7 of all");
        for (kind, scores) in tallies {
            let above = [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7].map(|t| scores.iter().filter(|s| **s > t).count());
            println!("{kind:50} {above:?} / {}", scores.len());
        }
    }
    Ok(())
}

fn report_topics(lines: &[Line], file: &[u8]) {
    let Some(model) = Classifier::read(file) else { return };
    let mut tallies: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.task == "request" && line.valid && line.label != "harm") {
        let logits = model.logits(&line.features);
        let best = logits.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or("", |(name, _)| name);
        let tally = tallies.entry(&line.label).or_default();
        tally.0 += usize::from(best == line.label);
        tally.1 += 1;
    }
    println!("== topics: right of all");
    for (label, (right, all)) in tallies {
        println!("{label:10} {right}/{all} = {:.3}", right as f32 / all as f32);
    }
}
