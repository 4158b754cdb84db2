//! An answer as it streams: a sentence is held back until it is whole and has passed.

use crate::guard::{Guard, Role, Verdict, language_of, stopped};
use crate::policy::Action;

/// Characters after which a sentence without an end is looked at all the same.
const LONGEST: usize = 240;

/// What a delta released.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Released {
    /// What may be shown now, to be appended to what is shown.
    pub text: String,
    /// Whether the answer ends here; the model is to be stopped. `text` then ends with why, in the answer's language.
    pub stop: bool,
    /// What was found, if it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// The state of one answer.
#[derive(Debug, Default)]
pub struct Stream {
    /// What came and is not released.
    held: String,
    /// The sentence before, which the next one may lean on.
    before: String,
    stopped: bool,
}

impl Stream {
    /// Takes what the model wrote.
    pub fn push(&mut self, guard: &Guard, delta: &str) -> Released {
        self.held += delta;
        let mut out = Released::default();
        while !self.stopped
            && let Some(end) = sentence_end(&self.held)
        {
            self.sentence(guard, end, &mut out);
        }
        out
    }

    /// The answer is over: what is left is a sentence.
    pub fn finish(&mut self, guard: &Guard) -> Released {
        let mut out = Released::default();
        if !self.stopped && !self.held.is_empty() {
            self.sentence(guard, self.held.len(), &mut out);
        }
        out
    }

    fn sentence(&mut self, guard: &Guard, end: usize, out: &mut Released) {
        let rest = self.held.split_off(end);
        let sentence = std::mem::replace(&mut self.held, rest);
        let alone = guard.check(&sentence, Role::Assistant);
        // Harm that is spread over two sentences.
        let both = format!("{} {sentence}", self.before);
        let verdict = if alone.action.stops() { alone } else { guard.check(&both, Role::Assistant) };
        if matches!(verdict.action, Action::Decline | Action::HandOver) {
            self.stopped = true;
            self.held.clear();
            out.text += &stopped(language_of(&both));
            out.stop = true;
            out.verdict = Some(verdict);
        } else {
            out.text += &sentence;
            self.before = sentence;
        }
    }
}

/// Where the first whole sentence ends, white space after it included.
fn sentence_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    let (mut count, mut space) = (0, None);
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        count += 1;
        let ends = match c {
            '\n' | '。' | '！' | '？' | '；' | '…' => true,
            // A point may be in a number or an address: the next character tells.
            '.' | '!' | '?' => next.is_some_and(char::is_whitespace),
            _ => false,
        };
        if ends {
            // Closing quotes belong to the sentence.
            while let Some((at, c)) = chars.peek().copied() {
                if !(c.is_whitespace() || matches!(c, '”' | '」' | '’' | '）' | ')' | '"')) {
                    return Some(at);
                }
                chars.next();
            }
            return Some(text.len());
        }
        if c.is_whitespace() || crate::script::is_cjk(c) {
            space = Some(end);
        }
        if count >= LONGEST {
            return Some(space.unwrap_or(end));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn run(deltas: &[&str]) -> (String, bool) {
        let guard = Guard::of(Policy::default());
        let mut stream = Stream::default();
        let (mut text, mut stop) = (String::new(), false);
        for delta in deltas {
            let out = stream.push(&guard, delta);
            text += &out.text;
            stop |= out.stop;
        }
        let last = stream.finish(&guard);
        (text + &last.text, stop | last.stop)
    }

    #[test]
    fn a_harmless_answer_comes_through_letter_by_letter() {
        let answer = "Hello. A loquat (枇杷) is 3.5 cm long, e.g. in May!\n\n- Peel it.\n- Eat it";
        let letters: Vec<String> = answer.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(run(&letters), (answer.to_owned(), false));
    }

    #[test]
    fn a_sentence_is_released_when_it_is_whole() {
        let guard = Guard::of(Policy::default());
        let mut stream = Stream::default();
        assert_eq!(stream.push(&guard, "The sea is blue").text, "");
        assert_eq!(stream.push(&guard, ". It").text, "The sea is blue. ");
        assert_eq!(stream.push(&guard, "海是蓝的。").text, "It海是蓝的。");
    }

    #[test]
    fn a_sentence_is_held_no_longer_than_one_character_behind_its_end() {
        let guard = Guard::of(Policy::default());
        for sentence in ["Pears are sweet.", "Do they keep?", "They cost 3.50 euros today!"] {
            let mut stream = Stream::default();
            let held: String = sentence.chars().map(|c| stream.push(&guard, &c.to_string()).text).collect();
            assert_eq!(held, "");
            assert_eq!(stream.push(&guard, " ").text, format!("{sentence} "));
        }
        for sentence in ["海是蓝的。", "梨很甜！", "- Pears\n"] {
            assert_eq!(Stream::default().push(&guard, sentence).text, sentence);
        }
    }

    #[test]
    fn an_answer_that_turns_bad_ends_before_the_bad_sentence() {
        let (text, stop) =
            run(&["Bread needs yeast. ", "Here is how to build a pipe bomb at home to kill people. ", "First"]);
        assert!(stop);
        assert!(text.starts_with("Bread needs yeast. I stopped here"), "{text}");
        assert!(!text.contains("pipe") && !text.contains("First"), "{text}");
    }

    #[test]
    fn a_text_without_an_end_is_not_held_for_ever() {
        let guard = Guard::of(Policy::default());
        let mut stream = Stream::default();
        let out = stream.push(&guard, &"la ".repeat(200));
        assert!(out.text.len() > 200);
    }
}
