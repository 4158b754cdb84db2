//! The decode loop of a backend that draws tokens itself: several are under way, known to the device
//! only, while the oldest is waited for. What is drawn past the end of an answer is forgotten.

use super::event::StepEvent;
use super::run::Run;
use super::{LogitRows, Session};
use crate::backend::Backend;
use crate::error::Result;

/// What of a generation is on the device only.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Tokens drawn and not known yet.
    ahead: usize,
    /// The device has the history, and the last token.
    begun: bool,
}

impl<B: Backend> Session<B> {
    /// Whether the device chooses this generation's tokens.
    pub(super) fn flies(&mut self, run: &Run) -> bool {
        run.draw(0).is_some_and(|how| self.model.backend().draws(&how))
    }

    /// Queues tokens up to the depth that the backend wants, and waits for the oldest.
    pub(super) async fn fly(&mut self, run: &mut Run) -> Result<StepEvent> {
        let result = self.queue(run);
        let id = match result {
            Ok(()) => self.model.backend().drawn().await,
            Err(error) => Err(error),
        };
        match id {
            Ok(id) => {
                self.flight.ahead -= 1;
                let token = run.take(id, self.prompts.tokenizer());
                self.kv.learn(run.tokens());
                Ok(StepEvent::Token(token))
            }
            Err(error) => {
                // Steps were queued and some failed: nothing in the cache can be trusted.
                self.land();
                self.kv.truncate(0);
                Err(error)
            }
        }
    }

    fn queue(&mut self, run: &Run) -> Result<()> {
        while self.flight.ahead < self.model.backend().depth() && run.wants(self.flight.ahead) {
            let drawn = run.tokens().len() + self.flight.ahead;
            // The logits of a prompt are there already; later ones need the token before in the cache.
            if self.kv.claimed() < drawn {
                if self.kv.claimed() == self.kv.capacity() {
                    return Ok(());
                }
                if self.flight.begun {
                    self.model.forward_drawn(&mut self.kv)?;
                    self.kv.learn(run.tokens());
                } else {
                    let missing = &run.tokens()[self.kv.len()..];
                    self.model.forward(&mut self.kv, missing, LogitRows::Last)?;
                }
            }
            if !self.flight.begun {
                self.model.backend().remember(run.tokens())?;
                self.flight.begun = true;
            }
            if let Some(how) = run.draw(self.flight.ahead) {
                self.model.backend().draw(&how)?;
                self.flight.ahead += 1;
            }
        }
        Ok(())
    }

    /// Forgets what is under way; the cache keeps the positions whose tokens are known.
    pub(super) fn land(&mut self) {
        self.flight = Flight::default();
        self.model.backend().forget_drawn();
        self.kv.truncate(self.kv.len());
    }
}
