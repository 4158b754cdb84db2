//! Simple and compound interest.

use super::found::{Found, Sense, solved};
use crate::text::{Lang, Sheet};

/// Reads such a problem: a sum, a rate a year, whole years.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    let zh = sheet.lang != Lang::En;
    let compound = sheet.any(&[r"(?:interest )?(?:is )?compounded (?:annually|yearly|every year)|compound interest(?: a year| per year| annually)?|(?:按)?(?:年)?复利(?:计算|计息)?"]).is_some();
    let simple = sheet.any(&[r"simple interest(?: a year| per year)?|(?:按)?单利(?:计算|计息)?"]).is_some();
    if compound == simple || sheet.lang == Lang::Ja {
        return None;
    }
    let rate = sheet.any_unread(&[
        r"(?:at )?(?:an? )?(?:annual |yearly )?(?:interest )?(?:rate )?(?:of )?(\d+(?:\.\d+)?)%(?: annual| yearly)?(?: interest)?(?: a year| per year| per annum| annually| each year| every year)?",
        r"年利率(?:是|为)?(\d+(?:\.\d+)?)%",
    ])?[1].clone()?;
    let years = sheet
        .any_unread(&[r"(?:after|in|for|over) (\d+) years", r"(\d+)年(?:后|以后|之后|到期后|到期|定期)?"])?[1]
        .clone()?;
    let sum = sheet.any_unread(&[r"(\d+(?:\.\d+)?) ?(?:yuan|dollars?|euros?|pounds?|元)"])?[1].clone()?;
    let interest_only = sheet
        .any_unread(&[r"how much interest[^?0-9]*", r"(?:利息)(?:共|一共)?(?:是|有|得|为)?(?:多少|几)元?[?.]?$"])
        .is_some();
    if !interest_only {
        sheet.any_unread(&[
            r"how much (?:money )?(?:is (?:there|it worth|in the account)|will (?:there be|it be|be in [a-z ]*|[a-z]+ have)|does (?:he|she|it|the account) [a-z ]*)[^?0-9]*",
            r"what (?:is|will be) (?:the )?(?:balance|amount|total)[^?0-9]*",
            r"(?:共|一共|可以|可|能|连本带利|本息|本利)*(?:取出|取回|有|得到|得|和是|和为|是)(?:多少|几)元?[?.]?$",
        ])?;
    }
    sheet.all(r"after|each|per year|a year|\bif\b|存入?|到期|把|年利率");
    if !sheet.understood() {
        return None;
    }
    let total = if compound {
        format!("{sum} * (1 + {rate} / 100)^{years}")
    } else {
        format!("{sum} * (1 + {rate} / 100 * {years})")
    };
    let (money, line) = if zh { ("本息", "利息") } else { ("total", "interest") };
    let mut lines = vec![format!("{money} = {total}")];
    if interest_only {
        lines.push(format!("{line} = {money} - {sum}"));
    }
    lines.push(format!("answer = {}", if interest_only { line } else { money }));
    solved(&lines, if zh { "元" } else { "" }, Sense::Measures)
}
