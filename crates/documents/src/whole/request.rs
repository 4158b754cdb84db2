//! The request for whole documents that a text makes, told by its words.

/// What is asked of documents as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// What they are about.
    Summary,
    /// What one chapter or section says; its number.
    Chapter(u32),
    /// Every date.
    Dates,
    /// Every amount of money and every share.
    Amounts,
    /// Every name, in English and in Chinese.
    Names,
    /// Terms that the documents define.
    Glossary,
    /// Questions that help to learn what they say.
    Study,
    /// How two documents differ.
    Compare,
}

/// Words for a document, in the languages that are understood.
const DOCUMENT: [&str; 14] = [
    "document", "file", "paper", "report", "book", "article", "text", "文档", "文件", "论文", "报告", "文章", "文書",
    "資料",
];

/// The request that a text makes, if it makes one.
pub fn whole(text: &str) -> Option<Whole> {
    let lower = text.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    let this = has(&DOCUMENT) || has(&["书", "文", "本"]);
    let summary = has(&[
        "summarize",
        "summarise",
        "summary",
        "overview",
        "key points",
        "main points",
        "总结",
        "概括",
        "摘要",
        "概述",
        "要点",
        "要約",
        "まとめ",
    ]);
    let about =
        this && has(&["about?", "about", "讲了什么", "讲的是什么", "主要内容", "何について"]) && lower.len() < 60;
    let all = has(&["all ", "every ", "list ", "所有", "全部", "列出", "すべて", "全て", "一覧"]);
    let chapter = chapter(&lower)
        .filter(|_| summary || has(&[" say", "about", "讲", "说", "内容", "何が書", "何を述べ", "説明"]));
    if let Some(number) = chapter {
        Some(Whole::Chapter(number))
    } else if has(&["glossary", "terms and definitions", "all definitions", "术语表", "词汇表", "名词解释", "用語集"])
    {
        Some(Whole::Glossary)
    } else if has(&[
        "study questions",
        "questions for study",
        "quiz me",
        "make a quiz",
        "exam questions",
        "复习题",
        "练习题",
        "思考题",
        "出几道题",
        "出题",
        "練習問題",
        "問題を作",
    ]) {
        Some(Whole::Study)
    } else if has(&[
        "compare",
        "difference between",
        "differ from",
        "比较",
        "对比",
        "有什么区别",
        "有何不同",
        "比べ",
        "違い",
    ]) && (has(&DOCUMENT) || has(&["two", "both", "versions", "两", "二つ", "版"]) || lower.contains('.'))
    {
        Some(Whole::Compare)
    } else if all && has(&["dates", "日期", "時間", "日付"]) {
        Some(Whole::Dates)
    } else if all && has(&["amounts", "prices", "sums", "金额", "价格", "費用", "金額"]) {
        Some(Whole::Amounts)
    } else if all && has(&["names", "people mentioned", "人名", "姓名", "名字", "地名", "人物", "名前", "機関名"])
    {
        Some(Whole::Names)
    } else {
        (summary && (this || lower.len() < 40) || about && has(&["what", "什么", "何"])).then_some(Whole::Summary)
    }
}

/// The number of the chapter that a text names: "chapter 3", "section IV", "第三章".
fn chapter(lower: &str) -> Option<u32> {
    for word in ["chapter ", "section ", "part "] {
        let Some(at) = lower.find(word) else { continue };
        let rest = &lower[at + word.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if let Some(number) = number(&rest[..end]) {
            return Some(number);
        }
    }
    let (_, rest) = lower.split_once('第')?;
    let end = rest.find(['章', '节', '節', '部', '篇'])?;
    number(rest[..end].trim())
}

/// A number as headings write it: 3, iii, three, 三.
pub(super) fn number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let ones = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    let place = |list: &[&str]| list.iter().position(|&w| w == word).map(|n| n as u32 + 1);
    place(&ones).or_else(|| place(&roman)).or_else(|| han(word))
}

/// Chinese numbers up to 99.
fn han(word: &str) -> Option<u32> {
    let digit = |c: char| "一二三四五六七八九".chars().position(|d| d == c).map(|n| n as u32 + 1);
    let chars: Vec<char> = word.chars().collect();
    match chars[..] {
        ['十'] => Some(10),
        [a] => digit(a),
        ['十', b] => Some(10 + digit(b)?),
        [a, '十'] => Some(10 * digit(a)?),
        [a, '十', b] => Some(10 * digit(a)? + digit(b)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<Whole> {
        whole(text)
    }

    #[test]
    fn requests_for_whole_documents_are_told_from_questions() {
        assert_eq!(asked("Summarize this document"), Some(Whole::Summary));
        assert_eq!(asked("这份报告的主要内容是什么？"), Some(Whole::Summary));
        assert_eq!(asked("List all dates"), Some(Whole::Dates));
        assert_eq!(asked("列出所有金额"), Some(Whole::Amounts));
        assert_eq!(asked("列出文件中的所有人名"), Some(Whole::Names));
        assert_eq!(asked("What does chapter 3 say?"), Some(Whole::Chapter(3)));
        assert_eq!(asked("Summarize section IV"), Some(Whole::Chapter(4)));
        assert_eq!(asked("第十二章讲了什么？"), Some(Whole::Chapter(12)));
        assert_eq!(asked("Make a glossary"), Some(Whole::Glossary));
        assert_eq!(asked("请出几道复习题"), Some(Whole::Study));
        assert_eq!(asked("Compare the two documents"), Some(Whole::Compare));
        assert_eq!(asked("Who wrote the book about the lighthouse of Holm in 1874?"), None);
        assert_eq!(asked("When did the war end?"), None);
        assert_eq!(asked("Which part of the ship broke?"), None);
        assert_eq!(asked("How does oil compare to coal?"), None);
    }
}
