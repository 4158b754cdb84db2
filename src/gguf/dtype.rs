//! The block formats of ggml: their ids, block sizes and names.

use std::fmt;

/// A tensor element or block type, by ggml's numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are ggml's own")]
#[expect(non_camel_case_types, reason = "the names are ggml's own")]
pub enum GgmlType {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    /// Any other id of ggml: known by number (and name where ggml has one), not decodable here.
    Other(u32),
}

impl GgmlType {
    /// All types this engine decodes.
    pub const SUPPORTED: [GgmlType; 13] = {
        use GgmlType::*;
        [F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K]
    };

    /// The type with this ggml id.
    pub fn from_id(id: u32) -> Self {
        match id {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            6 => Self::Q5_0,
            7 => Self::Q5_1,
            8 => Self::Q8_0,
            10 => Self::Q2_K,
            11 => Self::Q3_K,
            12 => Self::Q4_K,
            13 => Self::Q5_K,
            14 => Self::Q6_K,
            30 => Self::BF16,
            other => Self::Other(other),
        }
    }

    /// `(elements, bytes)` of one block, or `None` for a type whose layout is not known here.
    pub fn block(self) -> Option<(usize, usize)> {
        Some(match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::BF16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2_K => (256, 84),
            Self::Q3_K => (256, 110),
            Self::Q4_K => (256, 144),
            Self::Q5_K => (256, 176),
            Self::Q6_K => (256, 210),
            Self::Other(id) => match id {
                9 => (32, 36),
                15 => (256, 292),
                16 => (256, 66),
                17 => (256, 74),
                18 => (256, 98),
                19 => (256, 50),
                20 => (32, 18),
                21 => (256, 110),
                22 => (256, 82),
                23 => (256, 136),
                24 => (1, 1),
                25 => (1, 2),
                26 => (1, 4),
                27 | 28 => (1, 8),
                29 => (256, 56),
                34 => (256, 54),
                35 => (256, 66),
                39 => (32, 17),
                _ => return None,
            },
        })
    }

    /// Whether the engine can decode this type.
    pub fn is_supported(self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Bytes of `elements` consecutive elements, or `None` where they do not fill whole blocks.
    pub fn bytes(self, elements: usize) -> Option<usize> {
        let (per, bytes) = self.block()?;
        if !elements.is_multiple_of(per) {
            return None;
        }
        (elements / per).checked_mul(bytes)
    }
}

impl fmt::Display for GgmlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(id) => match id {
                9 => f.write_str("Q8_1"),
                15 => f.write_str("Q8_K"),
                16 => f.write_str("IQ2_XXS"),
                17 => f.write_str("IQ2_XS"),
                18 => f.write_str("IQ3_XXS"),
                19 => f.write_str("IQ1_S"),
                20 => f.write_str("IQ4_NL"),
                21 => f.write_str("IQ3_S"),
                22 => f.write_str("IQ2_S"),
                23 => f.write_str("IQ4_XS"),
                24 => f.write_str("I8"),
                25 => f.write_str("I16"),
                26 => f.write_str("I32"),
                27 => f.write_str("I64"),
                28 => f.write_str("F64"),
                29 => f.write_str("IQ1_M"),
                34 => f.write_str("TQ1_0"),
                35 => f.write_str("TQ2_0"),
                39 => f.write_str("MXFP4"),
                id => write!(f, "ggml type {id}"),
            },
            known => fmt::Debug::fmt(known, f),
        }
    }
}
