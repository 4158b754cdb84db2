//! One column: typed, packed where all its cells are of one kind.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// What a column's cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No cell has a value.
    Empty,
    /// Truth values.
    Bool,
    /// Numbers.
    Number,
    /// Dates, with or without a time.
    Date,
    /// Times of a day.
    Time,
    /// How long something lasts.
    Duration,
    /// Text.
    Text,
    /// More than one of these.
    Mixed,
}

impl Kind {
    /// Its name in plans and errors.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Empty => "empty",
            Kind::Bool => "bool",
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Duration => "duration",
            Kind::Text => "text",
            Kind::Mixed => "mixed",
        }
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name, unlike all others of the table.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// A currency, `%`, or what a row of units says.
    pub unit: Option<String>,
    data: Data,
    /// Cells as they were written, where they were text that has been read as something else.
    written: Option<Texts>,
}

/// Stands for no value in packed columns.
const NONE: i64 = i64::MIN;
const NO_TEXT: u32 = u32::MAX;
/// Digits after the point that packed numbers have at most.
const FINEST: u32 = 12;

#[derive(Debug, Clone)]
enum Data {
    /// Numbers with the same number of digits after the point.
    Fixed { mantissas: Vec<i64>, scale: u32 },
    /// Milliseconds.
    Moments(Vec<i64>),
    /// Text.
    Texts(Texts),
    /// Anything.
    Values(Vec<Value>),
}

/// Texts by their number, each once.
#[derive(Debug, Clone)]
struct Texts {
    ids: Vec<u32>,
    texts: Arc<Vec<Arc<str>>>,
}

impl Texts {
    fn get(&self, row: usize) -> Option<&Arc<str>> {
        self.ids.get(row).and_then(|id| self.texts.get(*id as usize))
    }

    fn take(&self, rows: &[usize]) -> Texts {
        Texts { ids: rows.iter().map(|r| self.ids[*r]).collect(), texts: self.texts.clone() }
    }
}

impl Column {
    /// Packs values; the kind is what they are.
    pub fn new(name: impl Into<String>, values: Vec<Value>) -> Self {
        let kind = kind_of(&values);
        let data = match kind {
            Kind::Number => fixed(&values),
            Kind::Date | Kind::Time | Kind::Duration => {
                let moment = |v: &Value| match v {
                    Value::Date(t) | Value::Time(t) | Value::Duration(t) => *t,
                    _ => NONE,
                };
                Some(Data::Moments(values.iter().map(moment).collect()))
            }
            Kind::Text if !values.iter().any(|v| matches!(v, Value::Error(_))) => Some(Data::Texts(texts(&values))),
            _ => None,
        };
        Column { name: name.into(), kind, unit: None, data: data.unwrap_or(Data::Values(values)), written: None }
    }

    /// Keeps the cells as they were written, for showing.
    pub(crate) fn written_as(mut self, cells: &[Value]) -> Self {
        self.written = Some(texts(cells));
        self
    }

