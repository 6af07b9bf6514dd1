//! Plots as inline SVG: bars with intervals, and points or lines over two axes.

mod axis;
mod bars;
mod paper;
mod xy;

pub use bars::{Bar, Bars};
pub use xy::{Guide, Point, Series, Xy};

use super::html::Html;

/// A plot with what it is called and what it says.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub title: String,
    /// What there is to see, for those who don't and those who do.
    pub description: String,
    /// What is drawn.
    pub plot: Plot,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub enum Plot {
    /// A bar for each of some names.
    Bars(Bars),
    /// Points and lines.
    Xy(Xy),
}

impl Figure {
    /// With its legend, and its numbers in a table that opens. `id` is the figure's own on its page.
    pub(super) fn html(&self, id: &str) -> Html {
        let Self {
            title,
            description,
            plot,
        } = self;
        let caption = [
            Html::labelled("strong", &[], title),
            Html::labelled("span", &[], description),
        ];
        let mut parts = vec![Html::element("figcaption", &[], caption)];
        let numbers = match plot {
            Plot::Bars(bars) => {
                parts.push(bars.svg(title, description, id));
                bars.numbers(title)
            }
            Plot::Xy(xy) => {
                parts.extend(xy.legend());
                parts.push(xy.svg(title, description, id));
                xy.numbers(title)
            }
        };
        let summary = Html::labelled("summary", &[], "Numbers");
        parts.push(Html::element("details", &[], [summary, numbers.html()]));
        Html::element("figure", &[], parts)
    }
}
