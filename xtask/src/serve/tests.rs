//! The server over a real socket, asked in plain HTTP.

use super::*;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};

const MODEL: &[u8] = b"0123456789";

/// Serves a page, a chunk and a model; a file lies beside the served folders.
fn start(isolation: bool) -> (SocketAddr, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("temporary folder");
    let (dist, models) = (dir.path().join("dist"), dir.path().join("models"));
    fs::create_dir_all(dist.join("chunks")).expect("dist");
    fs::create_dir_all(&models).expect("models");
    fs::write(dist.join("index.html"), "<!doctype html>").expect("index");
    fs::write(dist.join("chunks/a-HASH.js"), "export {}").expect("chunk");
    fs::write(models.join("a b.gguf"), MODEL).expect("model");
    fs::write(dir.path().join("secret"), "secret").expect("secret");
    let server = Arc::new(Server::http("127.0.0.1:0").expect("a free port"));
    let address = server.server_addr().to_ip().expect("an IP address");
    let headers = Headers::new(isolation).expect("headers.json");
    let site = Arc::new(Site { dist, models, headers, catalog: None });
    thread::spawn(move || listen(&server, &site));
    (address, dir)
}

/// Status line and headers in lower case, then the body.
fn ask(address: SocketAddr, request: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).expect("connect");
    write!(stream, "{request}\r\nHost: x\r\nConnection: close\r\n\r\n").expect("send");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("receive");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("end of headers");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    (head, answer[end + 4..].to_vec())
}

#[test]
fn the_page_is_isolated_and_typed() {
    let (address, _dir) = start(true);
    let (head, body) = ask(address, "GET /?x=1 HTTP/1.1");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for line in [
        "cross-origin-opener-policy: same-origin",
        "cross-origin-embedder-policy: require-corp",
        "content-type: text/html; charset=utf-8",
        "content-length: 15",
        "cache-control: no-cache",
    ] {
        assert!(head.contains(line), "{line} is missing in {head}");
    }
    assert!(head.contains("script-src 'self' 'wasm-unsafe-eval'; "), "{head}");
    assert_eq!(body, b"<!doctype html>");
    let (head, _) = ask(address, "GET /chunks/a-HASH.js HTTP/1.1");
    assert!(head.contains("immutable") && head.contains("text/javascript"), "{head}");
}

#[test]
fn no_isolation_leaves_the_two_headers_out() {
    let (address, _dir) = start(false);
    let (head, _) = ask(address, "GET / HTTP/1.1");
    assert!(
        head.starts_with("http/1.1 200") && !head.contains("cross-origin-opener") && !head.contains("embedder"),
        "{head}"
    );
}

#[test]
fn parts_of_a_model_and_their_errors() {
    let (address, _dir) = start(true);
    let get = "GET /models/a%20b.gguf HTTP/1.1";
    let (head, body) = ask(address, &format!("{get}\r\nRange: bytes=2-4"));
    assert!(head.starts_with("http/1.1 206") && head.contains("content-range: bytes 2-4/10"), "{head}");
    assert_eq!(body, b"234");
    let (head, _) = ask(address, &format!("{get}\r\nRange: bytes=10-"));
    assert!(head.starts_with("http/1.1 416") && head.contains("content-range: bytes */10"), "{head}");
    let (head, body) = ask(address, &format!("{get}\r\nRange: bytes=2-4\r\nIf-Range: \"old\""));
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body, MODEL);
    let (head, body) = ask(address, "HEAD /models/a%20b.gguf HTTP/1.1");
    assert!(head.contains("content-length: 10") && head.contains("accept-ranges: bytes"), "{head}");
    assert!(body.is_empty());
}

#[test]
fn what_the_browser_has_is_not_sent_again() {
    let (address, _dir) = start(true);
    let (head, _) = ask(address, "GET / HTTP/1.1");
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("an ETag").to_string();
    let (head, body) = ask(address, &format!("GET / HTTP/1.1\r\nIf-None-Match: {etag}"));
    assert!(head.starts_with("http/1.1 304"), "{head}");
    assert!(body.is_empty());
}

#[test]
fn nothing_outside_the_two_folders_is_served() {
    let (address, _dir) = start(true);
    for path in ["/../secret", "/models/../../secret", "/%2e%2e/secret", "//secret", "/nothing", "/%zz", "/%"] {
        let (head, body) = ask(address, &format!("GET {path} HTTP/1.1"));
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(!body.starts_with(b"secret"));
    }
    let (head, _) = ask(address, "POST / HTTP/1.1\r\nContent-Length: 0");
    assert!(head.starts_with("http/1.1 405"), "{head}");
}

#[test]
fn a_model_asked_for_is_offered_once() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let file = dir.path().join("catalog.json");
    fs::write(&file, r#"{ "models": [{ "id": "SmolLM2-135M-Instruct.Q4_1", "default": true }] }"#).expect("catalog");
    let names = ["smollm2-135m", "qwen2.5-coder-0.5b", "e5-small"];
    let with: Vec<_> = names.iter().map(|name| model::find(name).expect("in the table")).collect();
    let merged: Value = serde_json::from_slice(&catalog(&file, &with).expect("merged")).expect("JSON");
    let ids: Vec<_> = merged["models"].as_array().expect("a list").iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(ids, ["SmolLM2-135M-Instruct.Q4_1", "Qwen2.5-Coder-0.5B-Instruct.Q4_K_M"]);
}
