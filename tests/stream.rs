//! Streamed text: whole characters, nothing lost, stop strings.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use loquat::stream::TextStream;
use proptest::prelude::*;

fn stream(stops: &[&str]) -> TextStream {
    TextStream::new(stops.iter().map(|s| (*s).to_owned()).collect())
}

#[test]
fn half_a_character_waits_for_the_rest() {
    let mut s = stream(&[]);
    assert_eq!(s.push_bytes(b"a\xF0\x9F"), "a");
    assert_eq!(s.push_bytes(b"\x98"), "");
    assert_eq!(s.push_bytes(b"\x80b"), "😀b");
    assert_eq!(s.push_bytes(b"\xE2\x82"), "");
    assert_eq!(s.finish(), "\u{FFFD}");
    assert_eq!(s.finish(), "");
}

#[test]
fn a_byte_that_cannot_be_utf8_does_not_block_what_follows() {
    let mut s = stream(&[]);
    assert_eq!(s.push_bytes(b"a\xFFb\xC3"), "a\u{FFFD}b");
    assert_eq!(s.push_bytes(b"c"), "\u{FFFD}c");
}

#[test]
fn the_beginning_of_a_stop_string_is_held_back_until_it_is_none() {
    let mut s = stream(&["\nUser:", "END"]);
    assert_eq!(s.push_bytes(b"Hello\nUs"), "Hello");
    assert_eq!(s.push_bytes(b"e it. E"), "\nUse it. ");
    assert_eq!(s.push_bytes(b"N"), "");
    assert_eq!(s.push_bytes(b"D of it"), "");
    assert_eq!(s.stopped(), Some("END"));
    assert_eq!(s.push_bytes(b"more"), "");
    assert_eq!(s.finish(), "");
}

#[test]
fn what_was_held_back_comes_at_the_end() {
    let mut s = stream(&["END"]);
    assert_eq!(s.push_bytes(b"the E"), "the ");
    assert_eq!(s.push_bytes(b"EN"), "E");
    assert_eq!(s.finish(), "EN");
    assert_eq!(s.stopped(), None);
}

#[test]
fn an_empty_stop_string_stops_nothing() {
    let mut s = stream(&["", "x"]);
    assert_eq!(s.push_bytes(b"abc"), "abc");
    assert_eq!(s.push_bytes(b"dx"), "d");
    assert_eq!(s.stopped(), Some("x"));
}

/// Bytes cut into pieces at random, with many incomplete and invalid characters.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let text = "(a|b|ab|é|😀|\\PC){0,3}".prop_map(String::into_bytes);
    let noise =
        proptest::collection::vec(prop_oneof![Just(0xF0u8), Just(0x9F), Just(0x98), Just(0x80), any::<u8>()], 0..4);
    proptest::collection::vec(prop_oneof![text, noise], 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_concatenate_to_the_whole(pieces in pieces()) {
        let mut s = stream(&[]);
        let mut out = String::new();
        for piece in &pieces {
            out += &s.push_bytes(piece);
        }
        out += &s.finish();
        prop_assert_eq!(out, String::from_utf8_lossy(&pieces.concat()).into_owned());
    }

    #[test]
    fn a_stop_string_cuts_the_whole_where_it_first_occurs(pieces in pieces(), stop in "(a|b){1,4}") {
        let mut s = stream(&[&stop]);
        let mut out = String::new();
        for piece in &pieces {
            out += &s.push_bytes(piece);
        }
        out += &s.finish();
        let whole = String::from_utf8_lossy(&pieces.concat()).into_owned();
        prop_assert_eq!(s.stopped().is_some(), whole.contains(&stop));
        prop_assert_eq!(out, whole.split(&stop).next().unwrap());
    }
}
