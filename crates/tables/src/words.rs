//! Words of names and questions, and how alike two texts are.

/// Lower-case words; Chinese and Japanese by character.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if is_ideograph(c) {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            words.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.push(plain(c));
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Letters that are written without a space between words.
pub fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// A letter without its mark, for the letters of Europe.
pub fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        c => c,
    }
}

/// A word without the endings of plural, past and the like, crude but the same for both sides.
pub fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    let cut = |end: &str, least: usize| word.strip_suffix(end).filter(|w| w.len() >= least);
    cut("ies", 3)
        .or_else(|| cut("sses", 2).map(|w| &word[..w.len() + 2]))
        .or_else(|| cut("ing", 4))
        .or_else(|| cut("es", 4).filter(|w| w.ends_with(['x', 'h', 's', 'z'])))
        .or_else(|| cut("ed", 4))
        .or_else(|| cut("s", 3).filter(|w| !w.ends_with(['s', 'u', 'i'])))
        .or_else(|| cut("er", 4))
        .or_else(|| cut("y", 3))
        .or_else(|| cut("e", 3))
        .unwrap_or(word)
}

/// From 0 to 1: shared pairs of letters (Dice).
pub fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return f64::from(a == b && !a.is_empty());
    }
    let mut rest = b.clone();
    let shared = a.iter().filter(|p| match rest.iter().position(|q| q == *p) {
        Some(at) => {
            rest.swap_remove(at);
            true
        }
        None => false,
    });
    2.0 * shared.count() as f64 / (a.len() + b.len()) as f64
}

fn pairs(text: &str) -> Vec<(char, char)> {
    let letters: Vec<char> = format!(" {} ", words(text).join(" ")).chars().take(200).collect();
    letters.windows(2).map(|w| (w[0], w[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_an_ending_are_alike() {
        assert!(likeness("Sales", "sale") > 0.7);
        assert!(likeness("Sales", "Region") < 0.2);
        assert_eq!(words("Größe (km²), 北京2024"), ["große", "km²", "北", "京", "2024"]);
        assert_eq!((stem("cities"), stem("winner"), stem("titles")), ("cit", "winn", "title"));
    }
}
