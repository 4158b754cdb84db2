//! Exact arithmetic, units, dates and equations, and word problems that are read by rules or by a model under a grammar.
//!
//! # The map
//!
//! | module | does |
//! | --- | --- |
//! | [`math`] | rationals, expressions, systems of equations; knows no language |
//! | [`text`] | a question in one form, numbers as digits, and what of it has been read |
//! | [`measure`] | units of measure and quantities in a text |
//! | [`rules`] | shapes of problems that are read without a model |
//! | [`program`] | equations as a model writes them: asked for, solved, put back |
//! | [`skill`] | rules, then the model's equations by two votes, then an honest no |
//! | [`truth`] | what it knows of itself, what it can't know, doubts, false premises |
//! | [`tools`] | all of it as tools with schemas |
//! | `wasm` | JSON for the page |
//!
//! No IO, no clock (today comes in as a fact), no panic on any input.

pub mod math;
pub mod measure;
pub mod program;
mod question;
pub mod rules;
pub mod skill;
pub mod text;
pub mod tools;
pub mod truth;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod wasm;
mod words;

pub use question::Question;
pub use rules::date_of;
pub use skill::{Facts, NumbersSkill};
pub use truth::premise::PremiseSkill;
pub use truth::{Before, TruthSkill};
