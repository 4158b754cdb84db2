//! One sheet's steps, what they made, and the plans before and after: undoing runs the plan as it was.

use std::rc::Rc;

use crate::plan::{Chart, Ran, Step, StepRows};
use crate::table::Table;

/// A sheet at work.
pub struct Work {
    /// The table as the file has it.
    pub start: Rc<Table>,
    /// The table after the steps.
    pub now: Rc<Table>,
    /// Rows of each step.
    pub rows: Vec<StepRows>,
    /// The chart that a step draws.
    pub chart: Option<Chart>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The steps before each change, oldest first.
    pub past: Vec<Vec<Step>>,
    /// The steps that were taken back, the next to do again last.
    pub future: Vec<Vec<Step>>,
}

impl Work {
    pub fn new(table: Table) -> Self {
        let start = Rc::new(table);
        Work {
            now: start.clone(),
            start,
            rows: Vec::new(),
            chart: None,
            steps: Vec::new(),
            past: Vec::new(),
            future: Vec::new(),
        }
    }

    /// More steps were done.
    pub fn went_on(&mut self, steps: Vec<Step>, ran: Ran) {
        self.past.push(self.steps.clone());
        self.future.clear();
        self.steps.extend(steps);
        self.rows.extend(ran.rows);
        self.chart = ran.chart.or(self.chart.take());
        self.now = Rc::new(ran.table);
    }

    /// Other steps were done in place of all.
    pub fn began_anew(&mut self, steps: Vec<Step>, ran: Ran) {
        self.past.push(std::mem::replace(&mut self.steps, steps));
        self.future.clear();
        self.made(ran);
    }

    /// The steps before were run.
    pub fn went_back(&mut self, ran: Ran) {
        if let Some(before) = self.past.pop() {
            self.future.push(std::mem::replace(&mut self.steps, before));
            self.made(ran);
        }
    }

    /// The steps that were taken back were run.
    pub fn went_forward(&mut self, ran: Ran) {
        if let Some(after) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.steps, after));
            self.made(ran);
        }
    }

    fn made(&mut self, ran: Ran) {
        (self.now, self.rows, self.chart) = (Rc::new(ran.table), ran.rows, ran.chart);
    }
}
