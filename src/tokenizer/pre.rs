//! The pre-tokenizers that `tokenizer.ggml.pre` names: how a text falls into words before BPE merges.
//!
//! Facts about published tokenizers, as data. A regex isolates its matches; what lies between them is
//! a word too, and the next regex of the list works on the words of the one before.

use crate::error::{Error, Result};

/// One pre-tokenizer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pre {
    pub name: &'static str,
    pub regexes: &'static [&'static str],
    /// A word that is a token is not merged.
    pub ignore_merges: bool,
    /// Whether BOS is expected where the metadata does not say.
    pub add_bos: bool,
    /// Text is composed first (Unicode's form NFC): what its characters look like decides, not how they are written.
    pub composes: bool,
}

/// Vocabularies whose published tokenizers have the normalizer NFC: those of Qwen, GPT-NeoX, Cohere and Arcade.
const COMPOSED: &[&str] =
    &["qwen2", "qwen35", "deepseek-r1-qwen", "stablelm2", "mpt", "olmo", "modern-bert", "command-r"];

/// The pre-tokenizer of that name.
///
/// # Errors
/// [`Error::Tokenizer`] for a name this table lacks: splitting by a wrong rule would give answers that
/// are bad without a visible reason.
pub(super) fn lookup(name: &str) -> Result<Pre> {
    TABLE
        .iter()
        .find_map(|(names, regexes, flags)| {
            let &name = names.iter().find(|n| **n == name)?;
            let ignore_merges = matches!(flags, Flags::WholeWords | Flags::WholeWordsAndBos);
            let (add_bos, composes) = (*flags == Flags::WholeWordsAndBos, COMPOSED.contains(&name));
            Some(Pre { name, regexes, ignore_merges, add_bos, composes })
        })
        .ok_or_else(|| Error::Tokenizer(format!("pre-tokenizer {name:?} (tokenizer.ggml.pre) is not known")))
}

#[derive(Clone, Copy, PartialEq)]
enum Flags {
    None,
    WholeWords,
    WholeWordsAndBos,
}
use Flags::{None as Plain, WholeWords, WholeWordsAndBos};

type Row = (&'static [&'static str], &'static [&'static str], Flags);

