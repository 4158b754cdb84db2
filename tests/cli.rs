//! The command line as a person meets it: each command once, and one clear line for each mistake.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/arch/{name}/model.gguf", env!("CARGO_MANIFEST_DIR"))
}

fn expected(name: &str) -> Value {
    common::json(Path::new(&fixture(name).replace("model.gguf", "expected.json")))
}

fn loquat(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loquat")).args(args).output().unwrap()
}

/// Standard output of a command that must succeed.
fn ok(args: &[&str]) -> String {
    let output = loquat(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn ok_json(args: &[&str]) -> Value {
    serde_json::from_str(&ok(args)).unwrap()
}

/// Runs a command that must fail with exit code 1 and one line on stderr that names all of `culprits`.
fn fails(args: &[&str], culprits: &[&str]) {
    let output = loquat(args);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {line}");
    assert_eq!(line.trim_end().lines().count(), 1, "{args:?}: {line}");
    assert!(output.stdout.is_empty(), "{args:?} printed {}", String::from_utf8_lossy(&output.stdout));
    for culprit in culprits {
        assert!(line.contains(culprit), "{args:?} does not name {culprit}: {line}");
    }
}

fn list(v: &Value) -> String {
    v.as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>().join(",")
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name).display().to_string()
    }

    fn floats(&self, name: &str) -> Vec<f32> {
        let bytes = std::fs::read(self.path(name)).unwrap();
        bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
    }
}

#[test]
fn inspect_tells_what_a_file_contains() {
    let info = ok_json(&["inspect", "--model", &fixture("llama-q4_1"), "--json"]);
    let want = expected("llama-q4_1");
    assert_eq!(info["architecture"], "llama");
    assert_eq!(info["quantization"], want["tensor_types"]);
    assert_eq!(info["vocab_size"], want["vocab_size"]);
    assert!(info["context_length"].as_u64().unwrap() > 0 && info["tensor_count"].as_u64().unwrap() > 0);
    for model in ["bert-q8_0", "t5-relu-tied-q8_0"] {
        let info = ok_json(&["inspect", "--model", &fixture(model), "--json"]);
        assert_eq!(info["vocab_size"], expected(model)["vocab_size"], "{model}");
    }
    let table = ok(&["inspect", "--model", &fixture("gpt2-q8_0"), "--tensors"]);
    assert!(table.contains("token_embd.weight") && table.contains("gpt2"));
}

/// The cost of a token on the GPU: five dispatches a layer for the llama family, one submission, every
/// weight once.
#[test]
fn inspect_counts_what_a_token_costs_on_the_gpu() {
    let has_gpu = || loquat(&["inspect", "--model", &fixture("llama-q4_1"), "--backend", "gpu"]).status.success();
    if !common::gpu_is_promised() && !has_gpu() {
        return common::skip("the GPU's cost of a token", "there is no GPU");
    }
    for (name, per_token, per_layer) in [("smollm2-tied-q4_0", 2 * 5 + 4, 5.0), ("gemma3-f16", 7 * 7 + 4, 7.0)] {
        let info = ok_json(&["inspect", "--model", &fixture(name), "--json", "--backend", "gpu"]);
        assert_eq!(info["dispatches_per_token"], per_token, "{name}");
        assert_eq!(info["dispatches_per_layer"], per_layer, "{name}");
        assert_eq!(info["submissions_per_token"], 1, "{name}");
        let (read, all) = (info["weight_bytes_per_token"].as_u64().unwrap(), info["weight_bytes"].as_u64().unwrap());
        assert!(read > all / 2 && read < all * 5 / 4, "{name}: {read} bytes of {all}");
    }
}

