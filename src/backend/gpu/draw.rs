//! Tokens drawn on the device: penalties, the best candidates, one of them; and the ring through which
//! ids come back while the next tokens are computed already.

use std::collections::VecDeque;

use super::GpuBackend;
use super::act::Act;
use super::depth::{Depth, MOST};
use super::device::{Gpu, Signal};
use super::op::{Batch, Bound, Maker, Op, Recorder};
use super::params::{self, Choose};
use super::pipeline::{BEST, DRAW, PENALIZE, TOP};
use crate::backend::{Draw, Draws, Span};
use crate::clock::now_ms;
use crate::error::{Error, Result};

/// Candidates at most, and what `top` leaves of a stretch.
pub const TOP_K: usize = 64;
/// Logits of a stretch of `top`.
const STRETCH: usize = 1024;
/// Logits of a stretch of `best`.
const SPAN: usize = 4096;
/// Tokens of the history that are kept.
pub const HISTORY: usize = 1024;

/// The dispatches and buffers of drawing, made with the first answer that draws.
#[derive(Debug)]
pub struct Drawer {
    history: wgpu::Buffer, // (HISTORY) ids, a ring
    rules: [Op; 3],        // with the uniform: penalize, draw greedily, draw from the top
    uniform: (wgpu::Buffer, u64),
    best: Op,
    top: Vec<Op>,
    counts: [usize; 2], // candidates that the two draws find
    free: Vec<wgpu::Buffer>,
    sent: VecDeque<Sent>,
    pub(super) depth: Depth,
    began: Option<f64>, // when the step that will be drawn from began to be recorded
    pub(super) steps: u64,
    pub(super) encode_ms: f64,
    /// For tests: this many under way, whatever the time says.
    pub(super) fixed: Option<usize>,
}

fn before_prepare() -> Error {
    Error::State("a draw before prepare".into())
}

fn id_buffer(gpu: &Gpu) -> Result<wgpu::Buffer> {
    gpu.buffer("an id", 16, wgpu::BufferUsages::MAP_READ)
}

/// An id on its way back.
#[derive(Debug)]
struct Sent {
    buffer: wgpu::Buffer,
    signal: Signal,
    submission: Option<wgpu::SubmissionIndex>,
}

impl Drawer {
    pub(super) fn new(gpu: &Gpu, maker: &mut Maker, logits: &Act, vocab: usize, ids: &wgpu::Buffer) -> Result<Drawer> {
        let history = gpu.storage("history", 4 * HISTORY)?;
        let counts = [vocab.div_ceil(SPAN), vocab.min(TOP_K)];
        let found = gpu.storage("best logits", 8 * counts[0])?;
        let choose = Choose { n: vocab as u32 };
        let best = maker.prepare(gpu, &BEST, &[], &[], choose)?;
        let grid = (counts[0] as u32, 1, Batch::One);
        let best = maker.bind(gpu, &best, &[Bound::Whole(&logits.buffer), Bound::Whole(&found)], grid);

        let (mut top, mut n) = (Vec::new(), vocab);
        let mut list: Option<wgpu::Buffer> = None;
        loop {
            let groups = n.div_ceil(STRETCH);
            let next = gpu.storage("top logits", 8 * TOP_K * groups)?;
            let first = f64::from(u8::from(list.is_none()));
            let p = maker.prepare(gpu, &TOP, &[], &[("LOGITS", first)], Choose { n: n as u32 })?;
            let logits = list.is_none().then_some(&logits.buffer);
            let bound = [Bound::maybe(logits), Bound::maybe(list.as_ref()), Bound::Whole(&next)];
            top.push(maker.bind(gpu, &p, &bound, (groups as u32, 1, Batch::One)));
            (n, list) = (TOP_K * groups, Some(next));
            if groups == 1 {
                break;
            }
        }
        let sorted = list.as_ref();

        let penalize = maker.prepare(gpu, &PENALIZE, &[], &[], params::Rules::default())?;
        let uniform = penalize.uniform();
        let bound = [Bound::Whole(&history), Bound::Whole(&logits.buffer)];
        let penalize = maker.bind(gpu, &penalize, &bound, ((HISTORY / 64) as u32, 1, Batch::One));
        let mut draw = |greedy: bool, list: Bound<'_>| -> Result<Op> {
            let constants = [("GREEDY", f64::from(u8::from(greedy)))];
            let p = maker.prepare_with(gpu, &DRAW, &constants, &uniform)?;
            Ok(maker.bind(gpu, &p, &[list, Bound::Whole(ids), Bound::Whole(&history)], (1, 1, Batch::One)))
        };
        let rules = [penalize, draw(true, Bound::Whole(&found))?, draw(false, Bound::maybe(sorted))?];
        // As many as can be under way: the token loop makes none.
        let free = (0..MOST).map(|_| id_buffer(gpu)).collect::<Result<_>>()?;
        Ok(Drawer {
            history,
            rules,
            uniform: (uniform.0, uniform.1),
            best,
            top,
            counts,
            free,
            sent: VecDeque::with_capacity(MOST),
            depth: Depth::default(),
            began: None,
            steps: 0,
            encode_ms: 0.0,
            fixed: None,
        })
    }

    /// Fills the ring of the history.
    pub(super) fn remember(&mut self, gpu: &Gpu, history: &[u32]) {
        let first = history.len().saturating_sub(HISTORY);
        let mut ring = [0u32; HISTORY];
        (first..history.len()).for_each(|i| ring[i % HISTORY] = history[i]);
        gpu.queue.write_buffer(&self.history, 0, bytemuck::cast_slice(&ring));
    }

    /// Records the dispatches of a draw.
    pub(super) fn record(&self, gpu: &Gpu, recorder: &mut Recorder, how: &Draw) {
        let [penalize, greedy, drawn] = &self.rules;
        let list = usize::from(!how.is_greedy());
        let rules = params::Rules {
            candidates: self.counts[list] as u32,
            top_k: how.top_k as u32,
            temperature: how.temperature,
            top_p: how.top_p,
            min_p: how.min_p,
            seed: how.seed,
            position: how.position,
            history: how.history as u32,
            last_n: how.penalty_last_n.min(how.history) as u32,
            repetition: how.repetition_penalty,
            frequency: how.frequency_penalty,
            presence: how.presence_penalty,
        };
        gpu.queue.write_buffer(&self.uniform.0, self.uniform.1, bytemuck::bytes_of(&rules));
        if how.penalizes() {
            recorder.run(gpu, penalize, 1);
        }
        if how.is_greedy() {
            recorder.run(gpu, &self.best, 1);
            recorder.run(gpu, greedy, 1);
        } else {
            self.top.iter().for_each(|op| recorder.run(gpu, op, 1));
            recorder.run(gpu, drawn, 1);
        }
    }

    /// Sends the id that was drawn on its way back.
    pub(super) fn send(&mut self, gpu: &Gpu, recorder: &mut Recorder, ids: &wgpu::Buffer) -> Result<()> {
        let buffer = match self.free.pop() {
            Some(buffer) => buffer,
            None => id_buffer(gpu)?,
        };
        recorder.encoder(gpu).copy_buffer_to_buffer(ids, 0, &buffer, 0, 4);
        let submission = recorder.submit(gpu)?;
        let signal = gpu.map(&buffer, 16);
        self.sent.push_back(Sent { buffer, signal, submission });
        Ok(())
    }

    /// Waits for the oldest id that was sent.
    pub(super) async fn receive(&mut self, gpu: &Gpu) -> Result<u32> {
        let Sent { buffer, signal, submission } =
            self.sent.pop_front().ok_or_else(|| Error::State("nothing was drawn".into()))?;
        gpu.wait_for(submission)?;
        let id = gpu.mapped(&buffer, signal, 4, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).await?;
        self.free.push(buffer);
        self.depth.arrived(now_ms());
        Ok(id)
    }
}

