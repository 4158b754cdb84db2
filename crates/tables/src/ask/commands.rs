//! Instructions in plain words ("sort by price", "销售额按地区合计", "draw sales by month") to plans. Each is told by its
//! own words and by the columns that it names; what is not surely one of them is a question.

mod changes;
mod groups;

use super::columns::{Mention, mentions, stands_alone};
use crate::column::{Column, Kind};
use crate::plan::{Language, Plan, Step};
use crate::table::Table;

/// What an instruction asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// This, at once: nothing is changed by it.
    Show(Plan),
    /// This, once the person has agreed.
    Change(Plan),
    /// Which of these columns is meant by the words.
    Which {
        /// As the instruction has them.
        words: String,
        /// Their places.
        columns: Vec<usize>,
    },
}

/// The instruction, if the text is one.
pub fn command(text: &str, table: &Table, language: Language) -> Option<Command> {
    let words = Words::new(text, table, language);
    let steps = changes::change(&words).map(|steps| (steps, true));
    let (steps, changes) = steps.or_else(|| groups::shown(&words).map(|steps| (steps, false)))?;
    // What was meant by a word of several names is asked before anything is done.
    if let Some(unclear) = words.unclear.borrow().first() {
        let words = words.text_of(unclear).to_owned();
        return Some(Command::Which { words, columns: unclear.columns.clone() });
    }
    let plan = Plan { sheet: None, steps };
    Some(if changes { Command::Change(plan) } else { Command::Show(plan) })
}

/// An instruction beside a table.
struct Words<'a> {
    /// As it was written.
    text: &'a str,
    /// In small letters.
    lower: String,
    table: &'a Table,
    /// The language in which new columns are named.
    language: Language,
    mentions: Vec<Mention>,
    /// Mentions that were used, and fit more than one column.
    unclear: std::cell::RefCell<Vec<Mention>>,
}

impl<'a> Words<'a> {
    fn new(text: &'a str, table: &'a Table, language: Language) -> Self {
        let lower = text.to_lowercase();
        let mentions = mentions(&lower, table);
        Words { text, lower, table, language, mentions, unclear: std::cell::RefCell::default() }
    }

    /// Where the first of these words ends, if one occurs.
    fn after(&self, words: &[&str]) -> Option<usize> {
        self.find(words).map(|(_, end)| end)
    }

    fn find(&self, words: &[&str]) -> Option<(usize, usize)> {
        let places = words.iter().filter_map(|w| {
            let mut found = self.lower.match_indices(w).map(|(at, w)| (at, at + w.len()));
            // A word within a column's name says nothing.
            found.find(|(start, end)| {
                let named = self.mentions.iter().any(|m| m.start <= *start && *end <= m.end);
                !named && stands_alone(&self.lower, *start, *end)
            })
        });
        places.min()
    }

    fn has(&self, words: &[&str]) -> bool {
        self.find(words).is_some()
    }

    /// Whether the instruction begins with one of these words, but for politeness.
    fn begins(&self, words: &[&str]) -> bool {
        const POLITE: [&str; 10] =
            ["please", "can you", "could you", "now", "then", "请帮我", "请", "帮我", "把", "将"];
        let mut rest = self.lower.trim_start();
        while let Some(after) = POLITE.iter().find_map(|p| rest.strip_prefix(p)) {
            rest = after.trim_start_matches([' ', ',', '，']);
        }
        words.iter().any(|w| {
            let at = self.lower.len() - rest.len();
            rest.starts_with(w) && stands_alone(&self.lower, at, at + w.len())
        })
    }

    /// The column that a mention means; the first of several, which are then asked about.
    fn column(&self, mention: &Mention) -> &'a Column {
        if mention.columns.len() > 1 {
            self.unclear.borrow_mut().push(mention.clone());
        }
        &self.table.columns[mention.columns[0]]
    }

    fn name(&self, mention: &Mention) -> String {
        self.column(mention).name.clone()
    }

    fn names(&self, mentions: &[&Mention]) -> Vec<String> {
        mentions.iter().map(|m| self.name(m)).collect()
    }

    fn is_numeric(&self, mention: &Mention) -> bool {
        mention.columns.iter().any(|c| matches!(self.table.columns[*c].kind, Kind::Number | Kind::Mixed))
    }

    fn text_of(&self, mention: &Mention) -> &str {
        &self.lower[mention.start..mention.end]
    }

    /// What was written from here on, without marks around; in small letters where these differ in length.
    fn written_from(&self, at: usize) -> String {
        let whole = if self.text.len() == self.lower.len() { self.text } else { &self.lower };
        let rest = whole.get(at..).unwrap_or_default();
        rest.trim_matches([' ', '"', '\'', '“', '”', '「', '」', '.', '。', '!', '！', ':', '：']).to_owned()
    }
}

