//! Small tables that rules look words up in.

/// Legs of animals and wheels of vehicles that everybody knows.
const LIMBS: &[(&str, &[&str])] = &[
    (
        "2",
        &[
            "chicken",
            "hen",
            "rooster",
            "duck",
            "goose",
            "turkey",
            "ostrich",
            "crane",
            "bird",
            "pigeon",
            "pheasant",
            "swan",
            "peacock",
            "emu",
            "bicycle",
            "bike",
            "motorcycle",
            "motorbike",
            "鸡",
            "鸭",
            "鹅",
            "鸟",
            "鹤",
            "仙鹤",
            "鸵鸟",
            "鸽子",
            "野鸡",
            "雉",
            "小鸡",
            "母鸡",
            "公鸡",
            "鸭子",
            "自行车",
            "摩托车",
            "两轮车",
            "孔雀",
            "大雁",
            "天鹅",
        ],
    ),
    ("3", &["tricycle", "三轮车", "3轮车"]),
    (
        "4",
        &[
            "rabbit",
            "bunny",
            "cow",
            "pig",
            "horse",
            "sheep",
            "goat",
            "dog",
            "cat",
            "cattle",
            "lamb",
            "calf",
            "donkey",
            "hare",
            "tortoise",
            "turtle",
            "car",
            "deer",
            "zebra",
            "elephant",
            "lion",
            "tiger",
            "camel",
            "giraffe",
            "buffalo",
            "大象",
            "斑马",
            "狮子",
            "老虎",
            "骆驼",
            "长颈鹿",
            "兔",
            "兔子",
            "牛",
            "猪",
            "马",
            "羊",
            "狗",
            "猫",
            "乌龟",
            "龟",
            "小汽车",
            "汽车",
            "轿车",
            "小轿车",
            "四轮车",
            "鹿",
            "奶牛",
            "山羊",
            "绵羊",
            "小兔",
            "白兔",
        ],
    ),
    (
        "6",
        &[
            "beetle",
            "ant",
            "bee",
            "dragonfly",
            "cicada",
            "butterfly",
            "fly",
            "蜻蜓",
            "蝉",
            "甲虫",
            "蚂蚁",
            "蜜蜂",
            "蝴蝶",
        ],
    ),
    ("8", &["spider", "octopus", "蜘蛛"]),
];

/// Coins by name, in cents.
const COINS: &[(&str, &str)] = &[("penny", "1"), ("nickel", "5"), ("dime", "10"), ("quarter", "25")];

/// How many legs or wheels it has.
pub fn limbs(entity: &str) -> Option<&'static str> {
    LIMBS.iter().find(|(_, names)| names.contains(&entity)).map(|(n, _)| *n)
}

/// A named coin's cents.
pub fn coin(entity: &str) -> Option<&'static str> {
    COINS.iter().find(|(name, _)| *name == entity).map(|(_, cents)| *cents)
}

/// An English noun in the singular; other words as they are.
pub fn singular(word: &str) -> String {
    let word = word.trim().trim_end_matches("'s").trim_end_matches('\'');
    let irregular = [
        ("geese", "goose"),
        ("children", "child"),
        ("mice", "mouse"),
        ("people", "person"),
        ("men", "man"),
        ("women", "woman"),
        ("calves", "calf"),
        ("wolves", "wolf"),
        ("oxen", "ox"),
        ("octopuses", "octopus"),
        ("pence", "penny"),
        ("sheep", "sheep"),
        ("cattle", "cattle"),
    ];
    if let Some((_, one)) = irregular.iter().find(|(many, _)| *many == word) {
        return (*one).to_owned();
    }
    for (ending, with) in [("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 1) {
            return format!("{stem}{with}");
        }
    }
    match word.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i'])) {
        Some(stem) => stem.to_owned(),
        None => word.to_owned(),
    }
}

/// A word as a name in equations.
pub fn name(word: &str) -> String {
    let name: String = word.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "answer" {
        format!("n_{name}")
    } else {
        name
    }
}
