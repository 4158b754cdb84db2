//! What Chinese and Japanese questions ask for, in the English words that the linear model was trained on. Names of
//! cells and columns stay as they are.

/// Longer phrases first, where one begins with another.
const PHRASES: &[(&str, &str)] = &[
    // Chinese
    ("一共有多少", "how many in total"),
    ("总共有多少", "how many in total"),
    ("有多少", "how many"),
    ("多少次", "how many times"),
    ("多少个", "how many"),
    ("是多少", "what is"),
    ("多少", "how many"),
    ("几次", "how many times"),
    ("几个", "how many"),
    ("几位", "how many"),
    ("什么时候", "when"),
    ("何时", "when"),
    ("哪一年", "which year"),
    ("哪年", "which year"),
    ("哪里", "where"),
    ("哪一个", "which"),
    ("哪个", "which"),
    ("哪些", "which"),
    ("哪位", "who"),
    ("哪", "which"),
    ("什么", "what"),
    ("谁", "who"),
    ("最常见", "most common"),
    ("次数最多", "most times"),
    ("最多", "most"),
    ("最少", "least"),
    ("最大", "largest"),
    ("最小", "smallest"),
    ("最高", "highest"),
    ("最低", "lowest"),
    ("最长", "longest"),
    ("最短", "shortest"),
    ("最早", "earliest"),
    ("最晚", "latest"),
    ("最近", "most recent"),
    ("最新", "latest"),
    ("最后", "last"),
    ("最好", "best"),
    ("最差", "worst"),
    ("第一个", "first"),
    ("首次", "first"),
    ("下一个", "next after"),
    ("上一个", "previous before"),
    ("之后", "after"),
    ("以后", "after"),
    ("之前", "before"),
    ("以前", "before"),
    ("超过", "more than"),
    ("大于", "more than"),
    ("高于", "higher than"),
    ("多于", "more than"),
    ("小于", "less than"),
    ("低于", "lower than"),
    ("少于", "fewer than"),
    ("至少", "at least"),
    ("不少于", "at least"),
    ("不超过", "at most"),
    ("至多", "at most"),
    ("相差", "difference between"),
    ("差距", "difference"),
    ("差多少", "difference"),
    ("之差", "difference"),
    ("总和", "total sum"),
    ("总数", "total number"),
    ("总计", "total"),
    ("一共", "total"),
    ("总共", "total"),
    ("合计", "total"),
    ("平均值", "average"),
    ("平均", "average"),
    ("不同的", "different"),
    ("除了", "other than"),
    ("以外", "besides"),
    ("相同", "same"),
    ("同样", "same"),
    ("还是", "or"),
    ("或者", "or"),
    ("介于", "between"),
    // Japanese
    ("いくつ", "how many"),
    ("何回", "how many times"),
    ("何人", "how many"),
    ("何件", "how many"),
    ("いくら", "how much"),
    ("どのくらい", "how much"),
    ("いつ", "when"),
    ("何年", "which year"),
    ("どこ", "where"),
    ("どれ", "which"),
    ("どの", "which"),
    ("誰", "who"),
    ("だれ", "who"),
    ("何", "what"),
    ("最も多い", "most"),
    ("一番多い", "most"),
    ("最も少ない", "least"),
    ("最も高い", "highest"),
    ("一番高い", "highest"),
    ("最も低い", "lowest"),
    ("最も", "most"),
    ("一番", "most"),
    ("最初", "first"),
    ("最後", "last"),
    ("次の", "next after"),
    ("前の", "previous before"),
    ("より多い", "more than"),
    ("以上", "at least"),
    ("以下", "at most"),
    ("合計", "total"),
    ("平均", "average"),
];

/// The question with these phrases in English; questions in Latin letters stay as they are.
pub fn in_english(text: &str) -> String {
    if !text.chars().any(crate::words::is_ideograph) {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let longest = PHRASES.iter().filter(|(phrase, _)| rest.starts_with(phrase)).max_by_key(|(p, _)| p.len());
        match longest {
            Some((phrase, english)) => {
                result.push(' ');
                result.push_str(english);
                result.push(' ');
                rest = &rest[phrase.len()..];
            }
            None => {
                result.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_said_in_english_and_names_stay() {
        let words = |t: &str| in_english(t).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words("哪个城市的销售额最高？"), "which 城市的销售额 highest ？");
        assert_eq!(words("which city"), "which city");
    }
}
