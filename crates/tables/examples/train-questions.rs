//! Trains the linear model that ranks what a question about a table may mean.
//!
//! `train-questions QUESTIONS.jsonl CSV_FOLDER OUT.bin [EPOCHS] [RATE] [DAMPING] [SHRINK]`: a question is
//! `{"question", "table", "answers"}`, a table a file of the folder. Every tenth table is kept for measuring. Features
//! that are seen seldom learn the slower the larger DAMPING is; SHRINK draws all weights to zero.
//! With `--measure` instead of OUT.bin, the weights that are shipped are measured on all questions; with
//! `--answers`, all are answered without a model, as predictions on standard output.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use loquat_agent::{Skill, Step};
use loquat_tables::ask::{BUCKETS, Question, Reading, TableSkill, Weights, candidates, features};
use loquat_tables::{Table, Workbook};
use serde_json::{Value as Json, json};

struct Case {
    id: String,
    question: String,
    table: usize,
    answers: Vec<String>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [questions, folder, out, rest @ ..] = &arguments[..] else {
        eprintln!("usage: train-questions QUESTIONS.jsonl CSV_FOLDER OUT.bin [EPOCHS] [RATE] [DAMPING] [SHRINK]");
        std::process::exit(2);
    };
    let number = |at: usize, default: f32| rest.get(at).and_then(|t| t.parse().ok()).unwrap_or(default);
    let epochs = number(0, 4.0) as usize;
    let pace = Pace { rate: number(1, 0.2), damping: number(2, 1.0), shrink: number(3, 2e-5) };
    let (cases, tables) = load(Path::new(questions), Path::new(folder));
    if out == "--measure" {
        let weights = Weights::default();
        // Wrong ones go to standard output.
        measure(&cases.iter().collect::<Vec<_>>(), &tables, &weights, "all");
        return;
    }
    if out == "--answers" {
        return answer(&cases, tables);
    }
    let (held, train): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|c| c.table % 10 == 0);
    eprintln!("{} to train on, {} to measure", train.len(), held.len());
    let mut weights = vec![0.0f32; BUCKETS];
    let mut squares = vec![0.0f32; BUCKETS];
    let held: Vec<&Case> = held.into_iter().take(600).collect();
    // The mean over many moments of the way forgets more of what was only chance.
    let (mut sums, mut moments) = (vec![0.0f32; BUCKETS], 0.0f32);
    for epoch in 0..epochs {
        let mut used = 0;
        for (place, case) in shuffled(&train, epoch as u64).into_iter().enumerate() {
            used += usize::from(learn(case, &tables, &pace, &mut weights, &mut squares));
            if place % 500 == 499 {
                moments += 1.0;
                sums.iter_mut().zip(&weights).for_each(|(s, w)| *s += w);
            }
        }
        eprintln!("epoch {epoch}: {used} questions had a right candidate");
        let mean: Vec<f32> = sums.iter().map(|s| s / moments.max(1.0)).collect();
        measure(&held, &tables, &Weights::new(weights.clone()), "held");
        measure(&held, &tables, &Weights::new(mean.clone()), "held, mean");
        let weights = mean;
        let packed = Weights::new(weights.clone()).write();
        if let Err(error) = std::fs::write(out, &packed) {
            eprintln!("{out}: {error}");
        }
        eprintln!("{} bytes", packed.len());
    }
    let mean = sums.iter().map(|s| s / moments.max(1.0)).collect();
    measure(&held, &tables, &Weights::read(&Weights::new(mean).write()), "packed");
}

/// The product's own way from a question to an answer.
fn answer(cases: &[Case], tables: Vec<Table>) {
    let tables: Vec<Rc<Table>> = tables.into_iter().map(Rc::new).collect();
    let (mut refused, mut right) = (0, 0);
    for case in cases {
        let Step::Done(outcome) = TableSkill::new(tables[case.table].clone(), &case.question, false).next(None) else {
            continue;
        };
        refused += usize::from(outcome.refused);
        let answers: Vec<String> = outcome.answer.and_then(|a| serde_json::from_str(&a).ok()).unwrap_or_default();
        right += usize::from(is_right(&answers, &case.answers));
        println!("{}", json!({ "id": case.id, "output": answers, "refused": outcome.refused }));
    }
    eprintln!("{right} right, {refused} without a plan that runs, of {}", cases.len());
}

fn load(questions: &Path, folder: &Path) -> (Vec<Case>, Vec<Table>) {
    let text = std::fs::read_to_string(questions).expect("the questions");
    let mut tables = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut cases = Vec::new();
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).expect("a question");
        let name = case["table"].as_str().expect("a table").to_owned();
        let table = *known.entry(name.clone()).or_insert_with(|| {
            let bytes = std::fs::read(folder.join(&name)).expect("a table");
            let book = Workbook::open(&name, &bytes).expect("a table");
            tables.push(Table::from_sheet(&book.sheets[0]));
            tables.len() - 1
        });
        let answers = case["answers"].as_array().expect("answers").iter().filter_map(Json::as_str);
        let question = case["question"].as_str().expect("a question").to_owned();
        let id = case["id"].as_str().unwrap_or_default().to_owned();
        cases.push(Case { id, question, table, answers: answers.map(str::to_owned).collect() });
    }
    (cases, tables)
}

