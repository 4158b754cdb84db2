//! Text as the rules and the classifier read it: one width, one case, one script, and the usual evasions undone.
//!
//! What is undone: full-width, styled and circled letters (NFKC), invisible characters and stacked marks, Cyrillic and
//! Greek letters within Latin words, letters with a space or a sign between them, digits and signs for letters,
//! traditional and Japanese forms of Chinese characters, signs between Chinese characters, pinyin and split
//! characters. The three last ones hold for the words of the lexicon only, because elsewhere they would harm.

mod chinese;
mod latin;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A message is read up to here; the rest is beyond what a classifier of words can tell.
const LONGEST: usize = 8_000; // characters

/// Text for matching. Never shown to anybody.
pub fn normalize(text: &str) -> String {
    let plain: Vec<char> = text.nfkd().take(LONGEST).filter(|c| !invisible(*c)).collect();
    // NFKD and then NFC without the marks of Latin letters: "é" and "ė̶" are "e", while Japanese keeps its marks.
    let unmarked: String = strip_marks(&plain).nfc().collect();
    let lower = unmarked.to_lowercase();
    let latin = latin::undo(&lower);
    chinese::undo(&latin)
}

/// Format characters, variation selectors and tags: nobody sees them.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e01ef}')
}

/// Drops combining marks, but for those of kana.
fn strip_marks(chars: &[char]) -> String {
    let kana = |c: char| matches!(c, '\u{3099}' | '\u{309a}');
    chars.iter().filter(|c| kana(**c) || !is_combining_mark(**c)).collect()
}

#[cfg(test)]
mod tests {
    use super::normalize;

    fn check(text: &str, want: &str) {
        assert_eq!(normalize(text), want, "{text:?}");
    }

    #[test]
    fn width_styles_and_invisible_characters() {
        check("ＢＯＭＢ", "bomb");
        check("𝓫𝓸𝓶𝓫 ⓑⓞⓜⓑ", "bomb bomb");
        check("bo\u{200b}mb bo\u{ad}mb", "bomb bomb");
        check("b\u{336}o\u{336}m\u{336}b", "bomb");
        check("ｶﾞｽ", "ガス");
    }

    #[test]
    fn letters_of_other_alphabets_within_latin_words() {
        check("b\u{43e}mb", "bomb");
        check("бомба", "бомба");
    }

    #[test]
    fn letters_that_are_spaced_out() {
        check("how to make a b o m b", "how to make a bomb");
        check("b.o.m.b b-o-m-b b_o_m_b", "bomb bomb bomb");
        check("plan a or b", "plan a or b");
        check("e.g. this", "e.g. this");
    }

    #[test]
    fn digits_for_letters_only_where_a_known_word_comes_out() {
        check("b0mb k1ll", "bomb kill");
        check("4g 500mg mp3 h2o", "4g 500mg mp3 h2o");
    }

    #[test]
    fn chinese_evasions() {
        check("炸.弹 炸 弹 炸*弹", "炸弹炸弹炸弹");
        check("怎么做 zha dan", "怎么做炸弹");
        check("怎么做zhadan", "怎么做炸弹");
        check("火乍弓单", "炸弹");
        check("自殺", "自杀");
        check("苹果、梨。", "苹果、梨。");
    }
}
