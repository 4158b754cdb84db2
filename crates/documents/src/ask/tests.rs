//! The skill against a model that is played by the test.

use super::*;
use crate::document::{Block, BlockKind, Document, Place};
use serde_json::json;

fn lighthouse() -> Rc<Collection> {
    let mut collection = Collection::default();
    for (page, text) in [
        (1, "The lighthouse of Holm was built by Anna Reed between 1871 and 1874. It is 41 metres high."),
        (2, "Ships were often lost near Holm because the rock lies under water at high tide."),
        (3, "The island has a harbour, two inns and a school. Sheep graze on its northern meadows."),
    ] {
        let place = Place { label: page.to_string(), anchor: json!({ "page": page }) };
        let blocks = vec![Block { kind: BlockKind::Paragraph, text: text.into(), place }];
        collection.add(Document { name: format!("{page}.txt"), blocks, ..Document::default() });
    }
    Rc::new(collection)
}

fn skill(question: &str) -> AskDocuments {
    AskDocuments::new(lighthouse(), question, None, Options::default())
}

fn citation(outcome: &Outcome) -> &Citation {
    let is_citation = |part: &Part| matches!(part, Part::Citation(_));
    match outcome.parts.iter().find(|p| is_citation(p)) {
        Some(Part::Citation(citation)) => citation,
        _ => panic!("no citation in {outcome:?}"),
    }
}

#[test]
fn a_short_fact_is_the_words_of_the_sentence_with_its_page() {
    let mut skill = skill("Who built the lighthouse of Holm?");
    let Step::Ask(ask) = skill.next(None) else { panic!("no question to the model") };
    assert!(ask.constraint.is_some() && !ask.visible);
    let prompt = &ask.messages.last().expect("a message").content;
    let number = prompt.lines().find(|l| l.contains("Anna Reed")).and_then(|l| l.split(':').next()).expect("a number");
    let Step::Done(outcome) = skill.next(Some(&format!("{number}: Anna Reed"))) else { panic!("no answer") };
    assert_eq!(outcome.answer.as_deref(), Some("Anna Reed"));
    let cited = citation(&outcome);
    assert_eq!(cited.anchor["page"], 1);
    assert_eq!(cited.quote, "The lighthouse of Holm was built by Anna Reed between 1871 and 1874.");
    assert_eq!(outcome.sources[0], "1.txt#0");
}

#[test]
fn what_is_in_no_document_is_not_asked_of_the_model() {
    let mut skill = skill("Which football club did Zidane coach in Madrid?");
    let Step::Done(outcome) = skill.next(None) else { panic!("the model was asked") };
    assert!(outcome.refused && outcome.answer.is_none());
}

#[test]
fn a_file_of_two_sentences_is_quoted_from() {
    let mut collection = Collection::default();
    let text = "Orders are shipped within 3 days. Returns are free for 30 days.";
    collection.add(crate::read::read("shop.txt", text.as_bytes()).expect("a document"));
    let mut skill = AskDocuments::new(Rc::new(collection), "How long are returns free?", None, Options::default());
    let Step::Ask(ask) = skill.next(None) else { panic!("it was refused") };
    let prompt = &ask.messages.last().expect("a message").content;
    let number = prompt.lines().find(|l| l.contains("Returns")).and_then(|l| l.split(':').next()).expect("a number");
    let Step::Done(outcome) = skill.next(Some(&format!("{number}: 30 days"))) else { panic!("no answer") };
    assert_eq!(outcome.answer.as_deref(), Some("30 days"));
    assert_eq!(citation(&outcome).quote, "Returns are free for 30 days.");
}

/// No word of the question stands in the documents; without vectors it is refused.
#[test]
fn a_question_in_another_language_is_answered_by_vectors() {
    let mut collection = Rc::into_inner(lighthouse()).expect("the only one");
    let towards = |axis: usize| (0..16).map(|i| if i == axis { 1.0 } else { 0.1 }).collect::<Vec<f32>>();
    for (passage, _) in collection.without_vectors(9) {
        collection.set_vector(passage, &towards(passage as usize));
    }
    let collection = Rc::new(collection);
    let ask =
        |vector| AskDocuments::new(Rc::clone(&collection), "灯塔是谁建的？", None, Options::default()).near(vector);
    let Step::Done(outcome) = ask(None).next(None) else { panic!("words found something") };
    assert!(outcome.refused);
    let mut skill = ask(Some(towards(0)));
    let Step::Ask(asked) = skill.next(None) else { panic!("vectors found nothing") };
    let first = asked.messages.last().and_then(|m| m.content.lines().next()).expect("a prompt");
    assert!(first.starts_with("1: ") && first.contains("Anna Reed"), "{first}");
    // Words say nothing of the other passages, so none of them is offered.
    assert!(asked.messages.last().is_some_and(|m| !m.content.contains("Ships") && !m.content.contains("harbour")));
    let Step::Done(outcome) = skill.next(Some("1: Anna Reed")) else { panic!("no answer") };
    assert_eq!(outcome.answer.as_deref(), Some("Anna Reed"));
}

#[test]
fn a_reply_that_is_no_choice_still_quotes() {
    let mut skill = skill("How high is the lighthouse of Holm?");
    let Step::Ask(_) = skill.next(None) else { panic!("no question to the model") };
    let Step::Done(outcome) = skill.next(Some("99: the moon")) else { panic!("no answer") };
    let quote = &citation(&outcome).quote;
    assert!(lighthouse().passages().iter().any(|p| p.text.contains(quote.as_str())));
}

