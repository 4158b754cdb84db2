//! Units of measure: names in English and Chinese, dimensions, exact factors.

use crate::math::{Q, parse_number};
use crate::text::{Lang, Sheet, pattern};

/// Powers of length, mass and time.
pub type Dimension = [i8; 3];

/// A unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// As it is written in an answer.
    pub name: String,
    /// Powers of metre, kilogram and second.
    pub dimension: Dimension,
    /// How much of the base unit it is.
    pub factor: Q,
}

/// Names (English first, `|` between them, Chinese last after `;`), dimension, factor.
const UNITS: &[(&str, Dimension, &str)] = &[
    ("mm|millimetre|millimeter;毫米", [1, 0, 0], "0.001"),
    ("cm|centimetre|centimeter;厘米|公分", [1, 0, 0], "0.01"),
    ("dm|decimetre|decimeter;分米", [1, 0, 0], "0.1"),
    ("km|kilometre|kilometer;千米|公里", [1, 0, 0], "1000"),
    ("miles|mile|mi;英里", [1, 0, 0], "1609.344"),
    ("yards|yard|yd;码", [1, 0, 0], "0.9144"),
    ("feet|foot|ft;英尺", [1, 0, 0], "0.3048"),
    ("inches|inch;英寸", [1, 0, 0], "0.0254"),
    ("m|metre|meter;米", [1, 0, 0], "1"),
    ("seconds|second|sec|s;秒钟|秒", [0, 0, 1], "1"),
    ("minutes|minute|min;分钟|分", [0, 0, 1], "60"),
    ("hours|hour|h|hr;小时|时|个小时|钟头", [0, 0, 1], "3600"),
    ("days|day;天|日", [0, 0, 1], "86400"),
    ("weeks|week;周|星期|个星期", [0, 0, 1], "604800"),
    ("mg|milligram;毫克", [0, 1, 0], "0.000001"),
    ("kg|kilogram|kilo;千克|公斤", [0, 1, 0], "1"),
    ("g|gram;克", [0, 1, 0], "0.001"),
    ("t|tonne|metric ton;吨", [0, 1, 0], "1000"),
    ("pounds|pound|lb|lbs;磅", [0, 1, 0], "0.45359237"),
    ("ounces|ounce|oz;盎司", [0, 1, 0], "0.028349523125"),
    ("jin;斤", [0, 1, 0], "0.5"),
    ("ml|millilitre|milliliter;毫升", [3, 0, 0], "0.000001"),
    ("litres|litre|liter|l;升", [3, 0, 0], "0.001"),
    ("cubic metres|cubic metre|cubic meter|m3|m³;立方米", [3, 0, 0], "1"),
    ("cubic centimetres|cubic centimetre|cubic centimeter|cm3|cm³;立方厘米", [3, 0, 0], "0.000001"),
    ("square metres|square metre|square meter|m2|m²;平方米", [2, 0, 0], "1"),
    ("square kilometres|square kilometre|square kilometer|km2|km²;平方千米|平方公里", [2, 0, 0], "1000000"),
    ("square centimetres|square centimetre|square centimeter|cm2|cm²;平方厘米", [2, 0, 0], "0.0001"),
    ("hectares|hectare|ha;公顷", [2, 0, 0], "10000"),
    ("acres|acre;英亩", [2, 0, 0], "4046.8564224"),
    ("mu;亩", [2, 0, 0], "2000/3"),
];

/// All names of all units as one alternative, longest first, and the plural `s` of English ones.
pub fn names(lang: Lang) -> String {
    let mut all: Vec<&str> = UNITS.iter().flat_map(|(names, ..)| in_lang(names, lang).split('|')).collect();
    all.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let list = all.join("|");
    if lang == Lang::En { format!("(?:{list})s?") } else { format!("(?:{list})") }
}

fn in_lang(names: &str, lang: Lang) -> &str {
    let (english, chinese) = names.split_once(';').unwrap_or((names, ""));
    if lang == Lang::En { english } else { chinese }
}

/// A unit by its name.
pub fn unit(name: &str) -> Option<Unit> {
    let name = name.trim();
    for (names, dimension, factor) in UNITS {
        let lang = if name.is_ascii() || name.ends_with(['²', '³']) { Lang::En } else { Lang::Zh };
        let found = in_lang(names, lang).split('|').any(|known| {
            known == name || (lang == Lang::En && known.len() > 2 && name.strip_suffix('s') == Some(known))
        });
        if found {
            let shown = in_lang(names, lang).split('|').next().unwrap_or(name);
            return Some(Unit { name: shown.to_owned(), dimension: *dimension, factor: parse_number(factor)? });
        }
    }
    None
}

