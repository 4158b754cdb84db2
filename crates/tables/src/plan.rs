//! A plan: steps that make a table of a table. It is data, so that a model can fill it, a person edit it, and the
//! page undo it by running it again with a step less. The original is never changed.

mod aggregate;
mod check;
mod filter;
mod group;
mod run;
mod sentence;
mod shape;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use check::check;
pub use run::{Chart, Ran, StepRows, run};
pub use sentence::sentence;
pub use text::{Language, in_words};

/// Steps in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The sheet that it starts from; the first by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Steps.
    pub steps: Vec<Step>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Keep rows.
    Filter {
        /// Conditions that all hold, or one of which does.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<Condition>,
        /// Whether one condition is enough.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        any: bool,
        /// An expression that must be true as well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expression: Option<String>,
    },
    /// Keep the rows that stand next to the present ones in the table before: 1 the next, -1 the one before.
    Beside {
        /// How far.
        offset: i64,
    },
    /// Add a column.
    Derive {
        /// The new column.
        name: String,
        /// What is in it.
        expression: String,
    },
    /// One row for each group; without `by` one row in all.
    Group {
        /// Columns that make the groups.
        #[serde(default)]
        by: Vec<String>,
        /// What is worked out of each group.
        aggregates: Vec<Aggregate>,
    },
    /// Order rows; equal ones stay in their order, and nulls stand last both ways.
    Sort {
        /// Columns, the first counts most.
        by: Vec<SortKey>,
    },
    /// Keep the first rows.
    Top {
        /// How many.
        count: usize,
        /// Rows that are left out before.
        #[serde(default, skip_serializing_if = "is_zero")]
        skip: usize,
    },
    /// Keep the last rows.
    Bottom {
        /// How many.
        count: usize,
    },
    /// Keep the rows whose value is the largest or the smallest; all of them, where several have it.
    Extreme {
        /// The column.
        column: String,
        /// Whether the smallest is meant.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        smallest: bool,
    },
    /// Add columns of another table where values are equal.
    Join {
        /// The other table's name.
        table: String,
        /// Pairs of columns, this table's first.
        on: Vec<(String, String)>,
        /// Whether rows without a partner stay.
        #[serde(default)]
        keep: bool,
    },
    /// Values of a column become columns.
    Pivot {
        /// Columns that stay.
        rows: Vec<String>,
        /// The column whose values become names.
        column: String,
        /// What is worked out.
        value: Aggregate,
    },
    /// Columns become rows of name and value.
    Unpivot {
        /// Columns that stay.
        keep: Vec<String>,
        /// The new column of names.
        name: String,
        /// The new column of values.
        value: String,
    },
    /// Fill empty cells.
    Fill {
        /// The column.
        column: String,
        /// By what.
        with: Filling,
    },
    /// Mend text.
    Clean {
        /// The column.
        column: String,
        /// How.
        how: Cleaning,
    },
    /// Cut text into columns.
    Split {
        /// The column.
        column: String,
        /// What stands between the parts.
        separator: String,
        /// The new columns.
        into: Vec<String>,
    },
    /// Put columns together into one of text.
    Merge {
        /// The columns.
        columns: Vec<String>,
        /// What stands between.
        separator: String,
        /// The new column.
        name: String,
    },
    /// Keep the first of rows that are equal.
    Deduplicate {
        /// Columns that are compared; all if empty.
        #[serde(default)]
        columns: Vec<String>,
    },
    /// Keep columns, in this order.
    Select {
        /// The columns.
        columns: Vec<String>,
    },
    /// Drop columns.
    Drop {
        /// The columns.
        columns: Vec<String>,
    },
    /// Name a column anew.
    Rename {
        /// The column.
        column: String,
        /// Its new name.
        name: String,
    },
    /// Read a column as another type; what cannot be read becomes empty.
    Cast {
        /// The column.
        column: String,
        /// The type.
        to: Type,
    },
    /// Keep some rows, drawn by a seed.
    Sample {
        /// How many.
        count: usize,
        /// The seed.
        #[serde(default)]
        seed: u64,
    },
    /// Draw the table.
    Chart {
        /// How.
        kind: ChartKind,
        /// Labels.
        x: String,
        /// Numbers.
        y: Vec<String>,
    },
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// A test of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// The test.
    pub is: Test,
    /// What it is compared with: text, a number, a date as text, true or false; a list for `one_of`.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub value: Json,
}

/// How a cell is compared. Text is compared without regard to case; an empty cell passes no test but `empty`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as they are said")]
pub enum Test {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    OneOf,
    Empty,
    NotEmpty,
}

/// What is worked out of the cells of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// How.
    pub function: AggregateFunction,
    /// Of which column; rows are counted where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The new column; made of the function and the column by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Functions of many values. Empty cells and errors are left out; so is text where numbers are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as they are said")]
