//! Which messages go to the model: all that fit; else room is made once, and the beginning stays the same for a while.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use loquat::gguf::Value as MetaValue;
use loquat::session::{Budget, ContextPlan, Prompts, Request};
use serde_json::{Value, json};

/// The prompts of a small model; with another template, if one is given.
fn prompts(template: Option<&str>) -> Prompts {
    let path = common::fixture_roots()[0].join("arch/smollm2-tied-q4_0/model.gguf");
    let mut meta = common::metadata(&path);
    if let Some(template) = template {
        meta.0.insert("tokenizer.chat_template".into(), MetaValue::String(template.into()));
    }
    Prompts::from_metadata(&meta).unwrap()
}

/// A system prompt, `turns` questions with answers, and a last question.
fn conversation(turns: usize) -> Vec<Value> {
    let say = |role: &str, text: String| json!({ "role": role, "content": text });
    let mut messages = vec![say("system", "Be brief.".into())];
    for i in 0..turns {
        messages.push(say("user", format!("What is {i} plus {i}, and why is that so?")));
        messages.push(say("assistant", format!("It is {}.", 2 * i)));
    }
    messages.push(say("user", "And what was the first thing I asked?".into()));
    messages
}

fn request(messages: &[Value]) -> Request {
    Request { messages: Some(messages.to_vec()), ..Request::default() }
}

fn only(messages: &[Value], plan: &ContextPlan) -> Vec<Value> {
    plan.kept.iter().map(|&i| messages[i].clone()).collect()
}

#[test]
fn what_fits_stays_as_it_is_and_is_counted_exactly() {
    let prompts = prompts(None);
    let messages = conversation(5);
    let exact = prompts.prompt(&request(&messages)).unwrap().ids.len();
    for context in [None, Some(exact + 20)] {
        let plan = prompts.plan(&request(&messages), &Budget { context, reserve: 20, left_out: 0 }).unwrap();
        assert_eq!(plan.kept, (0..messages.len()).collect::<Vec<_>>());
        assert_eq!((plan.prompt_n, plan.left_out.len(), plan.is_full), (exact, 0, false));
    }
    // One token less is too much.
    let budget = Budget { context: Some(exact + 19), reserve: 20, left_out: 0 };
    assert!(!prompts.plan(&request(&messages), &budget).unwrap().left_out.is_empty());
}

#[test]
fn room_is_made_once_for_several_questions_and_oldest_turns_go_first() {
    let prompts = prompts(None);
    let mut messages = conversation(20);
    let all = prompts.prompt(&request(&messages)).unwrap().ids.len();
    let room = all - 5;
    let mut budget = Budget { context: Some(room + 30), reserve: 30, left_out: 0 };
    let plan = prompts.plan(&request(&messages), &budget).unwrap();
    assert_eq!(plan.kept[0], 0, "the system prompt stays");
    assert_eq!(plan.left_out, (1..1 + plan.left_out.len()).collect::<Vec<_>>());
    assert_eq!(messages[plan.kept[1]]["role"], "user", "what is left begins with a question");
    assert!((room / 3..=room / 2).contains(&plan.prompt_n), "{} of {room}", plan.prompt_n);
    let ids = prompts.prompt(&request(&only(&messages, &plan))).unwrap().ids;
    assert_eq!(ids.len(), plan.prompt_n);

    // The next questions begin as this one did, so that the cache has it.
    budget.left_out = plan.left_out.len();
    for i in 0..4 {
        messages.push(json!({ "role": "assistant", "content": "It was a sum." }));
        messages.push(json!({ "role": "user", "content": format!("Question {i}?") }));
        let next = prompts.plan(&request(&messages), &budget).unwrap();
        assert_eq!(next.left_out, plan.left_out);
        let longer = prompts.prompt(&request(&only(&messages, &next))).unwrap().ids;
        let answer_begins = ids.len() - 8; // what opens the answer is behind it
        assert_eq!(longer[..answer_begins], ids[..answer_begins]);
    }
}

#[test]
fn a_template_that_hides_where_messages_begin_makes_room_all_the_same() {
    let prompts = prompts(Some(
        "{% for m in messages %}{{ m.content | upper | replace(m.content[0] | upper, 'x') }}\n{% endfor %}",
    ));
    let messages = conversation(20);
    let room = prompts.prompt(&request(&messages)).unwrap().ids.len() - 5;
    let plan = prompts.plan(&request(&messages), &Budget { context: Some(room), reserve: 0, left_out: 0 }).unwrap();
    assert!((room / 4..=room * 2 / 3).contains(&plan.prompt_n), "{} of {room}", plan.prompt_n);
}

#[test]
fn the_last_turn_stays_with_its_tool_results_even_if_it_is_too_long() {
    let prompts = prompts(None);
    let mut messages = conversation(3);
    messages.push(json!({ "role": "assistant", "content": "I will look it up." }));
    messages.push(json!({ "role": "tool", "content": "a long result ".repeat(50) }));
    let plan = prompts.plan(&request(&messages), &Budget { context: Some(60), reserve: 10, left_out: 2 }).unwrap();
    assert_eq!(plan.kept, [0, 7, 8, 9]);
    assert!(plan.is_full && plan.prompt_n > 50);
}

#[test]
fn an_answer_that_goes_on_and_is_too_long_goes_without_its_beginning() {
    let prompts = prompts(None);
    let mut messages = conversation(2);
    let long: String = (0..200).map(|i| format!("word{i} ")).collect();
    messages.push(json!({ "role": "assistant", "content": long.trim_end() }));
    let request = Request { continue_final: Some(true), ..request(&messages) };
    let plan = prompts.plan(&request, &Budget { context: Some(400), reserve: 100, left_out: 0 }).unwrap();
    let rest = plan.shortened.as_deref().unwrap();
    assert!(long.trim_end().ends_with(rest) && rest.starts_with("word") && rest.len() > 100, "{rest}");
    assert!(!plan.is_full && plan.prompt_n <= 300, "{}", plan.prompt_n);
    assert_eq!(plan.kept, [0, 5, 6]);
}

#[test]
fn nothing_to_plan_with_is_an_error() {
    let prompts = prompts(None);
    let budget = Budget::default();
    assert_eq!(prompts.plan(&Request::default(), &budget).unwrap_err().code(), "bad_parameter");
    assert_eq!(prompts.plan(&request(&[]), &budget).unwrap_err().code(), "empty_prompt");
    let system = [json!({ "role": "system", "content": "Be brief." })];
    assert_eq!(prompts.plan(&request(&system), &budget).unwrap().kept, [0]);
}