fn sort(column: String, descending: bool) -> Step {
    Step::Sort { by: vec![crate::plan::SortKey { column, descending }] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Workbook;
    use serde_json::{Value as Json, json};

    const SALES: &str = "Region,Order date,Ship date,Sales,Cost\nEast,2024-01-05,2024-01-09,100,60\nWest,2024-02-01,\
        2024-02-03,250,90\nEast,2024-02-11,2024-02-12,50,20\nEast,2024-02-11,2024-02-12,50,20\n";
    const CHINESE: &str = "地区,日期,销售额\n华东,2024年1月5日,100\n华北,2024年2月1日,250\n华东,2024年2月11日,50\n";

    fn table(text: &str) -> Table {
        Table::from_sheet(&Workbook::open("t.csv", text.as_bytes()).expect("a table").sheets[0])
    }

    fn steps(text: &str, of: &str) -> (bool, Json) {
        match command(text, &table(of), Language::of(text)) {
            Some(Command::Change(plan)) => (true, json!(plan.steps)),
            Some(Command::Show(plan)) => (false, json!(plan.steps)),
            Some(Command::Which { columns, .. }) => (false, json!(columns)),
            None => (false, Json::Null),
        }
    }

    #[test]
    fn changes_are_told_from_questions() {
        let of = |text: &str| steps(text, SALES);
        assert_eq!(
            of("Sort by Sales, largest first"),
            (true, json!([{"op": "sort", "by": [{"column": "Sales", "descending": true}]}]))
        );
        assert_eq!(of("remove duplicates"), (true, json!([{"op": "deduplicate", "columns": []}])));
        assert_eq!(of("please delete the column Cost"), (true, json!([{"op": "drop", "columns": ["Cost"]}])));
        assert_eq!(
            of("Rename Cost to Net cost."),
            (true, json!([{"op": "rename", "column": "Cost", "name": "Net cost"}]))
        );
        assert_eq!(
            of("fill empty cells in Cost with 0"),
            (true, json!([{"op": "fill", "column": "Cost", "with": {"value": 0}}]))
        );
        assert_eq!(
            of("fill the blanks of Region from above"),
            (true, json!([{"op": "fill", "column": "Region", "with": "previous"}]))
        );
        let kept = of("keep only rows where Region is East");
        assert_eq!(kept.1[0]["conditions"][0], json!({"column": "Region", "is": "equal", "value": "East"}));
        let gone = of("delete the rows with Sales less than 100");
        assert_eq!(gone.1[0]["conditions"][0], json!({"column": "Sales", "is": "at_least", "value": 100.0}));
        for question in
            ["which region sold the most?", "how many duplicates are there?", "hello", "when was the last order?"]
        {
            assert_eq!(of(question), (false, Json::Null), "{question}");
        }
    }

    #[test]
    fn sums_by_groups_and_charts_are_shown_at_once() {
        let sum = json!({"op": "group", "by": ["Region"], "aggregates": [
            {"function": "sum", "column": "Sales", "name": "sum of Sales"}]});
        let (change, plan) = steps("total sales by region", SALES);
        assert_eq!((change, &plan[0]), (false, &sum));
        let (_, plan) = steps("Draw a pie chart of sales per region", SALES);
        assert_eq!((&plan[0], &plan[2]["kind"]), (&sum, &json!("pie")));
        let (_, plan) = steps("average cost for each region", SALES);
        assert_eq!(plan[0]["aggregates"][0]["function"], "mean");
        let (_, plan) = steps("plot sales by month of the order date", SALES);
        assert_eq!((&plan[0]["op"], &plan[3]["kind"]), (&json!("derive"), &json!("line")));
        assert_eq!(steps("draw sales by region", SALES).1[2]["kind"], "bar");
        let (_, plan) = steps("各地区的销售额合计", CHINESE);
        assert_eq!(plan[0]["aggregates"][0]["name"], "销售额 的总和");
        assert_eq!((&plan[0]["by"], &plan[0]["aggregates"][0]["function"]), (&json!(["地区"]), &json!("sum")));
        let (_, plan) = steps("按地区画销售额的柱状图", CHINESE);
        assert_eq!(plan[2]["kind"], "bar");
        assert_eq!(
            steps("按销售额从高到低排序", CHINESE),
            (true, json!([{"op": "sort", "by": [{"column": "销售额", "descending": true}]}]))
        );
        assert_eq!(steps("top 2 by sales", SALES).1[1], json!({"op": "top", "count": 2}));
    }

    #[test]
    fn a_word_that_fits_two_columns_is_asked_about() {
        assert_eq!(steps("sort by date", SALES).1, json!([1, 2]));
        assert_eq!(steps("sort by date [Ship date]", SALES).1[0]["by"][0]["column"], "Ship date");
    }

    #[test]
    fn every_plan_that_comes_of_an_instruction_runs() {
        for text in [
            "plot sales by month of the order date",
            "chart sales against cost",
            "sales by quarter of ship date",
            "count by region",
        ] {
            let table = table(SALES);
            let Some(Command::Show(plan)) = command(text, &table, Language::English) else { panic!("{text}") };
            let ran = crate::plan::run(&plan, &table, &Default::default());
            assert!(ran.is_ok(), "{text}: {:?}", ran.err());
        }
    }
}
