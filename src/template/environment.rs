//! minijinja set up as transformers sets up Jinja2: switches, filters, tests, functions, errors.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, ObjectRepr, Rest, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::{filters, format, json, methods};

/// Instructions a rendering may take. A long conversation needs some ten thousand; a hostile loop is
/// stopped within a second.
const FUEL: u64 = 5_000_000;

/// Nesting of calls and blocks; wasm stacks are small.
const RECURSION: usize = 200;

pub(super) fn environment() -> Result<Environment<'static>, Error> {
    let mut env = Environment::new();
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_recursion_limit(RECURSION);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_undefined_behavior(UndefinedBehavior::Lenient);
    env.set_fuel(Some(FUEL));
    env.set_unknown_method_callback(methods::call);

    env.add_filter("tojson", json::tojson);
    env.add_filter("string", |value: &Value| format::display(value));
    env.add_filter("int", filters::int);
    env.add_filter("float", filters::float);
    env.add_filter("wordcount", filters::wordcount);
    env.add_filter("center", filters::center);
    env.add_filter("truncate", filters::truncate);
    env.set_formatter(|out, _, value| out.write_str(&format::display(value)?).map_err(Error::from));
    env.add_function("raise_exception", raise_exception);
    // What Python says of its types.
    env.add_test("sequence", |value: &Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map | ValueKind::Bytes)
    });
    env.add_test("iterable", |value: &Value| !value.is_none() && value.try_iter().is_ok());
    env.add_test("number", |value: &Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool));
    env.add_test("callable", |value: &Value| {
        value.as_object().is_some_and(|object| object.repr() == ObjectRepr::Plain && value.kind() == ValueKind::Plain)
    });
    Ok(env)
}

/// The marker kind of [`raise_exception`], so that its message can be told from an accident.
const RAISED: ErrorKind = ErrorKind::InvalidOperation;

fn raise_exception(message: Rest<Value>, _: Kwargs) -> Result<Value, Error> {
    let message = message.first().map_or_else(String::new, ToString::to_string);
    Err(Error::new(RAISED, format!("{RAISED_PREFIX}{message}")))
}

/// Starts the detail of an error that the template raised itself.
const RAISED_PREFIX: &str = "the template says: ";

/// Template text as minijinja reads it: Unix line ends, and the `generation` blocks of transformers
/// (which only mark the answer for training) as blocks that always run.
pub(super) fn prepare(source: &str) -> String {
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(source.len());
    let mut rest = source.as_str();
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let Some(length) = tag.find("%}").map(|end| end + 2) else {
            out.push_str(tag);
            return out;
        };
        let (tag, after) = tag.split_at(length);
        match tag.trim_matches(|c: char| "{}%-+".contains(c) || c.is_whitespace()) {
            "generation" => out.push_str(&tag.replace("generation", "if true")),
            "endgeneration" => out.push_str(&tag.replace("endgeneration", "endif")),
            _ => out.push_str(tag),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The engine's error for one of minijinja: the template's own words, or what failed in which line.
pub(super) fn describe(error: &Error) -> crate::Error {
    let mut cause: &dyn std::error::Error = error;
    loop {
        if let Some(inner) = cause.downcast_ref::<Error>()
            && let Some(message) = inner.detail().and_then(|detail| detail.strip_prefix(RAISED_PREFIX))
        {
            return crate::Error::Template(message.to_owned());
        }
        match cause.source() {
            Some(inner) => cause = inner,
            None => break,
        }
    }
    if error.kind() == ErrorKind::OutOfFuel {
        return crate::Error::Template(format!("it did not finish within {FUEL} steps"));
    }
    let place = error.line().map_or_else(String::new, |line| format!("line {line}: "));
    let what = error.detail().map_or_else(|| error.kind().to_string(), |d| format!("{}: {d}", error.kind()));
    crate::Error::Template(format!("{place}{what}"))
}
