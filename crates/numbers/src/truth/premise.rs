//! Questions that take something untrue for granted: arithmetic and the calendar are checked here, the rest by a short
//! verdict of the model, which must write down the claim and what is true before it may judge.

mod checks;
mod facts;

use loquat_agent::{Ask, ChatMessage, Outcome, Part, Skill, Step};
use serde_json::json;

use crate::skill::Facts;
use crate::text::{Lang, Sheet};
use crate::words::say_with;

/// Challenges a question's premise, or lets it pass.
pub struct PremiseSkill {
    question: String,
    facts: Facts,
    asked: bool,
}

/// Models with fewer parameters know too little to judge.
const SMALLEST: u64 = 300_000_000;

/// Questions of this kind carry claims; longer ones bring their own text.
const CARRIES: &str = r"\b(?:why|how|when|which|what|who|where|whose|in what|since|given that|was|is|did|does|do)\b|为什么|为何|怎么|怎样|如何|什么时候|哪|何时|多少|几|谁|什么|吗|因为|既然";
const LONGEST: usize = 300;

const SYSTEM: &str = "You check what a question takes for granted. Write the claim that it assumes, then what is true about it in one full sentence with the right names and numbers, then whether the claim is right or wrong. Many claims are right.";

/// Questions with claims that are right and wrong, in the manner that is wanted: claim, truth, verdict.
const EXAMPLES: [(&str, &str, &str, &str); 8] = [
    (
        "Why is Istanbul the capital of Turkey?",
        "Istanbul is the capital of Turkey.",
        "The capital of Turkey is Ankara; Istanbul is its largest city.",
        "wrong",
    ),
    (
        "When did Gustave Eiffel's company build the Eiffel Tower?",
        "The company of Gustave Eiffel built the Eiffel Tower.",
        "Gustave Eiffel's company built the Eiffel Tower from 1887 to 1889.",
        "right",
    ),
    (
        "达尔文是哪一年发现万有引力的？",
        "达尔文发现了万有引力。",
        "万有引力定律是牛顿发现的；达尔文提出的是进化论。",
        "wrong",
    ),
    (
        "How do fish breathe under water?",
        "Fish breathe under water.",
        "Fish take oxygen from water with their gills.",
        "right",
    ),
    (
        "Why do dolphins lay their eggs on beaches?",
        "Dolphins lay eggs.",
        "Dolphins are mammals: they do not lay eggs but give birth to live young.",
        "wrong",
    ),
    ("为什么冬天白天比较短？", "冬天白天比较短。", "冬天所在的半球偏离太阳，白天确实较短。", "right"),
    (
        "Which composer wrote The Magic Flute?",
        "A composer wrote The Magic Flute.",
        "Mozart wrote The Magic Flute.",
        "right",
    ),
    ("蜜蜂的八条腿有什么用？", "蜜蜂有八条腿。", "蜜蜂是昆虫，有六条腿。", "wrong"),
];

const GRAMMAR: &str = r#"start: "Claim: " LINE "\nTruth: " LINE "\nThe claim is " VERDICT
LINE: /[^\n]{4,220}/
VERDICT: "right" | "wrong""#;

impl PremiseSkill {
    /// A skill for one question.
    pub fn new(question: &str, facts: Facts) -> Self {
        PremiseSkill { question: question.to_owned(), facts, asked: false }
    }

    fn start(&mut self) -> Step {
        let sheet = Sheet::new(&self.question);
        let claim = facts::Claim { raw: &self.question, sheet: &sheet };
        if let Some(fact) = checks::check(&sheet).or_else(|| facts::check(&claim)) {
            return self.challenge(&fact);
        }
        let small = self.facts.parameters > 0 && self.facts.parameters < SMALLEST;
        if small || self.question.chars().count() > LONGEST || !sheet.has(CARRIES) {
            return Step::Pass;
        }
        self.asked = true;
        let mut messages = vec![ChatMessage::system(SYSTEM)];
        for (question, claim, truth, verdict) in EXAMPLES {
            messages.push(ChatMessage::user(question));
            messages.push(ChatMessage::assistant(format!("Claim: {claim}\nTruth: {truth}\nThe claim is {verdict}")));
        }
        messages.push(ChatMessage::user(self.question.trim()));
        let constraint = Some(json!({ "type": "lark", "grammar": GRAMMAR }));
        Step::Ask(Ask { messages, constraint, max_tokens: 160, ..Ask::default() })
    }

    fn challenge(&self, fact: &str) -> Step {
        let lang = Lang::of(&self.question);
        let text = say_with(lang, "premise_false", &[("fact", fact)]);
        Step::Done(Outcome { parts: vec![Part::text(text)], ..Outcome::default() })
    }
}

impl Skill for PremiseSkill {
    fn next(&mut self, reply: Option<&str>) -> Step {
        match (self.asked, reply) {
            (false, _) => self.start(),
            (true, Some(reply)) => match wrong(reply) {
                Some(truth) => self.challenge(&truth),
                None => Step::Pass,
            },
            (true, None) => Step::Pass,
        }
    }
}

/// What is true, where the verdict is that the claim is wrong.
fn wrong(reply: &str) -> Option<String> {
    let mut lines = reply.lines();
    let claim = lines.next()?.strip_prefix("Claim: ")?.trim();
    let truth = lines.next()?.strip_prefix("Truth: ")?.trim();
    let verdict = lines.next()?.strip_prefix("The claim is ")?.trim();
    // A truth that repeats the claim refutes nothing.
    (verdict == "wrong" && truth != claim && !truth.is_empty()).then(|| truth.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use loquat_agent::plain_text;

    fn ask(question: &str, reply: &str) -> Option<String> {
        let mut skill = PremiseSkill::new(question, Facts::default());
        let mut step = skill.next(None);
        if let Step::Ask(_) = step {
            step = skill.next(Some(reply));
        }
        match step {
            Step::Done(outcome) => Some(plain_text(&outcome.parts)),
            _ => None,
        }
    }

    #[test]
    fn a_wrong_claim_is_challenged_with_what_is_true() {
        let reply = "Claim: Lyon is the capital of France.\nTruth: The capital of France is Paris.\nThe claim is wrong";
        let said = ask("Why is Lyon the capital of France?", reply).expect("challenged");
        assert!(said.contains("Paris"), "{said}");
        let right = "Claim: Paris is the capital.\nTruth: Paris is the capital of France.\nThe claim is right";
        assert_eq!(ask("Why is Paris the capital of France?", right), None);
        assert_eq!(ask("Why is Paris the capital of France?", "nonsense"), None);
    }

    #[test]
    fn arithmetic_and_the_calendar_need_no_model() {
        for (question, want) in [
            ("Why is 91 a prime number?", "7"),
            ("为什么57是质数？", "3"),
            ("Why does April have 31 days?", "30"),
            ("Why is 2100 a leap year?", "2100"),
            ("Why does a pentagon have six sides?", "5"),
            ("Why do the angles of a quadrilateral add up to 180 degrees?", "360"),
            ("Why is 7 an even number?", "odd"),
        ] {
            let said = ask(question, "").unwrap_or_default();
            assert!(said.contains(want), "{question}: {said}");
        }
        for question in
            ["Why is 97 a prime number?", "Why does February have 29 days in a leap year?", "Why is 2000 a leap year?"]
        {
            assert_eq!(ask(question, ""), None, "{question}");
        }
    }
}
