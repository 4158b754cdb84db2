//! The operations of a plan once more, as simply as they can be written: a table is rows of cells, every step a loop
//! over all of them. Slow, without packing, without shared code: what both give alike is right.

use std::cmp::Ordering;

use loquat_tables::{Table, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;

/// A table of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub names: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

impl Rows {
    pub fn of(table: &Table) -> Self {
        let names = table.columns.iter().map(|c| c.name.clone()).collect();
        let row = |r: usize| table.columns.iter().map(|c| c.get(r)).collect();
        Rows { names, rows: (0..table.rows()).map(row).collect() }
    }

    fn place(&self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).expect("a column")
    }

    fn places(&self, names: &Json) -> Vec<usize> {
        texts(names).iter().map(|n| self.place(n)).collect()
    }

    fn with(&self, names: Vec<String>, rows: Vec<Vec<Value>>) -> Rows {
        Rows { names, rows }
    }

    fn keep(&self, fits: impl Fn(&Vec<Value>) -> bool) -> Rows {
        self.with(self.names.clone(), self.rows.iter().filter(|r| fits(r)).cloned().collect())
    }
}

fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|t| t.as_str().expect("text").to_owned()).collect()
}

/// How two cells of a column stand: empty ones last.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => panic!("a column of one kind: {a} {b}"),
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    order(a, b).is_eq()
}

fn passes(cell: &Value, test: &Json) -> bool {
    let is = test["is"].as_str().expect("a test");
    match (is, cell) {
        ("empty", cell) => return cell.is_null(),
        (_, Value::Null) => return false,
        ("not_empty", _) => return true,
        _ => {}
    }
    let (found, wanted) = match cell {
        Value::Number(n) => {
            let wanted: Decimal = test["value"].to_string().parse().expect("a number");
            return compared(is, n.cmp(&wanted));
        }
        // Dates in this form are in order as text.
        Value::Date(_) => (cell.to_string(), test["value"].as_str().expect("a date").to_owned()),
        _ if is == "one_of" => return texts(&test["value"]).contains(&cell.to_string().to_lowercase()),
        _ => (cell.to_string().to_lowercase(), test["value"].as_str().expect("text").to_lowercase()),
    };
    match is {
        "contains" => found.contains(&wanted),
        "starts_with" => found.starts_with(&wanted),
        _ => compared(is, found.cmp(&wanted)),
    }
}

fn compared(is: &str, order: Ordering) -> bool {
    match is {
        "less" => order.is_lt(),
        "at_most" => order.is_le(),
        "more" => order.is_gt(),
        "at_least" => order.is_ge(),
        "equal" => order.is_eq(),
        "not_equal" => order.is_ne(),
        other => panic!("the test {other}"),
    }
}

fn number(v: &Value) -> Decimal {
    match v {
        Value::Number(n) => *n,
        other => panic!("a number, not {other}"),
    }
}

/// What comes of the cells of a group.
fn worked(function: &str, cells: &[Value]) -> Value {
    let mut cells: Vec<Value> = cells.iter().filter(|v| !v.is_null()).cloned().collect();
    let count = Decimal::from(cells.len());
    let sum = |cells: &[Value]| cells.iter().map(number).sum::<Decimal>();
    let (first, last) = (cells.first().cloned(), cells.last().cloned());
    cells.sort_by(order);
    let nothing = cells.is_empty();
    match function {
        "count" => Value::Number(count),
        "count_distinct" => {
            cells.dedup_by(|a, b| equal(a, b));
            Value::Number(cells.len().into())
        }
        "sum" => Value::Number(sum(&cells)),
        _ if nothing => Value::Null,
        "mean" => Value::Number(sum(&cells) / count),
        "first" => first.unwrap_or_default(),
        "last" => last.unwrap_or_default(),
        "min" => cells[0].clone(),
        "max" => cells[cells.len() - 1].clone(),
        "range" => Value::Number(number(&cells[cells.len() - 1]) - number(&cells[0])),
        "median" => {
            let middle = number(&cells[(cells.len() - 1) / 2]) + number(&cells[cells.len() / 2]);
            Value::Number(middle / Decimal::TWO)
        }
        other => panic!("the function {other}"),
    }
}

