//! The template by which pictures are registered, learnt from those that are learnt from.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::images::{Area, GreyImage, Preparation, Template};

use super::readers::read_again;
use super::set::PictureSet;
use crate::progress::Progress;

/// How often windows and their mean are found by each other.
const ROUNDS: usize = 3;

/// The pictures of `set`, which lie at `path`, prepared by a template that `learnt` of them give, and that
/// preparation; nothing where they are not registered, and so prepared already.
pub(super) fn registered(
    set: &PictureSet,
    path: &Path,
    preparation: &Preparation,
    learnt: &[usize],
    progress: &Progress,
) -> Result<Option<(Preparation, PictureSet)>> {
    if !preparation.register {
        return Ok(None);
    }
    let surveys = learnt.iter().map(|&at| set.pictures[at].survey.as_ref());
    let surveys: Option<Vec<&GreyImage>> = surveys.collect();
    let surveys = surveys.context("pictures were surveyed when they were read")?;
    let template = learn(&surveys, preparation.margin);
    let preparation = Preparation {
        template: Some(template.context("there is no picture to learn a template from")?),
        ..preparation.clone()
    };
    let again = read_again(path, &preparation, progress)?;
    ensure!(
        again.pictures.len() == set.pictures.len(),
        "{} changed while it was read; try again",
        path.display()
    );
    Ok(Some((preparation, again)))
}

/// The mean of the windows of `surveys`, which begin in the middle and move to where they are most like the mean.
fn learn(surveys: &[&GreyImage], margin: f32) -> Option<Template> {
    let first = surveys.first()?;
    let middle = Area::whole(first).without(margin);
    let mut places = vec![(middle.left, middle.top); surveys.len()];
    let mut found = None;
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; middle.width * middle.height];
        for (survey, &(left, top)) in surveys.iter().zip(&places) {
            let window = Area {
                left,
                top,
                ..middle
            };
            let window = window.of(survey);
            let pixels = window.pixels().iter();
            sums.iter_mut()
                .zip(pixels)
                .for_each(|(sum, own)| *sum += own);
        }
        let template = Template::new(&sums)?;
        let place = |survey: &&GreyImage| template.place(survey);
        places = surveys.iter().map(place).collect();
        found = Some(template);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::images::SURVEY;

    /// A body that lies somewhere, between what is brighter on one side.
    fn survey(dx: i32, dy: i32) -> GreyImage {
        let level = |at: usize| {
            let (x, y) = (
                (at % SURVEY) as i32 - 32 - dx,
                (at / SURVEY) as i32 - 32 - dy,
            );
            if x.abs() < 9 && y.abs() < 13 {
                0.5 + x as f32 / 40.0
            } else {
                0.1
            }
        };
        let pixels = (0..SURVEY * SURVEY).map(level).collect();
        GreyImage::new(SURVEY, SURVEY, pixels).unwrap()
    }

    #[test]
    fn a_template_is_sharper_than_the_mean_of_what_lies_here_and_there() {
        let lie = [(0, 0), (5, 2), (-5, 3), (4, -6), (-4, -4), (1, 6), (-2, -1)];
        let surveys = lie.map(|(dx, dy)| survey(dx, dy));
        let surveys: Vec<&GreyImage> = surveys.iter().collect();
        let template = learn(&surveys, 0.2).unwrap();
        let (left, top) = template.place(surveys[0]);
        for (own, (dx, dy)) in surveys.iter().zip(lie) {
            let place = (left as i32 + dx, top as i32 + dy);
            let found = template.place(own);
            assert_eq!((found.0 as i32, found.1 as i32), place);
        }
        assert!(learn(&[], 0.2).is_none());
    }
}
