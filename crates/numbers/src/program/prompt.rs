//! What a model is asked, and the grammar that its equations must fit: names, operators, and numbers that stand in the
//! question or that everybody knows.

use loquat_agent::{Ask, ChatMessage};
use serde_json::{Value, json};

use crate::math::{Q, exact, int};
use crate::text::Sheet;

const SYSTEM: &str = "You turn a word problem into equations. Write one equation a line. Give every quantity a clear \
name. Do not calculate: write numbers as they stand in the problem. The last line is `answer = ...`, in the unit that is asked for.";

/// Problems and their equations, in the manner that is wanted.
const EXAMPLES: [(&str, &str); 8] = [
    (
        "A baker makes 36 rolls in the morning and half as many in the afternoon. He sells them in bags of 6 for $4 a bag. How much money does he get if he sells all of them?",
        "morning_rolls = 36\nafternoon_rolls = morning_rolls / 2\ntotal_rolls = morning_rolls + afternoon_rolls\nbags = total_rolls / 6\nanswer = bags * 4",
    ),
    (
        "There are 14 ducks and 9 geese on a lake. 5 ducks fly away. How many ducks are left on the lake?",
        "ducks_at_first = 14\nducks_gone = 5\nanswer = ducks_at_first - ducks_gone",
    ),
    (
        "Tom and Sue have 45 stamps together. Sue has twice as many stamps as Tom. How many stamps does Sue have?",
        "tom + sue = 45\nsue = 2 * tom\nanswer = sue",
    ),
    (
        "一本书240页，小丽第一天看了全书的25%，第二天看了余下的三分之一。还剩多少页没看？",
        "pages = 240\nfirst_day = pages * 25 / 100\nleft_after_first_day = pages - first_day\nsecond_day = left_after_first_day / 3\nanswer = left_after_first_day - second_day",
    ),
    (
        "Every week Nora earns $15 an hour for 8 hours of work and pays $20 for the bus. She wants a camera that costs $450 and has $50 already. How many weeks must she work?",
        "weekly_pay = 15 * 8\nweekly_savings = weekly_pay - 20\nmoney_needed = 450 - 50\nanswer = money_needed / weekly_savings",
    ),
    (
        "A shirt costs $40. A coat costs 50% more than the shirt. With a coupon both cost 10% less. What is the price of both with the coupon?",
        "shirt = 40\ncoat = shirt + shirt * 50 / 100\nfull_price = shirt + coat\ndiscount = full_price * 10 / 100\nanswer = full_price - discount",
    ),
    (
        "In 4 years Ben will be 3 times as old as Mia, who is 6 now. How much older than Mia is Ben?",
        "mia_now = 6\nmia_later = mia_now + 4\nben_later = 3 * mia_later\nben_now = ben_later - 4\nanswer = ben_now - mia_now",
    ),
    (
        "A farmer had 120 eggs. He broke some and put the rest into 9 boxes of 12 eggs each. How many eggs did he break?",
        "eggs = 120\neggs_in_boxes = 9 * 12\nanswer = eggs - eggs_in_boxes",
    ),
];

/// Ways of asking: what each adds to the problem. Other words make other mistakes, so that two equal answers mean more.
const WAYS: [&str; 3] = [
    "",
    "\n(Go through the problem sentence by sentence. Not every number need matter.)",
    "\n(First decide what exactly is asked, then which quantities it needs.)",
];

/// How many ways there are.
pub const WAYS_COUNT: usize = WAYS.len();

/// Tokens of the equations at most.
const LONGEST: usize = 220;

/// The request for equations.
pub fn equations(question: &str, sheet: &Sheet, way: usize, unused: &[Q]) -> Ask {
    let mut messages = vec![ChatMessage::system(SYSTEM)];
    for (problem, lines) in EXAMPLES {
        messages.push(ChatMessage::user(problem));
        messages.push(ChatMessage::assistant(lines));
    }
    // Numbers that were left out are what a second reading looks at first.
    let hint = match unused.iter().map(exact).collect::<Vec<_>>().join(", ") {
        list if list.is_empty() => String::new(),
        list => format!("\n(Does the number {list} matter for what is asked? If it does, use it.)"),
    };
    messages.push(ChatMessage::user(format!("{}{}{hint}", question.trim(), WAYS[way % WAYS.len()])));
    let temperature = if way == 0 { 0.0 } else { 0.4 };
    Ask { messages, constraint: Some(constraint(sheet)), max_tokens: LONGEST, temperature, ..Ask::default() }
}

