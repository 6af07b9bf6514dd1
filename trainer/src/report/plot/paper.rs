//! What all plots are drawn with. Colours, fonts and strokes are the page's:
//! shapes have classes, so a plot is right in light and dark.

use crate::report::html::Html;

/// Of every drawing, in its own units; narrow, so that words stay legible on a phone.
pub const WIDTH: f64 = 360.0;
/// Around what is drawn.
pub const MARGIN: f64 = 10.0;

/// A drawing that is read as one picture with a name and a description.
pub fn svg(height: f64, title: &str, description: &str, id: &str, shapes: Vec<Html>) -> Html {
    let (title_id, about_id) = (format!("{id}-title"), format!("{id}-about"));
    let names = format!("{title_id} {about_id}");
    let box_ = format!("0 0 {WIDTH:.0} {height:.0}");
    let attributes = [
        ("viewBox", box_.as_str()),
        ("role", "img"),
        ("aria-labelledby", &names),
    ];
    let head = [
        Html::labelled("title", &[("id", &title_id)], title),
        Html::labelled("desc", &[("id", &about_id)], description),
    ];
    Html::element("svg", &attributes, head.into_iter().chain(shapes))
}

/// A straight line.
pub fn line(class: &str, from: (f64, f64), to: (f64, f64)) -> Html {
    let ends = [from.0, from.1, to.0, to.1].map(|n| format!("{n:.1}"));
    let [x1, y1, x2, y2] = &ends;
    let attributes = [
        ("class", class),
        ("x1", x1),
        ("y1", y1),
        ("x2", x2),
        ("y2", y2),
    ];
    Html::element("line", &attributes, [])
}

/// A path given by its commands.
pub fn path(class: &str, commands: &str) -> Html {
    Html::element("path", &[("class", class), ("d", commands)], [])
}

/// Words that start, end or are centred at a place, as the class says.
pub fn words(class: &str, at: (f64, f64), text: &str) -> Html {
    let (x, y) = (format!("{:.1}", at.0), format!("{:.1}", at.1));
    Html::labelled("text", &[("class", class), ("x", &x), ("y", &y)], text)
}