    /// A cell as a person wrote it, or as a value is written.
    pub fn shown(&self, row: usize) -> String {
        if let Some(text) = self.written.as_ref().and_then(|w| w.get(row)) {
            return text.to_string();
        }
        match (self.get(row), self.unit.as_deref()) {
            (Value::Number(n), Some("%")) => format!("{}%", (n * Decimal::ONE_HUNDRED).normalize()),
            (value, _) => value.to_string(),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Fixed { mantissas, .. } => mantissas.len(),
            Data::Moments(moments) => moments.len(),
            Data::Texts(texts) => texts.ids.len(),
            Data::Values(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value in a row; null beyond the last.
    pub fn get(&self, row: usize) -> Value {
        match &self.data {
            Data::Fixed { mantissas, scale } => match mantissas.get(row) {
                Some(&m) if m != NONE => Value::Number(Decimal::new(m, *scale)),
                _ => Value::Null,
            },
            Data::Moments(moments) => match moments.get(row) {
                Some(&t) if t != NONE => match self.kind {
                    Kind::Date => Value::Date(t),
                    Kind::Time => Value::Time(t),
                    _ => Value::Duration(t),
                },
                _ => Value::Null,
            },
            Data::Texts(texts) => texts.get(row).map_or(Value::Null, |t| Value::Text(t.clone())),
            Data::Values(values) => values.get(row).cloned().unwrap_or_default(),
        }
    }

    /// All values in order.
    pub fn values(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The column with these rows, in this order.
    pub fn take(&self, rows: &[usize]) -> Column {
        let data = match &self.data {
            Data::Fixed { mantissas, scale } => {
                Data::Fixed { mantissas: rows.iter().map(|r| mantissas[*r]).collect(), scale: *scale }
            }
            Data::Moments(moments) => Data::Moments(rows.iter().map(|r| moments[*r]).collect()),
            Data::Texts(texts) => Data::Texts(texts.take(rows)),
            Data::Values(values) => Data::Values(rows.iter().map(|r| values[*r].clone()).collect()),
        };
        let written = self.written.as_ref().map(|w| w.take(rows));
        Column { name: self.name.clone(), kind: self.kind, unit: self.unit.clone(), data, written }
    }

    /// Different values, commonest first, at most so many; `None` where there are more.
    pub fn distinct(&self, most: usize) -> Option<Vec<Value>> {
        let mut counts: HashMap<crate::value::Key, (usize, usize, Value)> = HashMap::new();
        for (row, value) in self.values().enumerate().filter(|(_, v)| !v.is_null()) {
            counts.entry(value.key()).or_insert((0, row, value)).0 += 1;
            if counts.len() > most {
                return None;
            }
        }
        let mut values: Vec<_> = counts.into_values().collect();
        values.sort_by_key(|(n, first, _)| (std::cmp::Reverse(*n), *first));
        Some(values.into_iter().map(|(.., v)| v).collect())
    }
}

fn kind_of(values: &[Value]) -> Kind {
    let mut kind = Kind::Empty;
    for value in values {
        let one = match value {
            Value::Null => continue,
            Value::Bool(_) => Kind::Bool,
            Value::Number(_) | Value::Float(_) => Kind::Number,
            Value::Date(_) => Kind::Date,
            Value::Time(_) => Kind::Time,
            Value::Duration(_) => Kind::Duration,
            Value::Text(_) => Kind::Text,
            // Errors stand in columns of any kind.
            Value::Error(_) => continue,
        };
        kind = match kind {
            Kind::Empty => one,
            same if same == one => same,
            _ => return Kind::Mixed,
        };
    }
    kind
}

fn fixed(values: &[Value]) -> Option<Data> {
    let mut scale = 0;
    for value in values {
        match value {
            Value::Null => {}
            Value::Number(n) => scale = scale.max(n.normalize().scale()),
            _ => return None,
        }
    }
    if scale > FINEST {
        return None;
    }
    let mantissa = |value: &Value| match value {
        Value::Number(n) => {
            let mut n = *n;
            n.rescale(scale);
            (n.scale() == scale).then(|| i64::try_from(n.mantissa()).ok()).flatten().filter(|m| *m != NONE)
        }
        _ => Some(NONE),
    };
    let mantissas: Option<Vec<i64>> = values.iter().map(mantissa).collect();
    Some(Data::Fixed { mantissas: mantissas?, scale })
}

fn texts(values: &[Value]) -> Texts {
    let mut known: HashMap<Arc<str>, u32> = HashMap::new();
    let mut texts: Vec<Arc<str>> = Vec::new();
    let id = |value: &Value| match value {
        Value::Text(text) => *known.entry(text.clone()).or_insert_with(|| {
            texts.push(text.clone());
            texts.len() as u32 - 1
        }),
        _ => NO_TEXT,
    };
    let ids = values.iter().map(id).collect();
    Texts { ids, texts: Arc::new(texts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_went_in() {
        let number = |t: &str| Value::Number(t.parse().expect("a number"));
        for values in [
            vec![number("1.5"), Value::Null, number("-200"), number("0.001")],
            vec![number("79228162514264337593543950335"), number("0.1")],
            vec![Value::Date(0), Value::Null],
            vec![Value::text("a"), Value::text("b"), Value::Null, Value::text("a")],
            vec![Value::text("a"), Value::Error("#N/A".into())],
            vec![number("1"), Value::text("a"), Value::Bool(true)],
        ] {
            let column = Column::new("c", values.clone());
            let same = |(a, b): (Value, &Value)| a.order(b).is_eq();
            assert!(column.values().zip(&values).all(same), "{values:?}");
            assert_eq!(column.take(&[1, 0]).get(1).to_string(), values[0].to_string());
        }
    }
}
