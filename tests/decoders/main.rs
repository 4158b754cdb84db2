//! Whole decoders against reference logits of Hugging Face transformers, on every backend.
//!
//! A new family needs a row in `src/config/family.rs` and a folder of fixtures; nothing here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod harness;

use harness::{Backing, Tolerance, for_each_decoder, has_gpu};

#[test]
fn scalar_backend_gives_the_reference_logits() {
    for_each_decoder(|fixture| fixture.check(Backing::Scalar, Tolerance::F32));
}

#[test]
fn prefill_in_any_chunking_gives_the_same_logits() {
    for_each_decoder(|fixture| fixture.check_chunking(Backing::Scalar, &[1, 5, 24]));
}

#[test]
fn a_saved_session_continues_like_the_original() {
    for_each_decoder(|fixture| fixture.check_sessions(Backing::Scalar));
}

#[test]
fn cpu_backend_gives_the_reference_logits() {
    for_each_decoder(|fixture| fixture.check(Backing::Cpu(1), Tolerance::EightBit));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for_each_decoder(|fixture| fixture.check_threads(&[2, 3]));
}

#[test]
fn cpu_prefill_in_any_chunking_gives_the_same_logits() {
    for_each_decoder(|fixture| fixture.check_chunking(Backing::Cpu(1), &[1, 5, 24]));
}

#[test]
fn a_saved_session_continues_on_the_cpu() {
    for_each_decoder(|fixture| fixture.check_sessions(Backing::Cpu(1)));
}

#[test]
fn gpu_backend_gives_the_reference_logits() {
    if has_gpu() {
        for_each_decoder(|fixture| fixture.check(Backing::Gpu, Tolerance::F32));
    }
}

#[test]
fn gpu_prefill_in_any_chunking_gives_the_same_logits() {
    if has_gpu() {
        for_each_decoder(|fixture| fixture.check_chunking(Backing::Gpu, &[1, 5, 24]));
    }
}

#[test]
fn a_session_saved_on_the_gpu_continues_like_the_original() {
    if has_gpu() {
        for_each_decoder(|fixture| fixture.check_sessions(Backing::Gpu));
    }
}
