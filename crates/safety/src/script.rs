//! Characters of Chinese and Japanese: which they are, and one form for each.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Han characters and kana.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Simplified characters for traditional and Japanese ones, as far as `evasions.txt` has them.
pub(crate) fn variants(text: &str) -> String {
    static READ: OnceLock<HashMap<char, char>> = OnceLock::new();
    let simplified = READ.get_or_init(|| {
        let lines = include_str!("../words/evasions.txt").lines().filter_map(|line| line.strip_prefix("variant "));
        let pairs = lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('='));
        pairs.flat_map(|(from, to)| from.chars().zip(to.chars())).collect()
    });
    text.chars().map(|c| simplified.get(&c).copied().unwrap_or(c)).collect()
}
