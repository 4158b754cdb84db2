//! Which vector instructions a processor has beyond those that everything is built for. Computes nothing.

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::sync::OnceLock;

    /// Groups of rows whose tile fills vectors of 256 bits.
    pub const GROUPS_256: usize = 2;
    /// The same of 512 bits.
    pub const GROUPS_512: usize = 4;

    /// Instructions that this processor has: there is no way to one that it does not have.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Level(Set);

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Set {
        /// Vectors of 256 bits.
        Avx2,
        /// The same, with products of bytes.
        AvxVnni,
        /// Vectors of 512 bits, with products of bytes.
        Avx512,
    }

    impl Level {
        /// Those of this processor, the best first.
        pub fn here() -> Vec<Level> {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c");
            let vnni = avx2 && is_x86_feature_detected!("avxvnni");
            let avx512 = avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            let all = [(avx512, Set::Avx512), (vnni, Set::AvxVnni), (avx2, Set::Avx2)];
            all.into_iter().filter(|(has, _)| *has).map(|(_, set)| Level(set)).collect()
        }

        /// Which one it is.
        pub fn set(self) -> Set {
            self.0
        }

        /// The best of this processor.
        pub fn best() -> Option<Level> {
            static BEST: OnceLock<Option<Level>> = OnceLock::new();
            *BEST.get_or_init(|| Level::here().first().copied())
        }

        /// Its name, for reports.
        pub fn name(self) -> &'static str {
            match self.0 {
                Set::Avx2 => "avx2",
                Set::AvxVnni => "avx-vnni",
                Set::Avx512 => "avx512-vnni",
            }
        }

        /// Groups of rows that a batch is multiplied with at a time.
        pub fn groups(self) -> usize {
            match self.0 {
                Set::Avx2 | Set::AvxVnni => GROUPS_256,
                Set::Avx512 => GROUPS_512,
            }
        }
    }
}
#[cfg(target_arch = "x86_64")]
pub use x86::{GROUPS_256, GROUPS_512, Level, Set};

#[cfg(not(target_arch = "x86_64"))]
mod none {
    /// Instructions that a processor may have.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Level {}

    impl Level {
        /// Those of this processor, the best first.
        pub fn here() -> Vec<Level> {
            Vec::new()
        }

        /// The best of this processor.
        pub fn best() -> Option<Level> {
            None
        }

        /// Its name, for reports.
        pub fn name(self) -> &'static str {
            match self {}
        }

        /// Groups of rows that a batch is multiplied with at a time.
        pub fn groups(self) -> usize {
            match self {}
        }
    }
}
#[cfg(not(target_arch = "x86_64"))]
pub use none::Level;
