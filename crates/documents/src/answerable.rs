//! Whether the collection answers a question at all, before a model is asked.
//!
//! A logistic regression on [`crate::evidence::features`], fitted on questions whose article was among the documents and
//! on the same questions with their article taken out, each kind on one half and checked on the other.

use crate::evidence::FEATURES;
use crate::question::Language;
use crate::vectors::Near;

/// What is done with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not in the documents; no model is asked.
    Absent,
    /// The model may say that it is not.
    Open,
    /// It is there; the model only chooses where.
    Present,
}

struct Fit {
    weights: [f32; FEATURES],
    bias: f32,
    /// Below this it is absent: so few answered questions score that some 5% of them are lost.
    absent: f32,
    /// From here on it is present.
    present: f32,
}

const ENGLISH: Fit =
    Fit { weights: [6.762, 9.103, -2.251, -3.308, 1.259, 2.38, 2.32, 3.784], bias: -11.038, absent: 0.4, present: 4.0 };

const HAN: Fit = Fit {
    weights: [9.128, 2.498, -2.681, -3.551, 0.849, 0.952, 2.111, 2.165],
    bias: -5.354,
    absent: -0.6,
    present: 2.7,
};

/// The verdict of a question's features.
pub fn verdict(features: &[f32; FEATURES], language: Language) -> Verdict {
    let fit = if language == Language::English { &ENGLISH } else { &HAN };
    let score = fit.bias + fit.weights.iter().zip(features).map(|(w, f)| w * f).sum::<f32>();
    if score < fit.absent {
        Verdict::Absent
    } else if score < fit.present {
        Verdict::Open
    } else {
        Verdict::Present
    }
}

/// How far the nearest passage must be from the middle one, as cosines, to be worth a look.
const APART: f32 = 0.05;
/// So many passages have a middle one.
const MANY: usize = 10;

/// The verdict where question and passages are in different languages, by the cosines of all passages, the nearest first:
/// words tell nothing there, and vectors not enough to leave the model no choice.
pub fn foreign(near: &[Near]) -> Verdict {
    let apart = |nearest: &Near| nearest.cosine - near[near.len() / 2].cosine;
    match near.first() {
        Some(nearest) if near.len() < MANY || apart(nearest) >= APART => Verdict::Open,
        _ => Verdict::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::Collection;
    use crate::evidence::{candidates, features};
    use crate::question::Question;
    use crate::read::read;
    use crate::search::search;

    fn judged(text: &str, question: &str) -> Verdict {
        let mut c = Collection::default();
        c.add(read("a.txt", text.as_bytes()).expect("a document"));
        let question = Question::new(question, c.words());
        let found = search(c.index(), c.passages(), c.words(), &question, 20);
        let list = candidates(&c, &question, &found);
        verdict(&features(&c, &question, &found, &list), question.language)
    }

    /// "How long are returns free?" was refused over a file of two sentences: what stands in the only passage counted
    /// as common, and "long" as a word that stands nowhere.
    #[test]
    fn a_file_of_a_few_sentences_is_asked() {
        let shop = "Orders are shipped within 3 days. Returns are free for 30 days.";
        let lease = "The lease begins on 1 May 2024 and ends on 30 April 2027.\n\nThe rent is 900 euros a month. Pets are \
                     allowed with the landlord's consent.";
        let menu =
            "Lunch is served from noon to 2 pm. The soup of the day is pumpkin.\n\nDogs are welcome in the garden.";
        let answered = [
            (shop, "How long are returns free?"),
            (shop, "When are orders shipped?"),
            (shop, "How many days does shipping of orders take?"),
            (lease, "When does the lease end?"),
            (lease, "How much is the rent?"),
            (lease, "Are pets allowed?"),
            (menu, "When is lunch served?"),
            (menu, "What is the soup of the day?"),
            ("退货在30天内免费。订单在3天内发货。", "多少天内退货免费？"),
            ("退货在30天内免费。订单在3天内发货。", "订单几天内发货？"),
            ("图书馆周一到周五开放。\n\n每人最多可以借五本书。", "每人最多可以借几本书？"),
            ("图书馆周一到周五开放。\n\n每人最多可以借五本书。", "图书馆什么时候开放？"),
        ];
        for (text, question) in answered {
            assert_ne!(judged(text, question), Verdict::Absent, "{question}");
        }
        let not_answered = [
            (shop, "Who founded the company?"),
            (shop, "What is the capital of France?"),
            (shop, "Which payment methods are accepted?"),
            (lease, "Who painted the Mona Lisa?"),
            (lease, "What is the phone number of the plumber?"),
            (menu, "How many people live in Tokyo?"),
            ("退货在30天内免费。订单在3天内发货。", "公司的创始人是谁？"),
            ("图书馆周一到周五开放。\n\n每人最多可以借五本书。", "长江有多长？"),
        ];
        for (text, question) in not_answered {
            assert_eq!(judged(text, question), Verdict::Absent, "{question}");
        }
    }
}
