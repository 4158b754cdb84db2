//! The page's development server: dist/ at /, models/ at /models/. Static files only; HTTP itself is tiny_http's.

mod headers;
mod range;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use std::{fs, thread};
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

use self::headers::Headers;
use self::range::Asked;
use crate::models::Model;
use crate::process::say;
use crate::{build, model, paths};

#[derive(Args)]
#[group(id = "serve")]
pub struct Options {
    #[command(flatten)]
    build: build::Options,
    /// The page's storage belongs to the port as well: another port starts with an empty cache
    #[arg(long, default_value_t = 8137)]
    port: u16,
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Leave out the headers that allow threads, as hosts do that can't set headers
    #[arg(long)]
    no_isolation: bool,
}

type Body = Box<dyn Read + Send>;

/// What is served, and how.
struct Site {
    dist: PathBuf,
    models: PathBuf,
    headers: Headers,
    /// The catalog with the models that were asked for, where any were.
    catalog: Option<Vec<u8>>,
}

pub fn run(options: &Options) -> Result<()> {
    build::run(&options.build)?;
    model::ensure()?;
    let with = options.build.models()?;
    let address = (options.host.as_str(), options.port);
    let server = Server::http(address).map_err(|error| {
        anyhow!("cannot listen on {}:{}: {error}; stop what uses it or give another --port", options.host, options.port)
    })?;
    let root = paths::root();
    let dist = root.join("dist");
    let catalog = if with.is_empty() { None } else { Some(catalog(&dist.join("catalog.json"), &with)?) };
    let headers = Headers::new(!options.no_isolation)?;
    let site = Site { dist, models: root.join("models"), headers, catalog };
    say(&format!("Open http://{}:{}/ (Ctrl-C ends)", options.host, options.port));
    listen(&Arc::new(server), &Arc::new(site));
    Ok(())
}

/// The page's catalog and these models: those that chat and that it does not have yet, and the first encoder.
fn catalog(file: &Path, with: &[&Model]) -> Result<Vec<u8>> {
    let mut catalog: Value = serde_json::from_str(&fs::read_to_string(file)?)
        .with_context(|| format!("{} is not the catalog", file.display()))?;
    let list = catalog["models"].as_array_mut().with_context(|| format!("{} lists no models", file.display()))?;
    for entry in with.iter().filter_map(|model| model.catalog_entry()) {
        if !list.iter().any(|listed| listed["id"] == entry["id"]) {
            list.insert(1, entry);
        }
    }
    if let Some(encoder) = with.iter().find_map(|model| model.encoder_entry()) {
        catalog["encoder"] = encoder;
    }
    Ok(serde_json::to_vec_pretty(&catalog)?)
}

/// A few threads, so that a slow download holds up nothing.
fn listen(server: &Arc<Server>, site: &Arc<Site>) {
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (server, site) = (Arc::clone(server), Arc::clone(site));
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let response = site.answer(&request);
                    // A browser that goes away in the middle is no error of ours.
                    let _gone = request.respond(response);
                }
            })
        })
        .collect();
    for worker in workers {
        let _ended = worker.join();
    }
}

impl Site {
    fn answer(&self, request: &Request) -> Response<Body> {
        let path = request.url().split(['?', '#']).next().unwrap_or("/");
        if !matches!(request.method(), Method::Get | Method::Head) {
            return self.text(405, "only GET and HEAD", vec![("Allow", "GET, HEAD".into())]);
        }
        if let (Some(catalog), "/catalog.json") = (&self.catalog, path) {
            let extra = vec![("Content-Type", "application/json".into()), ("Cache-Control", "no-cache".into())];
            return self.response(200, extra, Box::new(Cursor::new(catalog.clone())), Some(catalog.len() as u64));
        }
        let Some(file) = self.locate(path) else {
            return self.text(404, &format!("no {path} here"), vec![]);
        };
        self.file(request, path, &file).unwrap_or_else(|error| self.text(500, &format!("{path}: {error}"), vec![]))
    }

    /// The file of an address, never one outside the two folders.
    fn locate(&self, path: &str) -> Option<PathBuf> {
        let path = percent_decode(path)?;
        let (folder, rest) = match path.strip_prefix("/models/") {
            Some(rest) => (&self.models, rest),
            None => (&self.dist, path.strip_prefix('/')?),
        };
        let rest = Path::new(rest);
        if rest.components().any(|part| !matches!(part, Component::Normal(_))) {
            return None;
        }
        let file = folder.join(rest);
        let file = if file.is_dir() { file.join("index.html") } else { file };
        file.is_file().then_some(file)
    }

    fn file(&self, request: &Request, path: &str, file: &Path) -> io::Result<Response<Body>> {
        let meta = fs::metadata(file)?;
        let size = meta.len();
        let changed = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let etag = format!("\"{:x}-{size:x}\"", changed.as_nanos());
        let mut extra = vec![
            ("Content-Type", self.headers.content_type(file)),
            ("Cache-Control", headers::cache_control(path).into()),
            ("Accept-Ranges", "bytes".into()),
            ("ETag", etag.clone()),
        ];
        let asks = |name: &str| {
            request.headers().iter().find(|header| header.field.as_str().as_str().eq_ignore_ascii_case(name))
        };
        if asks("If-None-Match").is_some_and(|header| names(header.value.as_str(), &etag)) {
            return Ok(self.response(304, extra, Box::new(io::empty()), Some(0)));
        }
        // A part of another version than the one begun with would corrupt a resumed download.
        let same = asks("If-Range").is_none_or(|header| header.value.as_str() == etag);
        let range = asks("Range").map(|header| header.value.as_str()).filter(|_| same);
        let mut content = File::open(file)?;
        match range::parse(range, size) {
            Asked::Whole => Ok(self.response(200, extra, Box::new(content), Some(size))),
            Asked::Part { start, end } => {
                extra.push(("Content-Range", format!("bytes {start}-{}/{size}", end - 1)));
                content.seek(SeekFrom::Start(start))?;
                Ok(self.response(206, extra, Box::new(content.take(end - start)), Some(end - start)))
            }
            Asked::Outside => Ok(self.text(416, "no such range", vec![("Content-Range", format!("bytes */{size}"))])),
        }
    }

    fn text(&self, status: u16, text: &str, mut extra: Vec<(&'static str, String)>) -> Response<Body> {
        extra.push(("Content-Type", "text/plain; charset=utf-8".into()));
        extra.push(("Cache-Control", "no-store".into()));
        let body = format!("{text}\n").into_bytes();
        let length = body.len() as u64;
        self.response(status, extra, Box::new(Cursor::new(body)), Some(length))
    }

    fn response(
        &self,
        status: u16,
        extra: Vec<(&'static str, String)>,
        body: Body,
        length: Option<u64>,
    ) -> Response<Body> {
        let common = self.headers.common.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let extra = extra.iter().map(|(name, value)| (*name, value.as_str()));
        let list = common.chain(extra).filter_map(|(name, value)| Header::from_bytes(name, value).ok()).collect();
        let length = length.and_then(|bytes| usize::try_from(bytes).ok());
        // Never chunked: a progress bar needs Content-Length.
        Response::new(StatusCode(status), list, body, length, None).with_chunked_threshold(usize::MAX)
    }
}

/// Whether an If-None-Match value names this ETag.
fn names(value: &str, etag: &str) -> bool {
    value.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag || tag == "*")
}

/// `%20` to a space. None where it is no UTF-8 or no valid escape.
fn percent_decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