pub enum AggregateFunction {
    Count,
    CountDistinct,
    Sum,
    Mean,
    Median,
    Min,
    Max,
    /// The largest less the smallest.
    Range,
    /// Standard deviation of a sample.
    Deviation,
    First,
    Last,
}

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SortKey {
    /// The column.
    pub column: String,
    /// Whether the largest comes first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

/// What empty cells get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filling {
    /// The value above.
    Previous,
    /// The value below.
    Next,
    /// The column's mean.
    Mean,
    /// This value.
    Value(Json),
}

/// How text is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as they are said")]
pub enum Cleaning {
    /// Without blanks around, single ones within.
    Trim,
    Lower,
    Upper,
    /// Each word with a capital.
    Title,
    /// Only digits, the sign and the point.
    Digits,
}

/// Types that a column can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as they are said")]
pub enum Type {
    Number,
    Text,
    Date,
    Bool,
}

/// Kinds of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as they are said")]
pub enum ChartKind {
    Bar,
    Line,
    Area,
    Scatter,
    Pie,
}

impl Step {
    /// Names of columns that it uses.
    fn columns(&self) -> Vec<String> {
        let of = |aggregates: &[Aggregate]| aggregates.iter().filter_map(|a| a.column.clone()).collect::<Vec<_>>();
        match self {
            Step::Filter { conditions, .. } => conditions.iter().map(|c| c.column.clone()).collect(),
            Step::Group { by, aggregates } => [by.clone(), of(aggregates)].concat(),
            Step::Sort { by } => by.iter().map(|key| key.column.clone()).collect(),
            Step::Pivot { rows, column, value } => {
                [rows.clone(), vec![column.clone()], of(std::slice::from_ref(value))].concat()
            }
            Step::Extreme { column, .. }
            | Step::Fill { column, .. }
            | Step::Clean { column, .. }
            | Step::Split { column, .. }
            | Step::Rename { column, .. }
            | Step::Cast { column, .. } => vec![column.clone()],
            Step::Merge { columns, .. }
            | Step::Deduplicate { columns }
            | Step::Select { columns }
            | Step::Drop { columns } => columns.clone(),
            Step::Unpivot { keep, .. } => keep.clone(),
            Step::Join { on, .. } => on.iter().map(|(left, _)| left.clone()).collect(),
            Step::Chart { x, y, .. } => [vec![x.clone()], y.clone()].concat(),
            Step::Beside { .. }
            | Step::Derive { .. }
            | Step::Top { .. }
            | Step::Bottom { .. }
            | Step::Sample { .. } => Vec::new(),
        }
    }

    /// Whether it only chooses and orders rows, so that each stays as it was.
    pub fn keeps_rows(&self) -> bool {
        matches!(
            self,
            Step::Filter { .. }
                | Step::Beside { .. }
                | Step::Sort { .. }
                | Step::Top { .. }
                | Step::Bottom { .. }
                | Step::Extreme { .. }
                | Step::Deduplicate { .. }
                | Step::Sample { .. }
        )
    }
}

impl Plan {
    /// Names of columns that its steps use, each once.
    pub fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = self.steps.iter().flat_map(Step::columns).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether it only answers and changes nothing that a person would want to keep: nothing to ask before.
    pub fn is_question(&self) -> bool {
        let answers = |s: &Step| {
            matches!(
                s,
                Step::Filter { .. }
                    | Step::Beside { .. }
                    | Step::Derive { .. }
                    | Step::Group { .. }
                    | Step::Sort { .. }
                    | Step::Top { .. }
                    | Step::Bottom { .. }
                    | Step::Extreme { .. }
                    | Step::Select { .. }
                    | Step::Chart { .. }
                    | Step::Pivot { .. }
            )
        };
        self.steps.iter().all(answers)
    }
}

impl Aggregate {
    /// The name of the result's column.
    pub fn result_name(&self) -> String {
        match (&self.name, &self.column) {
            (Some(name), _) => name.clone(),
            (None, Some(column)) => format!("{} {column}", self.function.name()),
            (None, None) => self.function.name().into(),
        }
    }
}

impl AggregateFunction {
    /// Its name as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            AggregateFunction::Count => "count",
            AggregateFunction::CountDistinct => "count_distinct",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Mean => "mean",
            AggregateFunction::Median => "median",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            AggregateFunction::Range => "range",
            AggregateFunction::Deviation => "deviation",
            AggregateFunction::First => "first",
            AggregateFunction::Last => "last",
        }
    }

    /// Whether it needs numbers.
    pub fn needs_numbers(self) -> bool {
        matches!(
            self,
            AggregateFunction::Sum
                | AggregateFunction::Mean
                | AggregateFunction::Median
                | AggregateFunction::Range
                | AggregateFunction::Deviation
        )
    }
}