/// The request to write faulty equations again.
pub fn repair(mut ask: Ask, written: &str, fault: &str) -> Ask {
    ask.messages.push(ChatMessage::assistant(written.trim()));
    ask.messages.push(ChatMessage::user(format!("This is wrong: {fault}. Write all equations again.")));
    ask.temperature = 0.0;
    ask
}

/// The request for a solution in prose, as a second opinion.
pub fn prose(question: &str) -> Ask {
    let text = format!("{}\nThink step by step, briefly. End with \"The answer is\" and the number.", question.trim());
    Ask { messages: vec![ChatMessage::user(text)], max_tokens: 320, ..Ask::default() }
}

/// The request for equations that follow a solution in prose.
pub fn from_prose(question: &str, prose: &str, sheet: &Sheet) -> Ask {
    let mut ask = equations(question, sheet, 0, &[]);
    if let Some(last) = ask.messages.last_mut() {
        last.content = format!("{}\nA draft, which may be wrong:\n{}", question.trim(), prose.trim());
    }
    ask
}

fn constraint(sheet: &Sheet) -> Value {
    json!({ "type": "lark", "grammar": grammar(sheet) })
}

/// Equations over names and these numbers, the last one for the answer.
fn grammar(sheet: &Sheet) -> String {
    let numbers = numbers(sheet).iter().map(|n| n.replace('.', r"\.")).collect::<Vec<_>>().join("|");
    [
        r#"start: line* "answer = " sum"#,
        // Something unknown stands on the left: small models else fill lines with numbers.
        r#"line: left " = " sum "\n""#,
        "left: (NUMBER OP)? NAME (OP term)*",
        "sum: term (OP term)*",
        r#"term: NAME | NUMBER | "(" sum ")""#,
        r"OP: / [-+*\/] /",
        r"NAME: /[a-z][a-z0-9_]{0,40}/",
        &format!("NUMBER: /({numbers})/"),
    ]
    .join("\n")
}

/// Numbers of the text, percents as parts of one too, and what everybody knows (hours of a day, cents of a dollar).
fn numbers(sheet: &Sheet) -> Vec<String> {
    let known = (0..=25).chain([30, 36, 48, 50, 52, 60, 100, 144, 180, 360, 365, 366, 1000, 3600, 10000]).map(int);
    let mut all: Vec<Q> = known.collect();
    all.extend(["1/2", "1/4", "3/4", "3/2", "1/10"].iter().filter_map(|n| crate::math::parse_number(n)));
    for number in sheet.numbers() {
        if sheet.text.contains('%') || number < int(1) {
            let part = if number < int(1) { number.clone() } else { &number / int(100) };
            all.extend([&part * int(100), int(1) + &part, int(1) - &part, part]);
        }
        all.push(number);
    }
    let zero = int(0);
    let mut texts: Vec<String> =
        all.into_iter().filter(|n| *n >= zero).map(|n| exact(&n)).filter(|n| !n.contains('/')).collect();
    texts.sort();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::run;

    #[test]
    fn every_example_fits_its_own_grammar_and_has_an_answer() {
        for (problem, lines) in EXAMPLES {
            let sheet = Sheet::new(problem);
            let program = run(lines).expect(lines);
            let known = numbers(&sheet);
            for number in &program.numbers {
                assert!(known.contains(&exact(number)), "{number} in {lines}");
            }
        }
    }

    #[test]
    fn numbers_of_the_text_can_be_written_and_others_cannot() {
        let sheet = Sheet::new("A coat of 1,250 yuan is 15% cheaper.");
        let numbers = numbers(&sheet);
        for n in ["1250", "15", "0.15", "0.85", "100"] {
            assert!(numbers.contains(&n.to_string()), "{n} in {numbers:?}");
        }
        assert!(!numbers.contains(&"1251".to_string()));
    }
}
