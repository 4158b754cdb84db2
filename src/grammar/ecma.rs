//! A regular expression as JavaScript and JSON Schema write it → the syntax of the `regex` crate. Compiles nothing.
//!
//! Both dialects look the same and differ in what they mean: `\d`, `\s` and `.`, what a class may hold, escapes, what
//! case is. Whatever the result matches as a whole, the original matches in JavaScript; where exactness would be long
//! (case of ranges beyond ASCII, characters beyond U+FFFF without the flag `u`) it matches less, never more.

use std::iter::Peekable;
use std::str::Chars;

use crate::error::{Error, Result};

/// ECMAScript's `WhiteSpace` and `LineTerminator`, as members of a class.
const SPACE: &str = r"\x{9}-\x{D}\x{20}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
const DIGIT: &str = "0-9";
const WORD: &str = r"0-9A-Z_a-z";
const LINE_ENDS: &str = r"\x{A}\x{D}\x{2028}\x{2029}";
/// Characters that are two units of UTF-16.
const ASTRAL: &str = r"\x{10000}-\x{10FFFF}";

/// Translates a `RegExp`'s source and flags.
///
/// # Errors
/// [`Error::Grammar`] for what no grammar can keep (lookaround, back references, word boundaries) and for mistakes.
pub(super) fn translate(source: &str, flags: &str) -> Result<String> {
    if let Some(flag) = flags.chars().find(|flag| !"dgimsuvy".contains(*flag)) {
        return Err(bad(format!("there is no flag {flag:?}")));
    }
    let has = |flag| flags.contains(flag);
    let mut translator = Translator {
        rest: source.chars().peekable(),
        out: String::with_capacity(2 * source.len()),
        ignores_case: has('i'),
        dot_all: has('s'),
        unicode: has('u') || has('v'),
        sets: has('v'),
        depth: 0,
    };
    match translator.all() {
        Ok(()) => Ok(translator.out),
        Err(Error::Grammar(problem)) => Err(bad(format!("{problem} (in /{source}/)"))),
        Err(other) => Err(other),
    }
}

/// Translates a schema's `pattern`, which is one with the flag `u`.
///
/// # Errors
/// As [`translate`].
pub(super) fn translate_pattern(source: &str) -> Result<String> {
    translate(source, "u")
}

fn bad(problem: impl std::fmt::Display) -> Error {
    Error::Grammar(problem.to_string())
}

struct Translator<'s> {
    rest: Peekable<Chars<'s>>,
    out: String,
    ignores_case: bool,
    dot_all: bool,
    unicode: bool,
    sets: bool,
    depth: usize,
}

/// One thing that a quantifier may follow.
enum Atom {
    /// A character or a class, whatever follows.
    Fixed(String),
    /// All characters but those of this class.
    Negated(String),
    /// A class escape or a property within a class.
    Members(String),
}

