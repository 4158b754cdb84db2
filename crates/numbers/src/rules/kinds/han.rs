//! Two kinds in Chinese.

use super::{Asked, Kind, Reading, Tie};
use crate::rules::lookup::limbs;
use crate::text::{Caps, Sheet, pattern};

const LIMB: &str = "腿|脚|足|轮子|车轮|轮|只脚|爪";
const COUNTER: &str = "[只个头辆条张枚支本间艘名位把件套瓶盒箱匹台棵根块双]";
/// An entity: a word without the signs and the small words that stand around it.
const ENTITY: &str = r"([\p{Han}A-Za-z]{1,6}?)";

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

/// Regular expressions here know no script by name.
fn han(text: &str) -> String {
    text.replace(r"\p{Han}", "\u{4e00}-\u{9fff}")
}

/// Money in fen.
fn fen(number: &str, unit: &str) -> String {
    match unit {
        "分" => number.to_owned(),
        "角" | "毛" => format!("{number} * 10"),
        _ => format!("{number} * 100"),
    }
}

enum Value {
    Limbs,
    Money,
    /// Of what there is so much in one.
    Places(String),
}

pub fn read(sheet: &mut Sheet) -> Option<Reading> {
    let (kinds, value) = kinds(sheet)?;
    let (asked, unit) = asked(sheet, &kinds)?;
    let mut ties = relations(sheet, &kinds);
    // Remarks that say what the reading takes for granted.
    sheet.all("(?:正好|刚好|恰好)(?:全部)?(?:坐满|住满|装满|用完|一次运完|运完)|每(?:条|只|辆|间)(?:船|车|房间?)?都(?:坐|住)满|没有空位|同笼|不同的?|若干[只个头条辆]?|(?:一?共)?(?:卖|售)出?了?(?:出)?|每人都");
    let swapped = pattern(&format!(
        r"(?:如果|若|假如)?(?:把|将)?鸡兔?(?:和|与)?兔?(?:的?[只数头]+)?(?:数量)?互换[^0-9.]*(\d+){COUNTER}?(?:{LIMB})?"
    ));
    if let Some(caps) = sheet.take(&swapped) {
        ties.push(Tie::Swapped(group(&caps, 1)));
    }
    match value {
        Value::Limbs => {
            let before = format!(
                r"(?:{LIMB})(?:数|的总数)?(?:一共|总共|共有|共|有|是|为|数一数|合计)*(\d+){COUNTER}?(?:{LIMB})?"
            );
            let after = format!(r"(\d+){COUNTER}?(?:{LIMB})");
            let mut found = sheet.all_unread(&before);
            if found.is_empty() {
                found = sheet.all_unread(&after);
            }
            ties.extend(found.iter().map(|caps| Tie::Value(group(caps, 1))));
        }
        Value::Money => {
            for caps in sheet.all_unread(r"(\d+(?:\.\d+)?)(元|角|分|块|毛)钱?") {
                ties.push(Tie::Value(fen(&group(&caps, 1), &group(&caps, 2))));
            }
        }
        Value::Places(unit) => {
            let people = "人|同学|学生|师生|游客|客人|旅客|队员|老师";
            let unit = if people.contains(unit.as_str()) { people } else { unit.as_str() };
            for caps in sheet.all_unread(&format!(r"(\d+)(?:名|个|位)?(?:{unit})(?:树|砖|书|花|水)?")) {
                ties.push(Tie::Value(group(&caps, 1)));
            }
        }
    }
    let rest = sheet.unread();
    if pattern(r"\d+").find_iter(&rest).count() == 1 {
        let caps = sheet.any_unread(&[&format!(r"(\d+)(?:{COUNTER}(?:头|硬币|船|车|票|动物)?|头|人)")])?;
        ties.push(Tie::Count(group(&caps, 1)));
    }
    Some(Reading { kinds, ties, asked, unit })
}

