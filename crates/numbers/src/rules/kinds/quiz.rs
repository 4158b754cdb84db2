//! A quiz with points for right answers and points lost for wrong ones.

use super::super::found::{Found, Sense, solved};
use crate::text::{Lang, Sheet};

/// Reads such a problem: the number of questions, the points either way, the score.
pub fn quiz(sheet: &mut Sheet) -> Option<Found> {
    let (total, right, wrong, score, asks_wrong) = match sheet.lang {
        Lang::En => english(sheet)?,
        Lang::Zh => han(sheet)?,
        Lang::Ja => return None,
    };
    if !sheet.understood() {
        return None;
    }
    let [r, w] = if sheet.lang == Lang::En { ["right", "wrong"] } else { ["对", "错"] };
    let equations = [
        format!("{r} + {w} = {total}"),
        format!("{right} * {r} - {wrong} * {w} = {score}"),
        format!("answer = {}", if asks_wrong { w } else { r }),
    ];
    solved(&equations, if sheet.lang == Lang::En { "" } else { "题" }, Sense::Counts)
}

type Numbers = (String, String, String, String, bool);

fn english(sheet: &mut Sheet) -> Option<Numbers> {
    let total = sheet
        .any(&[r"(\d+) (?:[a-z-]+ )?(?:questions|problems|items)", r"(?:answered|attempted) all (\d+)"])?[1]
        .clone()?;
    let rules = sheet.any(&[
        r"(?:an?|each|every|the)? ?(?:right|correct) (?:answer|one|response) (?:earns|gets|scores|is worth|gives|adds|receives|gains) (\d+) (?:points?|marks?),? (?:and|but|while)? ?(?:an?|each|every|the)? ?(?:wrong|incorrect|wrong or missing|wrong or unanswered|incorrect or missing|missing or wrong)(?: answer| one| response)? (?:loses|costs|deducts|takes away|subtracts|is worth -|loses you) ?(\d+)(?: points?| marks?)?",
        r"(?:an?|each|every) (?:right|correct) (?:answer|one) (?:scores?|scored|earns|earned|gets|got|is worth|was worth) (\d+) (?:points?|marks?),? and (\d+) (?:points?|marks?) (?:are|is|were|was) (?:deducted|lost|subtracted|taken off|taken away) for (?:an?|each|every) (?:wrong|incorrect)(?: answer| one)?",
        r"(\d+) points? (?:are|is) (?:given|awarded|earned|added) for (?:an?|each|every) (?:right|correct) (?:answer|one) and (\d+) points? (?:are|is) (?:deducted|lost|subtracted|taken off|taken away) for (?:an?|each|every) (?:wrong|incorrect)(?: answer| one)?",
        r"(\d+) points? for (?:an?|each|every) (?:right|correct) answer,? (?:and|but) (?:loses?|minus|-) ?(\d+)(?: points?)? for (?:an?|each|every) (?:wrong|incorrect) (?:answer|one)",
    ])?;
    let score = sheet.any_unread(&[
        r"(?:scored|got|earned|received|gets|scores|a score of|total score is|ended with) (?:a total of )?(\d+)(?: points?| marks?)?",
    ])?[1]
        .clone()?;
    sheet.any(&[r"answered (?:all|every one)(?: of (?:them|the questions))?|answered every question"]);
    let wrong = sheet.any(&[r"how many[^?]*(?:wrong|incorrect)[a-z]*[^?0-9]*"]).is_some();
    if !wrong {
        sheet.any(&[r"how many[^?]*(?:right|correct)[a-z]*[^?0-9]*"])?;
    }
    Some((total, rules[1].clone()?, rules[2].clone()?, score, wrong))
}

fn han(sheet: &mut Sheet) -> Option<Numbers> {
    let total =
        sheet.any(&[r"(?:共有?|有|一共)?(\d+)(?:道|个)?(?:选择|抢答|判断)?(?:题目|试题|问题|题)"])?[1].clone()?;
    let rules = sheet.any(&[
        r"每?(?:答|做|算|选)对(?:一|1)?(?:道|个)?题?(?:得|加|可得)(\d+)分,?(?:而)?每?(?:(?:不答|不做|没答)(?:或|和|、|,)?(?:者)?)?(?:答|做|算|选)错(?:(?:或|和|、|,)?不(?:答|做|选))?(?:或不答)?(?:一|1)?(?:道|个)?题?(?:倒扣|扣|要扣|反扣|倒减|减)(?:去|掉)?(\d+)分",
    ])?;
    let score = sheet.any_unread(&[r"(?:得了?|考了?|得到|总分是?|最后得|共得)(\d+)分"])?[1].clone()?;
    sheet.any(&[r"(?:全部|都|全)(?:答|做)(?:完)?了|(?:题目)?全部作答|每题都答了?"]);
    let wrong = sheet.any(&[r"(?:答|做|算|选)错(?:了)?(?:多少|几)(?:道|个)?题?[?]?"]).is_some();
    if !wrong {
        sheet.any(&[r"(?:答|做|算|选)对(?:了)?(?:多少|几)(?:道|个)?题?[?]?"])?;
    }
    Some((total, rules[1].clone()?, rules[2].clone()?, score, wrong))
}
