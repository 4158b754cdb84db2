//! Where an instruction names columns of a table, in the order in which it does.

use super::tokens::{is_stop, tokens};
use crate::table::Table;
use crate::words::is_ideograph;

/// A place in the text that names a column, or several alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// First byte, in the text in small letters.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// Places of the columns; more than one where the words fit several.
    pub columns: Vec<usize>,
}

/// Words of instructions, which name no column by being a part of its name.
const INSTRUCTIONS: &[&str] = &[
    "sort",
    "order",
    "rank",
    "chart",
    "bar",
    "line",
    "pie",
    "area",
    "plot",
    "graph",
    "draw",
    "sum",
    "average",
    "mean",
    "median",
    "count",
    "show",
    "keep",
    "rows",
    "row",
    "column",
    "columns",
    "remove",
    "delete",
    "drop",
    "duplicates",
    "duplicate",
    "fill",
    "empty",
    "blank",
    "missing",
    "cells",
    "cell",
    "rename",
    "trim",
    "upper",
    "lower",
    "case",
    "make",
    "top",
    "highest",
    "lowest",
    "largest",
    "smallest",
    "descending",
    "ascending",
    "filter",
    "values",
    "value",
];
/// The same in Chinese and Japanese.
const INSTRUCTIONS_CJK: &[&str] = &[
    "排序", "删除", "去重", "重复", "保留", "筛选", "过滤", "平均", "总和", "合计", "总计", "图表", "统计", "多少",
    "降序", "升序", "填充", "空格", "空值", "改名", "命名", "按照", "每个", "合計", "並べ", "重複", "削除", "絞り",
    "降順", "昇順",
];

/// All mentions, those of whole names first to be found, in the order of the text.
pub fn mentions(lower: &str, table: &Table) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let names: Vec<String> = table.columns.iter().map(|c| c.name.to_lowercase()).collect();
    let mut by_length: Vec<(String, usize)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        by_length.push((name.clone(), place));
        // What stands in brackets is a unit or a remark.
        let bare = name.split(['(', '（', '[']).next().unwrap_or_default().trim();
        if bare.len() < name.len() {
            by_length.push((bare.to_owned(), place));
        }
    }
    by_length.sort_by_key(|(name, place)| (std::cmp::Reverse(name.len()), *place));
    for (name, place) in &by_length {
        let bracketed = format!("[{name}]");
        let alone = name.chars().count() > 1 || name.chars().all(is_ideograph);
        let wanted = if alone { name.as_str() } else { bracketed.as_str() };
        for (start, _) in lower.match_indices(wanted).filter(|_| !name.is_empty()) {
            let end = start + wanted.len();
            let taken = found.iter().position(|m| start < m.end && m.start < end);
            match taken {
                Some(at) if (found[at].start, found[at].end) == (start, end) => found[at].columns.push(*place),
                None if stands_alone(lower, start, end) => {
                    found.push(Mention { start, end, columns: vec![*place] });
                }
                _ => {}
            }
        }
    }
    parts_of_names(lower, &names, &mut found);
    found.iter_mut().for_each(|m| m.columns.dedup());
    found.sort_by_key(|m| m.start);
    found
}

/// Whether a place in the text is no part of a longer word.
pub fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_ideograph(c));
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let first = text[start..end].chars().next();
    let last = text[start..end].chars().next_back();
    // A plural is the same word.
    let plural = text[end..].strip_prefix('s').is_some_and(|rest| !letter(rest.chars().next()));
    !(letter(before) && letter(first)) && (plural || !(letter(after) && letter(last)))
}

/// Words that are a part of names.
fn parts_of_names(lower: &str, names: &[String], found: &mut Vec<Mention>) {
    let words: Vec<Vec<String>> = names.iter().map(|n| tokens(n).into_iter().map(|t| t.norm).collect()).collect();
    let mut at = 0;
    while let Some(c) = lower[at..].chars().next() {
        let end = at + lower[at..].find(|c: char| !c.is_alphanumeric() || is_ideograph(c)).unwrap_or(lower.len() - at);
        if is_ideograph(c) {
            let run: Vec<usize> = lower[at..].char_indices().map(|(i, c)| at + i + c.len_utf8()).take(6).collect();
            let part = run.iter().rev().find_map(|end| {
                let part = &lower[at..*end];
                let fits = part.chars().count() > 1 && part.chars().all(is_ideograph);
                let columns = places(names, |n| fits && n.contains(part));
                (!columns.is_empty() && !INSTRUCTIONS_CJK.contains(&part)).then_some((*end, columns))
            });
            match part {
                Some((end, columns)) => {
                    add(found, at, end, columns);
                    at = end;
                }
                None => at += c.len_utf8(),
            }
        } else if end > at {
            let word = &lower[at..end];
            let norm = tokens(word).pop().map(|t| t.norm).unwrap_or_default();
            if word.len() > 2 && !INSTRUCTIONS.contains(&word) && !is_stop(word) {
                add(found, at, end, (0..words.len()).filter(|c| words[*c].contains(&norm)).collect());
            }
            at = end;
        } else {
            at += c.len_utf8();
        }
    }
}

fn places(names: &[String], fits: impl Fn(&str) -> bool) -> Vec<usize> {
    (0..names.len()).filter(|c| fits(&names[*c])).collect()
}

fn add(found: &mut Vec<Mention>, start: usize, end: usize, columns: Vec<usize>) {
    if !columns.is_empty() && !found.iter().any(|m| start < m.end && m.start < end) {
        found.push(Mention { start, end, columns });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Column;
    use crate::value::Value;

    #[test]
    fn names_are_found_whole_first_and_a_word_of_several_names_fits_them_all() {
        let column = |name: &str| Column::new(name, vec![Value::Null]);
        let table = Table::new(
            ["Order date", "Ship date", "Sales", "销售额（万元）", "发货日期", "到货日期"].map(column).into(),
        );
        let of = |text: &str| mentions(text, &table).into_iter().map(|m| m.columns).collect::<Vec<_>>();
        assert_eq!(of("sort by ship date and sales"), [vec![1], vec![2]]);
        assert_eq!(of("sort by date"), [vec![0, 1]]);
        assert_eq!(of("sort by [ship date]"), [vec![1]]);
        assert_eq!(of("按发货日期统计销售额"), [vec![4], vec![3]]);
        assert_eq!(of("按日期排序"), [vec![4, 5]]);
        assert_eq!(of("the salesman"), Vec::<Vec<usize>>::new());
    }
}
