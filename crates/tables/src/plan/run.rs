//! Runs a plan: each step is checked against the table that it gets, and says how many rows came in and went out.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::check::check;
use super::filter::Ready;
use super::{ChartKind, Plan, Step, group, shape};
use crate::column::{Column, Kind};
use crate::error::{Reason, Result, TableError};
use crate::expression::{Row, parse};
use crate::table::Table;
use crate::value::{Key, Value};

/// What a plan made.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The table.
    pub table: Table,
    /// Rows of each step.
    pub rows: Vec<StepRows>,
    /// The last chart, if there is one.
    pub chart: Option<Chart>,
}

/// Rows that went into a step and came out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StepRows {
    /// In.
    pub before: usize,
    /// Out.
    pub after: usize,
}

/// A chart's data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// The column of labels.
    pub x: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Numbers by column; none where a cell has none.
    pub series: Vec<(String, Vec<Option<f64>>)>,
}

/// Points of a chart at most: more cannot be told apart.
const MOST_POINTS: usize = 2000;

/// Runs a plan over a table; `others` are tables that it may join, by name.
pub fn run(plan: &Plan, table: &Table, others: &HashMap<String, Table>) -> Result<Ran> {
    let mut ran = Ran { table: table.clone(), rows: Vec::new(), chart: None };
    let names: Vec<&str> = others.keys().map(String::as_str).collect();
    // What `beside` steps from: the table before rows were left out.
    let mut wide: Option<(Table, Vec<usize>)> = None;
    for (number, step) in plan.steps.iter().enumerate() {
        let failed = |reason| TableError::Step { step: number + 1, reason };
        check(step, &ran.table, &names).map_err(failed)?;
        let before = ran.table.rows();
        let next = match step {
            Step::Chart { kind, x, y } => {
                ran.chart = Some(chart(*kind, x, y, &ran.table));
                ran.table.clone()
            }
            Step::Join { table: other, on, keep } => match others.get(other) {
                Some(other) => join(&ran.table, other, on, *keep).map_err(failed)?,
                None => ran.table.clone(),
            },
            Step::Beside { offset } => match &wide {
                Some((whole, rows)) => {
                    let rows = beside(rows, *offset, whole.rows());
                    let next = whole.take(&rows);
                    wide = Some((whole.clone(), rows));
                    next
                }
                None => {
                    let all: Vec<usize> = (0..before).collect();
                    ran.table.take(&beside(&all, *offset, before))
                }
            },
            _ => match kept(step, &ran.table) {
                Some(rows) => {
                    let next = ran.table.take(&rows);
                    wide = match (step, wide.take()) {
                        // Sorting makes a new order of neighbours.
                        (Step::Sort { .. }, _) => None,
                        (_, None) => Some((ran.table.clone(), rows)),
                        (_, Some((whole, old))) => Some((whole, rows.iter().map(|r| old[*r]).collect())),
                    };
                    next
                }
                None => {
                    wide = None;
                    changed(step, &ran.table).map_err(failed)?
                }
            },
        };
        ran.table = next;
        ran.rows.push(StepRows { before, after: ran.table.rows() });
    }
    Ok(ran)
}

fn beside(rows: &[usize], offset: i64, total: usize) -> Vec<usize> {
    let moved = rows.iter().filter_map(|r| r.checked_add_signed(isize::try_from(offset).ok()?));
    moved.filter(|r| *r < total).collect()
}

fn join(left: &Table, right: &Table, on: &[(String, String)], keep: bool) -> std::result::Result<Table, Reason> {
    let mut pairs = Vec::new();
    for (a, b) in on {
        let nearest = || Reason::NoColumn { column: b.clone(), nearest: right.nearest(b, 3) };
        let right = right.index(b).ok_or_else(nearest)?;
        pairs.push((left.index(a).unwrap_or_default(), right));
    }
    group::join(left, right, &pairs, keep)
}