fn aggregate(table: &Rows, rows: &[Vec<Value>], one: &Json) -> Value {
    match one["column"].as_str() {
        Some(column) => {
            let place = table.place(column);
            let cells: Vec<Value> = rows.iter().map(|r| r[place].clone()).collect();
            worked(one["function"].as_str().expect("a function"), &cells)
        }
        None => Value::Number(rows.len().into()),
    }
}

fn name(one: &Json) -> String {
    match (one["name"].as_str(), one["column"].as_str()) {
        (Some(name), _) => name.into(),
        (None, Some(column)) => format!("{} {column}", one["function"].as_str().expect("a function")),
        (None, None) => one["function"].as_str().expect("a function").into(),
    }
}

/// Rows with the same cells in these columns, in the order of their first.
fn groups(table: &Rows, by: &[usize]) -> Vec<Vec<Vec<Value>>> {
    let mut groups: Vec<Vec<Vec<Value>>> = Vec::new();
    for row in &table.rows {
        match groups.iter_mut().find(|g| by.iter().all(|c| equal(&g[0][*c], &row[*c]))) {
            Some(group) => group.push(row.clone()),
            None => groups.push(vec![row.clone()]),
        }
    }
    groups
}

fn derived(table: &Rows, row: &[Value], expression: &str) -> Value {
    let (count, price) = (&row[table.place("count")], &row[table.place("price")]);
    let minus = |v: &Value| if v.is_null() { Value::Null } else { Value::Number(-number(v)) };
    match expression {
        "if(count > 3, price, -price)" if count.is_null() => minus(price),
        "if(count > 3, price, -price)" if number(count) > Decimal::from(3) => price.clone(),
        "if(count > 3, price, -price)" => minus(price),
        "round(price / 4, 1)" if !price.is_null() => {
            let quarter = number(price) / Decimal::from(4);
            Value::Number(quarter.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
        }
        _ if price.is_null() || count.is_null() => Value::Null,
        "count * price + 1" => Value::Number(number(count) * number(price) + Decimal::ONE),
        "price - count" => Value::Number(number(price) - number(count)),
        other => panic!("the expression {other}"),
    }
}

/// One step.
pub fn step(table: &Rows, s: &Json, rates: &Rows) -> Rows {
    let column = || table.place(s["column"].as_str().expect("a column"));
    let count = || s["count"].as_u64().expect("a count") as usize;
    let total = table.rows.len();
    match s["op"].as_str().expect("an operation") {
        "filter" => table.keep(|row| {
            let mut tests = s["conditions"].as_array().into_iter().flatten();
            let fits = |t: &Json| passes(&row[table.place(t["column"].as_str().expect("a column"))], t);
            if s["any"] == true { tests.any(fits) } else { tests.all(fits) }
        }),
        "sort" => {
            let mut rows = table.rows.clone();
            for key in s["by"].as_array().into_iter().flatten().rev() {
                let place = table.place(key["column"].as_str().expect("a column"));
                let turned = key["descending"] == true;
                rows.sort_by(|a, b| match turned && !a[place].is_null() && !b[place].is_null() {
                    true => order(&b[place], &a[place]),
                    false => order(&a[place], &b[place]),
                });
            }
            table.with(table.names.clone(), rows)
        }
        "top" => table.with(table.names.clone(), table.rows[..count().min(total)].to_vec()),
        "bottom" => table.with(table.names.clone(), table.rows[total - count().min(total)..].to_vec()),
        "extreme" => {
            let place = column();
            let function = if s["smallest"] == true { "min" } else { "max" };
            let best = worked(function, &table.rows.iter().map(|r| r[place].clone()).collect::<Vec<_>>());
            table.keep(|row| !row[place].is_null() && equal(&row[place], &best))
        }
        "fill" => {
            let place = column();
            let mut rows = table.rows.clone();
            let down = s["with"] == "previous";
            for (at, row) in rows.iter_mut().enumerate() {
                let mut above = (0..total).filter(|o| if down { *o < at } else { *o > at }).collect::<Vec<_>>();
                if down {
                    above.reverse();
                }
                let nearest = above.iter().find(|o| !table.rows[**o][place].is_null());
                if let (true, Some(o)) = (row[place].is_null(), nearest) {
                    row[place] = table.rows[*o][place].clone();
                }
            }
            table.with(table.names.clone(), rows)
        }
        "deduplicate" => {
            let firsts = groups(table, &table.places(&s["columns"])).into_iter().map(|mut g| g.swap_remove(0));
            table.with(table.names.clone(), firsts.collect())
        }
        "clean" => {
            let place = column();
            let mut rows = table.rows.clone();
            for row in &mut rows {
                if let Value::Text(text) = &row[place] {
                    row[place] =
                        Value::text(if s["how"] == "lower" { text.to_lowercase() } else { text.to_uppercase() });
                }
            }
            table.with(table.names.clone(), rows)
        }
        "group" => {
            let by = table.places(&s["by"]);
            let aggregates: Vec<&Json> = s["aggregates"].as_array().into_iter().flatten().collect();
            let groups = if by.is_empty() { vec![table.rows.clone()] } else { groups(table, &by) };
            let row = |g: &Vec<Vec<Value>>| {
                let keys = by.iter().map(|c| g[0][*c].clone());
                keys.chain(aggregates.iter().map(|a| aggregate(table, g, a))).collect()
            };
            let names = texts(&s["by"]).into_iter().chain(aggregates.iter().map(|a| name(a)));
            table.with(names.collect(), groups.iter().map(row).collect())
        }
        "pivot" => {
            let (by, place) = (table.places(&s["rows"]), column());
            let mut values: Vec<Value> = table.rows.iter().map(|r| r[place].clone()).collect();
            values.retain(|v| !v.is_null());
            values.sort_by(order);
            values.dedup_by(|a, b| equal(a, b));
            let row = |g: &Vec<Vec<Value>>| {
                let part = |v: &Value| {
                    let part: Vec<Vec<Value>> = g.iter().filter(|r| equal(&r[place], v)).cloned().collect();
                    if part.is_empty() { Value::Null } else { aggregate(table, &part, &s["value"]) }
                };
                by.iter().map(|c| g[0][*c].clone()).chain(values.iter().map(part)).collect()
            };
            let names = texts(&s["rows"]).into_iter().chain(values.iter().map(Value::to_string));
            table.with(names.collect(), groups(table, &by).iter().map(row).collect())
        }
        "unpivot" => {
            let keep = table.places(&s["keep"]);
            let others: Vec<usize> = (0..table.names.len()).filter(|c| !keep.contains(c)).collect();
            let row = |row: &Vec<Value>, c: usize| {
                let kept = keep.iter().map(|k| row[*k].clone());
                kept.chain([Value::text(&table.names[c]), row[c].clone()]).collect()
            };
            let rows = table.rows.iter().flat_map(|r| others.iter().map(move |c| row(r, *c)));
            let mut names = texts(&s["keep"]);
            names.extend(["name", "value"].map(|n| s[n].as_str().expect("a name").to_owned()));
            table.with(names, rows.collect())
        }
        "derive" => {
            let expression = s["expression"].as_str().expect("an expression");
            let mut names = table.names.clone();
            names.push(s["name"].as_str().expect("a name").into());
            let row = |row: &Vec<Value>| [row.clone(), vec![derived(table, row, expression)]].concat();
            table.with(names, table.rows.iter().map(row).collect())
        }
        "join" => {
            let (kind, code, rate) = (table.place("kind"), rates.place("code"), rates.place("rate"));
            let mut rows = Vec::new();
            for row in &table.rows {
                let partners: Vec<&Vec<Value>> =
                    rates.rows.iter().filter(|r| !r[code].is_null() && equal(&r[code], &row[kind])).collect();
                if partners.is_empty() && s["keep"] == true {
                    rows.push([row.clone(), vec![Value::Null]].concat());
                }
                rows.extend(partners.iter().map(|p| [row.clone(), vec![p[rate].clone()]].concat()));
            }
            table.with([table.names.clone(), vec!["rate".into()]].concat(), rows)
        }
        other => panic!("the operation {other}"),
    }
}
