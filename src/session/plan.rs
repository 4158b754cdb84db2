//! A conversation and a budget of tokens → what of it goes to the model. Computes nothing with the model.
//!
//! What fits is rendered and tokenized once, and not again to be answered. Where it does not fit, room is made once for
//! many questions to come, down to about half of the budget: the cache then shares its beginning with all of those,
//! where leaving out a little at each question would read everything anew each time. Oldest turns go first; the system
//! prompt and the last turn stay.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::prompt::{Prompts, final_text};
use super::request::Request;
use crate::error::{Error, Result};

/// How much room there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Budget {
    /// Tokens that prompt and answer may have together, such as those of the context; absent: as many as they have.
    pub context: Option<usize>,
    /// Of them for the answer.
    pub reserve: usize,
    /// So many messages behind the system prompt were left out at the question before, and stay so.
    pub left_out: usize,
}

/// What goes to the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct ContextPlan {
    /// Tokens of the prompt.
    pub prompt_n: usize,
    /// Messages that go to the model, by their place in the request, ascending.
    pub kept: Vec<usize>,
    /// Messages that are left out, ascending.
    pub left_out: Vec<usize>,
    /// What is left of the answer that goes on, where even that was too long: its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortened: Option<String>,
    /// Prompt and answer do not fit together, and there is nothing more to leave out.
    pub is_full: bool,
}

impl Prompts {
    /// What of a request's messages goes to the model. A request with just these, made next, is not tokenized again.
    ///
    /// # Errors
    /// As [`Prompts::prompt`]; [`Error::BadParameter`] for a request without messages.
    pub fn plan(&self, request: &Request, budget: &Budget) -> Result<ContextPlan> {
        let Some(messages) = &request.messages else {
            return Err(Error::BadParameter { name: "messages", problem: "there are none to plan with".into() });
        };
        let goes_on = request.continue_final.unwrap_or(false);
        let conversation = Conversation::new(messages);
        let room = budget.context.map_or(usize::MAX, |context| context.saturating_sub(budget.reserve));
        let prompt_from = |turn: usize| self.prompt(&of(request, conversation.from(turn)));

        let mut first = conversation.turn_behind(budget.left_out);
        let mut prompt = prompt_from(first)?;
        if first > 0 {
            // A longer context takes everything again.
            let whole = prompt_from(0)?;
            if whole.ids.len() <= room {
                (first, prompt) = (0, whole);
            }
        }
        if prompt.ids.len() > room {
            let mut size = prompt.ids.len();
            for turn in self.turn_sizes(request, &conversation, first, size) {
                if size <= room / 2 || first >= conversation.last() {
                    break;
                }
                size = size.saturating_sub(turn);
                first += 1;
            }
            // The sizes are those of pieces; what is kept counts as a whole.
            prompt = prompt_from(first)?;
            while prompt.ids.len() > room && first < conversation.last() {
                first += 1;
                prompt = prompt_from(first)?;
            }
        }
        let mut kept = conversation.from(first);
        let mut shortened = None;
        if prompt.ids.len() > room && goes_on {
            let text = final_text(&mut kept)?;
            *text = self.tail(text, prompt.ids.len() - room)?;
            shortened = Some(text.clone());
            prompt = self.prompt(&of(request, kept.clone()))?;
        }
        let start = conversation.start(first);
        let plan = ContextPlan {
            prompt_n: prompt.ids.len(),
            kept: (0..conversation.system).chain(start..messages.len()).collect(),
            left_out: (conversation.system..start).collect(),
            shortened,
            is_full: prompt.ids.len() > room,
        };
        self.remember(of(request, kept), prompt);
        Ok(plan)
    }

    /// About how many tokens each turn from `first` on has, of `all` that they have together.
    fn turn_sizes(&self, request: &Request, conversation: &Conversation<'_>, first: usize, all: usize) -> Vec<usize> {
        let kept = conversation.from(first);
        let starts: Vec<usize> = conversation.starts[first..].to_vec();
        let places: Vec<usize> = starts.iter().map(|at| at - starts[0] + conversation.system).collect();
        if let Ok(Some(pieces)) = self.pieces(&of(request, kept), &places) {
            return pieces;
        }
        // A template that shows no beginnings: by what they hold.
        let sizes = |from: usize, to: usize| conversation.messages[from..to].iter().map(text_length).sum::<usize>();
        let ends = starts.iter().skip(1).copied().chain([conversation.messages.len()]);
        let lengths: Vec<usize> = starts.iter().zip(ends).map(|(&from, to)| sizes(from, to)).collect();
        let total = lengths.iter().sum::<usize>().max(1);
        lengths.iter().map(|length| (*length as u64 * all as u64 / total as u64) as usize).collect()
    }

    /// A text without its first `over` tokens and a few more, from the beginning of a word.
    fn tail(&self, text: &str, over: usize) -> Result<String> {
        let ids = self.tokenizer().encode(text, false)?;
        // Another beginning may take other tokens.
        let Some(rest) = ids.get(over + over / 8 + 4..) else { return Ok(String::new()) };
        let rest = self.tokenizer().decode(rest)?;
        let start = rest.find(char::is_whitespace).unwrap_or(0);
        Ok(rest[start..].trim_start().to_owned())
    }
}

fn of(request: &Request, messages: Vec<Value>) -> Request {
    Request { messages: Some(messages), ..request.clone() }
}

fn text_length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_length).sum(),
        Value::Object(fields) => fields.values().map(text_length).sum(),
        _ => 1,
    }
}

/// Messages as turns: each begins with what the person says, and has what follows from it.
struct Conversation<'m> {
    messages: &'m [Value],
    /// Messages at the beginning that always stay.
    system: usize,
    /// Where turns begin; the first may begin with something else.
    starts: Vec<usize>,
}

impl<'m> Conversation<'m> {
    fn new(messages: &'m [Value]) -> Self {
        let is = |message: &Value, roles: &[&str]| message["role"].as_str().is_some_and(|role| roles.contains(&role));
        let system = messages.iter().take_while(|m| is(m, &["system", "developer"])).count();
        let mut starts: Vec<usize> = (system..messages.len()).filter(|&i| is(&messages[i], &["user"])).collect();
        if starts.first() != Some(&system) {
            starts.insert(0, system);
        }
        Conversation { messages, system, starts }
    }

    /// The turn that always stays.
    fn last(&self) -> usize {
        self.starts.len() - 1
    }

    /// Where a turn begins.
    fn start(&self, turn: usize) -> usize {
        self.starts[turn]
    }

    /// The first turn of which nothing is among the first `count` messages behind the system prompt.
    fn turn_behind(&self, count: usize) -> usize {
        let from = self.system.saturating_add(count);
        self.starts.iter().position(|&start| start >= from).unwrap_or(self.last())
    }

    /// The messages without the turns before this one.
    fn from(&self, turn: usize) -> Vec<Value> {
        [&self.messages[..self.system], &self.messages[self.start(turn)..]].concat()
    }
}
