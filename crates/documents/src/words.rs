//! Text to search terms, the same for documents and questions, so that page, widget and command line find alike.
//!
//! Words of alphabetic scripts are folded (case, accents, full width, ligatures) and English ones stemmed by Snowball's
//! English stemmer. Scripts without spaces (Han, kana, Hangul, Thai and the like) give one term a character; pairs of
//! neighbouring characters are looked up in the text itself, see `search`.

use rust_stemmers::{Algorithm, Stemmer};

/// A term and the bytes of the text that it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The folded and stemmed form.
    pub term: String,
    /// First byte.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
    /// A character of a script without spaces.
    pub single: bool,
}

/// Longer runs of letters are no words; cutting them bounds what a hostile file can put into the index.
const LONGEST: usize = 48;

/// Whether a character is a term of its own.
pub fn is_single(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}' | '\u{3005}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17DD}')
}

/// Whether a character is Han.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// A character without case, accent and width; empty for soft hyphens and marks of direction.
fn fold(c: char, to: &mut String) {
    match c {
        'a'..='z' | '0'..='9' => to.push(c),
        'A'..='Z' => to.push(c.to_ascii_lowercase()),
        '\u{FF01}'..='\u{FF5E}' => {
            to.extend(char::from_u32(c as u32 - 0xFEE0).map(|c| c.to_ascii_lowercase()));
        }
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {}
        '\u{300}'..='\u{36F}' => {}
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => to.push('a'),
        'Æ' | 'æ' => to.push_str("ae"),
        'Ç' | 'ç' | 'Ć'..='č' => to.push('c'),
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => to.push('e'),
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => to.push('i'),
        'Ñ' | 'ñ' | 'Ń'..='ň' => to.push('n'),
        'Ò'..='Ö' | 'ò'..='ö' | 'Ø' | 'ø' | 'Ō'..='ő' => to.push('o'),
        'Œ' | 'œ' => to.push_str("oe"),
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => to.push('u'),
        'Ý' | 'ý' | 'ÿ' => to.push('y'),
        'Ś'..='š' => to.push('s'),
        'Ź'..='ž' => to.push('z'),
        'Ł' | 'ł' => to.push('l'),
        'ß' => to.push_str("ss"),
        'ﬀ' => to.push_str("ff"),
        'ﬁ' => to.push_str("fi"),
        'ﬂ' => to.push_str("fl"),
        'ﬃ' => to.push_str("ffi"),
        'ﬄ' => to.push_str("ffl"),
        _ => to.extend(c.to_lowercase()),
    }
}

/// Makes terms of texts.
pub struct Words {
    english: Stemmer,
}

impl Default for Words {
    fn default() -> Self {
        Words { english: Stemmer::create(Algorithm::English) }
    }
}

impl Words {
    /// The terms of a text, in order.
    pub fn of(&self, text: &str) -> Vec<Word> {
        let mut words = Vec::with_capacity(text.len() / 5);
        self.each(text, |term, start, end, single| words.push(Word { term: term.to_owned(), start, end, single }));
        words
    }

    /// Calls `found` with each term, its first byte, the byte after its last one, and whether it is a single character.
    pub fn each(&self, text: &str, mut found: impl FnMut(&str, usize, usize, bool)) {
        let mut run = String::new();
        let (mut start, mut end) = (0, 0);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = at + c.len_utf8();
            if is_single(c) {
                self.flush(&mut run, start, end, &mut found);
                let mut one = [0; 4];
                found(c.encode_utf8(&mut one), at, next, true);
            } else if c.is_alphanumeric() || c == '\u{AD}' || matches!(c, '\u{300}'..='\u{36F}') {
                if run.is_empty() {
                    start = at;
                }
                if run.len() < LONGEST {
                    fold(c, &mut run);
                    end = next;
                }
            } else {
                let digit_before = run.ends_with(|c: char| c.is_ascii_digit());
                let digit_after = chars.peek().is_some_and(|(_, c)| c.is_ascii_digit());
                match c {
                    // A number's parts stay together: 1,000 and 3.5.
                    ',' | '，' if digit_before && digit_after && three_digits(&text[next..]) => {}
                    '.' if digit_before && digit_after => run.push('.'),
                    _ => self.flush(&mut run, start, end, &mut found),
                }
            }
        }
        self.flush(&mut run, start, end, &mut found);
    }

    fn flush(&self, run: &mut String, start: usize, end: usize, found: &mut impl FnMut(&str, usize, usize, bool)) {
        // What an apostrophe leaves behind ("world's") says nothing.
        if run.is_empty() || run == "s" {
            run.clear();
            return;
        }
        if run.bytes().all(|b| b.is_ascii_lowercase()) && run.len() > 2 {
            found(&self.english.stem(run), start, end, false);
        } else {
            found(run, start, end, false);
        }
        run.clear();
    }
}

/// Whether exactly three digits come next, as after a separator of thousands.
fn three_digits(text: &str) -> bool {
    text.bytes().take_while(u8::is_ascii_digit).count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        Words::default().of(text).into_iter().map(|w| w.term).collect()
    }

    #[test]
    fn english_is_folded_and_stemmed() {
        assert_eq!(terms("The world's nested loops, José!"), ["the", "world", "nest", "loop", "jose"]);
        assert_eq!(terms("ＦＵＬＬ width, ﬁne, soft\u{AD}hyphen"), ["full", "width", "fine", "softhyphen"]);
    }

    #[test]
    fn numbers_keep_their_parts() {
        assert_eq!(terms("1,250.5 in 2,3 and 10x"), ["1250.5", "in", "2", "3", "and", "10x"]);
    }

    #[test]
    fn han_gives_a_term_a_character_and_words_know_their_bytes() {
        assert_eq!(terms("共1996年JIT"), ["共", "1996", "年", "jit"]);
        let text = "年，Naïve";
        let words = Words::default().of(text);
        assert_eq!(&text[words[1].start..words[1].end], "Naïve");
    }

    #[test]
    fn endless_words_are_cut() {
        let long = "a".repeat(1 << 16);
        assert!(terms(&long).iter().all(|t| t.len() <= LONGEST));
    }
}
