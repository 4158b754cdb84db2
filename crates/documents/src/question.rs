//! A question to what it asks for: its language, the kind of answer, the terms to look for.

use crate::words::{Word, Words, is_han, is_single};

/// The language of a question, which is the language of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, and whatever is none of the others.
    English,
    /// Chinese.
    Chinese,
    /// Japanese.
    Japanese,
}

/// The kind of answer that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Who, whose.
    Person,
    /// Where, which country.
    Place,
    /// When, which year.
    Time,
    /// How many, how long, how much.
    Number,
    /// Why, how, what for: a clause or a sentence.
    Reason,
    /// Anything else.
    Thing,
}

/// What a text must have to be the answer.
#[derive(Debug, Clone)]
pub struct Question {
    /// As it was asked.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// The kind of answer.
    pub wants: Wants,
    /// What to look for, without words that only make a question of it.
    pub terms: Vec<Term>,
}

/// A term of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As the index has it; for a pair its two characters as they stand in texts.
    pub text: String,
    /// Kind of term.
    pub kind: TermKind,
    /// A name: in upper case within a question, or quoted.
    pub name: bool,
}

/// Kinds of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// A word of an alphabetic script.
    Word,
    /// A number.
    Number,
    /// One character of a script without spaces.
    Single,
    /// Two neighbouring ones.
    Pair,
}

/// English words that tell nothing of what a text is about.
const STOP_WORDS: &str = " a about an and any are as at be because been being but by can could did do does doing for from \
    had has have having he her hers him his how i if in into is it its itself me my no nor not of on or our she should so \
    some such than that the their them then there these they this those to was we were what when where which while who \
    whom whose why will with would you your ";

/// After "how" these ask for a number.
const MEASURES: [&str; 8] = ["much", "many", "long", "often", "far", "old", "big", "large"];

/// What makes a question of a Chinese or Japanese text, longest first.
const QUESTION_WORDS: [&str; 56] = [
    "为什么",
    "為什麼",
    "什么时候",
    "什麼時候",
    "什么地方",
    "什么样",
    "什么",
    "什麼",
    "甚么",
    "哪一年",
    "哪一个",
    "哪一位",
    "哪一",
    "哪些",
    "哪里",
    "哪裡",
    "哪儿",
    "哪个",
    "哪個",
    "哪位",
    "哪种",
    "哪年",
    "哪",
    "谁",
    "誰",
    "何时",
    "何處",
    "何处",
    "为何",
    "何种",
    "多少",
    "多久",
    "多大",
    "多长",
    "多高",
    "几个",
    "几年",
    "几",
    "怎么样",
    "怎么",
    "怎样",
    "怎樣",
    "如何",
    "是否",
    "有没有",
    "吗",
    "呢",
    "なぜ",
    "いつ",
    "どこ",
    "どの",
    "どれ",
    "なに",
    "何",
    "请问",
    "所谓",
];

impl Question {
    /// Reads a question.
    pub fn new(text: &str, words: &Words) -> Question {
        let language = language(text);
        Question { text: text.trim().to_owned(), language, wants: wants(text, language), terms: terms(text, words) }
    }
}

/// The language of a text: Japanese if it has kana, Chinese if a good part of it is Han.
pub fn language(text: &str) -> Language {
    let count = |test: fn(char) -> bool| text.chars().filter(|&c| test(c)).count();
    let han = count(is_han);
    let letters = count(char::is_alphabetic);
    if count(|c| matches!(c, '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}')) * 8 > letters {
        Language::Japanese
    } else if han * 4 > letters {
        Language::Chinese
    } else {
        Language::English
    }
}

fn terms(text: &str, words: &Words) -> Vec<Term> {
    let mut blank: String = text.to_owned();
    for word in QUESTION_WORDS {
        if blank.contains(word) {
            blank = blank.replace(word, &" ".repeat(word.len()));
        }
    }
    let found = words.of(&blank);
    let first = found.first().map_or(0, |w| w.start);
    let mut terms: Vec<Term> = Vec::new();
    let mut add = |term: Term| match terms.iter_mut().find(|t| t.text == term.text) {
        Some(known) => known.name |= term.name,
        None => terms.push(term),
    };
    let mut before: Option<&Word> = None;
    let mut after_how = false;
    for word in &found {
        let surface = &blank[word.start..word.end];
        if word.single {
            if let Some(last) = before.filter(|last| last.end == word.start) {
                let pair = &blank[last.start..word.end];
                add(Term { text: pair.to_owned(), kind: TermKind::Pair, name: quoted(&blank, word.start) });
            }
            add(Term { text: word.term.clone(), kind: TermKind::Single, name: false });
            before = Some(word);
            continue;
        }
        before = None;
        let lower = surface.to_lowercase();
        if STOP_WORDS.contains(&format!(" {lower} ")) && surface != "US" && surface != "WHO" {
            after_how = lower == "how";
            continue;
        }
        // "How much is the rent?" asks for no text that says "much".
        if std::mem::take(&mut after_how) && MEASURES.contains(&lower.as_str()) {
            continue;
        }
        let number = word.term.starts_with(|c: char| c.is_ascii_digit());
        let upper = surface.starts_with(char::is_uppercase) && word.start > first;
        add(Term {
            text: word.term.clone(),
            kind: if number { TermKind::Number } else { TermKind::Word },
            name: number || upper || quoted(&blank, word.start),
        });
    }
    terms
}

