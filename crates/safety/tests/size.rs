//! What a visitor's browser has to load: the weights stay within 1 MB.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

#[test]
fn all_weights_together_have_at_most_a_megabyte() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/weights");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    let bytes: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
    assert_eq!(files.len(), 5, "{files:?}");
    assert!(bytes <= 1_000_000, "{bytes} bytes");
}