/// A speed or a flow: `a / b`.
pub fn per(above: &Unit, below: &Unit) -> Unit {
    let dimension = [0, 1, 2].map(|n| above.dimension[n] - below.dimension[n]);
    Unit { name: format!("{}/{}", above.name, below.name), dimension, factor: &above.factor / &below.factor }
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// In the unit.
    pub value: Q,
    /// The unit.
    pub unit: Unit,
}

impl Quantity {
    /// In base units.
    pub fn base(&self) -> Q {
        &self.value * &self.unit.factor
    }

    /// The value in another unit of the same dimension.
    pub fn in_unit(&self, unit: &Unit) -> Option<Q> {
        (unit.dimension == self.unit.dimension).then(|| self.base() / &unit.factor)
    }
}

/// Length over time.
pub const SPEED: Dimension = [1, 0, -1];
/// Length.
pub const LENGTH: Dimension = [1, 0, 0];
/// Time.
pub const TIME: Dimension = [0, 0, 1];

/// Quantities of the text, in order; what was matched counts as read.
pub fn quantities(sheet: &mut Sheet) -> Vec<Quantity> {
    let lang = sheet.lang;
    let names = names(lang);
    let number = r"(\d+(?:\.\d+)?(?:/\d+)?)";
    let end = if lang == Lang::En { r"\b" } else { "" };
    let speed = if lang == Lang::En {
        format!(
            r"{number} ?({names})(?: of [a-z]+)?(?: ?/ ?| per | an | a | every | each )({names}){end}|{number} ?(mph|kph|kmh|mps){end}"
        )
    } else {
        format!(
            r"每({names}){number} ?({names})|{number}({names})(?:/|每)({names})|每({names})(?:行驶|行|走|跑|飞行|骑行|滴|流出|注入|漏)?{number}({names})"
        )
    };
    let text = sheet.text.clone();
    let mut found: Vec<(usize, Quantity)> = Vec::new();
    let mut taken: Vec<std::ops::Range<usize>> = Vec::new();
    for caps in pattern(&speed).captures_iter(&text) {
        let Some(whole) = caps.get(0) else { continue };
        let g = |n: usize| caps.get(n).map(|m| m.as_str());
        let parts = match lang {
            Lang::En => match (g(1), g(4)) {
                (Some(value), _) => (value, g(2), g(3)),
                (None, Some(value)) => match g(5) {
                    Some("mph") => (value, Some("mile"), Some("hour")),
                    Some("mps") => (value, Some("m"), Some("s")),
                    _ => (value, Some("km"), Some("hour")),
                },
                _ => continue,
            },
            _ => match (g(2), g(4), g(8)) {
                (Some(value), ..) => (value, g(3), g(1)),
                (_, Some(value), _) => (value, g(5), g(6)),
                (.., Some(value)) => (value, g(9), g(7)),
                _ => continue,
            },
        };
        let read = || Some((parse_number(parts.0)?, unit(parts.1?)?, unit(parts.2?)?));
        if let Some((value, above, below)) = read() {
            found.push((whole.start(), Quantity { value, unit: per(&above, &below) }));
            taken.push(whole.range());
        }
    }
    let tail = if lang == Lang::En { r" ?" } else { "" };
    for caps in pattern(&format!(r"{number}{tail}({names}){end}")).captures_iter(&text) {
        let (Some(whole), Some(value), Some(name)) = (caps.get(0), caps.get(1), caps.get(2)) else { continue };
        if taken.iter().any(|range| range.start < whole.end() && whole.start() < range.end) {
            continue;
        }
        if let (Some(value), Some(unit)) = (parse_number(value.as_str()), unit(name.as_str())) {
            found.push((whole.start(), Quantity { value, unit }));
            taken.push(whole.range());
        }
    }
    for range in taken {
        sheet.read_range(range);
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, quantity)| quantity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::exact;

    fn all(text: &str) -> Vec<String> {
        let list = quantities(&mut Sheet::new(text));
        list.iter().map(|q| format!("{} {}", exact(&q.value), q.unit.name)).collect()
    }

    #[test]
    fn quantities_are_read_in_both_languages() {
        assert_eq!(all("A train 180 m long takes 30 seconds at 20 m/s."), ["180 m", "30 seconds", "20 m/seconds"]);
        assert_eq!(all("540 km apart, at 80 km/h and 60 miles per hour"), ["540 km", "80 km/hours", "60 miles/hours"]);
        assert_eq!(all("每小时80千米，3小时，每秒20米，15毫升"), ["80 千米/小时", "3 小时", "20 米/秒钟", "15 毫升"]);
        assert_eq!(all("100 metric things at 55 mph"), ["55 miles/hours"]);
    }
}
