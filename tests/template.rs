//! Chat templates against what transformers renders.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use loquat::gguf::{Metadata, Value};
use loquat::template::{ChatTemplate, Now, RenderOptions, unfold_arguments};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn options(case: &Json, variables: &Json) -> RenderOptions {
    RenderOptions {
        tools: case.get("tools").cloned(),
        add_generation_prompt: case["add_generation_prompt"].as_bool().unwrap(),
        now: None,
        variables: variables.as_object().unwrap().clone(),
    }
}

#[test]
fn smollm2_renders_byte_for_byte() {
    let Some(model) = common::real_model() else { return };
    let template = ChatTemplate::from_metadata(&common::metadata(&model)).unwrap();
    assert_eq!(template.note(), None);
    let fixture = common::json(&common::fixture_roots()[0].join("chat_template/smollm2.json"));
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 10);
    for case in cases {
        let got = template.render(&case["messages"], &options(case, &fixture["variables"]));
        match (case.get("expected"), &case["error"]) {
            (Some(expected), _) => assert_eq!(got.unwrap(), expected.as_str().unwrap(), "{}", case["name"]),
            (None, error) if error == "TemplateError" => {
                assert_eq!(got.unwrap_err().code(), "chat_template", "{}", case["name"]);
            }
            (None, error) => println!("{}: Python gives {error}, here {got:?}", case["name"]),
        }
    }
}

#[test]
fn an_empty_template_or_the_name_of_chatml_is_chatml() {
    for source in ["", " \n", "chatml"] {
        let mut meta = Metadata::default();
        meta.0.insert("tokenizer.chat_template".to_owned(), Value::String(source.to_owned()));
        let template = ChatTemplate::from_metadata(&meta).unwrap();
        assert!(template.note().unwrap().contains("ChatML") && !template.is_own(), "{source:?}: {:?}", template.note());
        let got = template.render(&json!([{"role": "user", "content": "Hi"}]), &RenderOptions::default()).unwrap();
        assert_eq!(got, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    }
}

/// Ids of shops and chats are longer than JavaScript's numbers; what the model wrote comes back as it wrote it.
#[test]
fn arguments_of_tool_calls_reach_the_template_digit_for_digit() {
    let source = "{% for m in messages %}{% for c in m.tool_calls %}{{ c.function.arguments | tojson }}|{% endfor %}{% endfor %}";
    let template = ChatTemplate::new(source, "", "").unwrap();
    let call = |arguments: Json| {
        let call = json!({"function": {"name": "f", "arguments": arguments}});
        let mut messages = vec![json!({"role": "assistant", "tool_calls": [call]})];
        unfold_arguments(&mut messages);
        Json::Array(messages)
    };
    let written = |arguments: Json| template.render(&call(arguments), &RenderOptions::default()).unwrap();
    let text = r#"{"id": 2512292042121000001, "long": -123456789012345678901234567890, "rate": 1.0, "name": "00712"}"#;
    assert_eq!(written(json!(text)), format!("{text}|"));
    assert_eq!(written(json!("")), "{}|");
    assert_eq!(written(Json::Null), "{}|");
    assert_eq!(written(json!({"a": [1, 2.5]})), "{\"a\": [1, 2.5]}|");
}

/// A template could once take all of the memory: of a text to fill with, each character was repeated.
#[test]
fn a_text_to_fill_with_is_one_character() {
    for method in ["ljust", "rjust", "center"] {
        assert_eq!(render(&format!("[{{{{ 'ab'.{method}(4, '枇') }}}}]"), json!(0)).unwrap().chars().count(), 6);
        for fill in ["x".repeat(300_000), String::new()] {
            let source = format!("{{{{ ''.{method}(10000, x) }}}}");
            let error = render(&source, json!(fill)).unwrap_err();
            assert!(error.to_string().contains("exactly one character"), "{method}: {error}");
        }
    }
}

/// Renders `source` with `x` and an empty conversation.
fn render(source: &str, x: Json) -> Result<String, loquat::Error> {
    let mut options = RenderOptions::default();
    options.variables.insert("x".to_owned(), x);
    ChatTemplate::new(source, "<s>", "</s>")?.render(&json!([]), &options)
}

#[test]
fn a_model_without_a_template_gets_chatml_and_says_so() {
    let template = ChatTemplate::from_metadata(&Metadata::default()).unwrap();
    assert!(template.note().unwrap().contains("ChatML"), "{:?}", template.note());
    assert_eq!(template.name(), "chatml");
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]);
    let got = template.render(&messages, &RenderOptions::default()).unwrap();
    let want = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
    assert_eq!(got, want);
}

