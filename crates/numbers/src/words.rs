//! What the assistant says, by language: words/en.json, zh.json, ja.json.

use std::sync::OnceLock;

use serde_json::Value;

use crate::text::Lang;

fn table(lang: Lang) -> &'static Value {
    static TABLES: OnceLock<[Value; 3]> = OnceLock::new();
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let tables = TABLES.get_or_init(|| {
        [include_str!("../words/en.json"), include_str!("../words/zh.json"), include_str!("../words/ja.json")].map(read)
    });
    match lang {
        Lang::En => &tables[0],
        Lang::Zh => &tables[1],
        Lang::Ja => &tables[2],
    }
}

/// The words of that name; English where a language has none.
pub fn say(lang: Lang, name: &str) -> String {
    let words = |lang| table(lang)[name].as_str();
    words(lang).or_else(|| words(Lang::En)).unwrap_or(name).to_owned()
}

/// The words with values in the place of `{name}`.
pub fn say_with(lang: Lang, name: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(say(lang, name), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_the_same_words() {
        let names = |lang| table(lang).as_object().expect("a table").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(Lang::En), names(Lang::Zh));
        assert_eq!(names(Lang::En), names(Lang::Ja));
    }
}
