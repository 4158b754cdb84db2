//! Thoughts aloud: the marks that models put around them, and whether a prompt leaves one open.

/// What opens a thought, and what closes it.
const MARKS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
];

/// What closes the thought with whose opening mark `prompt` ends, if it ends with one: the answer begins inside of it.
pub(super) fn opened_by(prompt: &str) -> Option<&'static str> {
    let prompt = prompt.trim_end();
    MARKS.iter().find(|(open, _)| prompt.ends_with(open)).map(|&(_, close)| close)
}

/// What closes the thought that `message`, which is to be continued, has begun and not ended.
pub(super) fn begun_in(message: &str) -> Option<&'static str> {
    let start = message.trim_start();
    let &(open, close) = MARKS.iter().find(|(open, _)| start.starts_with(open))?;
    (!start[open.len()..].contains(close)).then_some(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_that_ends_in_an_opening_mark_leaves_a_thought_open() {
        assert_eq!(opened_by("<|im_start|>assistant\n<think>\n"), Some("</think>"));
        assert_eq!(opened_by("[INST] Hi [/INST][THINK]"), Some("[/THINK]"));
        assert_eq!(opened_by("<|im_start|>assistant\n<think>\n\n</think>\n\n"), None);
        assert_eq!(opened_by("What does <think> mean?<|im_end|>\n<|im_start|>assistant\n"), None);
    }

    #[test]
    fn a_message_goes_on_within_the_thought_that_it_has_begun() {
        assert_eq!(begun_in("<think>I should"), Some("</think>"));
        assert_eq!(begun_in("<think>I should.</think>Hel"), None);
        assert_eq!(begun_in("The mark <think> opens"), None);
    }
}
