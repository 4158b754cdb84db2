//! Percents: discounts both ways, changes one after the other, shares, mixtures with water.

use super::found::{Found, Sense, solved};
use crate::text::{Caps, Lang, Sheet};

fn group(caps: &Caps, n: usize) -> String {
    caps.get(n).cloned().flatten().unwrap_or_default()
}

const NUMBER: &str = r"(\d+(?:\.\d+)?)";
const MONEY: &str = r"(?: ?(dollars?|yuan|元|euros?|pounds?|cents?))?";

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    if sheet.lang == Lang::Ja || !sheet.has(r"%|percent|百分之|\d折|打折") {
        return None;
    }
    let rules: &[fn(&mut Sheet) -> Option<Found>] = match sheet.lang {
        Lang::En => &[share_en, dilute_en, prices_en],
        _ => &[share_zh, dilute_zh, prices_zh],
    };
    rules.iter().find_map(|rule| rule(&mut sheet.clone()))
}

fn finish(sheet: &Sheet, equations: &[String], unit: &str) -> Option<Found> {
    if !sheet.understood() {
        return None;
    }
    solved(equations, unit, Sense::Measures)
}

/// `15% of 80`, `12 is what percent of 48`, `30 is 20% of what`, `from 40 to 50`.
fn share_en(sheet: &mut Sheet) -> Option<Found> {
    let lines = if let Some(c) = sheet.any(&[&format!("^(?:what is|calculate|find|how much is) {NUMBER}% of {NUMBER}{MONEY} ?[?.]?$")]) {
        vec![format!("answer = {} * {} / 100", group(&c, 2), group(&c, 1))]
    } else if let Some(c) = sheet.any(&[&format!("^{NUMBER} is what (?:percent|percentage|%) of {NUMBER} ?[?.]?$"), &format!("^what (?:percent|percentage|%) of {NUMBER} is {NUMBER} ?[?.]?$")]) {
        let (mut part, mut whole) = (group(&c, 1), group(&c, 2));
        if sheet.text.starts_with("what") {
            std::mem::swap(&mut part, &mut whole);
        }
        return finish(sheet, &[format!("answer = {part} / {whole} * 100")], "%");
    } else if let Some(c) = sheet.any(&[&format!("^{NUMBER} is {NUMBER}% of what(?: number)? ?[?.]?$")]) {
        vec![format!("answer * {} / 100 = {}", group(&c, 2), group(&c, 1))]
    } else if let Some(c) = sheet.any(&[&format!(
        "^(?:a price|the price[a-z ]*|a [a-z]+|[a-z ]+) (?:rises|rose|increases|increased|went up|grew|grows|falls|fell|drops|dropped|decreased|decreases) from {NUMBER}{MONEY} to {NUMBER}{MONEY}[.,] ?(?:what (?:is|was) the (?:percent|percentage)(?: of)? (?:increase|decrease|change|rise|drop)|by what (?:percent|percentage)[a-z ]*|by how many percent[a-z ]*)[?.]?$"
    )]) {
        let (from, to) = (group(&c, 1), group(&c, 3));
        let (large, small) = if sheet.has("fall|fell|drop|decrease") { (&from, &to) } else { (&to, &from) };
        return finish(sheet, &[format!("answer = ({large} - {small}) / {from} * 100")], "%");
    } else {
        return None;
    };
    finish(sheet, &lines, "")
}

fn share_zh(sheet: &mut Sheet) -> Option<Found> {
    if let Some(c) = sheet.any(&[&format!("^(?:请问|求|计算)?{NUMBER}的{NUMBER}%(?:是|等于)?(?:多少|几)?[?.]?$")])
    {
        return finish(sheet, &[format!("answer = {} * {} / 100", group(&c, 1), group(&c, 2))], "");
    }
    if let Some(c) = sheet.any(&[&format!("^(?:请问)?{NUMBER}(?:是|占){NUMBER}的(?:百分之几|百分之多少)[?.]?$")])
    {
        return finish(sheet, &[format!("answer = {} / {} * 100", group(&c, 1), group(&c, 2))], "%");
    }
    let c = sheet
        .any(&[&format!("^(?:一个数的|某数的){NUMBER}%是{NUMBER},(?:这个数|某数|原数)(?:是|为)?(?:多少|几)[?.]?$")])?;
    finish(sheet, &[format!("answer * {} / 100 = {}", group(&c, 1), group(&c, 2))], "")
}

