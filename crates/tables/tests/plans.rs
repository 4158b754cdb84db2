//! Random plans over random tables against two references: the same operations written as simply as can be
//! (`naive`), in every run; and pandas, which is a tool of developers, where `LOQUAT_PYTHON` names one that has it.

mod naive;

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};

use loquat_tables::plan::{Plan, run};
use loquat_tables::{Column, Table, Value};
use serde_json::{Value as Json, json};

const PLANS: u64 = 300;

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize].clone()
    }
}

fn decimal(text: &str) -> Value {
    Value::Number(text.parse().expect("a number"))
}

fn table(r: &mut Random) -> Table {
    let rows = r.below(40);
    let mut column = |name: &str, make: &dyn Fn(&mut Random) -> Value| {
        let cells = (0..rows).map(|_| if r.below(8) == 0 { Value::Null } else { make(r) }).collect();
        Column::new(name, cells)
    };
    Table::new(vec![
        column("count", &|r| decimal(&(r.below(40) as i64 - 10).to_string())),
        column("price", &|r| decimal(&format!("{}.{:02}", r.below(1000), r.below(100)))),
        column("city", &|r| Value::text(r.pick(&["Köln", "北京", "Rome", "rome", "Oslo"]))),
        column("kind", &|r| Value::text(r.pick(&["a", "b", "c"]))),
        column("day", &|r| Value::Date((19_000 + r.below(60) as i64) * 86_400_000)),
    ])
}

fn test(r: &mut Random) -> Json {
    match r.below(6) {
        0 => json!({ "column": "count", "is": r.pick(&["less", "at_most", "more", "at_least", "equal", "not_equal"]),
                     "value": r.below(20) as i64 - 5 }),
        1 => json!({ "column": "price", "is": r.pick(&["less", "more"]), "value": r.below(900) }),
        2 => json!({ "column": "city", "is": r.pick(&["equal", "not_equal", "contains", "starts_with"]),
                     "value": r.pick(&["rome", "o", "北京"]) }),
        3 => json!({ "column": "kind", "is": "one_of", "value": ["a", "c"] }),
        4 => json!({ "column": "day", "is": r.pick(&["less", "at_least"]), "value": "2022-02-01" }),
        _ => json!({ "column": r.pick(&["count", "city", "day"]), "is": r.pick(&["empty", "not_empty"]) }),
    }
}

fn aggregates(r: &mut Random) -> Json {
    let one = |r: &mut Random| match r.below(3) {
        0 => json!({ "function": "count" }),
        1 => json!({ "function": r.pick(&["count", "count_distinct", "first", "last", "min", "max"]),
                     "column": r.pick(&["city", "count", "day"]), "name": "x" }),
        _ => json!({ "function": r.pick(&["sum", "mean", "median", "min", "max", "range"]),
                     "column": r.pick(&["count", "price"]), "name": "y" }),
    };
    json!([one(r)])
}

/// Steps that keep all columns, and a last one that may not.
fn plan(r: &mut Random) -> Json {
    let mut steps: Vec<Json> = Vec::new();
    for _ in 0..r.below(4) {
        steps.push(match r.below(8) {
            0 | 1 => json!({ "op": "filter", "conditions": [test(r), test(r)], "any": r.below(2) == 0 }),
            2 => json!({ "op": "sort", "by": [
                { "column": r.pick(&["count", "price", "kind", "day"]), "descending": r.below(2) == 0 },
                { "column": "price" } ] }),
            3 => json!({ "op": r.pick(&["top", "bottom"]), "count": 1 + r.below(20) }),
            4 => json!({ "op": "extreme", "column": r.pick(&["count", "day"]), "smallest": r.below(2) == 0 }),
            5 => json!({ "op": "fill", "column": r.pick(&["count", "city"]), "with": r.pick(&["previous", "next"]) }),
            6 => json!({ "op": "deduplicate", "columns": ["kind", "city"] }),
            _ => json!({ "op": "clean", "column": "city", "how": r.pick(&["lower", "upper"]) }),
        });
    }
    steps.push(match r.below(8) {
        0 | 1 => json!({ "op": "group", "by": [r.pick(&["kind", "city", "day"])], "aggregates": aggregates(r) }),
        2 => json!({ "op": "group", "by": ["kind", "city"], "aggregates": aggregates(r) }),
        3 => json!({ "op": "group", "by": [], "aggregates": aggregates(r) }),
        4 => json!({ "op": "pivot", "rows": ["city"], "column": "kind",
                     "value": { "function": r.pick(&["sum", "max"]), "column": "price" } }),
        5 => json!({ "op": "unpivot", "keep": ["kind", "city", "day"], "name": "n", "value": "v" }),
        6 => json!({ "op": "derive", "name": "total", "expression": r.pick(&[
            "count * price + 1", "price - count", "if(count > 3, price, -price)", "round(price / 4, 1)",
        ]) }),
        _ => json!({ "op": "join", "table": "rates", "on": [["kind", "code"]], "keep": r.below(2) == 0 }),
    });
    json!({ "steps": steps })
}

