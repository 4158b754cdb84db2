//! Two kinds of animals in Japanese (鶴亀算).

use super::{Asked, Kind, Reading, Tie};
use crate::text::Sheet;

/// Names of one animal, and its legs.
const ANIMALS: &[(&[&str], &str)] = &[
    (&["鶴", "つる", "ツル"], "2"),
    (&["鶏", "にわとり", "ニワトリ"], "2"),
    (&["あひる", "アヒル", "鴨", "カモ"], "2"),
    (&["亀", "かめ", "カメ"], "4"),
    (&["兎", "うさぎ", "ウサギ"], "4"),
    (&["犬", "いぬ", "イヌ"], "4"),
    (&["猫", "ねこ", "ネコ"], "4"),
    (&["牛", "うし", "ウシ"], "4"),
    (&["豚", "ぶた", "ブタ"], "4"),
    (&["羊", "ひつじ", "ヒツジ"], "4"),
    (&["かぶとむし", "カブトムシ", "カブト虫"], "6"),
    (&["くも", "クモ", "蜘蛛"], "8"),
];

pub fn read(sheet: &mut Sheet) -> Option<Reading> {
    let found: Vec<Kind> = ANIMALS
        .iter()
        .filter_map(|(names, legs)| {
            let name = names.iter().find(|name| sheet.text.contains(**name))?;
            Some(Kind { entity: (*name).to_owned(), per: (*legs).to_owned() })
        })
        .collect();
    let kinds = <[Kind; 2]>::try_from(found).ok()?;
    let names = format!("({}|{})", kinds[0].entity, kinds[1].entity);
    let count = sheet.any(&[r"(?:合わせて|あわせて|全部で|合計で?)(\d+)(?:匹|羽|頭)"])?;
    let legs = sheet.any_unread(&[
        r"(?:足|脚|あし)(?:の(?:数|本数|合計))?(?:は|が)?、?,?(?:合わせて|あわせて|全部で|合計で?)?(\d+)本",
    ])?;
    let asked =
        sheet.any_unread(&[&format!(r"{names}は(?:それぞれ)?(?:何|なん)(匹|羽|頭)(?:いますか|いるか|ですか)?")])?;
    let more = "多い|少ない|倍|増|減|逃げ|死|もらい|差|ずつ|それぞれ";
    if crate::text::pattern(more).is_match(&sheet.unread()) {
        return None;
    }
    let second = asked[1].as_deref() == Some(kinds[1].entity.as_str());
    let unit = asked[2].clone().unwrap_or_default();
    let ties = vec![Tie::Count(count[1].clone()?), Tie::Value(legs[1].clone()?)];
    Some(Reading { kinds, ties, asked: Asked::One(second), unit })
}
