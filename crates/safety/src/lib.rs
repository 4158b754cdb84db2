//! A site owner's policy on what is asked and answered: a filter that runs beside the model, in the tab.
//!
//! ```text
//! text ─ script, lexicon ─ normalize ─ features ─ classifier ─┐
//!                                         policy file ─ policy ─ guard ─ skill (a question), stream (an answer)
//! documents, tables, tools ─ injection (how much it speaks to a model, and what is left without that)
//! ```
//!
//! A message is normalized, cut into words and scored by linear classifiers; the policy says what follows. The weights
//! are trained by `train/`; `docs/safety.md` says how well they do and what they miss.
//! No IO, no clock, no panic on any input.

pub mod classifier;
pub mod features;
mod guard;
mod hash;
mod injection;
pub mod lexicon;
mod normalize;
pub mod policy;
mod script;
mod skill;
mod stream;
mod thresholds;
pub mod topic;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod wasm;

pub use guard::{Guard, Role, Verdict, language_of};
pub use injection::{injection_score, without_orders};
pub use normalize::normalize;
pub use policy::{Action, Policy, Problem};
pub use skill::{SafetySkill, message};
pub use stream::{Released, Stream};
pub use thresholds::OFFENSIVE;
