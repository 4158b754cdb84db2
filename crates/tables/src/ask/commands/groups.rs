//! Instructions that show something at once: sums by group, the first few, charts.

use super::super::columns::Mention;
use super::{Words, sort};
use crate::column::Kind;
use crate::plan::{Aggregate, AggregateFunction, ChartKind, Step};
use crate::table::unlike;

/// The steps, if it is one of these.
pub fn shown(words: &Words<'_>) -> Option<Vec<Step>> {
    charted(words).or_else(|| first_few(words)).or_else(|| grouped(words))
}

const FUNCTIONS: [(&[&str], AggregateFunction); 6] = [
    (&["average", "mean", "avg", "平均"], AggregateFunction::Mean),
    (&["median", "中位数", "中央値"], AggregateFunction::Median),
    (&["sum", "total", "totals", "总和", "合计", "总计", "总额", "汇总", "合計"], AggregateFunction::Sum),
    (
        &["count", "how many", "number of rows", "number of", "个数", "数量", "多少", "件数", "数える"],
        AggregateFunction::Count,
    ),
    (&["max", "maximum", "highest", "largest", "最大", "最高"], AggregateFunction::Max),
    (&["min", "minimum", "lowest", "smallest", "最小", "最低"], AggregateFunction::Min),
];

fn function(words: &Words<'_>) -> Option<AggregateFunction> {
    FUNCTIONS.iter().find(|(said, _)| words.has(said)).map(|(_, function)| *function)
}

/// What makes the groups: a column, or a span of time of one.
enum By<'a> {
    Column(&'a Mention),
    Span(&'static str, &'a Mention),
    /// A span of the only column of dates.
    SpanOf(&'static str, String),
}

const SPANS: [(&[&str], &str); 3] = [
    (&["month", "月份", "月"], "month"),
    (&["quarter", "季度", "四半期"], "quarter"),
    (&["year", "年份", "年度", "年"], "year"),
];

/// Words after which, or before which, the groups are named.
const BEFORE: [&str; 16] = [
    "by the",
    "by",
    "per",
    "for each",
    "in each",
    "for every",
    "of each",
    "each",
    "over",
    "against",
    "versus",
    "vs",
    "按照",
    "按",
    "每个",
    "各",
];
const AFTER: [&str; 4] = ["别", "別", "ごと", "毎"];

fn by<'a>(words: &'a Words<'_>) -> Option<By<'a>> {
    let follows =
        |at: usize| words.mentions.iter().find(|m| words.lower[at..m.start.max(at)].trim().is_empty() && m.start >= at);
    for word in BEFORE {
        let Some((_, end)) = words.find(&[word]) else { continue };
        let rest = words.lower[end..].trim_start();
        let span =
            SPANS.iter().find_map(|(said, span)| said.iter().find(|s| rest.starts_with(**s)).map(|s| (*s, *span)));
        if let Some(mention) = follows(end) {
            return Some(By::Column(mention));
        }
        if let Some((said, span)) = span {
            let dated = |m: &&Mention| m.columns.iter().any(|c| words.table.columns[*c].kind == Kind::Date);
            let after = end + (words.lower[end..].len() - rest.len()) + said.len();
            let near =
                words.mentions.iter().filter(|m| m.start >= after).find(dated).or(words.mentions.iter().find(dated));
            return match near {
                Some(mention) => Some(By::Span(span, mention)),
                None => only_dates(words).map(|name| By::SpanOf(span, name)),
            };
        }
    }
    let named = |m: &&Mention| AFTER.iter().any(|a| words.lower[m.end..].starts_with(a));
    words.mentions.iter().find(named).map(By::Column)
}

/// The first column of dates.
fn only_dates(words: &Words<'_>) -> Option<String> {
    words.table.columns.iter().find(|c| c.kind == Kind::Date).map(|c| c.name.clone())
}

impl By<'_> {
    fn mention(&self) -> Option<&Mention> {
        match self {
            By::Column(mention) | By::Span(_, mention) => Some(mention),
            By::SpanOf(..) => None,
        }
    }

    /// The column that makes the groups, derived first where it is a span of time.
    fn steps(&self, words: &Words<'_>) -> (Vec<Step>, String, bool) {
        let (span, column) = match self {
            By::Column(mention) => {
                let column = words.column(mention);
                return (Vec::new(), column.name.clone(), column.kind == Kind::Date);
            }
            By::Span(span, mention) => (span, words.name(mention)),
            By::SpanOf(span, column) => (span, column.clone()),
        };
        let day = format!("[{}]", column.replace(']', "]]"));
        let expression = match *span {
            "year" => format!("year({day})"),
            "quarter" => format!("text(year({day})) & \"-Q\" & text(quarter({day}))"),
            _ => format!("text(year({day})) & \"-\" & right(\"0\" & text(month({day})), 2)"),
        };
        let name = unlike((*span).to_owned(), &words.table.names());
        (vec![Step::Derive { name: name.clone(), expression }], name, true)
    }
}

