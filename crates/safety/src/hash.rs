//! The hash of features and of the table of kinds: FNV-1a, mixed so that low bits may be taken.

/// FNV-1a over a group's letter and its texts, mixed so that low bits may be taken.
pub(crate) fn hash(kind: u8, texts: &[&str]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut eat = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    eat(kind);
    for text in texts {
        text.bytes().for_each(&mut eat);
        eat(0);
    }
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_that_the_weights_were_trained_with() {
        assert_eq!(hash(b'w', &["kill"]), hash(b'w', &["kill"]));
        assert_ne!(hash(b'w', &["kill"]), hash(b'k', &["kill"]));
        assert_ne!(hash(b'w', &["a", "b"]), hash(b'w', &["ab"]));
    }
}