/// How much water makes a solution weaker; how much must evaporate to make it stronger.
fn dilute_en(sheet: &mut Sheet) -> Option<Found> {
    let c = sheet.any(&[&format!(
        r"how many (g|grams?|kg|kilograms?|ml|millilit(?:er|re)s?|lit(?:er|re)s?|l) of (?:pure )?water (?:must|should|need to|have to|needs to|has to) be (added|evaporated|removed) (?:to|from|out of) {NUMBER} ?(?:g|grams?|kg|kilograms?|ml|millilit(?:er|re)s?|lit(?:er|re)s?|l) of (?:an? |the )?{NUMBER}% (?:[a-z]+ )*?(?:solution|syrup|brine|acid|mixture|salt water|juice) (?:to make it|so that it is|to get|to obtain|to become|to reduce it to|to make)(?: an?)? {NUMBER}%[a-z ]*[?.]"
    )])?;
    let sign = if group(&c, 2) == "added" { '+' } else { '-' };
    let (mass, strong, weak) = (group(&c, 3), group(&c, 4), group(&c, 5));
    let line = format!("{mass} * {strong} / 100 = ({mass} {sign} water) * {weak} / 100");
    finish(sheet, &[line, "answer = water".into()], &group(&c, 1))
}

fn dilute_zh(sheet: &mut Sheet) -> Option<Found> {
    let c = sheet.any(&[
        &format!("(?:往|在|向|把|将)?{NUMBER}(?:克|千克)(?:的)?(?:浓度|含盐率|含糖率)?(?:为|是)?{NUMBER}%的?(?:盐水|糖水|酒精|溶液)(?:溶液)?(?:里|中)?,?(?:需要?|要|应)?(?:再)?(加|加入|蒸发掉|蒸发)(?:入)?(?:多少|几)(克|千克)(?:的)?水,?(?:才能|可以|可|就|能)?(?:使|让)?(?:盐水|糖水|溶液)?(?:的)?(?:浓度|含盐率|含糖率)?(?:变|稀释|降)?(?:成|为|到|得到|是)?(?:浓度为)?{NUMBER}%[^?.0-9]*[?.]?"),
    ])?;
    let sign = if group(&c, 3).starts_with('加') { '+' } else { '-' };
    let (mass, strong, weak) = (group(&c, 1), group(&c, 2), group(&c, 5));
    let line = format!("{mass} * {strong} / 100 = ({mass} {sign} 水) * {weak} / 100");
    finish(sheet, &[line, "answer = 水".into()], &group(&c, 4))
}

/// A price, what happens to it, and which price is asked.
fn prices_en(sheet: &mut Sheet) -> Option<Found> {
    let mut steps = Vec::new();
    let up = "rises|rose|goes up|went up|increases|increased|is raised|was raised|is increased|was increased|raised";
    let down = "falls|fell|goes down|went down|decreases|decreased|drops|dropped|is reduced|was reduced|is cut|was cut|reduced|is lowered|was lowered|is marked down|was marked down|is discounted|was discounted";
    let change = format!(
        r"(?:and |then |later |again |it |the price |its price |,)*(?:({up})|({down}))(?: again)? by {NUMBER}%(?:,? and then|,? then|,| and)?"
    );
    while let Some(c) = sheet.any_unread(&[&change]) {
        steps.push((c[1].is_some(), group(&c, 3)));
    }
    let discount = [
        format!(
            r"(?:after|with|at|has|have|had) (?:an? )?(?:discount of {NUMBER}%|{NUMBER}% discount|{NUMBER}% off)(?: discount)?"
        ),
        format!(r"(?:is|was) (?:on sale )?(?:for |at )?{NUMBER}% off(?:)()"),
    ];
    while let Some(c) = sheet.any_unread(&[&discount[0], &discount[1]]) {
        let percent = c[1..].iter().flatten().find(|n| !n.is_empty())?.clone();
        steps.push((false, percent));
    }
    if steps.is_empty() {
        return None;
    }
    let asks_first = sheet
        .any_unread(&[r"what (?:was|is) (?:the |its |his |her )?(?:original |first |initial |regular |full |old |list |marked )?(?:price|it|cost|value)[a-z ]*?(?:before|at first|originally|at the beginning|to begin with)[^?0-9]*",
            r"what (?:was|is) (?:the |its )(?:original|first|initial|regular|full|old|list|marked) (?:price|cost|value)[^?0-9]*",
            r"what did (?:it|the [a-z]+) cost (?:before|at first|originally)[^?0-9]*"])
        .is_some();
    if !asks_first {
        sheet.any_unread(&[r"what is (?:the |its )?(?:new |final |sale |sales |present |current |discounted )(?:price|cost|value)[^?0-9]*", r"what is the price (?:now|after[a-z ]*|at the end)[^?0-9]*", r"(?:how much|what) (?:does|do|is|will) (?:it|the [a-z]+|you|he|she|i) (?:cost|pay|have to pay)(?: now| then| after [a-z ]+)?(?:, in [a-z]+)?\?"])?;
    }
    // The price stands after the change or before it; the words must say so.
    let now = format!(
        r"(?:it is now|it now costs|it costs now|now it (?:is|costs)|the price is now|now costs|is now) {NUMBER}{MONEY}"
    );
    let costs =
        format!(r"(?:costs|cost|is sold for|sells for|sold for|is|was|of|at|priced at|paid|pays?) {NUMBER}{MONEY}");
    let (price, is_last) = match sheet.any_unread(&[&now]) {
        Some(c) => (c, true),
        None => {
            let price = sheet.any_unread(&[&costs])?;
            // Asked for the first price, the only one that is told is the last, and the other way round.
            (price, asks_first)
        }
    };
    if is_last != asks_first {
        return None;
    }
    sheet.all(r"\b(?:before|after|then|later|at first)\b");
    chain(sheet, &steps, &group(&price, 1), asks_first, &group(&price, 2), ["first", "last"])
}

