use super::*;

fn page(name: &str) -> Page {
    let xy = Xy {
        x: name.to_owned(),
        y: name.to_owned(),
        series: [true, false]
            .map(|joined| Series {
                name: name.to_owned(),
                joined,
                points: vec![
                    Point::new(0.0, 1.0),
                    Point::new(f64::NAN, 2.0),
                    Point::new(2.0, 3.0),
                ],
            })
            .to_vec(),
        guide: Guide::Equal,
    };
    let bars = Bars {
        unit: name.to_owned(),
        bars: vec![
            Bar {
                name: name.to_owned(),
                value: 0.5,
                interval: Some((0.4, 0.6)),
            },
            Bar {
                name: name.to_owned(),
                value: f64::NAN,
                interval: None,
            },
        ],
    };
    let figure = |plot| Figure {
        title: name.to_owned(),
        description: name.to_owned(),
        plot,
    };
    let mut table = Table::new(name, &[name]);
    table.rows.push(vec![name.to_owned()]);
    Page {
        title: name.to_owned(),
        lead: name.to_owned(),
        sections: vec![Section {
            title: name.to_owned(),
            intro: name.to_owned(),
            blocks: vec![
                Block::Facts(vec![(name.to_owned(), name.to_owned())]),
                Block::Notes(vec![name.to_owned()]),
                Block::Table(table),
                Block::Figures(vec![figure(Plot::Xy(xy)), figure(Plot::Bars(bars))]),
            ],
        }],
    }
}

#[test]
fn whatever_a_column_is_called_the_markup_stays_ours() {
    let hostile = "<script>alert('1')</script>\"><img src=x onerror=alert(1)>&amp;";
    let (ours, theirs) = (page("name").render(), page(hostile).render());
    let tags = |html: &str| html.matches('<').count();
    assert_eq!(tags(&ours), tags(&theirs));
    assert!(!theirs.contains("<script") && !theirs.contains("<img"));
    assert!(theirs.contains("&lt;script&gt;alert(&#39;1&#39;)"));
}

#[test]
fn the_page_asks_for_nothing_and_draws_no_number_that_is_none() {
    let html = page("name").render();
    for asking in ["http://", "https://", "src=", "url(", "@import", "<link"] {
        assert!(!html.contains(asking), "{asking}");
    }
    assert!(!html.contains("NaN") && !html.contains("inf"));
}

#[test]
fn every_plot_has_a_name_a_description_and_its_numbers() {
    let html = page("name").render();
    for id in ["plot-1", "plot-2"] {
        assert!(html.contains(&format!("aria-labelledby=\"{id}-title {id}-about\"")));
        for part in ["title", "about"] {
            assert_eq!(html.matches(&format!("id=\"{id}-{part}\"")).count(), 1);
        }
    }
    assert_eq!(html.matches("<summary>Numbers</summary>").count(), 2);
    assert!(html.contains("0.4000 to 0.6000"));
}