impl GpuBackend {
    /// Keeps this many tokens under way, whatever the time between them says.
    ///
    /// # Errors
    /// As [`Draws::remember`].
    pub fn fix_depth(&mut self, depth: usize) -> Result<()> {
        self.drawing()?.1.fixed = Some(depth.max(1));
        Ok(())
    }

    /// The device, and what draws on it, made with the first draw.
    fn drawing(&mut self) -> Result<(&Gpu, &mut Drawer)> {
        let program = self.program.as_ref().ok_or_else(before_prepare)?;
        if self.drawer.is_none() {
            let vocab = program.plan.config.vocab;
            let drawer = Drawer::new(&self.gpu, &mut self.maker, &program.logits, vocab, &program.ids)?;
            self.drawer = Some(drawer);
        }
        Ok((&self.gpu, self.drawer.as_mut().ok_or_else(before_prepare)?))
    }
}

impl Draws for GpuBackend {
    fn draws(&self, how: &Draw) -> bool {
        self.draws
            && (how.is_greedy() || (1..=TOP_K).contains(&how.top_k))
            && (!how.penalizes() || (1..=HISTORY).contains(&how.penalty_last_n))
    }

    fn depth(&self) -> usize {
        self.drawer.as_ref().map_or(1, |d| d.fixed.unwrap_or(d.depth.depth()))
    }

    fn remember(&mut self, history: &[u32]) -> Result<()> {
        self.forget_drawn();
        // What is recorded may still read the ring.
        self.recorder.submit(&self.gpu)?;
        let (gpu, drawer) = self.drawing()?;
        drawer.remember(gpu, history);
        Ok(())
    }

    fn draw(&mut self, how: &Draw) -> Result<()> {
        self.drawing()?;
        let (Some(drawer), Some(program)) = (&mut self.drawer, &self.program) else {
            return Err(before_prepare());
        };
        drawer.record(&self.gpu, &mut self.recorder, how);
        drawer.send(&self.gpu, &mut self.recorder, &program.ids)?;
        if let Some(began) = drawer.began.take() {
            drawer.steps += 1;
            drawer.encode_ms += now_ms() - began;
        }
        Ok(())
    }

    fn embed_drawn(&mut self, span: Span) -> Result<()> {
        self.drawing()?.1.began = Some(now_ms());
        self.begin(None, span)
    }

    async fn drawn(&mut self) -> Result<u32> {
        let (gpu, drawer) = self.drawing()?;
        drawer.receive(gpu).await
    }

    fn forget_drawn(&mut self) {
        if let Some(drawer) = &mut self.drawer {
            for sent in drawer.sent.drain(..) {
                // Ends the mapping that is under way.
                sent.buffer.unmap();
                drawer.free.push(sent.buffer);
            }
            drawer.depth.pause();
        }
    }
}