#[test]
fn a_template_that_does_not_parse_names_the_line() {
    let error = ChatTemplate::new("a\n{% if %}\n", "", "").unwrap_err();
    assert!(error.to_string().contains("line 2"), "{error}");
    let mut meta = Metadata::default();
    meta.0.insert("tokenizer.chat_template".to_owned(), Value::String("{{ ".to_owned()));
    assert_eq!(ChatTemplate::from_metadata(&meta).unwrap_err().code(), "chat_template");
}

#[test]
fn a_template_that_raises_is_an_error_in_its_own_words() {
    let error = render("{% if x %}{{ raise_exception('Roles must alternate!') }}{% endif %}", json!(true)).unwrap_err();
    assert_eq!(error.to_string(), "chat template: Roles must alternate!");
    let inside = "{% macro m() %}{{ raise_exception('inside') }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}";
    assert_eq!(render(inside, json!(1)).unwrap_err().to_string(), "chat template: inside");
}

#[test]
fn a_hostile_template_is_stopped() {
    for source in [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
        "{{ 'x'.ljust(99999999999) | length }}{{ 'ab' * 99999999999 }}",
        "{{ x | tojson(indent=99999999) }}{% for i in range(999999) %}{{ x | tojson }}{% endfor %}",
        "{{ '{:>999999999}'.format(1) }}",
        "{% set ns = namespace(a=[x]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a | tojson }}",
        "{% set ns = namespace(a=[x]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a | string }}",
        "{% set ns = namespace(a=[x]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{{ 'a,b'.replace('', 'x' * 9999999).replace('', 'x' * 9999999) }}",
        "{{ x | tojson(indent='x' * 9999999) }}{{ x | tojson(indent='x' * 9999999) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ 'x\\nx' | indent(9999999999) }}",
        "{{ [1] | batch(9999999999, 'x') | list }}{{ [1] | slice(9999999999, 'x') | list }}",
        "{{ [1] * 9999999999 }}",
    ] {
        let error = render(source, json!([[[1]]])).unwrap_err();
        assert_eq!(error.code(), "chat_template", "{source}: {error}");
    }
}

#[test]
fn the_time_can_be_fixed() {
    let source = "{{ strftime_now('%d %b %Y') }}";
    let template = ChatTemplate::new(source, "", "").unwrap();
    for now in [json!("2024-07-26"), json!({"year": 2024, "month": 7, "day": 26}), json!(1_721_952_000)] {
        let mut options = RenderOptions::default();
        options.variables.insert("now".to_owned(), now.clone());
        assert_eq!(template.render(&json!([]), &options).unwrap(), "26 Jul 2024", "{now}");
        let options = RenderOptions { now: Some(Now::from_json(&now).unwrap()), ..RenderOptions::default() };
        assert_eq!(template.render(&json!([]), &options).unwrap(), "26 Jul 2024", "{now}");
    }
    assert!(render("{{ strftime_now('%Y') | int > 2025 }}", json!(0)).unwrap() == "True");
}

