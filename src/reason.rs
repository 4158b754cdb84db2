//! Why a model runs the way it does: facts with a code each, for whoever has words of its own, and a sentence for logs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One fact; `code` names it, `values` are what its sentence needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", content = "values", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Reason {
    /// The backend was asked for.
    Asked,
    /// The CPU backend runs everywhere.
    Everywhere,
    /// There is no GPU, or it is not used.
    NoGpu { because: Box<Reason> },
    /// The same, although it was asked for.
    NoAskedGpu { because: Box<Reason> },
    /// The browser or system offers no adapter.
    NoAdapter { said: String },
    /// The only adapter computes on the CPU.
    SoftwareAdapter { name: String },
    /// This GPU computes on the CPU itself.
    SoftwareGpu,
    /// What a layer takes there, in milliseconds: which of them is smaller decides.
    LayerTimes { gpu: f64, cpu: f64 },
    /// The threads that were wanted could not be had.
    OneThread { because: Box<Reason> },
    /// Subgroup operations of the GPU gave wrong numbers or were refused.
    NoSubgroups { because: Box<Reason> },
    /// Keys and values are kept in f32.
    NoF16 { because: Box<Reason> },
    /// The sampler runs on the CPU.
    DrawsOnCpu { because: Box<Reason> },
    /// A shorter context than was wanted, in tokens, because memory is short.
    ShortContext { length: usize, wanted: usize },
    /// In the words of an error.
    Other { said: String },
}

impl Reason {
    /// The measured times of one layer, in milliseconds, as precise as they are told.
    pub(crate) fn layer_times(gpu: f64, cpu: f64) -> Self {
        let hundredths = |ms: f64| (ms * 100.0).round() / 100.0;
        Reason::LayerTimes { gpu: hundredths(gpu), cpu: hundredths(cpu) }
    }

    /// Whatever went wrong.
    pub(crate) fn other(problem: impl fmt::Display) -> Box<Self> {
        Box::new(Reason::Other { said: problem.to_string() })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Asked => write!(f, "it was asked for"),
            Reason::Everywhere => write!(f, "it runs in every browser"),
            Reason::NoGpu { because } => write!(f, "no GPU is used, because: {because}"),
            Reason::NoAskedGpu { because } => {
                write!(f, "no GPU is used, although it was asked for, because: {because}")
            }
            Reason::NoAdapter { said } => write!(f, "no adapter: {said}"),
            Reason::SoftwareAdapter { name } => write!(f, "{name} computes on the CPU"),
            Reason::SoftwareGpu => write!(f, "it computes on the CPU itself"),
            Reason::LayerTimes { gpu, cpu } => write!(f, "a layer takes it {gpu:.2} ms and the CPU {cpu:.2} ms"),
            Reason::OneThread { because } => write!(f, "on one thread, because: {because}"),
            Reason::NoSubgroups { because } => write!(f, "subgroups are off, because {because}"),
            Reason::NoF16 { because } => write!(f, "f16 keys and values are off, because {because}"),
            Reason::DrawsOnCpu { because } => write!(f, "tokens are chosen on the CPU, because {because}"),
            Reason::ShortContext { length, wanted } => {
                write!(f, "the context is {length} tokens long, because memory is short for {wanted}")
            }
            Reason::Other { said } => write!(f, "{said}"),
        }
    }
}

/// All of them in one sentence.
pub fn sentence(reasons: &[Reason]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_is_a_code_with_values_and_a_sentence() {
        let adapter = Reason::NoAdapter { said: "none".into() };
        let reason = Reason::NoAskedGpu { because: Box::new(adapter) };
        let wire = json!({
            "code": "no_asked_gpu",
            "values": { "because": { "code": "no_adapter", "values": { "said": "none" } } },
        });
        assert_eq!(serde_json::to_value(&reason).unwrap(), wire);
        assert_eq!(serde_json::from_value::<Reason>(wire).unwrap(), reason);
        let all = [reason, Reason::layer_times(1.234, 5.0), Reason::Everywhere];
        let said = "no GPU is used, although it was asked for, because: no adapter: none; \
                    a layer takes it 1.23 ms and the CPU 5.00 ms; it runs in every browser";
        assert_eq!(sentence(&all), said);
    }
}
