//! A Node.js script that works on a case beside this program: one line of JSON each way for each step.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use loquat::{Error, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub struct Script {
    /// The argument that names it, for errors.
    argument: &'static str,
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Script {
    /// `usual` is the script to give as the argument.
    pub fn start(script: Option<&Path>, argument: &'static str, usual: &str) -> Result<Self> {
        let failed = |problem: String| Error::BadParameter { name: argument, problem };
        let script = script.ok_or_else(|| failed(format!("give --{argument} {usual}")))?;
        let mut command = Command::new("node");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|e| failed(format!("node: {e}")))?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err(failed("node has no pipes".into())) };
        Ok(Script { argument, process, input, output: BufReader::new(output) })
    }

    pub fn ask<T: DeserializeOwned>(&mut self, question: &Value) -> Result<T> {
        writeln!(self.input, "{question}").map_err(|e| self.failed(e))?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|e| self.failed(e))?;
        serde_json::from_str(&line).map_err(|e| self.failed(format!("{e}: {line:?}")))
    }

    fn failed(&self, problem: impl ToString) -> Error {
        Error::BadParameter { name: self.argument, problem: problem.to_string() }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
