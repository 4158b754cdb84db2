//! Two quantities by their sum, difference or multiple; shares that do not come out even.

use super::found::{Found, Sense, solved};
use crate::text::{Caps, Lang, Sheet};

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    match sheet.lang {
        Lang::En => numbers_en(&mut sheet.clone()).or_else(|| rectangle_en(sheet)),
        Lang::Zh => numbers_zh(&mut sheet.clone()).or_else(|| surplus_zh(sheet)),
        Lang::Ja => None,
    }
}

/// `The sum of two numbers is 50 and their difference is 10.`
fn numbers_en(sheet: &mut Sheet) -> Option<Found> {
    let mut lines = Vec::new();
    if let Some(c) = sheet.any_unread(&[
        r"(?:the )?sum of (?:2|two) (?:whole |positive |natural )?(?:numbers|integers) is (\d+(?:\.\d+)?)",
        r"(?:2|two) (?:whole |positive )?numbers (?:add up to|have a sum of|whose sum is) (\d+(?:\.\d+)?)",
        r"their sum is (\d+(?:\.\d+)?)",
    ]) {
        lines.push(format!("larger + smaller = {}", group(&c, 1)));
    }
    if let Some(c) = sheet.any_unread(&[r"(?:and )?(?:their |the )?difference(?: of (?:2|two) (?:whole |positive )?numbers| between them| of the (?:two )?numbers)? is (\d+(?:\.\d+)?)", r"and (?:a|have a) difference of (\d+(?:\.\d+)?)"]) {
        lines.push(format!("larger - smaller = {}", group(&c, 1)));
    }
    if let Some(c) = sheet.any_unread(&[r"(?:the |one |and )*(?:larger|bigger|greater|one)(?: number| one)? is (\d+) times (?:as (?:large|big|great) as )?(?:the )?(?:smaller|other)(?: number| one)?"]) {
        lines.push(format!("larger = {} * smaller", group(&c, 1)));
    }
    if let Some(c) = sheet.any_unread(&[r"(?:the |one |and )*(?:larger|bigger|greater|one)(?: number| one)? is (\d+) (?:more|greater|larger) than (?:the )?(?:smaller|other)(?: number| one)?"]) {
        lines.push(format!("larger = smaller + {}", group(&c, 1)));
    }
    let asked = sheet.any_unread(&[r"(?:what is|find) the (larger|bigger|greater|smaller|lesser)(?: of the (?:two )?)?(?: numbers?| one)?[^?.0-9]*"])?;
    if !sheet.understood() || lines.len() != 2 {
        return None;
    }
    let which =
        if group(&asked, 1).starts_with(['s', 'l']) && group(&asked, 1) != "larger" { "smaller" } else { "larger" };
    lines.push(format!("answer = {which}"));
    solved(&lines, "", Sense::Measures)
}

fn numbers_zh(sheet: &mut Sheet) -> Option<Found> {
    let mut lines = Vec::new();
    if let Some(c) = sheet.any_unread(&["(?:甲乙)?(?:两|2)?个?数(?:之|的)?和(?:是|为|等于)?(\\d+(?:\\.\\d+)?)"])
    {
        lines.push(format!("大数 + 小数 = {}", group(&c, 1)));
    }
    if let Some(c) =
        sheet.any_unread(&["(?:这两个数|它们|(?:两|2)?个?数)?(?:之|的)?差(?:是|为|等于)?(\\d+(?:\\.\\d+)?)"])
    {
        lines.push(format!("大数 - 小数 = {}", group(&c, 1)));
    }
    if let Some(c) = sheet.any_unread(&["(?:较?大的?数?|大数)是(?:较?小的?数?|小数)的(\\d+)倍"]) {
        lines.push(format!("大数 = {} * 小数", group(&c, 1)));
    }
    let asked = sheet
        .any_unread(&["(?:求|问)?(?:其中|这两个数中)?(较?大|较?小)的?(?:那个|一个)?数?(?:是|为)?(?:多少|几)?[?.]?$"])?;
    if !sheet.understood() || lines.len() != 2 {
        return None;
    }
    lines.push(format!("answer = {}", if group(&asked, 1).contains('大') { "大数" } else { "小数" }));
    solved(&lines, "", Sense::Measures)
}

/// `Each gets 3 and 2 are left; each gets 5 and 4 are missing.`
fn surplus_zh(sheet: &mut Sheet) -> Option<Found> {
    let each = "(?:如果)?每(?:人|个?小朋友|位同学|只猴子|组|排|间|个?同学)(?:分|种|发|坐|住|给|得)(\\d+)(?:个|颗|本|棵|块|人|支|只|张|枝)?,?(?:就|则|那么|会|还)?(多|剩下?|余|少|缺|差)(?:了)?(\\d+)(?:个|颗|本|棵|块|人|支|只|张|枝)?";
    let first = sheet.any_unread(&[each])?;
    let second = sheet.any_unread(&[each])?;
    let side = |c: &Caps| {
        let sign = if matches!(group(c, 2).as_str(), "少" | "缺" | "差") { '-' } else { '+' };
        format!("{} * 人数 {sign} {}", group(c, 1), group(c, 3))
    };
    let people = sheet
        .any_unread(&[
            "(?:问|求|一共|共)*(?:有)?(?:多少|几)(?:个|名|位|只)?(?:人|小朋友|同学|学生|猴子|组|排|间|孩子)[?.]?",
        ])
        .is_some();
    let things = sheet.any_unread(&["(?:问|求|一共|这些|共|和|这批)*[^,.?0-9]*?(?:有)?(?:多少|几)(?:个|颗|本|棵|块|支|只|张|枝)[^,.?0-9]*[?.]?$"]).is_some();
    if people == things || !sheet.understood() {
        return None;
    }
    let lines = [
        format!("总数 = {}", side(&first)),
        format!("总数 = {}", side(&second)),
        format!("answer = {}", if people { "人数" } else { "总数" }),
    ];
    solved(&lines, "", Sense::Counts)
}

/// A rectangle by its perimeter or its sides.
fn rectangle_en(sheet: &mut Sheet) -> Option<Found> {
    let unit = r"(?: ?(cm|m|km|mm|feet|ft|inches|yards|miles|metres|meters|centimetres|centimeters))?";
    sheet.has(r"\brectang").then_some(())?;
    let perimeter = sheet.any(&[&format!(
        r"(?:the |its |a )?perimeter(?: of (?:a|the) rectang[a-z]*(?: [a-z]+)?)?(?: of| is|:) (\d+(?:\.\d+)?){unit}"
    )])?;
    let relation = if let Some(c) = sheet.any(&[r"(?:its |the )?length is (\d+) times (?:its |the |as long as the |as long as its )?width"]) {
        format!("length = {} * width", group(&c, 1))
    } else if let Some(c) = sheet.any(&[&format!(r"(?:its |the |it is )?(?:length is )?(\d+(?:\.\d+)?){unit} (?:longer|more) than (?:its |the |it is )?(?:width|wide)")]) {
        format!("length = width + {}", group(&c, 1))
    } else {
        return None;
    };
    let asked = sheet.any(&[r"(?:what is|find) (?:its |the )(area|width|length)[^?.0-9]*"])?;
    if !sheet.understood() {
        return None;
    }
    let what = match group(&asked, 1).as_str() {
        "area" => "length * width".to_owned(),
        side => side.to_owned(),
    };
    solved(
        &[format!("2 * (length + width) = {}", group(&perimeter, 1)), relation, format!("answer = {what}")],
        "",
        Sense::Measures,
    )
}