#[test]
fn text_becomes_ids_and_comes_back() {
    let model = fixture("smollm2-tied-q4_0");
    let ids = ok_json(&["tokenize", "--model", &model, "--json", "--text", "Hello, wörld"]);
    let text = ok(&["detokenize", "--model", &model, "--ids", &list(&ids["ids"])]);
    assert_eq!(text, "Hello, wörld\n");
    let files = Files::new();
    let many = files.write("texts.json", r#"["Hello, wörld", ""]"#);
    let rows = ok_json(&["tokenize", "--model", &model, "--json", "--file", &many]);
    assert_eq!(rows["ids"], json!([ids["ids"], []]));
    let special = |extra: &[&str]| {
        let args = ["tokenize", "--model", &model, "--json", "--text", "<|im_end|>"];
        ok_json(&[&args[..], extra].concat())["ids"].as_array().unwrap().len()
    };
    assert!(special(&[]) == 1 && special(&["--no-special"]) > 1);
}

#[test]
fn messages_become_a_prompt_byte_for_byte() {
    let files = Files::new();
    let messages = files.write("messages.json", r#"[{"role": "user", "content": "Hi"}]"#);
    let model = fixture("smollm2-tied-q4_0");
    let prompt = ok(&["template", "--model", &model, "--messages", &messages]);
    assert_eq!(prompt, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    let closed = ok(&["template", "--model", &model, "--messages", &messages, "--no-generation-prompt"]);
    assert_eq!(closed, "<|im_start|>user\nHi<|im_end|>\n");
    let source = "{{ bos_token }}{{ strftime_now('%Y') }} {{ tools | length }} {{ messages[0].content }}";
    let template = files.write("chat.jinja", source);
    let vars = files.write("vars.json", r#"{"bos_token": "<s>", "now": {"year": 2024, "month": 5, "day": 6}}"#);
    let tools = files.write("tools.json", r#"[{"name": "a"}]"#);
    let args = ["--template", &template, "--vars", &vars, "--messages", &messages, "--tools", &tools];
    assert_eq!(ok(&[&["template"][..], &args[..]].concat()), "<s>2024 1 Hi");
}

#[test]
fn logits_are_written_for_every_position() {
    let files = Files::new();
    let out = files.path("logits.f32");
    for backend in ["scalar", "cpu"] {
        let want = expected("llama-headdim-f16");
        let case = &want["cases"][0];
        let model = fixture("llama-headdim-f16");
        let (ids, path) = (list(&case["input_ids"]), out.display().to_string());
        ok(&["logits", "--model", &model, "--ids", &ids, "--backend", backend, "--out", &path]);
        let got = files.floats("logits.f32");
        let reference = std::fs::read(model.replace("model.gguf", "logits.f32")).unwrap();
        assert_eq!(got.len() * 4, reference.len());
        for (got, want) in got.iter().zip(reference.as_chunks::<4>().0) {
            let want = f32::from_le_bytes(*want);
            assert!((got - want).abs() <= 2e-4 + 1e-4 * want.abs(), "{backend}: {got}, want {want}");
        }
    }
}

#[test]
fn an_encoder_decoder_gives_logits_and_answers() {
    let files = Files::new();
    let want = expected("t5-relu-tied-q8_0");
    let case = &want["cases"][0];
    let (model, path) = (fixture("t5-relu-tied-q8_0"), files.path("t5.f32").display().to_string());
    let (encoder, decoder) = (list(&case["encoder_input_ids"]), list(&case["decoder_input_ids"]));
    ok(&["logits", "--model", &model, "--ids", &decoder, "--encoder-ids", &encoder, "--out", &path]);
    let rows = case["decoder_input_ids"].as_array().unwrap().len();
    assert_eq!(files.floats("t5.f32").len(), rows * want["vocab_size"].as_u64().unwrap() as usize);
    let greedy = &case["greedy_ids"];
    let n = greedy.as_array().unwrap().len().to_string();
    let args = ["generate", "--model", &model, "--ids", &encoder, "--max-tokens", &n, "--temperature", "0"];
    let answer = ok_json(&[&args[..], &["--ignore-eos", "--json"]].concat());
    assert_eq!(&answer["ids"], greedy);
    fails(&["logits", "--model", &model, "--ids", "0", "--out", &path], &["encoder-ids"]);
}

#[test]
fn an_embedding_has_the_length_that_was_asked_for() {
    let files = Files::new();
    let (model, out) = (fixture("bert-q8_0"), files.path("e.f32").display().to_string());
    let args = ["embed", "--model", &model, "--text", "hello", "--out", &out];
    ok(&[&args[..], &["--pooling", "mean", "--normalize"]].concat());
    let one = files.floats("e.f32");
    assert!((one.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
    ok(&[&args[..], &["--pooling", "none"]].concat());
    assert!(files.floats("e.f32").len() >= 3 * one.len());
    let decoder = fixture("llama-q4_1");
    fails(&["embed", "--model", &decoder, "--text", "hello", "--out", &out], &["llama", "encoder"]);
}

#[test]
fn generate_gives_the_reference_continuation() {
    let want = expected("llama3-rope-q8_0");
    let case = &want["cases"][0];
    let (model, ids) = (fixture("llama3-rope-q8_0"), list(&case["input_ids"]));
    let args = ["generate", "--model", &model, "--ids", &ids, "--max-tokens", "16", "--temperature", "0"];
    let json = ok_json(&[&args[..], &["--ignore-eos", "--backend", "scalar", "--json"]].concat());
    assert_eq!(json["ids"], case["greedy_ids"]);
    assert_eq!(json["stop_reason"], "length");
    assert_eq!(json["usage"]["completion_tokens"], 16);
    let text = ok(&[&args[..], &["--ignore-eos", "--backend", "scalar"]].concat());
    assert_eq!(text.trim_end_matches('\n'), json["text"].as_str().unwrap().trim_end_matches('\n'));
}

#[test]
fn generate_answers_a_conversation() {
    let files = Files::new();
    let messages = files.write("m.json", r#"{"messages": [{"role": "user", "content": "Hi"}]}"#);
    let model = fixture("smollm2-tied-q4_0");
    let args = ["generate", "--model", &model, "--messages", &messages, "--max-tokens", "5", "--threads", "1"];
    let seeded = |seed: &str| ok_json(&[&args[..], &["--seed", seed, "--json", "--logprobs", "2"]].concat());
    let first = seeded("7");
    assert_eq!(first["ids"], seeded("7")["ids"], "the same seed gives the same answer");
    assert_eq!(first["logprobs"][0]["top"].as_array().unwrap().len(), 2);
}

#[test]
fn perplexity_is_the_exponential_of_the_mean() {
    let files = Files::new();
    let text = files.write("text.txt", "The quick brown fox jumps over the lazy dog. ".repeat(4));
    let model = fixture("smollm2-tied-q4_0");
    let args = ["perplexity", "--model", &model, "--file", &text, "--backend", "scalar", "--json"];
    let whole = ok_json(&args);
    let tokens = whole["tokens"].as_u64().unwrap();
    assert_eq!(whole["text_tokens"].as_u64().unwrap(), tokens + 1);
    let (nll, ppl) = (whole["mean_nll"].as_f64().unwrap(), whole["perplexity"].as_f64().unwrap());
    assert!((nll.exp() - ppl).abs() < 1e-6 * ppl && nll > 0.0);
    let chunked = ok_json(&[&args[..], &["--context-length", "16"]].concat());
    assert!(chunked["tokens"].as_u64().unwrap() < tokens, "the first token of each chunk is not predicted");
    let empty = files.write("empty.txt", "");
    fails(&["perplexity", "--model", &model, "--file", &empty], &["file", "0 tokens"]);
}

#[test]
fn bench_measures_what_it_says() {
    let args = ["bench", "--model", &fixture("llama-q4_1"), "--prompt-tokens", "20", "--tokens", "4"];
    let json = ok_json(&[&args[..], &["--rounds", "1", "--json", "--threads", "1"]].concat());
    assert_eq!((&json["prompt_tokens"], &json["tokens"], &json["threads"]), (&json!(20), &json!(4), &json!(1)));
    assert!(json["prefill_tokens_per_second"].as_f64().unwrap() > 0.0);
    assert!(json["decode_tokens_per_second"].as_f64().unwrap() > 0.0);
}

#[test]
fn chat_answers_line_by_line() {
    use std::io::Write;
    use std::process::Stdio;
    let args = ["chat", "--model", &fixture("smollm2-tied-q4_0"), "--max-tokens", "4", "--temperature", "0"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_loquat"));
    let child = child.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"Hi\n/regenerate\n/new\nHi\n/exit\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let answer = &text[..text.len() / 3];
    assert!(!answer.trim().is_empty());
    assert_eq!(text, answer.repeat(3), "at temperature 0 the answer is the same each time");
}

#[test]
fn a_bad_model_file_is_named_with_what_is_wrong() {
    let files = Files::new();
    let inspect = |path: &str, culprits: &[&str]| fails(&["inspect", "--model", path, "--json"], culprits);
    inspect("no/such/file.gguf", &["no/such/file.gguf"]);
    inspect(&files.write("empty.gguf", ""), &["header", "0"]);
    inspect(&files.write("page.html", "<!doctype html><title>404</title>"), &["<!do", "GGUF"]);
    let whole = std::fs::read(fixture("llama-q4_1")).unwrap();
    inspect(&files.write("cut.gguf", &whole[..whole.len() - 1]), &["tensor", &whole.len().to_string()]);
    inspect(&files.write("cut2.gguf", &whole[..500]), &["header", "500"]);
    let mut huge = whole.clone();
    huge[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    inspect(&files.write("huge.gguf", &huge), &["18446744073709551615", "tensors"]);
    let at = whole.windows(5).position(|w| w == b"llama").unwrap();
    let mut other = whole.clone();
    other[at..at + 5].copy_from_slice(b"mamba");
    let other = files.write("other.gguf", &other);
    inspect(&other, &["mamba", "supported"]);
    fails(&["generate", "--model", &other, "--prompt", "a"], &["mamba"]);
}

#[test]
fn bad_arguments_are_one_line_too() {
    let model = fixture("smollm2-tied-q4_0");
    let files = Files::new();
    let no_json = files.write("m.json", "{nope");
    let wrong = files.write("w.json", r#"{"role": "user"}"#);
    let refused = files.write("t.jinja", "{{ raise_exception('roles must alternate') }}");
    let hi = files.write("hi.json", r#"[{"role": "user", "content": "Hi"}]"#);
    fails(&["generate", "--model", &model], &["--ids", "--prompt"]);
    fails(&["generate", "--model", &model, "--ids", "1,x"], &["x"]);
    fails(&["generate", "--model", &model, "--ids", "1,400"], &["400", "389"]);
    fails(&["generate", "--model", &model, "--prompt", ""], &["empty"]);
    fails(&["generate", "--model", &model, "--prompt", "a", "--temperature", "-1"], &["temperature", "-1"]);
    fails(&["generate", "--model", &model, "--prompt", "a", "--threads", "0"], &["threads", "0"]);
    fails(&["generate", "--model", &model, "--prompt", "a b c d e", "--context-length", "2"], &["context", "2"]);
    fails(&["generate", "--model", &model, "--messages", &no_json], &["m.json", "JSON"]);
    fails(&["generate", "--model", &model, "--messages", &wrong], &["messages"]);
    fails(&["template", "--template", &refused, "--messages", &hi], &["roles must alternate"]);
    fails(&["logits", "--model", &model, "--ids", "", "--out", "x"], &["empty"]);
    fails(&["logits", "--model", &model, "--ids", "1", "--out", "/no/such/folder/x"], &["/no/such/folder/x"]);
    fails(&["detokenize", "--model", &model, "--ids", "999"], &["999", "389"]);
    fails(&["sing"], &["sing"]);
}

#[test]
fn a_table_answers_questions_and_does_what_a_plan_says() {
    let files = Files::new();
    let sales = files.write("sales.csv", "Region,Sales\nEast,120.5\nWest,310\nEast,40.1\n");
    assert!(ok(&["table", &sales, "what is the sum of sales in the region East?"]).contains("**160.6**"));
    assert!(ok(&["table", &sales, "total sales by region"]).contains("West\t310"));
    assert!(ok(&["table", &sales, "sort by sales"]).contains("This would change the table"));
    assert_eq!(ok_json(&["table", &sales])["rows"], 3);
    let plan = files.write("plan.json", r#"{"steps":[{"op":"sort","by":[{"column":"Sales"}]}]}"#);
    let out = files.path("out.csv").display().to_string();
    ok(&["table", &sales, "--plan", &plan, "--out", &out]);
    let written = std::fs::read_to_string(&out).unwrap();
    assert_eq!(written.trim_start_matches('\u{feff}'), "Region,Sales\nEast,40.1\nEast,120.5\nWest,310\n");
    let wrong = files.write("wrong.json", r#"{"steps":[{"op":"sort","by":[{"column":"Sale"}]}]}"#);
    fails(&["table", &sales, "--plan", &wrong], &["Sale", "Sales"]);
}

#[test]
fn a_gap_is_filled_by_models_that_have_tokens_for_it() {
    let files = Files::new();
    let bytes = std::fs::read(fixture("smollm2-tied-q4_0")).unwrap();
    let model = files.write("coder.gguf", common::with_infill_tokens(&bytes, [40, 41, 42]));
    let code = files.write("a.py", "def f():\n    \nprint(f())\n");
    let args = ["infill", "--model", &model, "--max-tokens", "4", "--temperature", "0", "--json"];
    let by_file = ok_json(&[&args[..], &["--file", &code, "--line", "2"]].concat());
    let by_text = ok_json(&[&args[..], &["--prefix", "def f():\n    ", "--suffix", "\nprint(f())\n"]].concat());
    assert_eq!(by_file["text"], by_text["text"]);
    assert!(by_text["usage"]["prompt_tokens"].as_u64().unwrap() > 3);
    fails(&[&args[..], &["--file", &code, "--line", "9"]].concat(), &["line", "not 9"]);
    fails(
        &["infill", "--model", &fixture("smollm2-tied-q4_0"), "--prefix", "a"],
        &["prefix, suffix and middle", "coder"],
    );
}
