//! Messages → prompt text, by the model's own Jinja template. Knows nothing of tokens.
//!
//! Templates are written for Python's Jinja2 as transformers sets it up (sandboxed, `trim_blocks`,
//! `lstrip_blocks`, loop controls, its own `tojson`), so that is what [`minijinja`] is made to behave
//! like here. A template comes from a stranger: it runs with bounded fuel and touches nothing outside.

mod arguments;
mod environment;
mod filters;
mod format;
mod json;
mod limits;
mod methods;
mod time;

use minijinja::{Environment, Value};
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::gguf::{Array, Metadata};
pub use arguments::unfold as unfold_arguments;
pub use time::Now;

/// A compiled chat template.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    name: String,
    note: Option<String>,
    bos: String,
    eos: String,
}

/// What a rendering may be given besides the messages.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// A JSON array of tool descriptions, as the OpenAI API has them.
    pub tools: Option<Json>,
    /// Whether the prompt ends with the opening of the assistant's answer.
    pub add_generation_prompt: bool,
    /// The moment `strftime_now` sees; none is now.
    pub now: Option<Now>,
    /// More variables (`enable_thinking`, `documents`, …). They win over `bos_token` and the like; a
    /// variable `now` fixes the time too.
    pub variables: serde_json::Map<String, Json>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        RenderOptions { tools: None, add_generation_prompt: true, now: None, variables: serde_json::Map::new() }
    }
}

/// The format of models that bring no template: turns between `<|im_start|>role` and `<|im_end|>`.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] \
     + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// Names of the compiled templates.
const CHAT: &str = "chat_template";
const TOOL_USE: &str = "tool_use";

impl ChatTemplate {
    /// The template in `tokenizer.chat_template`, with the texts of the file's BOS and EOS tokens; ChatML
    /// where there is none, which [`ChatTemplate::note`] then says.
    ///
    /// # Errors
    /// [`Error::Template`] when the template does not compile, [`Error::BadMetadata`] for mistyped keys.
    pub fn from_metadata(meta: &Metadata) -> Result<Self> {
        let tokens: &[String] = match meta.array("tokenizer.ggml.tokens")? {
            Some(Array::String(tokens)) => tokens,
            _ => &[],
        };
        let token = |key: &str| -> Result<&str> {
            Ok(meta.usize(key)?.and_then(|id| tokens.get(id)).map_or("", String::as_str))
        };
        let (bos, eos) = (token("tokenizer.ggml.bos_token_id")?, token("tokenizer.ggml.eos_token_id")?);
        let source = match meta.str("tokenizer.chat_template")? {
            None => return ChatTemplate::chatml("the file has no chat template; ChatML is used", bos, eos),
            Some(empty) if empty.trim().is_empty() => {
                return ChatTemplate::chatml("the file's chat template is empty; ChatML is used", bos, eos);
            }
            // As llama.cpp names the formats that it has built in; this one fits models of any family.
            Some(name) if name.trim() == "chatml" => {
                return ChatTemplate::chatml("the file names ChatML for its chat template", bos, eos);
            }
            Some(source) => source,
        };
        let mut template = ChatTemplate::new(source, bos, eos)?;
        if let Some(source) = meta.str("tokenizer.chat_template.tool_use")? {
            template.add(TOOL_USE, source)?;
        }
        Ok(template)
    }

    fn chatml(note: &str, bos: &str, eos: &str) -> Result<Self> {
        let template = ChatTemplate::new(CHATML, bos, eos)?;
        Ok(ChatTemplate { name: "chatml".to_owned(), note: Some(note.to_owned()), ..template })
    }

    /// Compiles a template. `bos` and `eos` are the texts of these tokens.
    ///
    /// # Errors
    /// [`Error::Template`] with the line that does not parse.
    pub fn new(source: &str, bos: &str, eos: &str) -> Result<Self> {
        let mut template = ChatTemplate {
            environment: environment::environment().map_err(|error| environment::describe(&error))?,
            source: source.to_owned(),
            name: "from the model".to_owned(),
            note: None,
            bos: bos.to_owned(),
            eos: eos.to_owned(),
        };
        template.add(CHAT, source)?;
        Ok(template)
    }

    fn add(&mut self, name: &'static str, source: &str) -> Result<()> {
        let source = environment::prepare(source);
        self.environment.add_template_owned(name, source).map_err(|error| environment::describe(&error))
    }

    /// Where the template is from: `chatml`, or the model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model's file brings it.
    pub fn is_own(&self) -> bool {
        self.note.is_none()
    }

    /// What a person should know, such as that the file brought no template.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The template's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The prompt for a conversation: `messages` is a JSON array of objects with `role` and `content`, as the
    /// template is to see them; of an API's messages see [`unfold_arguments`].
    ///
    /// # Errors
    /// [`Error::Template`] with the template's own words when it refuses the conversation, or with what
    /// failed and where; also when it runs for too long.
    pub fn render(&self, messages: &Json, options: &RenderOptions) -> Result<String> {
        if !messages.is_array() {
            return Err(Error::Template("messages must be an array of {role, content}".to_owned()));
        }
        let tools = options.tools.as_ref().filter(|tools| !tools.is_null());
        let name = if tools.is_some() && self.environment.get_template(TOOL_USE).is_ok() { TOOL_USE } else { CHAT };
        let template = self.environment.get_template(name).map_err(|error| environment::describe(&error))?;

        let now = match (&options.now, options.variables.get("now")) {
            (Some(now), _) => Some(now.clone()),
            (None, Some(json)) => Some(Now::from_json(json)?),
            (None, None) => None,
        };
        let mut context = vec![
            ("bos_token".to_owned(), Value::from(self.bos.as_str())),
            ("eos_token".to_owned(), Value::from(self.eos.as_str())),
            ("documents".to_owned(), Value::from(())),
            ("messages".to_owned(), json::value(messages)),
            ("tools".to_owned(), tools.map_or(Value::from(()), json::value)),
            ("add_generation_prompt".to_owned(), Value::from(options.add_generation_prompt)),
            ("strftime_now".to_owned(), time::strftime_now(now)),
        ];
        context.extend(options.variables.iter().map(|(name, v)| (name.clone(), json::value(v))));
        template.render(Value::from_pairs(context)).map_err(|error| environment::describe(&error))
    }
}
