//! The page: a heading, a list of its sections, and the sections.

use super::html::Html;
use super::plot::Figure;
use super::table::Table;

const STYLE: &str = include_str!("report.css");

/// A report.
#[derive(Clone, Debug)]
pub struct Page {
    /// What is reported on.
    pub title: String,
    /// The result in a sentence or two.
    pub lead: String,
    /// In the order of reading.
    pub sections: Vec<Section>,
}

/// A part of a report.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// How to read it.
    pub intro: String,
    /// What it consists of.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// Names with their values.
    Facts(Vec<(String, String)>),
    /// Sentences, a line each.
    Notes(Vec<String>),
    /// A table.
    Table(Table),
    /// Plots, beside each other where there is room.
    Figures(Vec<Figure>),
}

impl Page {
    /// The whole document.
    pub fn render(&self) -> String {
        let mut figures = 0;
        let sections: Vec<Html> = self
            .sections
            .iter()
            .enumerate()
            .map(|(at, section)| section.html(at, &mut figures))
            .collect();
        let entry = |(at, section): (usize, &Section)| {
            let link = Html::labelled("a", &[("href", &format!("#part-{at}"))], &section.title);
            Html::element("li", &[], [link])
        };
        let contents = Html::element("ul", &[], self.sections.iter().enumerate().map(entry));
        let header = Html::element(
            "header",
            &[],
            [
                Html::labelled("h1", &[], &self.title),
                Html::labelled("p", &[], &self.lead),
                Html::element("nav", &[("aria-label", "Contents")], [contents]),
            ],
        );
        let body = Html::element("body", &[], [header, Html::element("main", &[], sections)]);
        // The policy lets nothing be fetched, whatever the page should come to hold.
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             {}<style>\n{STYLE}</style></head>\n{}</html>\n",
            Html::labelled("title", &[], &self.title).as_str(),
            body.as_str()
        )
    }
}

impl Section {
    fn html(&self, at: usize, figures: &mut usize) -> Html {
        let mut parts = vec![
            Html::labelled("h2", &[], &self.title),
            Html::labelled("p", &[], &self.intro),
        ];
        for block in &self.blocks {
            parts.push(block.html(figures));
        }
        Html::element("section", &[("id", &format!("part-{at}"))], parts)
    }
}

impl Block {
    fn html(&self, figures: &mut usize) -> Html {
        match self {
            Self::Facts(facts) => {
                let fact = |(name, value): &(String, String)| {
                    let pair = [
                        Html::labelled("dt", &[], name),
                        Html::labelled("dd", &[], value),
                    ];
                    Html::element("div", &[], pair)
                };
                Html::element("dl", &[], facts.iter().map(fact))
            }
            Self::Notes(notes) => {
                let note = |note: &String| Html::labelled("li", &[], note);
                Html::element("ul", &[("class", "notes")], notes.iter().map(note))
            }
            Self::Table(table) => table.html(),
            Self::Figures(shown) => {
                let figure = |figure: &Figure| {
                    *figures += 1;
                    figure.html(&format!("plot-{figures}"))
                };
                let shown: Vec<Html> = shown.iter().map(figure).collect();
                Html::element("div", &[("class", "figures")], shown)
            }
        }
    }
}
