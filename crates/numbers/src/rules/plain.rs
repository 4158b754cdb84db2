//! Plain questions: an expression, which number is larger, how many letters a word has, another number system.

use num_traits::Signed;

use super::found::Found;
use crate::math::number::shown;
use crate::math::{Q, exact, parse, parse_number};
use crate::text::{Lang, Sheet, pattern};

/// `What is 12 × 7?`, `345加678等于多少`.
pub fn expression(sheet: &mut Sheet) -> Option<Found> {
    let mut text = sheet.text.trim().to_owned();
    let frames = [
        r"^(?:please |can you |could you )?(?:what is|what's|calculate|compute|work out|evaluate|how much is|solve|find)(?: the (?:value|result) of)?[: ]+",
        r"^(?:请问|请|帮我)?(?:计算|算一下|算|求)?(?:一下)?[: ]*",
        r"^(?:the )?(square root|square|cube) of ",
        r" ?(?:=|is|equals?)? ?\??\.?$",
        r" ?(?:=|等于|是|得)? ?(?:多少|几|什么)?[?.]?$",
    ];
    let mut root = "";
    for frame in frames {
        let regex = pattern(frame);
        if let Some(c) = regex.captures(&text) {
            match c.get(1).map(|m| m.as_str()) {
                Some("square root") => root = "sqrt",
                Some("square") => root = "square",
                Some("cube") => root = "cube",
                _ => {}
            }
            text = regex.replace(&text, "").into_owned();
        }
    }
    for (word, sign) in [
        (r"\bdivided by\b|除以", "/"),
        (r"\bmultiplied by\b|\btimes\b|乘以|乘", "*"),
        (r"\bplus\b|加上|加", "+"),
        (r"\bminus\b|减去|减", "-"),
        (r"\bto the power (?:of )?|的(\d+)次方", "^$1"),
        (r"\bsquared\b|的平方", "^2"),
        (r"\bcubed\b|的立方", "^3"),
        (r"\bsquare root of\b|根号", "sqrt "),
    ] {
        text = pattern(word).replace_all(&text, sign).into_owned();
    }
    text = pattern(r"sqrt (\d+(?:\.\d+)?)").replace_all(&text, "sqrt($1)").into_owned();
    text = match root {
        "sqrt" => format!("sqrt({text})"),
        "square" => format!("({text})^2"),
        "cube" => format!("({text})^3"),
        _ => text,
    };
    let expr = parse(&text).ok()?;
    let (mut names, mut numbers) = (Vec::new(), Vec::new());
    expr.names(&mut names);
    expr.numbers(&mut numbers);
    // A lone number is no question; a date or a score is no difference or quotient.
    if !names.is_empty() || numbers.len() + usize::from(text.contains(['(', '!', '%', '^'])) < 2 {
        return None;
    }
    if pattern(r"^\d{4}-\d{1,2}-\d{1,2}$|^\d{1,2}:\d\d$").is_match(text.trim()) {
        return None;
    }
    let value = expr.eval(&Default::default()).ok()?;
    let line = crate::program::write(&expr, None);
    let text = shown(&value);
    let equals = if text.starts_with('≈') { String::new() } else { "= ".to_owned() };
    Some(Found::number(&value, "", vec![format!("{line} {equals}{text}")]))
}