fn kinds(sheet: &mut Sheet) -> Option<([Kind; 2], Value)> {
    let kind = |entity: &str, per: String| Kind { entity: entity_name(entity), per };
    // 仙鹤有2条腿,乌龟有4条腿
    let limbs_of = han(&format!(
        r"(?:[每一][只辆个张把])?{ENTITY}(?:每[只辆个张把])?(?:有|是)?(\d+){COUNTER}?(?:{LIMB}),?(?:和|而|另)?(?:[每一][只辆个张把])?{ENTITY}(?:每[只辆个张把])?(?:有|是)?(\d+){COUNTER}?(?:{LIMB})"
    ));
    if let Some(c) = sheet.any(&[&limbs_of]) {
        return Some(([kind(&group(&c, 1), group(&c, 2)), kind(&group(&c, 3), group(&c, 4))], Value::Limbs));
    }
    // 大船坐6人,小船坐4人
    let hold =
        "(?:每[条只辆间张个顶艘人位名])?(?:限|最多|可以|能|可)?(?:坐|住|装|运|乘|乘坐|容纳|睡|载|种|植|栽|搬|捐|做|浇)";
    let places = r"(\d+)(?:名|个|位)?(人|同学|学生|游客|客人|吨|箱|千克|棵|块|本|朵|桶|元)(?:树|砖|书|花|水)?";
    let capacity = han(&format!(
        r"(?:每[条只辆间张个顶艘])?{ENTITY}{hold}{places},?(?:而|和)?(?:每[条只辆间张个顶艘])?{ENTITY}{hold}{places}"
    ));
    if let Some(c) = sheet.any(&[&capacity]) {
        let unit = group(&c, 3);
        if unit != group(&c, 6) {
            return None;
        }
        return Some(([kind(&group(&c, 1), group(&c, 2)), kind(&group(&c, 4), group(&c, 5))], Value::Places(unit)));
    }
    // 成人票8元一张,儿童票5元一张; 钢笔每支8元,圆珠笔每支3元
    let price = format!(
        r"(?:票价|售价|单价|价格)?(?:每{COUNTER})?(?:是|为|卖|要|售)?(\d+(?:\.\d+)?)(元|角|分)(?:[一1/每]{COUNTER})?"
    );
    let prices = han(&format!(r"(?:每{COUNTER})?{ENTITY}{price}[,;]?(?:和|而)?(?:每{COUNTER})?{ENTITY}{price}"));
    if let Some(c) = sheet.any(&[&prices]) {
        let (a, b) = (group(&c, 1), group(&c, 4));
        if !entity_name(&a).is_empty() && !entity_name(&b).is_empty() {
            let a = kind(&a, fen(&group(&c, 2), &group(&c, 3)));
            return Some(([a, kind(&b, fen(&group(&c, 5), &group(&c, 6)))], Value::Money));
        }
    }
    // 1角和5角
    let face = r"(\d+)(元|角|分)(?:的|硬币|纸币|人民币|邮票|面值)*(?:和|与|或|及|,)(?:面值)?(\d+)(元|角|分)(?:的|两种|硬币|纸币|人民币|邮票)*";
    if let Some(c) = sheet.any(&[face]) {
        let kind =
            |n: usize| Kind { entity: group(&c, n) + &group(&c, n + 1), per: fen(&group(&c, n), &group(&c, n + 1)) };
        return Some(([kind(1), kind(3)], Value::Money));
    }
    // Animals and vehicles that everybody knows: the longest name at each place.
    let chars: Vec<char> = sheet.text.chars().collect();
    let mut found: Vec<Kind> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let longest = (1..=4.min(chars.len() - at)).rev().find_map(|n| {
            let word: String = chars[at..at + n].iter().collect();
            limbs(&word).map(|per| (word, per, n))
        });
        let Some((word, per, n)) = longest else {
            at += 1;
            continue;
        };
        // 兔 and 兔子 are one kind.
        match found.iter_mut().find(|kind| kind.entity.contains(&word) || word.contains(&kind.entity)) {
            Some(kind) if word.chars().count() < kind.entity.chars().count() => kind.entity = word,
            Some(_) => {}
            None => found.push(Kind { entity: word, per: per.to_owned() }),
        }
        at += n;
    }
    <[Kind; 2]>::try_from(found).ok().map(|two| (two, Value::Limbs))
}

