//! Which ids end an answer. GGUF names one EOS; chat models end turns with others, known by their text.

use super::vocab::{SpecialIds, Vocab};

/// Texts of end-of-generation tokens in the vocabularies people use (the list llama.cpp keeps).
const STOP_TEXTS: &[&str] = &[
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<｜end▁of▁sentence｜>",
    "[e~[",
    // Fill-in-the-middle separators: a model that writes one has left the answer.
    "<|fim_pad|>",
    "<fim-pad>",
    "<fim_pad>",
    "<|fim_repo|>",
    "<|repo_name|>",
    "<fim-repo>",
    "<reponame>",
    "<|file_sep|>",
];

/// Ascending, without repetitions.
pub(super) fn stop_ids(vocab: &Vocab, ids: &SpecialIds) -> Vec<u32> {
    let mut stops: Vec<u32> = vocab
        .iter()
        .filter(|(_, text, _)| matches!(text.as_bytes().first(), Some(b'<' | b'[' | b'_')) && STOP_TEXTS.contains(text))
        .map(|(id, _, _)| id)
        .collect();
    let has = |text: &str| stops.iter().any(|&id| vocab.tokens[id as usize] == text);
    // In channel formats (gpt-oss, Solar) <|end|> ends a message, not the answer.
    if (has("<|return|>") && has("<|call|>")) || (has("<|flush|>") && has("<|calls|>")) {
        stops.retain(|&id| vocab.tokens[id as usize] != "<|end|>");
    }
    stops.extend([ids.eos, ids.eot, ids.eom].into_iter().chain(ids.fim).flatten());
    stops.sort_unstable();
    stops.dedup();
    stops
}
