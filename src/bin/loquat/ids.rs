//! Lists of token ids on the command line: `1,2,3`.

use std::str::FromStr;

/// Ids separated by commas or spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids(pub Vec<u32>);

impl FromStr for Ids {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split([',', ' ', '\n', '[', ']']).filter(|w| !w.is_empty());
        words.map(|w| w.parse().map_err(|_| format!("{w:?} is not a token id"))).collect::<Result<_, _>>().map(Ids)
    }
}
