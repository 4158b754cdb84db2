//! Words of questions, cells and names, as they are compared.

use crate::words::{is_ideograph, plain, stem};

/// A word as it stands and as it is compared.
#[derive(Debug, Clone)]
pub struct Token {
    /// In small letters.
    pub word: String,
    /// The stem; numbers and ordinals in digits, months by three letters.
    pub norm: String,
}

/// Splits text into tokens.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            let norm = norm(word);
            tokens.push(Token { word: std::mem::take(word), norm });
        }
    };
    for (i, &c) in chars.iter().enumerate() {
        let digit = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
        let between = i > 0 && digit(chars.get(i - 1)) && digit(chars.get(i + 1));
        if is_ideograph(c) {
            end(&mut word);
            word.push(c);
            end(&mut word);
        } else if c.is_alphanumeric() {
            word.push(plain(c));
        } else if c == '.' && between {
            word.push(c);
        } else if (c == ',' && between) || matches!(c, '\'' | '’') {
            // 1,234 is one word, and so is what stands before an apostrophe.
            if c != ',' && chars.get(i + 1) == Some(&'s') && !chars.get(i + 2).is_some_and(|c| c.is_alphanumeric()) {
                end(&mut word);
            }
        } else {
            end(&mut word);
        }
    }
    end(&mut word);
    tokens.retain(|t| t.word != "s");
    tokens
}

const NUMBER_WORDS: [(&str, &str); 32] = [
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("hundred", "100"),
    ("first", "1"),
    ("second", "2"),
    ("third", "3"),
    ("fourth", "4"),
    ("fifth", "5"),
    ("sixth", "6"),
    ("seventh", "7"),
    ("eighth", "8"),
    ("ninth", "9"),
    ("tenth", "10"),
    ("once", "1"),
];

/// Results of games, as tables abbreviate them.
const RESULTS: [(&str, &[&str]); 3] = [
    ("win", &["win", "wins", "won", "winning", "w"]),
    ("loss", &["loss", "losses", "lost", "lose", "loses", "l"]),
    ("draw", &["draw", "draws", "drew", "tie", "ties", "tied"]),
];

fn norm(word: &str) -> String {
    if let Some((result, _)) = RESULTS.iter().find(|(_, words)| words.contains(&word)) {
        return (*result).into();
    }
    if let Some((_, digits)) = NUMBER_WORDS.iter().find(|(w, _)| *w == word) {
        return (*digits).into();
    }
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !digits.is_empty() && matches!(&word[digits.len()..], "st" | "nd" | "rd" | "th") {
        return digits.into();
    }
    if let Some(month) = crate::parse::month_name(word).filter(|_| word.len() > 3) {
        return month.into();
    }
    stem(word).into()
}

/// Words that say nothing about which cell is meant.
pub fn is_stop(word: &str) -> bool {
    const STOP: &[&str] = &[
        "a", "an", "the", "of", "in", "on", "at", "to", "for", "by", "with", "from", "and", "or", "is", "was", "were",
        "are", "be", "been", "did", "do", "does", "has", "have", "had", "what", "which", "who", "whom", "whose",
        "when", "where", "how", "many", "much", "that", "this", "these", "those", "it", "its", "their", "they", "he",
        "she", "his", "her", "him", "them", "there", "than", "then", "as", "not", "no", "list", "table", "chart",
        "name", "tell", "me", "all", "any", "each", "only", "also", "after", "before", "more", "most", "less", "least",
        "first", "last", "next", "previous", "number", "total", "same", "other", "between", "during", "if", "you",
        "us", "s", "up", "out", "into", "over", "under", "about", "per", "i", "so", "but", "can", "will", "would",
        "的", "是", "在", "有", "了", "多", "少", "哪", "个", "什", "么", "几", "は", "の", "が", "を", "に", "で",
        "と",
    ];
    STOP.contains(&word)
}