fn chain(
    sheet: &Sheet,
    steps: &[(bool, String)],
    price: &str,
    asks_first: bool,
    unit: &str,
    names: [&str; 2],
) -> Option<Found> {
    let [first, last] = names;
    let factors: Vec<String> =
        steps.iter().map(|(up, by)| format!("(1 {} {by} / 100)", if *up { '+' } else { '-' })).collect();
    let lines = [
        format!("{first} * {} = {last}", factors.join(" * ")),
        format!("{} = {price}", if asks_first { last } else { first }),
        format!("answer = {}", if asks_first { first } else { last }),
    ];
    finish(sheet, &lines, unit)
}

fn prices_zh(sheet: &mut Sheet) -> Option<Found> {
    let mut steps = Vec::new();
    let change = format!(
        "(?:先|再|又|后来|然后|第一次|第二次|,)*(?:价格|售价|定价)?(涨价|提价|上涨|上调|涨|提高|加价)?(降价|下降|下调|降低|降|减价|跌)?(?:了)?{NUMBER}%(?:后|之后|以后)?"
    );
    while let Some(c) = sheet.any_unread(&[&change]) {
        match (c[1].is_some(), c[2].is_some()) {
            (true, false) => steps.push((true, group(&c, 3))),
            (false, true) => steps.push((false, group(&c, 3))),
            _ => return None,
        }
    }
    while let Some(c) = sheet.any_unread(&["(?:打|按)?(\\d+(?:\\.\\d+)?)折(?:后|之后|以后|销售|出售|优惠)?"])
    {
        let n = group(&c, 1);
        let tenths: f64 = n.parse().ok()?;
        let percent = crate::math::parse_number(&n)? * crate::math::int(if tenths < 10.0 { 10 } else { 1 });
        steps.push((false, crate::math::exact(&(crate::math::int(100) - percent))));
    }
    if steps.is_empty() {
        return None;
    }
    let asks_first = sheet
        .any_unread(&[
            "(?:最初|原来|原先|开始|原)的?(?:价格|售价|定价|价)?(?:是|为|卖)?(?:每[^,.?]*)?(?:多少|几)(?:元|钱)?[?.]?$",
        ])
        .is_some();
    if !asks_first {
        sheet.any_unread(&["(?:现在|现价|实际|最后|最终|打折后|折后|降价后|涨价后)的?(?:价格|售价|价)?(?:是|为|要|卖|付|需|花|需要)?(?:付)?(?:多少|几)(?:元|钱)?[?.]?$", "(?:要|需要|应)付?(?:多少|几)(?:元|钱)[?.]?$"])?;
    }
    let now = sheet.any_unread(&[&format!("(?:现在|现价|后|最后|售价)?(?:的?价格|的?售价)?(?:是|为|卖|只要|只卖|只需|只售|卖了)?(?:现在)?(?:是)?{NUMBER}(元|美元)(?:钱)?")])?;
    let whole = group(&now, 0);
    let first_said = sheet.has(&format!(
        "(?:原价|定价|标价|原来的?价格|原来)(?:是|为|卖|要)?{}",
        whole.trim_start_matches(|c: char| !c.is_ascii_digit())
    ));
    // The price said is the one before the changes, or the one after them: the words or the order must say so.
    let price_at = sheet.text.find(&whole)?;
    let change_at = crate::text::pattern("\\d+(?:\\.\\d+)?(?:%|折)").find(&sheet.text)?.start();
    let is_last = !first_said && price_at > change_at;
    if is_last != asks_first {
        return None;
    }
    sheet.all("原价|定价|标价|先|再|后|现在");
    let found = chain(sheet, &steps, &group(&now, 1), asks_first, &group(&now, 2), ["原价", "现价"])?;
    Some(found)
}