/// Rows that stay, for steps that only choose and order rows.
fn kept(step: &Step, table: &Table) -> Option<Vec<usize>> {
    let all = 0..table.rows();
    Some(match step {
        Step::Filter { conditions, any, expression } => {
            let ready: Vec<Ready> =
                conditions.iter().filter_map(|c| Some(Ready::new(c, table.column(&c.column)?))).collect();
            let expression = expression.as_deref().and_then(|text| parse(text).ok());
            let holds = |row: usize| {
                let conditions = match any {
                    true => ready.is_empty() || ready.iter().any(|c| c.passes(row)),
                    false => ready.iter().all(|c| c.passes(row)),
                };
                conditions && expression.as_ref().is_none_or(|e| e.evaluate(Row { table, row }) == Value::Bool(true))
            };
            all.filter(|row| holds(*row)).collect()
        }
        Step::Sort { by } => {
            let keys: Vec<(&Column, bool)> =
                by.iter().filter_map(|k| Some((table.column(&k.column)?, k.descending))).collect();
            let cells: Vec<Vec<Value>> = keys.iter().map(|(c, _)| c.values().collect()).collect();
            let mut rows: Vec<usize> = all.collect();
            rows.sort_by(|a, b| {
                let each = cells.iter().zip(&keys).map(|(values, (_, descending))| {
                    let (a, b) = (&values[*a], &values[*b]);
                    match (a.is_null() || b.is_null(), descending) {
                        (false, true) => b.order(a),
                        _ => a.order(b),
                    }
                });
                each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
            });
            rows
        }
        Step::Top { count, skip } => all.skip(*skip).take(*count).collect(),
        Step::Bottom { count } => all.skip(table.rows().saturating_sub(*count)).collect(),
        Step::Extreme { column, smallest } => {
            let column = table.column(column)?;
            let comparable = |v: &Value| match column.kind {
                // Among numbers with exceptions only the numbers count.
                Kind::Mixed => v.as_f64().is_some(),
                _ => !matches!(v, Value::Null | Value::Error(_)),
            };
            let values: Vec<Value> = column.values().collect();
            let candidates = values.iter().filter(|v| comparable(v));
            let best = match smallest {
                true => candidates.min_by(|a, b| a.order(b)),
                false => candidates.max_by(|a, b| a.order(b)),
            };
            let Some(best) = best else { return Some(Vec::new()) };
            all.filter(|row| values[*row].order(best).is_eq()).collect()
        }
        Step::Deduplicate { columns } => {
            let columns: Vec<&Column> = match columns.is_empty() {
                true => table.columns.iter().collect(),
                false => columns.iter().filter_map(|name| table.column(name)).collect(),
            };
            let mut seen: HashSet<Vec<Key>> = HashSet::new();
            all.filter(|row| seen.insert(columns.iter().map(|c| c.get(*row).key()).collect())).collect()
        }
        Step::Sample { count, seed } => sample(table.rows(), *count, *seed),
        _ => return None,
    })
}

/// Rows by the order of a mixed number, then in their own order.
fn sample(rows: usize, count: usize, seed: u64) -> Vec<usize> {
    let mix = |row: usize| {
        let mut x = (row as u64).wrapping_add(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(1);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    };
    let mut drawn: Vec<usize> = (0..rows).collect();
    drawn.sort_by_key(|r| mix(*r));
    drawn.truncate(count);
    drawn.sort_unstable();
    drawn
}

/// Steps that change cells or columns.
fn changed(step: &Step, table: &Table) -> std::result::Result<Table, Reason> {
    let index = |name: &String| table.index(name).unwrap_or_default();
    match step {
        Step::Derive { name, expression } => {
            let expression = parse(expression)?;
            let cells = (0..table.rows()).map(|row| expression.evaluate(Row { table, row })).collect();
            let mut next = table.clone();
            next.columns.push(Column::new(name, cells));
            Ok(next)
        }
        Step::Group { by, aggregates } => {
            Ok(group::group(table, &by.iter().map(index).collect::<Vec<_>>(), aggregates))
        }
        Step::Pivot { rows, column, value } => {
            group::pivot(table, &rows.iter().map(index).collect::<Vec<_>>(), index(column), value)
        }
        other => Ok(shape::reshape(other, table)),
    }
}

fn chart(kind: ChartKind, x: &str, y: &[String], table: &Table) -> Chart {
    let rows = table.rows().min(MOST_POINTS);
    let labels = match table.column(x) {
        Some(column) => (0..rows).map(|row| column.get(row).to_string()).collect(),
        None => Vec::new(),
    };
    let series = y.iter().filter_map(|name| {
        let column = table.column(name)?;
        Some((name.clone(), (0..rows).map(|row| column.get(row).as_f64()).collect()))
    });
    Chart { kind, x: x.into(), labels, series: series.collect() }
}
