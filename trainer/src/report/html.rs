//! Markup that is escaped by construction: text and attributes can only be put
//! in through functions that escape them.

use std::borrow::Cow;

/// A piece of HTML or SVG.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Html(String);

impl Html {
    /// Words as they stand.
    pub fn text(text: &str) -> Self {
        Self(escaped(text).into_owned())
    }

    /// `<name attributes…>children…</name>`.
    pub fn element(
        name: &'static str,
        attributes: &[(&'static str, &str)],
        children: impl IntoIterator<Item = Html>,
    ) -> Self {
        let mut html = format!("<{name}");
        for (key, value) in attributes {
            html += &format!(" {key}=\"{}\"", escaped(value));
        }
        html.push('>');
        children.into_iter().for_each(|child| html += &child.0);
        html += &format!("</{name}>");
        Self(html)
    }

    /// `<name attributes…>text</name>`.
    pub fn labelled(name: &'static str, attributes: &[(&'static str, &str)], text: &str) -> Self {
        Self::element(name, attributes, [Self::text(text)])
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Safe as text and within double quotes.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_cannot_leave_their_place() {
        let html = Html::labelled("td", &[("title", "\"><b>'")], "</td><script>&");
        let expected = "<td title=\"&quot;&gt;&lt;b&gt;&#39;\">&lt;/td&gt;&lt;script&gt;&amp;</td>";
        assert_eq!(html.as_str(), expected);
    }
}