/// Whether a byte stands within quotation marks.
fn quoted(text: &str, at: usize) -> bool {
    [('“', '”'), ('《', '》'), ('「', '」'), ('『', '』')].into_iter().any(|(open, close)| {
        let opened = text[..at].rfind(open);
        opened.is_some_and(|o| !text[o..at].contains(close) && text[at..].contains(close))
    })
}

fn wants(text: &str, language: Language) -> Wants {
    match language {
        Language::English => wants_english(&text.to_lowercase()),
        Language::Chinese | Language::Japanese => wants_han(text),
    }
}

fn wants_english(text: &str) -> Wants {
    let padded = format!(" {} ", text.replace(|c: char| !c.is_alphanumeric() && c != '\'', " "));
    let has = |list: &[&str]| list.iter().any(|w| padded.contains(&format!(" {w} ")));
    let many = [
        "how many",
        "how much",
        "how long",
        "how old",
        "how far",
        "how tall",
        "how large",
        "how big",
        "how high",
        "how often",
        "how fast",
        "how wide",
        "how deep",
        "what percent",
        "what percentage",
        "what number",
        "what amount",
        "how heavy",
        "what proportion",
        "what fraction",
        "how hot",
        "how cold",
        "what score",
        "what age",
        "what temperature",
    ];
    if has(&many) {
        Wants::Number
    } else if has(&[
        "when",
        "what year",
        "which year",
        "what date",
        "what day",
        "what month",
        "what century",
        "what decade",
        "which century",
        "what time",
        "which month",
        "what years",
        "which decade",
    ]) && !padded.contains(" how ")
    {
        Wants::Time
    } else if has(&["who", "whom", "whose"]) {
        Wants::Person
    } else if has(&[
        "where",
        "what city",
        "which city",
        "what country",
        "which country",
        "what state",
        "which state",
        "what town",
        "what location",
        "what place",
        "what county",
        "what continent",
        "what region",
        "which region",
    ]) {
        Wants::Place
    } else if has(&["why", "how"]) {
        Wants::Reason
    } else {
        Wants::Thing
    }
}

fn wants_han(text: &str) -> Wants {
    let has = |list: &[&str]| list.iter().any(|w| text.contains(w));
    if has(&[
        "多少",
        "多大",
        "多长",
        "多高",
        "多久",
        "多远",
        "多重",
        "多深",
        "多宽",
        "几个",
        "几位",
        "几次",
        "几人",
        "几种",
        "几岁",
        "几座",
        "几条",
        "几名",
        "几部",
        "几集",
        "几分",
        "百分之几",
        "几",
        "いくつ",
        "何人",
        "何回",
        "面积是",
        "人口是",
    ]) && !has(&["几月", "几日", "几号", "几年", "多少年成立"])
    {
        Wants::Number
    } else if has(&[
        "什么时候",
        "什麼時候",
        "何时",
        "何時",
        "哪年",
        "哪一年",
        "哪个世纪",
        "几月",
        "几日",
        "几号",
        "几年",
        "哪一天",
        "什么时间",
        "哪天",
        "时间是",
        "哪个时期",
        "いつ",
        "哪个年代",
        "什么年代",
        "哪个月",
        "哪几年",
        "日期",
    ]) {
        Wants::Time
    } else if has(&["谁", "誰", "哪位", "哪一位", "何人", "哪个人", "什么人", "だれ", "哪些人", "人是"])
    {
        Wants::Person
    } else if has(&[
        "哪里",
        "哪裡",
        "哪儿",
        "何处",
        "何處",
        "什么地方",
        "哪个城市",
        "哪个国家",
        "哪个地区",
        "哪个省",
        "位于哪",
        "哪座城市",
        "どこ",
        "什么国家",
        "什么城市",
        "哪个地方",
        "哪国",
        "哪个州",
        "哪一个城市",
        "哪个县",
        "哪个市",
        "哪个区",
    ]) {
        Wants::Place
    } else if has(&["为什么", "為什麼", "为何", "如何", "怎么", "怎样", "怎樣", "原因", "なぜ", "何以", "どうして"])
    {
        Wants::Reason
    } else {
        Wants::Thing
    }
}

/// Whether a term of one character carries little: particles and pronouns.
pub fn is_particle(term: &str) -> bool {
    "的了是在有和与及或被把对为以于其之由从中这那个上下年月日不也都就而则并等所他她它我你们着过地得到给让向将会能可要还又更最很一二两三".contains(term)
        && term.chars().all(is_single)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(text: &str) -> Question {
        Question::new(text, &Words::default())
    }

    #[test]
    fn the_kind_of_answer_is_read_from_the_question() {
        assert_eq!(question("How many people live in Rhine valley?").wants, Wants::Number);
        assert_eq!(question("In what year did it open?").wants, Wants::Time);
        assert_eq!(question("Whose idea was it?").wants, Wants::Person);
        assert_eq!(question("波兰队为什么降级？").wants, Wants::Reason);
        assert_eq!(question("该站在哪一年开幕？").wants, Wants::Time);
        assert_eq!(question("谁是第二大石油生产国?").wants, Wants::Person);
    }

    #[test]
    fn terms_leave_question_words_out_and_know_names() {
        let q = question("When did Syria launch the attack?");
        let terms: Vec<(&str, bool)> = q.terms.iter().map(|t| (t.text.as_str(), t.name)).collect();
        assert_eq!(terms, [("syria", true), ("launch", false), ("attack", false)]);
        let q = question("《十三点》是谁画的？");
        assert!(q.terms.iter().any(|t| t.text == "三点" && t.name));
        assert!(q.terms.iter().all(|t| !t.text.contains('谁')));
    }
}
