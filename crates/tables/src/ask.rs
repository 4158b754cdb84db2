//! A question about a table to a plan that answers it.
//!
//! Every plan that the question's words could mean is made ([`candidates`]), worked out on the table, and scored by a
//! linear model over words and operations ([`features`], [`weights`]). Where the best two are close, a language
//! model chooses ([`skill`]).

mod candidates;
mod columns;
mod commands;
mod features;
mod fill;
mod forms;
mod outcome;
mod phrases;
mod question;
mod reading;
mod skill;
mod to_plan;
mod tokens;
mod weights;

pub use candidates::{Candidate, candidates};
pub use features::features;
pub use outcome::{answers, outcome};
pub use question::Question;
pub use reading::Reading;
pub use skill::{TableSkill, plain_messages};
pub use weights::{BUCKETS, Weights};