fn rates() -> Table {
    let text = |t: &str| Value::text(t);
    Table::new(vec![
        Column::new("code", vec![text("a"), text("b"), text("a"), Value::Null]),
        Column::new("rate", vec![decimal("0.1"), decimal("0.25"), decimal("3"), decimal("9")]),
    ])
}

fn cells(table: &Table) -> Json {
    let cell = |v: Value| match v {
        Value::Null => Json::Null,
        Value::Number(n) => json!({ "n": n.normalize().to_string() }),
        Value::Date(_) => json!({ "d": v.to_string() }),
        other => json!({ "t": other.to_string() }),
    };
    let columns = table.columns.iter().map(|c| json!([c.name, c.values().map(cell).collect::<Vec<_>>()]));
    Json::Array(columns.collect())
}

#[test]
fn random_plans_give_what_the_simplest_code_gives() {
    let mut r = Random(0x2545_F491_4F6C_DD1D);
    let others = HashMap::from([("rates".to_owned(), rates())]);
    let small = naive::Rows::of(&rates());
    let mut rows = 0;
    for number in 0..PLANS * 2 {
        let (table, json) = (table(&mut r), plan(&mut r));
        let plan: Plan = serde_json::from_value(json.clone()).expect("a plan");
        let ran = run(&plan, &table, &others).unwrap_or_else(|e| panic!("plan {number}: {json}: {e}"));
        let steps = json["steps"].as_array().expect("steps");
        let wanted = steps.iter().fold(naive::Rows::of(&table), |t, s| naive::step(&t, s, &small));
        assert_eq!(naive::Rows::of(&ran.table), wanted, "plan {number}: {json}");
        rows += wanted.rows.len();
    }
    assert!(rows as u64 > PLANS, "plans that leave rows");
}

/// Asked for by name where pandas is: `LOQUAT_PYTHON=… cargo test -p loquat-tables --test plans -- --ignored`.
#[test]
#[ignore = "needs a Python with pandas"]
fn random_plans_give_what_pandas_gives() {
    let python = std::env::var("LOQUAT_PYTHON").unwrap_or_else(|_| "python3".into());
    let mut r = Random(0x1234_5678_9ABC_DEF1);
    let others = HashMap::from([("rates".to_owned(), rates())]);
    let mut lines = String::new();
    for number in 0..PLANS {
        let (table, json) = (table(&mut r), plan(&mut r));
        let plan: Plan = serde_json::from_value(json.clone()).expect("a plan");
        let ran = run(&plan, &table, &others).unwrap_or_else(|e| panic!("plan {number}: {json}: {e}"));
        assert_eq!(ran.rows.last().map(|s| s.after), Some(ran.table.rows()));
        let case = json!({ "number": number, "table": cells(&table), "rates": cells(&rates()), "plan": json,
                           "result": cells(&ran.table) });
        lines += &format!("{case}\n");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference.py");
    let mut child = Command::new(&python).arg(script).stdin(Stdio::piped()).spawn().expect("python");
    child.stdin.take().expect("its input").write_all(lines.as_bytes()).expect("its input");
    assert!(child.wait().expect("python").success(), "pandas disagrees: see above");
}