const TABLE: &[Row] = &[
    (
        &[
            "gpt-2",
            "phi-2",
            "mpt",
            "olmo",
            "jais",
            "trillion",
            "granite-docling",
            "exaone4",
            "jina-es",
            "jina-de",
            "jina-v2-es",
            "jina-v2-de",
            "jina-v1-en",
            "jina-v2-code",
            "roberta-bpe",
            "gigachat",
            "a.x-4.0",
            "mellum",
            "modern-bert",
        ],
        &[GPT2],
        Plain,
    ),
    (
        &["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
        &[DIGIT, GPT2],
        Plain,
    ),
    (
        &["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"],
        &[LLAMA3],
        WholeWordsAndBos,
    ),
    (&["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"], &[LLAMA3], Plain),
    (&["minicpm5"], &[DIGITS_3, LLAMA3_DIGITS], WholeWords),
    (
        &["qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "kormo", "f2llmv2", "solar-open", "grok-2"],
        &[QWEN2],
        Plain,
    ),
    (&["qwen35"], &[QWEN35], Plain),
    (&["laguna"], &[r"[^\n]+|[\n]+", QWEN2], Plain),
    (&["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"], &[GPT4O], Plain),
    (&["tiny_aya", "cohere2moe"], &[r"\d{1,3}(?=(?:\d{3})*\b)", GPT4O], Plain),
    (&["tekken"], &[TEKKEN], WholeWordsAndBos),
    (
        &["deepseek-llm"],
        &[
            r"[\r\n]",
            // Cased letters, as Unicode had them: Georgian Mkhedruli got its capitals later.
            r"\s?[\p{LC}--\x{10D0}-\x{10FF}]+",
            r"\s?[!-/:-~！-／：-～‘-‟　-。]+",
            r"\s+$",
            CJK_HANGUL,
            r"\p{N}+",
        ],
        Plain,
    ),
    (&["deepseek-coder"], &[r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK_HANGUL, DIGIT], Plain),
    (&["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"], &[DIGITS_3, r"[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK3], Plain),
    (&["youtu"], &[YOUTU_CJK, YOUTU], WholeWords),
    (&["falcon"], &[r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"], Plain),
    (&["poro-chat", "bloom", "gpt3-finnish"], &[BLOOM], Plain),
    (&["viking"], &[BLOOM, DIGIT], Plain),
    (&["bailingmoe", "bailingmoe2", "llada-moe"], &[BAILING], Plain),
    (&["seed-coder"], &[SEED_CODER], Plain),
    (&["exaone-moe"], &[EXAONE_MOE], Plain),
    // Files from before the key existed.
    (&["default"], &[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"], Plain),
];

const DIGIT: &str = r"\p{N}";
const DIGITS_3: &str = r"\p{N}{1,3}";
const CJK_HANGUL: &str = r"[\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+";
const BLOOM: &str = r" ?[^(\s|.,!?…。，、।۔،)]+";

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// English contractions, then words; `$numbers` is how digits group.
macro_rules! words {
    ($numbers:literal) => {
        concat!(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|",
            $numbers,
            r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
    };
}
const LLAMA3: &str = words!(r"\p{N}{1,3}");
const LLAMA3_DIGITS: &str = words!(r"\p{N}+");
const QWEN2: &str = words!(r"\p{N}");

const QWEN35: &str = concat!(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|",
    r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
);
const SEED_CODER: &str = concat!(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}|",
    r" ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"
);
const BAILING: &str = concat!(
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|",
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
);
const EXAONE_MOE: &str = concat!(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|",
    r"[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"
);
const DEEPSEEK3: &str = concat!(
    r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"##,
    r" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
);

/// Words by case: capitals then small letters; `$suffix` takes contractions, `$numbers` groups digits.
macro_rules! cased_words {
    ($suffix:literal, $numbers:literal) => {
        concat!(
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
            $suffix,
            r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
            $suffix,
            "|",
            $numbers,
            r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
    };
}
const GPT4O: &str = cased_words!(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?", r"\p{N}{1,3}");
const YOUTU: &str = cased_words!(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?", r"\p{N}");
const TEKKEN: &str = cased_words!("", r"\p{N}");
const YOUTU_CJK: &str = r"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
    use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior};

    fn words(name: &str, text: &str) -> Vec<String> {
        let mut words = PreTokenizedString::from(text);
        for regex in lookup(name).unwrap().regexes {
            let pattern = SplitPattern::Regex((*regex).to_owned());
            Split::new(pattern, SplitDelimiterBehavior::Isolated, false).unwrap().pre_tokenize(&mut words).unwrap();
        }
        let splits = words.get_splits(OffsetReferential::Original, OffsetType::Byte);
        splits.iter().map(|(word, _, _)| (*word).to_owned()).collect()
    }

    #[test]
    fn every_row_compiles_and_loses_no_text() {
        let text = "Hello  WORLD's 12345 café\n\n\t日本語 한국어 Ünïcode_x += [1,2];  \r\n ა Ა 😀 l'été  ";
        let mut seen = HashSet::new();
        assert!(COMPOSED.iter().all(|name| lookup(name).is_ok()));
        for (names, _, _) in TABLE {
            for name in *names {
                assert!(seen.insert(*name), "{name} is in the table twice");
                assert_eq!(words(name, text).concat(), text, "{name}");
            }
        }
    }

    #[test]
    fn digits_group_as_each_family_does() {
        assert_eq!(words("gpt-2", "a 12345"), ["a", " 12345"]);
        assert_eq!(words("smollm", "a 12345"), ["a", " ", "1", "2", "3", "4", "5"]);
        assert_eq!(words("llama-bpe", "a 12345"), ["a", " ", "123", "45"]);
        assert_eq!(words("qwen2", "a 12345"), ["a", " ", "1", "2", "3", "4", "5"]);
        assert_eq!(words("falcon", "a 12345"), ["a", " ", "123", "45"]);
        assert_eq!(words("tiny_aya", "1234567"), ["1", "234", "567"]);
        assert_eq!(words("deepseek-v3", "1234"), ["123", "4"]);
    }

    #[test]
    fn case_splits_words_in_the_gpt_4o_family() {
        assert_eq!(words("gpt-4o", "helloWorld's it'S"), ["hello", "World's", " it'S"]);
        assert_eq!(words("tekken", "helloWorld's"), ["hello", "World", "'s"]);
        assert_eq!(words("llama-bpe", "helloWorld'S"), ["helloWorld", "'S"]);
        // Case-insensitive contractions know the long s, as Oniguruma does.
        assert_eq!(words("llama-bpe", "a'ſb"), ["a", "'ſ", "b"]);
        assert_eq!(words("gpt-2", "don'T don't"), ["don", "'", "T", " don", "'t"]);
    }

    #[test]
    fn an_unknown_name_is_an_error_that_names_it() {
        let error = lookup("klingon-bpe").unwrap_err();
        assert!(error.to_string().contains("klingon-bpe"), "{error}");
    }
}