/// The word without what stands around it.
fn entity_name(word: &str) -> String {
    pattern("^(?:[已知]*(?:其中|已知|如果|的|和|有|中|共|了|是|买来?))+").replace(word, "").into_owned()
}

/// The kind whose name, or the longest end of it, stands in a phrase.
fn which(phrase: &str, kinds: &[Kind; 2]) -> Option<bool> {
    let longest = |entity: &str| {
        let chars: Vec<char> = entity.chars().collect();
        let least = chars.len().min(2);
        let ends = (0..=chars.len() - least).map(|from| chars[from..].iter().collect::<String>());
        ends.filter(|end| phrase.contains(end.as_str())).map(|end| end.chars().count()).max().unwrap_or(0)
    };
    match (longest(&kinds[0].entity), longest(&kinds[1].entity)) {
        (a, b) if a > b => Some(false),
        (a, b) if a < b => Some(true),
        _ => None,
    }
}

fn asked(sheet: &mut Sheet, kinds: &[Kind; 2]) -> Option<(Asked, String)> {
    let both = format!(r"(?:问|求)?[^,.?0-9]*各(?:有|是|买了?|租了?|卖了?|多少|几)*(?:{COUNTER}|何|几何)?[?.]?$");
    if sheet.any(&[&both]).is_some() {
        return Some((Asked::Both, String::new()));
    }
    let one = han(&format!(
        r"(?:问|求|那么|请问)*((?:\d+[元角分])?[\p{{Han}}]*?)(?:有|是|租了|租|买了|买|卖了|售出|卖出|用了|去了|的)*([\p{{Han}}]*?)(?:多少|几)({COUNTER}|头|人)?(?:[\p{{Han}}]{{0,6}})[?.]?$"
    ));
    let regex = pattern(&one);
    let phrase = regex.captures(&sheet.text).map(|c| c[0].to_owned())?;
    let asked = which(&phrase, kinds)?;
    let caps = sheet.take(&regex)?;
    Some((Asked::One(asked), group(&caps, 3)))
}

fn relations(sheet: &mut Sheet, kinds: &[Kind; 2]) -> Vec<Tie> {
    let mut ties = Vec::new();
    let [a, b] = kinds.each_ref().map(|kind| kind.entity.clone());
    let e = format!("({a}|{b})(?:子)?");
    let order = |first: &str| first == b;
    let value =
        pattern(&format!(r"{e}(?:的)?(?:{LIMB})(?:数)?比{e}(?:的)?(?:{LIMB})?(?:数)?(多|少)(?:了)?(\d+){COUNTER}?"));
    if let Some(c) = sheet.take(&value) {
        let first = order(&group(&c, 1));
        ties.push(Tie::MoreValue(if group(&c, 3) == "多" { first } else { !first }, group(&c, 4)));
    }
    let more = pattern(&format!(
        r"{e}(?:的?{COUNTER}数|的数量|的?张数|的?枚数)?比{e}(?:的?{COUNTER}数)?(多|少)(?:了)?(\d+){COUNTER}?"
    ));
    if let Some(c) = sheet.take(&more) {
        let first = order(&group(&c, 1));
        ties.push(Tie::More(if group(&c, 3) == "多" { first } else { !first }, group(&c, 4)));
    }
    let times =
        pattern(&format!(r"{e}(?:的?{COUNTER}数|的数量|的头数)?是{e}(?:的?{COUNTER}数|的数量|的头数)?的?(\d+)倍"));
    if let Some(c) = sheet.take(&times) {
        ties.push(Tie::Times(order(&group(&c, 1)), group(&c, 3)));
    }
    ties
}