/// `Which is larger, 9.9 or 9.11?`, `Sort 3, 1, 2`.
pub fn compare(sheet: &mut Sheet) -> Option<Found> {
    let number = r"(-?\d+(?:\.\d+)?(?:/\d+)?%?)";
    let en = format!(
        r"^(?:which|what)(?: number| one)? is (?:the )?(larger|bigger|greater|higher|more|smaller|less|lower|largest|biggest|greatest|smallest)(?: number| one)?[,:]? (?:of )?({number}(?:(?:,? or |,? and |, ){number})+) ?[?.]?$"
    );
    let is = format!(r"^is {number} (larger|bigger|greater|higher|more|smaller|less|lower) than {number} ?[?.]?$");
    let zh = format!(
        r"^({number}(?:(?:和|与|,|跟|还是){number})+),?(?:哪个|哪一个|谁|中哪个)(?:数)?(?:比较|更|最)?(大|小)(?:些|一些)?[?.]?$"
    );
    let zh2 =
        format!(r"^(?:哪个|哪一个)(?:数)?(?:比较|更|最)?(大|小)[,:]?({number}(?:(?:和|与|,|跟|还是){number})+)[?.]?$");
    let sort = format!(
        r"^(?:sort|order|arrange)(?: the numbers)?(?: these numbers)?:? ?({number}(?:(?:,? and |, ?){number})+)(?: in (ascending|descending|increasing|decreasing) order| from (?:the )?(least|smallest|greatest|largest|small|large) to (?:the )?[a-z]+)? ?[.?]?$"
    );
    let sort_zh = format!(
        r"^(?:请)?(?:把|将)?({number}(?:(?:和|与|,){number})+)(?:按)?(?:从)?(大|小)到(?:大|小)(?:的顺序)?(?:排列|排序|排)(?:一下)?[?.]?$"
    );
    let values = |text: &str| -> Vec<(String, Q)> {
        let found = pattern(number);
        found.find_iter(text).filter_map(|m| Some((m.as_str().to_owned(), parse_number(m.as_str())?))).collect()
    };
    let text = sheet.text.clone();
    let take = |p: &str| {
        pattern(p)
            .captures(&text)
            .map(|c| c.iter().map(|m| m.map(|m| m.as_str().to_owned()).unwrap_or_default()).collect::<Vec<_>>())
    };
    let large = |word: &str| !matches!(word, "smaller" | "less" | "lower" | "smallest" | "小");
    if let Some(c) = take(&is) {
        let (a, b) = (parse_number(&c[1])?, parse_number(&c[3])?);
        let yes = if large(&c[2]) { a > b } else { a < b };
        let sign = if a > b {
            '>'
        } else if a < b {
            '<'
        } else {
            '='
        };
        return Some(Found::text(if yes { "Yes" } else { "No" }, vec![format!("{} {sign} {}", c[1], c[3])]));
    }
    if let Some(c) = take(&sort).or_else(|| take(&sort_zh)) {
        let mut list = values(&c[1]);
        list.sort_by(|a, b| a.1.cmp(&b.1));
        let order = c.last().map(String::as_str).unwrap_or_default();
        let down =
            c.iter().any(|w| matches!(w.as_str(), "descending" | "decreasing" | "greatest" | "largest" | "large"))
                || order == "大";
        if down {
            list.reverse();
        }
        let texts: Vec<String> = list.into_iter().map(|(text, _)| text).collect();
        return Some(Found::text(texts.join(", "), Vec::new()));
    }
    let (list, word) = if let Some(c) = take(&en) {
        (values(&c[2]), c[1].clone())
    } else if let Some(c) = take(&zh) {
        (values(&c[1]), c.last()?.clone())
    } else {
        let c = take(&zh2)?;
        (values(&c[2]), c[1].clone())
    };
    let best =
        if large(&word) { list.iter().max_by(|a, b| a.1.cmp(&b.1)) } else { list.iter().min_by(|a, b| a.1.cmp(&b.1)) }?;
    if list.iter().filter(|(_, value)| *value == best.1).count() > 1 {
        let texts: Vec<&str> = list.iter().map(|(text, _)| text.as_str()).collect();
        return Some(Found::text(texts.join(" = "), Vec::new()));
    }
    let steps = list.iter().filter(|(text, _)| *text != best.0).map(|(text, value)| {
        let difference = (&best.1 - value).abs();
        let sign = if best.1 > *value { '>' } else { '<' };
        format!("{} {sign} {text} ({})", best.0, exact(&difference))
    });
    Some(Found::text(best.0.clone(), steps.collect()))
}