fn shuffled<'a>(cases: &[&'a Case], seed: u64) -> Vec<&'a Case> {
    let mut order: Vec<(u64, &Case)> = cases
        .iter()
        .enumerate()
        .map(|(i, c)| {
            ((i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ seed.wrapping_mul(0x2545_F491_4F6C_DD1D)), *c)
        })
        .collect();
    order.sort_by_key(|(key, _)| *key);
    order.into_iter().map(|(_, case)| case).collect()
}

/// Features and rightness of all candidates.
fn worked(case: &Case, tables: &[Table]) -> (Vec<Vec<u32>>, Vec<bool>, Vec<Vec<String>>) {
    let reading = Reading::new(&tables[case.table], 400);
    let question = Question::new(&case.question, &reading);
    let all = candidates(&question, &reading);
    let seen = features(&question, &reading, &all);
    let mut known: HashMap<&[String], bool> = HashMap::new();
    let right =
        all.iter().map(|c| *known.entry(&c.gives).or_insert_with(|| is_right(&c.gives, &case.answers))).collect();
    let gives = all.iter().map(|c| c.gives.clone()).collect();
    (seen, right, gives)
}

/// How weights learn.
struct Pace {
    rate: f32,
    damping: f32,
    shrink: f32,
}

/// One step up the likelihood of right candidates, by AdaGrad.
fn learn(case: &Case, tables: &[Table], pace: &Pace, weights: &mut [f32], squares: &mut [f32]) -> bool {
    let (seen, right, _) = worked(case, tables);
    if !right.contains(&true) || !right.contains(&false) {
        return false;
    }
    let score = |f: &[u32]| f.iter().map(|i| weights[*i as usize]).sum::<f32>();
    let scores: Vec<f32> = seen.iter().map(|f| score(f)).collect();
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f32> = scores.iter().map(|s| (s - best).exp()).collect();
    let all: f32 = shares.iter().sum();
    let good: f32 = shares.iter().zip(&right).filter(|(_, r)| **r).map(|(s, _)| s).sum::<f32>().max(1e-20);
    let mut slopes: HashMap<u32, f32> = HashMap::new();
    for ((features, share), right) in seen.iter().zip(&shares).zip(&right) {
        let slope = if *right { share / good } else { 0.0 } - share / all;
        if slope.abs() > 1e-4 {
            features.iter().for_each(|f| *slopes.entry(*f).or_default() += slope);
        }
    }
    for (feature, slope) in slopes {
        let at = feature as usize;
        let slope = slope - pace.shrink * weights[at];
        squares[at] += slope * slope;
        weights[at] += pace.rate * slope / (squares[at] + pace.damping).sqrt();
    }
    true
}

fn measure(cases: &[&Case], tables: &[Table], weights: &Weights, name: &str) {
    let (mut right_ones, mut possible) = (0, 0);
    for case in cases {
        let (seen, right, gives) = worked(case, tables);
        possible += usize::from(right.contains(&true));
        let scores: Vec<f32> = seen.iter().map(|f| weights.score(f)).collect();
        let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut groups: HashMap<&[String], (f32, bool)> = HashMap::new();
        for ((gives, score), right) in gives.iter().zip(&scores).zip(&right) {
            groups.entry(gives).or_insert((0.0, *right)).0 += (score - best).exp();
        }
        let chosen = groups.values().max_by(|a, b| a.0.total_cmp(&b.0));
        let fits = chosen.is_some_and(|g| g.1);
        right_ones += usize::from(fits);
        if name == "all" && !fits {
            let best = groups.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0)).map(|g| g.0.join("|"));
            let possible = if right.contains(&true) { "possible" } else { "no candidate" };
            println!("{possible}\t{}\t{}\t{}", case.question, case.answers.join("|"), best.unwrap_or_default());
        }
    }
    let share = |n: usize| 100.0 * n as f64 / cases.len().max(1) as f64;
    eprintln!("{name}: {:.1}% right, {:.1}% possible of {}", share(right_ones), share(possible), cases.len());
}

/// As many as the answers, and each answer is given, as text or as a number.
fn is_right(gives: &[String], answers: &[String]) -> bool {
    let same =
        |a: &str, b: &str| plain(a) == plain(b) || value(a).zip(value(b)).is_some_and(|(x, y)| (x - y).abs() < 1e-6);
    gives.len() == answers.len() && answers.iter().all(|a| gives.iter().any(|g| same(a, g)))
}

fn plain(text: &str) -> String {
    let text = text.split(" (").next().unwrap_or_default().trim_matches(['"', '.', '*', '†', ' ']);
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").replace(['–', '—', '−'], "-")
}

fn value(text: &str) -> Option<f64> {
    plain(text).replace([',', '$', '£', '€', '%'], "").trim_end_matches(" years").parse().ok()
}
