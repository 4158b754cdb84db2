//! Latin words: letters of other alphabets, letters spaced out, digits and signs for letters.

use crate::lexicon::lexicon;

/// Undoes all three, word by word.
pub(super) fn undo(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(homoglyphs).map(|word| unsign(&word)).collect();
    join_single_letters(&mut words);
    words.join(" ")
}

/// Cyrillic, Greek and Armenian letters that look like Latin ones, where Latin letters stand beside them.
fn homoglyphs(word: &str) -> String {
    if word.is_ascii() || !word.chars().any(|c| c.is_ascii_alphabetic()) {
        return word.to_owned();
    }
    word.chars().map(|c| lookalike(c).unwrap_or(c)).collect()
}

fn lookalike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'є' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' | 'н' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' | 'ո' | 'η' => 'n',
        'о' | 'ο' | 'օ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ѵ' | 'ν' => 'v',
        'ѡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

/// `b.o.m.b` and `b0mb`, where a word of the lexicon comes out.
fn unsign(word: &str) -> String {
    let joined: Vec<char> = word.chars().filter(|c| !matches!(c, '.' | '-' | '_' | '*' | '~' | '|' | '+')).collect();
    let letters = joined.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let known = |candidate: &str| lexicon().knows_latin(candidate);
    if letters == 0 || joined.len() > 40 {
        return word.to_owned();
    }
    // One sign between all letters, as nobody writes a word.
    if letters >= 3 && word.chars().count() + 1 >= 2 * joined.len() && joined.len() < word.chars().count() {
        let candidate: String = joined.iter().collect();
        if known(&candidate) || known(&plain(&candidate, 'i')) {
            return plain(&candidate, 'i');
        }
    }
    if word.chars().all(|c| c.is_ascii_alphabetic()) {
        return word.to_owned();
    }
    let core = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '@' | '$' | '!'));
    for one in ['i', 'l'] {
        let candidate = plain(core, one);
        if candidate != core && known(&candidate) {
            return word.replacen(core, &candidate, 1);
        }
    }
    word.to_owned()
}

/// Letters for the digits and signs that stand for them.
fn plain(word: &str, one: char) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        _ => c,
    };
    word.chars().map(letter).collect()
}

/// Letters in a row that are tried as a word.
const LONGEST_RUN: usize = 30;

/// `b o m b`: three or more single letters in a row are one word, if the lexicon knows it.
fn join_single_letters(words: &mut Vec<String>) {
    let single = |word: &String| word.chars().count() == 1 && word.chars().all(char::is_alphanumeric);
    let mut at = 0;
    while at < words.len() {
        // No word is longer; without the limit a text of single letters would take its length squared.
        let run = words[at..].iter().take(LONGEST_RUN).take_while(|word| single(word)).count();
        if run >= 3 {
            // "make a b o m b": the run may begin with a word of one letter.
            for start in at..at + run - 2 {
                let joined = plain(&words[start..at + run].concat(), 'i');
                if lexicon().knows_latin(&joined) {
                    words.splice(start..at + run, [joined]);
                    break;
                }
            }
        }
        at += run.max(1);
    }
}