/// `How many r's are in strawberry?`, `How many letters does "cat" have?`
pub fn counting(sheet: &mut Sheet) -> Option<Found> {
    let letter = r#"(?:the )?(?:letter )?["']?([a-z])["']?(?:'?s)?"#;
    let patterns = [
        format!(
            r#"^how many (?:times does )?{letter}(?: appears?| occurs?)? ?(?:are there|are|is|do you see|does)? ?(?:there )?(?:in|appear in|occur in)(?: the (?:word|name|string|sentence|phrase))? ?["']?([a-z][a-z '-]*?)["']? ?(?:have|contain)?[?.]?$"#
        ),
        r#"^(?:单词|词语|字符串)?["']?([a-z]+)["']?(?:这个(?:单词|词))?(?:里面|里|中|当中)?(?:一共)?有(?:多少|几)个(?:字母)?["']?([a-z])["']?[?.]?$"#.to_string(),
        format!(r#"^how many {letter} does(?: the word)? ["']?([a-z]+)["']? (?:have|contain)[?.]?$"#),
    ];
    let zh = sheet.lang == Lang::Zh;
    for (n, text) in patterns.iter().enumerate() {
        let Some(c) = sheet.any(&[text]) else { continue };
        let (first, second) = (c[1].clone()?, c[2].clone()?);
        let (letter, word) = if n == 1 { (second, first) } else { (first, second) };
        let count = word.chars().filter(|c| letter.starts_with(*c)).count();
        let marked: Vec<String> =
            word.chars().map(|c| if letter.starts_with(c) { format!("[{c}]") } else { c.to_string() }).collect();
        return Some(Found::number(&crate::math::int(i64::try_from(count).ok()?), "", vec![marked.join("")]));
    }
    let c = sheet.any(&[
        r#"^how many (letters|characters|words|vowels) (?:are (?:there )?in|does) (?:the (?:word|name|sentence|phrase|string|text) )?["']?([a-z][a-z ,.'-]*?)["']? ?(?:have|contain|has)?[?]?$"#,
        r#"^["']?([a-z]+)["']?(?:这个(?:单词|词))?(?:里面|里|中)?(?:一共)?有(?:多少|几)个(字母)[?.]?$"#,
    ])?;
    let (what, text) = if zh { (c[2].clone()?, c[1].clone()?) } else { (c[1].clone()?, c[2].clone()?) };
    // "How many words are in a haiku" is no question about the word "a haiku".
    let quoted = sheet.text.contains(['"', '\'']) || sheet.has("the (?:word|sentence|phrase|string|name) ");
    if !zh && text.contains(' ') && !quoted {
        return None;
    }
    let count = match what.as_str() {
        "words" => text.split_whitespace().count(),
        "vowels" => text.chars().filter(|c| "aeiou".contains(*c)).count(),
        "characters" => text.chars().count(),
        _ => text.chars().filter(|c| c.is_alphabetic()).count(),
    };
    Some(Found::number(&crate::math::int(i64::try_from(count).ok()?), "", vec![text]))
}

/// `255 in binary`, `0xff in decimal`, `1010的十进制`.
pub fn bases(sheet: &mut Sheet) -> Option<Found> {
    let base = |word: &str| match word {
        "binary" | "2" => Some(2),
        "octal" | "8" => Some(8),
        "decimal" | "10" => Some(10),
        "hexadecimal" | "hex" | "16" => Some(16),
        _ => None,
    };
    let names = "(binary|octal|decimal|hexadecimal|hex)";
    let en = format!(
        r"^(?:what is |convert |write |express )?(?:the )?(?:{names} (?:number )?)?(0x[0-9a-f]+|0b[01]+|[0-9a-f]*[0-9][0-9a-f]*)(?: from {names})? (?:in|to|into|as)(?: a)? {names}(?: number)?[?.]?$"
    );
    let zh = r"^(?:请)?(?:把|将)?(?:(\d+)进制(?:数)?的?)?(0x[0-9a-f]+|0b[01]+|[0-9a-f]+)()(?:用|转换成|转换为|转成|转为|转|化成|化为|写成|的)?(\d+)进制(?:数)?(?:是|表示|怎么写|是多少)*(?:多少)?[?.]?$";
    let c = sheet.any(&[&en, zh])?;
    let part = |n: usize| c.get(n).cloned().flatten().unwrap_or_default();
    let (mut digits, to) = (part(2), base(&part(4))?);
    let named = if part(1).is_empty() { part(3) } else { part(1) };
    let from = if let Some(rest) = digits.strip_prefix("0x") {
        digits = rest.to_owned();
        16
    } else if let Some(rest) = digits.strip_prefix("0b") {
        digits = rest.to_owned();
        2
    } else {
        base(&named).unwrap_or(10)
    };
    let value = num_bigint::BigUint::parse_bytes(digits.as_bytes(), from)?;
    let text = value.to_str_radix(to).to_uppercase();
    Some(Found::text(text.clone(), vec![format!("{} ({from}) = {text} ({to})", digits.to_uppercase())]))
}