impl Translator<'_> {
    fn eat(&mut self, c: char) -> bool {
        self.rest.next_if_eq(&c).is_some()
    }

    fn starts_with(&self, text: &str) -> bool {
        let mut ahead = self.rest.clone();
        text.chars().all(|c| ahead.next() == Some(c))
    }

    fn all(&mut self) -> Result<()> {
        while let Some(c) = self.rest.next() {
            let atom = match c {
                '|' | '^' | '$' => {
                    self.out.push(c);
                    continue;
                }
                '(' => {
                    self.group()?;
                    continue;
                }
                ')' if self.depth == 0 => return Err(bad("there is a ) without its (")),
                ')' => {
                    self.depth -= 1;
                    self.out.push(')');
                    self.quantifier()?;
                    continue;
                }
                '*' | '+' | '?' => return Err(bad(format!("nothing to repeat before {c:?}"))),
                '.' if self.dot_all => Atom::Negated(String::new()),
                '.' => Atom::Negated(LINE_ENDS.into()),
                '[' => self.class()?,
                '\\' => self.escape(false)?,
                c => self.literal(c),
            };
            self.atom(atom)?;
        }
        match self.depth {
            0 => Ok(()),
            _ => Err(bad("there is a ( without its )")),
        }
    }

    fn group(&mut self) -> Result<()> {
        self.depth += 1;
        self.out.push_str("(?:");
        if !self.eat('?') {
            return Ok(());
        }
        if self.eat(':') {
            return Ok(());
        }
        if self.eat('<') && !self.starts_with("=") && !self.starts_with("!") {
            return match self.rest.by_ref().any(|c| c == '>') {
                true => Ok(()),
                false => Err(bad("a group's name has no end")),
            };
        }
        Err(bad("lookaround and modifiers, such as (?=…), cannot be kept"))
    }

    /// Writes an atom and what repeats it. Without the flag `u` a character beyond U+FFFF counts twice: where the number
    /// is limited from above, none of them is taken.
    fn atom(&mut self, atom: Atom) -> Result<()> {
        let mut ahead = self.rest.clone();
        let endless = match ahead.next() {
            Some('*' | '+') => true,
            Some('{') => {
                let range: String = ahead.take_while(|&c| c != '}').collect();
                range.ends_with(',')
            }
            _ => false,
        };
        match atom {
            Atom::Fixed(text) => self.out.push_str(&text),
            Atom::Members(members) => self.out.push_str(&format!("[{members}]")),
            Atom::Negated(members) => {
                let astral = if self.unicode || endless { "" } else { ASTRAL };
                match (self.ignores_case, members.is_empty() && astral.is_empty()) {
                    (_, true) => self.out.push_str("(?s:.)"),
                    (true, _) => self.out.push_str(&format!("(?i:[^{members}{astral}])")),
                    (false, _) => self.out.push_str(&format!("[^{members}{astral}]")),
                }
            }
        }
        self.quantifier()
    }

    /// Copies a quantifier. Whether it is lazy does not change what matches as a whole.
    fn quantifier(&mut self) -> Result<()> {
        match self.rest.peek() {
            Some(&c @ ('*' | '+' | '?')) => {
                self.rest.next();
                self.out.push(c);
            }
            Some('{') => {
                let mut ahead = self.rest.clone();
                let range: String = ahead.by_ref().skip(1).take_while(|&c| c != '}').collect();
                let closed = self.rest.clone().any(|c| c == '}');
                let (low, high) = range.split_once(',').unwrap_or((&range, ""));
                let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                if !closed || low.is_empty() || !digits(low) || !digits(high) {
                    return Ok(()); // a brace like any other character
                }
                self.rest = ahead;
                self.out.push_str(&format!("{{{range}}}"));
            }
            _ => return Ok(()),
        }
        self.eat('?');
        match self.rest.peek() {
            Some(c @ ('*' | '+' | '?')) => Err(bad(format!("nothing to repeat before {c:?}"))),
            _ => Ok(()),
        }
    }

    fn literal(&self, c: char) -> Atom {
        Atom::Fixed(match self.ignores_case.then(|| variants(c)) {
            Some(all) if all.len() > 1 => format!("[{}]", all.iter().map(|&c| member(c)).collect::<String>()),
            _ => member(c),
        })
    }

    /// What a backslash stands for, in a class or outside of one.
    fn escape(&mut self, in_class: bool) -> Result<Atom> {
        let c = self.rest.next().ok_or_else(|| bad("it ends in a backslash"))?;
        // With both flags, case folding makes word characters of these two.
        let folded = if self.ignores_case && self.unicode { r"\x{17F}\x{212A}" } else { "" };
        Ok(match c {
            'd' => Atom::Members(DIGIT.into()),
            'w' => Atom::Members(WORD.into()),
            's' => Atom::Members(SPACE.into()),
            'D' => Atom::Negated(DIGIT.into()),
            'W' => Atom::Negated(format!("{WORD}{folded}")),
            'S' => Atom::Negated(SPACE.into()),
            'b' if in_class => self.literal('\u{8}'),
            'b' | 'B' => return Err(bad("word boundaries cannot be kept")),
            'p' | 'P' if self.unicode => self.property(c == 'P')?,
            'k' if self.unicode || self.starts_with("<") => return Err(bad("back references cannot be kept")),
            '1'..='9' => return Err(bad("back references cannot be kept")),
            _ => {
                let c = self.character(c)?;
                self.literal(c)
            }
        })
    }

    /// The character that an escape with this letter means.
    fn character(&mut self, c: char) -> Result<char> {
        Ok(match c {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{B}',
            'f' => '\u{C}',
            '0' => '\0',
            'c' => match self.rest.next_if(char::is_ascii_alphabetic) {
                Some(letter) => char::from(letter as u8 % 32),
                None => return Err(bad("a letter is missing behind \\c")),
            },
            'x' => match self.hexadecimal(2) {
                Some(code) => char::from_u32(code).unwrap_or('\0'),
                None => 'x',
            },
            'u' if self.unicode && self.starts_with("{") => {
                let code: String = self.rest.by_ref().skip(1).take_while(|&c| c != '}').collect();
                let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                code.ok_or_else(|| bad("\\u{…} names no character"))?
            }
            'u' => match self.hexadecimal(4) {
                Some(high @ 0xD800..0xDC00) if self.starts_with("\\u") => {
                    self.rest.nth(1);
                    let low = self.hexadecimal(4).filter(|low| (0xDC00..0xE000).contains(low));
                    let code = low.map(|low| 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
                    code.and_then(char::from_u32).ok_or_else(|| bad("half a surrogate pair is no character"))?
                }
                Some(code) => char::from_u32(code).ok_or_else(|| bad("half a surrogate pair is no character"))?,
                None => 'u',
            },
            other => other,
        })
    }

    /// So many hexadecimal digits, if they are there.
    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.rest.clone().take(digits).filter(char::is_ascii_hexdigit).collect();
        if text.len() < digits {
            return None;
        }
        self.rest.nth(digits - 1);
        u32::from_str_radix(&text, 16).ok()
    }

    /// `\p{…}`, whose names both dialects take from Unicode.
    fn property(&mut self, negated: bool) -> Result<Atom> {
        let closed = self.eat('{') && self.rest.clone().any(|c| c == '}');
        let name: String = self.rest.by_ref().take_while(|&c| c != '}').collect();
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "_=".contains(c));
        if !closed || name.is_empty() || !plain {
            return Err(bad("a property is written \\p{Name}"));
        }
        let letter = if negated { 'P' } else { 'p' };
        Ok(Atom::Members(format!("\\{letter}{{{name}}}")))
    }

    /// Behind a bracket, to the one that closes it.
    fn class(&mut self) -> Result<Atom> {
        let negated = self.eat('^');
        let mut members = String::new();
        let mut any = false;
        loop {
            if self.sets && (self.starts_with("[") || self.starts_with("&&") || self.starts_with("--")) {
                return Err(bad("sets of classes (flag v) cannot be kept"));
            }
            let first = match self.rest.next().ok_or_else(|| bad("a class has no end"))? {
                ']' => break,
                c => self.class_atom(c)?,
            };
            any = true;
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']'));
            match first {
                Ok(low) if is_range => {
                    self.rest.next();
                    let next = self.rest.next().ok_or_else(|| bad("a class has no end"))?;
                    match self.class_atom(next)? {
                        Ok(high) if low <= high => self.range(low, high, &mut members),
                        Ok(high) => return Err(bad(format!("the range {low:?} to {high:?} is out of order"))),
                        // Then the dash is a character.
                        Err(set) => members.push_str(&format!("{}\\x{{2D}}{set}", member(low))),
                    }
                }
                Ok(c) => self.range(c, c, &mut members),
                Err(set) => members.push_str(&set),
            }
        }
        Ok(match (negated, any) {
            (true, _) => Atom::Negated(members),
            (false, false) => return Err(bad("an empty class matches nothing")),
            (false, true) => Atom::Members(members),
        })
    }

    /// A character of a class, or else a set of them as members.
    fn class_atom(&mut self, c: char) -> Result<std::result::Result<char, String>> {
        let character = match self.rest.peek() {
            _ if c != '\\' => Some(c),
            Some(&next) if !"dwsDWSpP".contains(next) => {
                self.rest.next();
                Some(if next == 'b' { '\u{8}' } else { self.character(next)? })
            }
            _ => None,
        };
        if character.is_some_and(|c| c > '\u{FFFF}') && !self.unicode {
            return Err(bad("a character beyond U+FFFF in a class needs the flag u"));
        }
        if let Some(c) = character {
            return Ok(Ok(c));
        }
        Ok(Err(match self.escape(true)? {
            Atom::Negated(members) => format!("[^{members}]"),
            Atom::Members(text) | Atom::Fixed(text) => text,
        }))
    }

    fn range(&self, low: char, high: char, members: &mut String) {
        let written = |a: char, b: char| match a == b {
            true => member(a),
            false => format!("{}-{}", member(a), member(b)),
        };
        members.push_str(&written(low, high));
        if !self.ignores_case {
            return;
        }
        if low == high {
            members.extend(variants(low).into_iter().filter(|&c| c != low).map(member));
            return;
        }
        for (from, to) in [('a', 'A'), ('A', 'a')] {
            let last = char::from(from as u8 + 25);
            let (a, b) = (low.max(from), high.min(last));
            if a <= b {
                let other = |c: char| char::from((c as u32 - from as u32 + to as u32) as u8);
                members.push_str(&written(other(a), other(b)));
            }
        }
    }
}

