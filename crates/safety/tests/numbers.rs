//! Numbers say nothing by themselves: a list that counts is never stopped, whatever bits a number shares with a word.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use loquat_safety::{Guard, Policy, Role};

#[test]
fn counting_is_harmless_in_questions_and_answers() {
    let guard = Guard::of(Policy::default());
    for n in 1..400 {
        let before = n - 1;
        let texts = [format!("Line {n}.\n\n"), format!("Line {before}.\n\n Line {n}.\n\n"), format!("{n}. Item {n}\n")];
        for (text, role) in texts.iter().flat_map(|text| [(text, Role::User), (text, Role::Assistant)]) {
            let verdict = guard.check(text, role);
            assert!(!verdict.action.stops(), "{text:?}: {verdict:?}");
        }
    }
}