/// Single features of Jinja and of Python, each with what Jinja2 3.1.6 renders (`x` is `{"k": 1}`).
#[test]
fn features_render_as_jinja2_does() {
    let features = common::json(&common::fixture_roots()[0].join("chat_template/features.json"));
    let mut wrong = Vec::new();
    for feature in features.as_array().unwrap() {
        let source = feature["source"].as_str().unwrap();
        let mut options = RenderOptions { add_generation_prompt: false, ..RenderOptions::default() };
        options.variables.insert("x".to_owned(), json!({"k": 1}));
        options.variables.insert("null_v".to_owned(), Json::Null);
        options.variables.insert("now".to_owned(), json!("2024-07-26T09:05:07"));
        let got = ChatTemplate::new(source, "<s>", "</s>").and_then(|t| t.render(&json!([]), &options));
        match (&got, feature["text"].as_str(), feature["raised"].as_str()) {
            (Ok(text), Some(want), _) if text == want => {}
            (Err(error), _, Some(message)) if error.to_string() == format!("chat template: {message}") => {}
            _ => wrong.push(format!("{source:?}:\n  want {feature}\n  got  {got:?}")),
        }
    }
    let count = features.as_array().unwrap().len();
    assert!(count > 250 && wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The folder that `cargo xtask templates` fills, and a Python with Jinja2.
fn reference_renderer() -> Option<(PathBuf, Command)> {
    let cache =
        PathBuf::from(std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).unwrap_or_else(|| {
            Path::new(&std::env::var_os("HOME").unwrap_or_default()).join(".cache").into_os_string()
        }));
    let cache = cache.join("loquat");
    let folder = std::env::var_os("LOQUAT_TEMPLATES").map_or_else(|| cache.join("templates"), PathBuf::from);
    if !folder.is_dir() {
        common::skip("real chat templates", &format!("{} is not there; see `cargo xtask templates`", folder.display()));
        return None;
    }
    let mut python = Command::new(std::env::var_os("LOQUAT_PYTHON").unwrap_or_else(|| "python3".into()));
    python.env("PYTHONPATH", cache.join("python"));
    let mut probe = Command::new(python.get_program());
    probe.env("PYTHONPATH", cache.join("python")).args(["-c", "import jinja2"]);
    if !probe.output().is_ok_and(|out| out.status.success()) {
        common::skip("real chat templates", "python3 with jinja2 is not there; see `cargo xtask templates`");
        return None;
    }
    Some((folder, python))
}

/// What people run, as the packages' file names have it (TinyLlama carries the template of Zephyr).
#[rustfmt::skip]
const FAMILIES: [&str; 19] = [
    "llama2", "llama3.1", "llama3.2", "mistral", "gemma2", "gemma3", "phi3", "phi4", "qwen2.5", "qwen3", "deepseek-r1",
    "smollm2", "smollm3", "granite3", "granite4", "olmo2", "glm4", "command-r", "tinyllama",
];

/// The one template that adds a `safe` string to a plain one: in Python that escapes the plain one for HTML, so that its
/// tools reach the model as `&#34;`. Here they arrive as they are.
const ESCAPES_BY_ACCIDENT: &str = "meetkai-functionary-medium-v3.1.jinja";

fn unescaped(html: &str) -> String {
    let plain = html.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    plain.replace("&amp;", "&")
}

/// Templates of the models people use, as packages ship them, over many shapes of conversation.
#[test]
fn real_templates_render_as_jinja2_does() {
    let Some((folder, mut python)) = reference_renderer() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template_reference.py");
    let path = common::fixture_roots()[0].join("chat_template/cases.json");
    let cases = common::json(&path);
    let cases = cases.as_array().unwrap();
    let output = python.arg(&script).arg(&path).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    let reference: Json = serde_json::from_slice(&output.stdout).unwrap();

    let (mut same, mut escaped, mut wrong) = (0, 0, Vec::new());
    for (path, results) in reference.as_object().unwrap() {
        let source = std::fs::read_to_string(path).unwrap();
        let name = Path::new(path).strip_prefix(&folder).unwrap().display();
        let known = Path::new(path).file_name().is_some_and(|file| file == ESCAPES_BY_ACCIDENT);
        let template = ChatTemplate::new(&source, "<s>", "</s>");
        for (case, want) in cases.iter().zip(results.as_array().unwrap()) {
            let got = template.as_ref().map_err(Clone::clone).and_then(|template| {
                let mut variables = case.as_object().unwrap().clone();
                for key in ["name", "messages", "tools", "add_generation_prompt"] {
                    variables.remove(key);
                }
                variables.insert("now".to_owned(), json!("2024-07-26T09:05:07"));
                template.render(&case["messages"], &options(case, &Json::Object(variables)))
            });
            match (&got, want["text"].as_str(), want["raised"].as_str()) {
                (Ok(text), Some(want), _) if text == want => same += 1,
                (Err(error), _, Some(message)) if error.to_string() == format!("chat template: {message}") => same += 1,
                (_, None, None) => {}
                (Ok(text), Some(want), _) if known && *text == unescaped(want) => escaped += 1,
                _ => wrong.push(format!("{name}, {}:\n  want {want}\n  got  {got:?}", case["name"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ, {same} agree:\n{}", wrong.len(), wrong.join("\n"));
    for family in FAMILIES {
        let found = reference.as_object().unwrap().keys().any(|path| path.to_lowercase().contains(family));
        assert!(found, "no template of {family} in {}: run `cargo xtask templates`", folder.display());
    }
    assert!(escaped > 0, "{ESCAPES_BY_ACCIDENT} is an exception no longer");
    println!("{same} renderings of {} templates are equal", reference.as_object().unwrap().len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a template is, it gives a text or an error.
    #[test]
    fn no_template_panics(source in "(\\{%|%\\}|\\{\\{|\\}\\}|-|for|if|set|in|x|endfor|endif| |\\.|\\[|\\]|\\(|\\)|'|1|\\||tojson|\\PC){0,40}") {
        let _ = render(&source, json!({"a": [1, "b"]}));
    }
}
