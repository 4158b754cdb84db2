//! `loquat template`: messages → prompt text, byte for byte on stdout. Reads no weights.

use std::path::PathBuf;

use clap::Args;
use loquat::template::{ChatTemplate, RenderOptions};
use loquat::{Error, Result};
use serde_json::{Map, Value};

use crate::file::{ModelFile, print_bytes, read_json, read_text};
use crate::generate::messages;

#[derive(Args)]
pub struct Template {
    /// A model file, whose own template is used
    #[arg(long, required_unless_present = "template", conflicts_with = "template")]
    model: Option<PathBuf>,
    /// A file with a Jinja template
    #[arg(long)]
    template: Option<PathBuf>,
    /// A JSON file with variables for the template; `now` fixes what strftime_now sees
    #[arg(long)]
    vars: Option<PathBuf>,
    /// A JSON file with an array of messages
    #[arg(long)]
    messages: PathBuf,
    /// A JSON file with an array of tools
    #[arg(long)]
    tools: Option<PathBuf>,
    /// Do not open the assistant's turn
    #[arg(long)]
    no_generation_prompt: bool,
}

impl Template {
    pub fn run(self) -> Result<()> {
        let variables: Map<String, Value> = self.vars.as_deref().map(read_json).transpose()?.unwrap_or_default();
        let template = match (&self.template, &self.model) {
            (Some(path), _) => {
                let token = |name: &str| variables.get(name).and_then(Value::as_str).unwrap_or_default();
                ChatTemplate::new(&read_text(path)?, token("bos_token"), token("eos_token"))?
            }
            (None, Some(model)) => ChatTemplate::from_metadata(&ModelFile::open(model)?.gguf.metadata)?,
            (None, None) => return Err(Error::State("neither a model nor a template".into())),
        };
        let (messages, in_file) = messages(read_json(&self.messages)?)?;
        let tools = self.tools.as_deref().map(read_json).transpose()?.or(in_file);
        let add_generation_prompt = !self.no_generation_prompt;
        let options = RenderOptions { tools, add_generation_prompt, now: None, variables };
        print_bytes(template.render(&Value::Array(messages.unwrap_or_default()), &options)?.as_bytes())
    }
}
