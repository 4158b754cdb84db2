//! Every error, as a code with values; the words are made by whoever shows it.

use serde_json::{Map, Value, json};

/// What can go wrong with a file, a plan or a question.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TableError {
    /// No reader knows these bytes.
    #[error("{name:?} is no spreadsheet that can be read; give XLSX, XLS, XLSB, ODS, CSV, TSV, JSON or Parquet")]
    UnknownFormat {
        /// The file.
        name: String,
    },
    /// The file is broken.
    #[error("{name:?} is damaged: {problem}; save it again in the program that made it")]
    Damaged {
        /// The file.
        name: String,
        /// What the reader says.
        problem: String,
    },
    /// The file is locked by a password.
    #[error("{name:?} is locked by a password; save a copy without one")]
    Locked {
        /// The file.
        name: String,
    },
    /// The file unpacks to, or declares, more than can be held.
    #[error("{name:?} has too much {what}: {found}, at most {limit} can be read; split it")]
    TooLarge {
        /// The file.
        name: String,
        /// What there is too much of: `bytes`, `cells`, `rows`, `depth`.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much there may be.
        limit: u64,
    },
    /// The file holds what only an attack holds, as an entity in XML.
    #[error("{name:?} is refused: {problem}")]
    Hostile {
        /// The file.
        name: String,
        /// What was found.
        problem: String,
    },
    /// There is no such sheet.
    #[error("there is no sheet {name:?}; there are {known:?}")]
    NoSheet {
        /// The name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A step of a plan cannot be done.
    #[error("step {step}: {reason}")]
    Step {
        /// The step, from 1.
        step: usize,
        /// Why.
        reason: Reason,
    },
    /// What came in is not what the call wants.
    #[error("bad input: {problem}")]
    BadInput {
        /// What is wrong.
        problem: String,
    },
}

/// Why a step cannot be done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// No column has this name.
    #[error("there is no column {column:?}; nearest are {nearest:?}")]
    NoColumn {
        /// The name.
        column: String,
        /// Columns whose names are nearest.
        nearest: Vec<String>,
    },
    /// Two columns would have this name.
    #[error("there is a column {column:?} already")]
    ColumnTaken {
        /// The name.
        column: String,
    },
    /// The column is of another type than the operation needs.
    #[error("column {column:?} is {found}, this needs {wanted}")]
    WrongType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The type that would do.
        wanted: String,
    },
    /// An expression does not parse.
    #[error("the expression {expression:?} is wrong at {at}: {problem}")]
    Expression {
        /// The expression.
        expression: String,
        /// Where, in characters from 0.
        at: usize,
        /// What is wrong.
        problem: String,
    },
    /// A list that must not be empty is.
    #[error("{field} is empty")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// A value that makes no sense, as no rows at all.
    #[error("{field} cannot be {value}")]
    BadValue {
        /// The field.
        field: &'static str,
        /// What it is.
        value: String,
    },
    /// There is no table of this name to join with.
    #[error("there is no table {table:?}")]
    NoTable {
        /// The name.
        table: String,
    },
    /// The result would have too many rows or columns.
    #[error("the result would have {found} {what}, at most {limit} can be made")]
    TooMany {
        /// `rows` or `columns`.
        what: &'static str,
        /// How many.
        found: u64,
        /// How many there may be.
        limit: u64,
    },
}

/// What the crate's functions give.
pub type Result<T> = std::result::Result<T, TableError>;

impl TableError {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            TableError::UnknownFormat { .. } => "table_unknown_format",
            TableError::Damaged { .. } => "table_damaged",
            TableError::Locked { .. } => "table_locked",
            TableError::TooLarge { .. } => "table_too_large",
            TableError::Hostile { .. } => "table_hostile",
            TableError::NoSheet { .. } => "table_no_sheet",
            TableError::Step { reason, .. } => reason.code(),
            TableError::BadInput { .. } => "table_bad_input",
        }
    }

    /// What stands in the words.
    pub fn values(&self) -> Map<String, Value> {
        let value = match self {
            TableError::UnknownFormat { name } | TableError::Locked { name } => json!({ "name": name }),
            TableError::Damaged { name, problem } | TableError::Hostile { name, problem } => {
                json!({ "name": name, "problem": problem })
            }
            TableError::TooLarge { name, what, found, limit } => {
                json!({ "name": name, "what": what, "found": found, "limit": limit })
            }
            TableError::NoSheet { name, known } => json!({ "name": name, "known": known }),
            TableError::Step { step, reason } => {
                let mut values = reason.values();
                values["step"] = json!(step);
                values
            }
            TableError::BadInput { problem } => json!({ "problem": problem }),
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// `{ "code": …, "values": …, "message": … }`.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code(), "values": self.values(), "message": self.to_string() })
    }
}

impl Reason {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::NoColumn { .. } => "plan_no_column",
            Reason::ColumnTaken { .. } => "plan_column_taken",
            Reason::WrongType { .. } => "plan_wrong_type",
            Reason::Expression { .. } => "plan_expression",
            Reason::Empty { .. } => "plan_empty",
            Reason::BadValue { .. } => "plan_bad_value",
            Reason::NoTable { .. } => "plan_no_table",
            Reason::TooMany { .. } => "plan_too_many",
        }
    }

    fn values(&self) -> Value {
        match self {
            Reason::NoColumn { column, nearest } => json!({ "column": column, "nearest": nearest }),
            Reason::ColumnTaken { column } => json!({ "column": column }),
            Reason::WrongType { column, found, wanted } => {
                json!({ "column": column, "found": found, "wanted": wanted })
            }
            Reason::Expression { expression, at, problem } => {
                json!({ "expression": expression, "at": at, "problem": problem })
            }
            Reason::Empty { field } => json!({ "field": field }),
            Reason::BadValue { field, value } => json!({ "field": field, "value": value }),
            Reason::NoTable { table } => json!({ "table": table }),
            Reason::TooMany { what, found, limit } => json!({ "what": what, "found": found, "limit": limit }),
        }
    }
}
