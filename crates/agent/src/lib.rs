//! From one question to one answer: the parts that a message is made of, and skills.
//!
//! A [`Skill`] is deterministic code that answers a kind of question (numbers, documents, tables). Where it needs a
//! model it asks for one short completion, usually under a grammar, and goes on with the reply. It runs no model
//! itself, so the same skill serves the page (which asks the engine's worker) and the command line (which asks the
//! native engine): `loop { match skill.next(reply) { Ask → reply = model(ask), Done → …, Pass → … } }`.
//!
//! No IO, no clock, no panic on any input.

mod data;
mod part;
mod skill;

pub use data::{data_rule, mark_data, neutralize};
pub use part::{Choice, Citation, Part, plain_text};
pub use skill::{Ask, ChatMessage, Outcome, Skill, Step};
