//! What a question may mean: rows, a choice among them, and what is told of them. Columns by their place.

use crate::plan::Test;

/// A meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Tests of rows.
    pub tests: Vec<RowTest>,
    /// Whether one test is enough.
    pub any: bool,
    /// The choice.
    pub pick: Pick,
    /// What is told.
    pub answer: Answer,
}

/// A test of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum RowTest {
    /// The cell is the text, or holds it.
    Is {
        /// The column.
        column: usize,
        /// The text.
        text: String,
        /// Whether the whole cell is meant.
        exact: bool,
        /// Whether the opposite is.
        not: bool,
        /// Whether the text was looked up in another row ("the same … as").
        looked_up: bool,
    },
    /// The cell's number is less or more.
    Compare {
        /// The column.
        column: usize,
        /// How.
        test: Test,
        /// The number.
        number: f64,
    },
}

/// A choice among rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pick {
    /// All of them.
    All,
    /// Those with the largest value.
    Largest(usize),
    /// Those with the smallest value.
    Smallest(usize),
    /// The first.
    First,
    /// The last.
    Last,
    /// The one below each.
    Next,
    /// The one above each.
    Before,
}

/// What is told of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// Their cells.
    Values(usize),
    /// How many there are.
    Count,
    /// How many different cells they have.
    Distinct(usize),
    /// The sum of their cells.
    Sum(usize),
    /// The average of their cells.
    Mean(usize),
    /// The largest less the smallest.
    Range(usize),
    /// The cell that most of them have, or the fewest.
    Commonest {
        /// The column.
        column: usize,
        /// Whether the fewest.
        least: bool,
    },
    /// How far two cells of a row lie apart.
    Apart(usize, usize),
    /// Whether there are any: yes or no.
    Any,
    /// How two rows compare, in a word of the question.
    Relation {
        /// What is compared.
        column: usize,
        /// The word where the row that is named first has more.
        more: &'static str,
        /// The word where it has less.
        less: &'static str,
        /// Whether the row that is named first stands first.
        in_order: bool,
    },
    /// How many more rows one of two cells has than the other.
    CountRange(usize),
    /// The cell whose rows add up to most, or to least.
    LargestSum {
        /// The column.
        column: usize,
        /// What is added up.
        of: usize,
    },
}

impl RowTest {
    /// The column that is tested.
    pub fn column(&self) -> usize {
        match self {
            RowTest::Is { column, .. } | RowTest::Compare { column, .. } => *column,
        }
    }
}