/// With a name in the language of the instruction.
fn aggregate(words: &Words<'_>, function: AggregateFunction, column: Option<String>) -> Aggregate {
    let column = column.filter(|_| function != AggregateFunction::Count);
    let key = match &column {
        Some(_) => format!("of_{}", function.name()),
        None => "of_rows".to_owned(),
    };
    let name = words.language.say(&key, &[("column", column.as_deref().unwrap_or_default())]);
    let name = name.strip_prefix("the ").unwrap_or(&name).to_owned();
    Aggregate { function, column, name: Some(unlike(name, &words.table.names())) }
}

fn grouped(words: &Words<'_>) -> Option<Vec<Step>> {
    let by = by(words)?;
    let measure = words.mentions.iter().find(|m| Some(*m) != by.mention() && words.is_numeric(m));
    let function = match (function(words), measure) {
        (Some(function), _) => function,
        // "sales by region" and nothing else.
        (None, Some(m)) if words.lower[..m.start].trim().is_empty() => AggregateFunction::Sum,
        _ => return None,
    };
    if measure.is_none() && function != AggregateFunction::Count {
        return None;
    }
    Some(groups(words, &by, function, measure))
}

/// Groups with one number each: by time in its order, else the largest first.
fn groups(words: &Words<'_>, by: &By<'_>, function: AggregateFunction, measure: Option<&Mention>) -> Vec<Step> {
    let (mut steps, key, in_order) = by.steps(words);
    let one = aggregate(words, function, measure.map(|m| words.name(m)));
    let worked_out = one.result_name();
    steps.push(Step::Group { by: vec![key.clone()], aggregates: vec![one] });
    steps.push(if in_order { sort(key, false) } else { sort(worked_out, true) });
    steps
}

/// "top 5 by sales".
fn first_few(words: &Words<'_>) -> Option<Vec<Step>> {
    let (at, smallest) = match words.after(&["top", "前", "上位"]) {
        Some(at) => (at, false),
        None => (words.after(&["bottom", "lowest", "后", "下位"])?, true),
    };
    let rest = words.lower[at..].trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let count = digits.parse().ok().filter(|n| (1..=10_000).contains(n))?;
    let measure = words.mentions.iter().find(|m| words.is_numeric(m))?;
    Some(vec![sort(words.name(measure), !smallest), Step::Top { count, skip: 0 }])
}

fn charted(words: &Words<'_>) -> Option<Vec<Step>> {
    const CHARTS: &[&str] = &[
        "chart",
        "plot",
        "graph",
        "diagram",
        "histogram",
        "画",
        "图",
        "图表",
        "柱状图",
        "条形图",
        "折线图",
        "饼图",
        "散点图",
        "面积图",
        "曲线",
        "グラフ",
        "チャート",
        "散布図",
    ];
    const DRAW: &[&str] = &["draw", "visualize", "visualise"];
    if !words.begins(DRAW)
        && !words.has(CHARTS)
        && !CHARTS[12..].iter().chain(["状图"].iter()).any(|w| words.lower.contains(w))
    {
        return None;
    }
    let kinds: [(&[&str], ChartKind); 5] = [
        (&["pie", "饼", "円"], ChartKind::Pie),
        (&["scatter", "散点", "散布"], ChartKind::Scatter),
        (&["area", "面积", "面グラフ"], ChartKind::Area),
        (&["line", "curve", "折线", "曲线", "折れ線"], ChartKind::Line),
        (&["bar", "column chart", "histogram", "柱", "条形", "棒"], ChartKind::Bar),
    ];
    let told = kinds
        .iter()
        .find(|(said, _)| said.iter().any(|w| words.has(&[w]) || (!w.is_ascii() && words.lower.contains(w))));
    let told = told.map(|(_, kind)| *kind);
    let by = by(words);
    let numeric: Vec<&Mention> = words.mentions.iter().filter(|m| words.is_numeric(m)).collect();
    // Two numbers against each other are points, unless another kind was asked for.
    if let ([a, b, ..], None | Some(ChartKind::Scatter)) = (&numeric[..], told)
        && (told.is_some() || by.as_ref().is_none_or(|by| by.mention() == Some(b)))
    {
        return Some(vec![Step::Chart { kind: ChartKind::Scatter, x: words.name(b), y: vec![words.name(a)] }]);
    }
    let by = match by {
        Some(by) => by,
        None => By::Column(words.mentions.iter().find(|m| !words.is_numeric(m))?),
    };
    let measure = words.mentions.iter().find(|m| Some(*m) != by.mention() && words.is_numeric(m));
    let function = function(words).unwrap_or(match measure {
        Some(_) => AggregateFunction::Sum,
        None => AggregateFunction::Count,
    });
    let mut steps = groups(words, &by, function, measure);
    let (mut x, mut y) = (String::new(), Vec::new());
    let mut in_order = false;
    for step in &steps {
        match step {
            Step::Group { by, aggregates } => {
                x = by.first().cloned().unwrap_or_default();
                y = aggregates.iter().map(Aggregate::result_name).collect();
            }
            Step::Sort { by } => in_order = by.first().is_some_and(|key| key.column == x),
            _ => {}
        }
    }
    let kind = told.unwrap_or(if in_order { ChartKind::Line } else { ChartKind::Bar });
    steps.push(Step::Chart { kind, x, y });
    Some(steps)
}
