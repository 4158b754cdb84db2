//! One session type over all backends, because JavaScript knows no generics.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::api::EngineInfo;
use crate::backend::Backend;
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::{GpuBackend, GpuStats};
use crate::backend::scalar::ScalarBackend;
use crate::error::Result;
use crate::reason::{Reason, sentence};
use crate::session::{Begun, ModelInfo, Request, Session, StepEvent, Suspended};

/// Runs an expression on whichever variant there is.
macro_rules! each {
    ($kind:ident, $any:expr, $inner:ident => $body:expr) => {
        match $any {
            $kind::Scalar($inner) => $body,
            $kind::Cpu($inner) => $body,
            $kind::Gpu($inner) => $body,
        }
    };
}

pub(super) use each;

#[expect(clippy::large_enum_variant, reason = "there is one of these, and it is never moved about")]
pub(super) enum SessionKind {
    Scalar(Session<ScalarBackend>),
    Cpu(Session<CpuBackend>),
    Gpu(Session<GpuBackend>),
}

pub(super) struct AnySession {
    pub(super) kind: SessionKind,
    pub(super) reasons: Vec<Reason>,
}

impl AnySession {
    /// The model, and how it runs here.
    pub fn info(&self, model: ModelInfo) -> EngineInfo {
        each!(SessionKind, &self.kind, session => describe(session, model, &self.reasons))
    }

    pub fn cancel_handle(&self) -> Arc<AtomicBool> {
        each!(SessionKind, &self.kind, session => session.cancel_handle())
    }

    pub fn begin(&mut self, request: &Request) -> Result<Begun> {
        each!(SessionKind, &mut self.kind, session => session.begin(request))
    }

    pub async fn step(&mut self) -> Result<StepEvent> {
        each!(SessionKind, &mut self.kind, session => session.step().await)
    }

    pub fn stats(&mut self) -> Option<GpuStats> {
        match &mut self.kind {
            SessionKind::Gpu(session) => Some(session.model().backend().stats()),
            _ => None,
        }
    }

    pub fn suspend(&mut self) -> Option<Suspended> {
        each!(SessionKind, &mut self.kind, session => session.suspend())
    }

    pub fn resume(&mut self, suspended: Suspended) {
        each!(SessionKind, &mut self.kind, session => session.resume(suspended));
    }

    pub fn reset(&mut self) {
        each!(SessionKind, &mut self.kind, session => session.reset());
    }

    pub async fn save(&mut self) -> Result<Vec<u8>> {
        each!(SessionKind, &mut self.kind, session => session.save().await)
    }

    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        each!(SessionKind, &mut self.kind, session => session.restore(bytes))
    }
}

impl Drop for AnySession {
    /// Garbage collection may take its time; the device's memory is given back at once.
    fn drop(&mut self) {
        if let SessionKind::Gpu(session) = &mut self.kind {
            session.model().backend().gpu().destroy();
        }
    }
}

fn describe<B: Backend>(session: &Session<B>, model: ModelInfo, reasons: &[Reason]) -> EngineInfo {
    let (variant, threads) = session.describe();
    let (reason, reasons) = (sentence(reasons), reasons.to_vec());
    let trained_context_length = model.context_length;
    let model = ModelInfo { context_length: session.context_length(), ..model };
    EngineInfo { model, trained_context_length, backend: B::NAME, variant, threads, reason, reasons }
}
