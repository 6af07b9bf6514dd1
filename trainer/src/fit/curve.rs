//! The course of a fit that goes in steps: its loss, and what is found of the
//! model on the way. A fit tells its [`Observer`]; without one who watches,
//! that costs nothing.

use std::time::Instant;

use serde::Serialize;

use super::Fitted;
use crate::evaluate::Metrics;

/// Most steps of a fit that are recorded.
pub const MOST: u32 = 25;

/// What a fit's steps are, and what they make small.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Course {
    /// `epoch` or `iteration`.
    pub unit: &'static str,
    /// The loss, as a formula.
    pub loss: &'static str,
}

/// A fit after one of its steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Counted from 1.
    pub step: u32,
    /// The model's own objective on what it is fitted on.
    pub loss: f64,
    /// What the observer finds of the model, such as an error on validation cases.
    pub metrics: Metrics,
}

/// What was recorded of a fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// What was recorded.
    #[serde(flatten)]
    pub course: Course,
    /// By step, ascending: all steps, or [`MOST`] of them evenly spread.
    pub points: Vec<Point>,
}

/// What is found of a model on the way.
type Judge<'a> = &'a dyn Fn(&Fitted) -> Metrics;

/// Watches a fit, or doesn't.
pub struct Observer<'a> {
    judge: Option<Judge<'a>>,
    curve: Option<Curve>,
    seconds: f64,
}

impl<'a> Observer<'a> {
    /// Records nothing.
    pub fn none() -> Self {
        Self {
            judge: None,
            curve: None,
            seconds: 0.0,
        }
    }

    /// Records the loss, and what `judge` finds.
    pub fn new(judge: Judge<'a>) -> Self {
        Self {
            judge: Some(judge),
            ..Self::none()
        }
    }

    /// Told by a fit after each of its `steps`, from 1. `found` gives the loss
    /// and the model as it stands, and is called only if that is to be recorded.
    pub(super) fn step(
        &mut self,
        course: Course,
        step: u32,
        steps: u32,
        found: impl FnOnce() -> (f64, Fitted),
    ) {
        let Some(judge) = self.judge else { return };
        if !is_recorded(step, steps) {
            return;
        }
        let clock = Instant::now();
        let (loss, model) = found();
        let metrics = judge(&model);
        self.record(course, step, loss, metrics);
        self.seconds += clock.elapsed().as_secs_f64();
    }

    /// Told by a fit that judges itself: all of its steps are recorded.
    pub(crate) fn record(&mut self, course: Course, step: u32, loss: f64, metrics: Metrics) {
        if self.judge.is_none() {
            return;
        }
        let points = Vec::new();
        let curve = self.curve.get_or_insert(Curve { course, points });
        curve.points.push(Point {
            step,
            loss,
            metrics,
        });
    }

    /// The record, if the fit goes in steps, and the seconds that it took to make.
    pub fn finish(self) -> (Option<Curve>, f64) {
        (self.curve, self.seconds)
    }
}

/// Every step, or [`MOST`] of them with the last at the end.
fn is_recorded(step: u32, steps: u32) -> bool {
    let place = |step: u32| u64::from(step) * u64::from(MOST) / u64::from(steps.max(1));
    steps <= MOST || place(step) > place(step - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::models::{Model, Popularity};

    const COURSE: Course = Course {
        unit: "epoch",
        loss: "x",
    };

    #[test]
    fn all_of_few_steps_are_recorded_and_some_of_many() {
        for (steps, recorded) in [(1, 1), (20, 20), (25, 25), (26, 25), (1000, 25)] {
            let shown: Vec<u32> = (1..=steps).filter(|&s| is_recorded(s, steps)).collect();
            assert_eq!((shown.len(), shown.last()), (recorded, Some(&steps)));
        }
    }

    #[test]
    fn nothing_is_worked_out_for_nobody() {
        let mut none = Observer::none();
        none.step(COURSE, 1, 1, || unreachable!());
        assert_eq!(none.finish().0, None);

        let judge = |_: &Fitted| Metrics(vec![("rmse".to_owned(), 2.0)]);
        let mut observer = Observer::new(&judge);
        let model = || Model::Popularity(Popularity { counts: vec![1] });
        for step in 1..=2 {
            observer.step(COURSE, step, 2, || (1.0 / f64::from(step), model().into()));
        }
        let curve = observer.finish().0.unwrap();
        let found: Vec<(u32, f64)> = curve.points.iter().map(|p| (p.step, p.loss)).collect();
        assert_eq!(found, [(1, 1.0), (2, 0.5)]);
        assert_eq!(curve.points[1].metrics.get("rmse"), Some(2.0));
    }
}