#[test]
fn a_reason_is_written_and_what_is_not_borne_out_is_dropped() {
    let mut skill = skill("Why were ships lost near Holm?");
    let Step::Ask(ask) = skill.next(None) else { panic!("no question to the model") };
    let prompt = &ask.messages.last().expect("a message").content;
    let number = prompt.lines().find(|l| l.contains("high tide")).and_then(|l| l.split(':').next()).expect("a number");
    let Step::Ask(_) = skill.next(Some(&format!("{number}: because the rock lies under water"))) else {
        panic!("no prose")
    };
    let prose = "Ships were lost because the rock lies under water. Pirates from Norway burnt forty of them.";
    let Step::Done(outcome) = skill.next(Some(prose)) else { panic!("no answer") };
    assert_eq!(outcome.parts[0], Part::text("Ships were lost because the rock lies under water. [1]"));
}

#[test]
fn a_question_that_refers_back_is_searched_with_the_one_before() {
    let before = Some("Who built the lighthouse of Holm?");
    let mut skill = AskDocuments::new(lighthouse(), "And how high is it?", before, Options::default());
    let Step::Ask(ask) = skill.next(None) else { panic!("no question to the model") };
    assert!(ask.messages.last().is_some_and(|m| m.content.contains("41 metres")));
}

#[test]
fn thanks_are_no_question_to_the_documents() {
    assert_eq!(skill("Thank you very much!").next(None), Step::Pass);
    assert_eq!(skill("写一首关于春天的诗").next(None), Step::Pass);
}

#[test]
fn nothing_to_search_is_a_question_for_others() {
    let mut skill = AskDocuments::new(Rc::new(Collection::default()), "Why?", None, Options::default());
    assert_eq!(skill.next(None), Step::Pass);
}

#[test]
fn every_language_has_its_words() {
    for language in [Language::English, Language::Chinese, Language::Japanese] {
        let table = table(language);
        assert!(!table.none.is_empty() && !table.examples.is_empty() && !table.not_found.is_empty(), "{language:?}");
    }
}

/// Plays the model until the answer is there; the prompts that it got, and the answer.
fn played(question: &str, reply: impl Fn(&str) -> String) -> (Vec<Ask>, Outcome) {
    let mut skill = skill(question);
    let mut asked: Vec<Ask> = Vec::new();
    let mut said: Option<String> = None;
    loop {
        match skill.next(said.as_deref()) {
            Step::Ask(ask) => {
                said = Some(reply(&ask.messages.last().expect("a message").content));
                asked.push(ask);
            }
            Step::Done(outcome) => return (asked, outcome),
            Step::Pass => panic!("nobody answers"),
        }
    }
}

#[test]
fn a_summary_reads_everything_and_quotes_where_the_model_makes_things_up() {
    let (asked, outcome) = played("Summarize the documents", |prompt| match prompt {
        p if p.starts_with("The lighthouse") => "The lighthouse of Holm was built by Anna Reed.".into(),
        p if p.starts_with("Ships") => "Pirates burnt forty ships of the king of Spain.".into(),
        _ => "The island has a harbour and a school. And th".into(),
    });
    let drafts: Vec<usize> = asked.iter().map(|a| a.draft.len()).collect();
    assert_eq!(drafts, [1, 2, 3, 4], "each step shows what there is");
    assert!(asked[1].draft[0].plain_text().contains("no summary of the whole yet"));
    let text = outcome.parts[0].plain_text();
    assert!(text.starts_with("**Summary of 1.txt, 2.txt, 3.txt.** Read: all of it, 3 passages, pages 1–3."), "{text}");
    assert!(text.contains("- The lighthouse of Holm was built by Anna Reed. [1]"), "{text}");
    assert!(!text.contains("Pirates") && text.contains("- Ships were often lost near Holm"), "{text}");
    assert_eq!(outcome.parts.len(), 4);
    assert_eq!(citation(&outcome).quote, "The lighthouse of Holm was built by Anna Reed between 1871 and 1874.");
    let known = lighthouse();
    for part in &outcome.parts[1..] {
        let Part::Citation(c) = part else { panic!("no citation") };
        assert!(known.passages().iter().any(|p| p.text.contains(&c.quote)), "{}", c.quote);
    }
}

#[test]
fn a_text_that_is_too_long_gives_no_summary() {
    let mut collection = Collection::default();
    let blocks = (1..=90).map(|page| Block {
        kind: BlockKind::Paragraph,
        text: format!("On day {page} the keeper of the lighthouse wrote about the weather at sea. ").repeat(16),
        place: Place { label: page.to_string(), anchor: json!({ "page": page }) },
    });
    collection.add(Document { name: "log.pdf".into(), blocks: blocks.collect(), ..Document::default() });
    let mut skill = AskDocuments::new(Rc::new(collection), "Summarize this document", None, Options::default());
    let mut said = None;
    let mut asks = 0;
    let outcome = loop {
        match skill.next(said) {
            Step::Ask(_) => asks += 1,
            Step::Done(outcome) => break outcome,
            Step::Pass => panic!("nobody answers"),
        }
        said = Some("The keeper wrote about the weather.");
    };
    assert!(asks <= 41, "{asks}");
    let text = outcome.parts[0].plain_text();
    assert!(text.starts_with("**log.pdf: an overview, not a summary.**"), "{text}");
    assert!(text.contains("90"), "{text}");
}

#[test]
fn a_chapter_that_is_not_there_is_said_not_to_be() {
    let (_, outcome) = played("What does chapter 7 say?", |_| String::new());
    assert!(outcome.refused && outcome.parts[0].plain_text().contains('7'));
}
