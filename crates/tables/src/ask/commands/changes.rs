//! Instructions that change the table: order, rows, columns, cells.

use serde_json::json;

use super::super::candidates::best_rows;
use super::super::columns::Mention;
use super::{Words, sort};
use crate::plan::{Cleaning, Condition, Filling, Step, Test};

/// The steps, if it is one of these.
pub fn change(words: &Words<'_>) -> Option<Vec<Step>> {
    let one = sorted(words)
        .or_else(|| renamed(words))
        .or_else(|| filled(words))
        .or_else(|| cleaned(words))
        .or_else(|| deduplicated(words))
        .or_else(|| dropped(words));
    one.map(|step| vec![step]).or_else(|| filtered(words))
}

fn sorted(words: &Words<'_>) -> Option<Step> {
    const SORT: &[&str] = &["sort", "order by", "rank by", "arrange", "排序", "排列", "並べ替え", "並べて", "ソート"];
    const DESCENDING: &[&str] = &[
        "descending",
        "desc",
        "largest first",
        "highest first",
        "newest first",
        "latest first",
        "biggest first",
        "from high to low",
        "z to a",
        "降序",
        "从大到小",
        "从高到低",
        "从多到少",
        "由大到小",
        "由高到低",
        "倒序",
        "降順",
        "大きい順",
        "高い順",
        "多い順",
        "新しい順",
    ];
    const ORDERS: &[&str] = &["大きい順", "高い順", "多い順", "新しい順", "小さい順", "低い順", "古い順"];
    let latin = words.begins(&["sort", "order", "rank", "arrange"]) && words.has(SORT);
    let other = words.has(&SORT[4..]) || (words.has(ORDERS) && words.has(&["並べ"]));
    let column = words.mentions.first().filter(|_| latin || other)?;
    // A question may speak of an order.
    if words.has(&["?", "？"]) {
        return None;
    }
    // Of a name in brackets after a word that fits several the brackets count.
    Some(sort(words.name(chosen(words, column)), words.has(DESCENDING)))
}

/// The mention itself, or the one of its columns that is named whole elsewhere.
fn chosen<'a>(words: &'a Words<'_>, mention: &'a Mention) -> &'a Mention {
    let whole = |m: &&Mention| m.columns.len() == 1 && mention.columns.contains(&m.columns[0]);
    words.mentions.iter().find(whole).filter(|_| mention.columns.len() > 1).unwrap_or(mention)
}

fn renamed(words: &Words<'_>) -> Option<Step> {
    let latin = words.begins(&["rename"]);
    let other = words.has(&["改名为", "重命名为", "命名为", "改名成", "改名", "改称", "名前を", "リネーム"]);
    let column = words.mentions.first().filter(|_| latin || other)?;
    let ends: &[&str] = if latin {
        &["to", "as", "into"]
    } else {
        &["改名为", "重命名为", "命名为", "改名成", "を", "から"]
    };
    let at = ends.iter().filter_map(|w| words.lower[column.end..].find(w).map(|at| column.end + at + w.len())).min()?;
    let new = words.written_from(at);
    let new = new
        .trim_end_matches("に変更して")
        .trim_end_matches("に変更")
        .trim_end_matches("にリネーム")
        .trim_end_matches("に改名");
    let new = new.trim_matches(['「', '」', '"', '“', '”', ' ']);
    (!new.is_empty()).then(|| Step::Rename { column: words.name(column), name: new.to_owned() })
}

fn filled(words: &Words<'_>) -> Option<Step> {
    let fill = words.begins(&["fill", "填充", "填补", "填上", "补全"])
        || words.has(&["填充", "填补", "填上", "补全", "埋めて", "埋める"]);
    let column = words.mentions.first().filter(|_| fill)?;
    let with = if words.has(&["above", "previous", "上面", "上方", "上一", "前一", "上の", "前の"]) {
        Filling::Previous
    } else if words.has(&["below", "next", "下面", "下方", "下一", "后一", "下の", "次の"]) {
        Filling::Next
    } else if words.has(&["average", "mean", "平均"]) {
        Filling::Mean
    } else {
        let at = words.after(&["with", "by", "as", "填充为", "填为", "填上", "为", "成", "用"])?;
        let value = words.written_from(at);
        let value = value.trim_start_matches("value ").trim_end_matches("填充").trim_end_matches("填补").trim();
        if value.is_empty() {
            return None;
        }
        Filling::Value(
            value
                .parse::<i64>()
                .map_or_else(|_| value.parse::<f64>().map_or_else(|_| json!(value), |n| json!(n)), |n| json!(n)),
        )
    };
    Some(Step::Fill { column: words.name(column), with })
}

