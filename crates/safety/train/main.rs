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
use loquat_safety::topic::topic_features;
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
        return Err(
            "usage: train DATA.jsonl FOLDER [--errors] [--all] [--report] [--only NAME] [--cases FOLDER]".into()
        );
    };
    let mut lines: Vec<Line> = std::fs::read_to_string(data)?.lines().filter_map(read).collect();
    // The weights that ship learn from what was held out too; the figures on it then mean nothing.
    if rest.iter().any(|arg| arg == "--all") {
        lines.iter_mut().filter(|line| line.task == "request" && !line.test).for_each(|line| line.valid = false);
    }
    // Reports what the folder's weights do, without training.
    let as_they_are = rest.iter().any(|arg| arg == "--report");
    let show = rest.iter().any(|arg| arg == "--errors");

    // One file of weights is trained, the others are read.
    let only = rest.iter().position(|arg| arg == "--only").and_then(|at| rest.get(at + 1));

    let weights = |name: &str, train: &dyn Fn() -> Vec<u8>| {
        let path = format!("{out}/{name}.bin");
        if as_they_are || only.is_some_and(|only| only != name) {
            return std::fs::read(path);
        }
        let bytes = train();
        std::fs::write(path, &bytes)?;
        Ok(bytes)
    };
    let request =
        weights("request", &|| binary(&lines, "request", &|line| HARMFUL.contains(&line.label.as_str()), 19))?;
    report(&lines, "request", &request, &|line| HARMFUL.contains(&line.label.as_str()), show);

    let category = weights("category", &|| categories(&lines, 14))?;
    report_categories(&lines, &category);
    let topic = weights("topic", &|| topics(&lines, 15))?;
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

fn example<'a>(line: &Line, features: &'a [Feature], positive: bool) -> Example<'a> {
    Example { features, positive, weight: weight(line), dropout: dropout(line) }
}

fn examples<'a>(lines: &'a [Line], task: &str, positive: &dyn Fn(&Line) -> bool) -> Vec<Example<'a>> {
    let chosen = lines.iter().filter(|line| line.task == task && !line.valid);
    chosen.map(|line| example(line, &line.features, positive(line))).collect()
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

/// One against the rest for each kind of harm.
fn categories(lines: &[Line], bits: u8) -> Vec<u8> {
    let chosen: Vec<&Line> =
        lines.iter().filter(|line| line.task == "request" && !line.valid && line.label != "harm").collect();
    let settings = Settings { epochs: 6, ..Settings::default() };
    let class = |name: &'static str| {
        (name, chosen.iter().map(|line| example(line, &line.features, line.label == name)).collect::<Vec<_>>())
    };
    let classes = HARMFUL.iter().filter(|name| **name != "harm").map(|name| class(name));
    let trained: Vec<_> = classes.map(|(name, examples)| (name, train(&examples, bits, &settings))).collect();
    write(bits, &trained.into_iter().map(|(name, (bias, weights))| (name, bias, weights)).collect::<Vec<_>>())
}

const TOPICS: [&str; 3] = ["financial", "legal", "medical"];

/// One against the rest for each topic. What is harmful is about none of them here: it is declined before.
fn topics(lines: &[Line], bits: u8) -> Vec<u8> {
    let chosen = lines.iter().filter(|line| line.task == "request" && !line.valid);
    let chosen: Vec<(&Line, Vec<Feature>)> =
        chosen.map(|line| (line, topic_features(&normalize(&line.text)))).collect();
    // Few and small steps: there are few questions on law and money, and their words are not to be learned by heart.
    let settings = Settings { balanced: true, epochs: 4, rate: 0.05, ..Settings::default() };
    let class = |name: &&'static str| {
        let examples: Vec<Example<'_>> = chosen
            .iter()
            .map(|(line, features)| {
                let positive = line.label == *name;
                // Pairs that tell harm from its likeness say little of what else is asked.
                let of_harm = line.source.starts_with("templates") || line.source.starts_with("own");
                let weight = if of_harm && !positive { 0.05 * weight(line) } else { 1.0 };
                Example { weight, dropout: 0.3, ..example(line, features, positive) }
            })
            .collect();
        let (bias, weights) = train(&examples, bits, &settings);
        (*name, bias, weights)
    };
    write(bits, &TOPICS.iter().map(class).collect::<Vec<_>>())
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

fn report_categories(lines: &[Line], file: &[u8]) {
    let chosen = lines.iter().filter(|line| HARMFUL.contains(&line.label.as_str()) && line.label != "harm");
    tell("categories", file, chosen.map(|line| (line, line.features.clone())), 0.0);
}

fn report_topics(lines: &[Line], file: &[u8]) {
    let chosen = lines.iter().filter(|line| line.task == "request" && !HARMFUL.contains(&line.label.as_str()));
    tell("topics", file, chosen.map(|line| (line, topic_features(&normalize(&line.text)))), 0.45);
}

/// How many held-out lines have their label as the likeliest one, if any has more than `least`.
fn tell<'a>(what: &str, file: &[u8], lines: impl Iterator<Item = (&'a Line, Vec<Feature>)>, least: f32) {
    let Some(model) = Classifier::read(file) else { return };
    let mut tallies: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (line, features) in lines.filter(|(line, _)| line.valid && !line.test) {
        let logits = model.logits(&features);
        let best = logits.iter().filter(|(_, logit)| sigmoid(*logit) > least).max_by(|a, b| a.1.total_cmp(&b.1));
        let tally = tallies.entry(&line.label).or_default();
        tally.0 += usize::from(best.map_or("none", |(name, _)| name) == line.label);
        tally.1 += 1;
    }
    println!("== {what}: right of all");
    for (label, (right, all)) in tallies {
        println!("{label:10} {right}/{all} = {:.3}", right as f32 / all as f32);
    }
}