/// A character as it stands in a class, and outside of one.
fn member(c: char) -> String {
    match c.is_ascii_alphanumeric() || c > '\u{9F}' && c.is_alphanumeric() {
        true => c.to_string(),
        false => format!("\\x{{{:X}}}", c as u32),
    }
}

/// A character and those that differ from it in case only, by ECMAScript's `Canonicalize` without the flag `u`.
fn variants(c: char) -> Vec<char> {
    let single = |mut all: Box<dyn Iterator<Item = char>>| all.next().filter(|_| all.next().is_none());
    let canonical = |c: char| match single(Box::new(c.to_uppercase())) {
        Some(upper) if c.is_ascii() || !upper.is_ascii() => upper,
        _ => c,
    };
    let others = [single(Box::new(c.to_lowercase())), single(Box::new(c.to_uppercase()))];
    let mut all = vec![c];
    for other in others.into_iter().flatten() {
        if !all.contains(&other) && canonical(other) == canonical(c) {
            all.push(other);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What JavaScript says: texts that the expression matches, and texts that it does not.
    #[test]
    fn what_matches_here_matches_in_javascript() {
        let cases: &[(&str, &str, &[&str], &[&str])] = &[
            (r"^\d{3}-\d{4}$", "", &["123-4567"], &["١٢٣-٤٥٦٧", "1234567"]),
            (r"[^]+", "", &["a\nb", "\u{2028}"], &[""]),
            (r"[[]a[&]&b[a&&b]", "", &["[a&&b&", "[a&&ba"], &["a"]),
            (r"[a&&b]", "", &["&", "a", "b"], &["c"]),
            (r"[a~~c&&-]", "", &["-", "a", "~", "&"], &["d"]),
            (r"\cA\cz", "", &["\u{1}\u{1A}"], &["cA"]),
            (r"a.c", "", &["abc", "a\u{85}c"], &["a\nc", "a\rc", "a\u{2028}c"]),
            (r"a.c", "s", &["a\nc"], &["ac"]),
            (r"\s\S", "", &["\u{FEFF}a", "\u{B}b", " é"], &["\u{85}a", "a "]),
            (r"\w\W", "", &["a ", "_é"], &["é ", "ab"]),
            (r"k", "i", &["k", "K"], &["\u{212A}"]),
            (r"straße", "i", &["STRAßE", "straße"], &["STRAẞE", "ſtraße"]),
            (r"[a-c]É", "i", &["Bé", "cÉ"], &["dé"]),
            (r"[^k]", "i", &["a"], &["k", "K"]),
            (r"[A-z]", "i", &["_", "q", "Q"], &["1"]),
            (r"^.$", "", &["a", "枇"], &["😀"]),
            (r"^.+$", "", &["😀"], &[]),
            (r"^.$", "u", &["😀"], &["ab"]),
            (r"[^a]{2}", "", &["bc"], &["😀😀"]),
            (r"\u{61}\u0062\x63", "u", &["abc"], &["u{61}bc"]),
            (r"\uD83D\uDE00", "", &["😀"], &[]),
            (r"\p{Lu}\P{L}", "u", &["É1"], &["é1"]),
            (r"\p{Script=Greek}+", "u", &["αβγ"], &["abc"]),
            (r"(?<year>\d+)(?:a|b)(c)", "", &["12ac"], &["ac"]),
            (r"a{,2}b{1}c{2,3}?", "", &["a{,2}bcc", "a{,2}bccc"], &["aabcc"]),
            (r"a{x}", "", &["a{x}"], &[]),
            (r"[\d-x][+--]", "", &["-+", "5,", "x-"], &["a+"]),
            (r"[\b][\]\\]\/\-\_", "", &["\u{8}]/-_", "\u{8}\\/-_"], &[]),
            (r"[\s\S]*?", "", &["", "a\n😀"], &[]),
            (r"^(?:a|b)$", "m", &["a", "b"], &["c"]),
            (r"<b>#&~</b>", "", &["<b>#&~</b>"], &[]),
        ];
        for (source, flags, matches, others) in cases {
            let translated = translate(source, flags).unwrap_or_else(|e| panic!("/{source}/{flags}: {e}"));
            let mut regex = regex_of(&translated);
            for text in *matches {
                assert!(regex(text), "/{source}/{flags} → {translated} does not match {text:?}");
            }
            for text in *others {
                assert!(!regex(text), "/{source}/{flags} → {translated} matches {text:?}");
            }
        }
    }

    /// Whole matches, decided by the grammar compiler's own engine.
    fn regex_of(translated: &str) -> impl FnMut(&str) -> bool + use<> {
        let mut regex = llguidance::derivre::Regex::new(translated).unwrap_or_else(|e| panic!("{translated}: {e}"));
        move |text| regex.is_match(text)
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        for (source, flags, word) in [
            (r"a(?=b)", "", "lookaround"),
            (r"(?<!a)b", "", "lookaround"),
            (r"(a)\1", "", "back references"),
            (r"\k<a>", "", "back references"),
            (r"\bword", "", "boundaries"),
            (r"[😀]", "", "flag u"),
            (r"[[a]--[b]]", "v", "sets"),
            (r"[]", "", "empty class"),
            (r"[z-a]", "", "out of order"),
            (r"a**", "", "nothing to repeat"),
            (r"(a", "", "without its )"),
            (r"a)", "", "without its ("),
            (r"[a", "", "no end"),
            (r"\uD83D", "", "surrogate"),
            (r"a\", "", "backslash"),
            (r"a", "x", "flag"),
        ] {
            let error = translate(source, flags).unwrap_err();
            assert_eq!(error.code(), "bad_grammar");
            assert!(error.to_string().contains(word), "/{source}/{flags}: {error}");
        }
    }
}