fn cleaned(words: &Words<'_>) -> Option<Step> {
    let kinds: [(&[&str], Cleaning); 4] = [
        (
            &[
                "trim",
                "remove spaces",
                "remove the spaces",
                "去除空格",
                "去掉空格",
                "删除空格",
                "去空格",
                "空白を削除",
                "空白を除",
            ],
            Cleaning::Trim,
        ),
        (&["upper case", "uppercase", "in capitals", "大写", "大文字"], Cleaning::Upper),
        (&["lower case", "lowercase", "in small letters", "小写", "小文字"], Cleaning::Lower),
        (&["title case", "capitalize", "capitalise", "首字母大写"], Cleaning::Title),
    ];
    if words.has(&["?", "？"]) {
        return None;
    }
    let how = kinds.iter().rev().find(|(said, _)| words.has(said)).map(|(_, how)| *how)?;
    words.mentions.first().map(|column| Step::Clean { column: words.name(column), how })
}

const REMOVE: &[&str] = &["remove", "delete", "drop", "discard", "删除", "去除", "去掉", "移除", "删掉"];

fn deduplicated(words: &Words<'_>) -> Option<Step> {
    let told = words.begins(&["deduplicate", "dedupe", "去重"])
        || words.has(&["去重", "重複を削除", "重複を取り除", "重複行を削除", "重複を除"])
        || (words.begins(REMOVE) && words.has(&["duplicate", "duplicates", "duplicated", "重复", "重复的", "重复行"]));
    let columns: Vec<&Mention> = words.mentions.iter().collect();
    told.then(|| Step::Deduplicate { columns: words.names(&columns) })
}

fn dropped(words: &Words<'_>) -> Option<Step> {
    let rows = words.has(&["row", "rows", "where", "行"]);
    let latin = words.begins(REMOVE) && !rows;
    let japanese = words.has(&["列を削除", "列を消"]);
    let chinese = words.has(&["删除", "去掉", "移除", "删掉"]) && words.has(&["列"]) && !rows;
    let columns: Vec<&Mention> = words.mentions.iter().collect();
    (!columns.is_empty() && (latin || japanese || chinese)).then(|| Step::Drop { columns: words.names(&columns) })
}

fn filtered(words: &Words<'_>) -> Option<Vec<Step>> {
    let keep = words.begins(&[
        "keep",
        "show only",
        "filter",
        "only keep",
        "only show",
        "只保留",
        "只看",
        "筛选",
        "过滤",
        "仅保留",
    ]) || words.has(&["だけ残", "のみ残", "だけ表示", "のみ表示", "絞り込"]);
    let gone = (words.begins(REMOVE) && words.has(&["row", "rows", "行"])) || words.has(&["行を削除", "行を除"]);
    if !keep && !gone {
        return None;
    }
    let mut steps = best_rows(words.text, words.table)?;
    if gone {
        // One condition can be turned round; of several the opposite is more than a list.
        let [Step::Filter { conditions, .. }] = &mut steps[..] else { return None };
        let [one] = &mut conditions[..] else { return None };
        one.is = opposite(one)?;
    }
    Some(steps)
}

fn opposite(condition: &Condition) -> Option<Test> {
    Some(match condition.is {
        Test::Equal => Test::NotEqual,
        Test::NotEqual => Test::Equal,
        Test::Contains => Test::NotContains,
        Test::NotContains => Test::Contains,
        Test::Less => Test::AtLeast,
        Test::AtLeast => Test::Less,
        Test::More => Test::AtMost,
        Test::AtMost => Test::More,
        _ => return None,
    })
}
