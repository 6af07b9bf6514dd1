use super::*;

fn every() -> Vec<Preparation> {
    let mut all = Vec::new();
    for exposure in [
        Exposure::Asis,
        Exposure::Range,
        Exposure::Spread,
        Exposure::Local,
    ] {
        for aspect in [Aspect::Pad, Aspect::Cover, Aspect::Stretch] {
            for (crop, mask, margin) in [(false, false, 0.0), (true, true, 0.1)] {
                all.push(Preparation {
                    size: 16,
                    crop,
                    margin,
                    mask,
                    aspect,
                    exposure,
                    ..Preparation::default()
                });
            }
        }
    }
    all
}

fn picture(width: usize, height: usize) -> GreyImage {
    let pixel = |at: usize| ((at * 53 + 7) % 97) as f32 / 96.0;
    let pixels = (0..width * height).map(pixel).collect();
    GreyImage::new(width, height, pixels).unwrap()
}

#[test]
fn every_picture_becomes_a_square_of_finite_levels() {
    for preparation in every() {
        for (width, height) in [(1, 1), (1, 40), (3, 2), (64, 48), (17, 200)] {
            let found = preparation.apply(&picture(width, height));
            assert_eq!((found.width(), found.height()), (16, 16));
            let fits = |p: &f32| (-1e-6..=1.000_001).contains(p);
            assert!(found.pixels().iter().all(fits), "{preparation:?}");
        }
    }
}

#[test]
fn pictures_without_contrast_are_grey() {
    for preparation in every() {
        for level in [0.0, 0.6, 1.0] {
            let flat = GreyImage::new(30, 30, vec![level; 900]).unwrap();
            let expected = match preparation.exposure {
                Exposure::Asis => level,
                _ => 0.5,
            };
            let found = preparation.apply(&flat);
            let close = |p: &f32| (p - expected).abs() < 1e-6;
            assert!(found.pixels().iter().all(close), "{preparation:?}");
        }
    }
}

#[test]
fn the_aspect_is_kept_by_bars_or_by_the_middle() {
    let plain = Preparation {
        size: 8,
        crop: false,
        margin: 0.0,
        aspect: Aspect::Pad,
        exposure: Exposure::Asis,
        ..Preparation::default()
    };
    let wide = GreyImage::new(16, 8, [vec![1.0; 64], vec![0.5; 64]].concat()).unwrap();
    let padded = plain.apply(&wide);
    let row = |image: &GreyImage, y: usize| image.at(3, y);
    let rows: Vec<f32> = (0..8).map(|y| row(&padded, y)).collect();
    assert_eq!(rows, [0.0, 0.0, 1.0, 1.0, 0.5, 0.5, 0.0, 0.0]);
    let frame = |x, y, width, height| Frame {
        x,
        y,
        width,
        height,
    };
    assert_eq!(plain.framed(&wide).1, frame(0.0, -4.0, 16.0, 16.0));
    let aspect = Aspect::Cover;
    let covering = Preparation { aspect, ..plain };
    assert_eq!(covering.framed(&wide).1, frame(4.0, 0.0, 8.0, 8.0));
    let margin = Preparation {
        margin: 0.25,
        aspect: Aspect::Stretch,
        ..covering.clone()
    };
    assert_eq!(margin.framed(&wide).1, frame(4.0, 2.0, 8.0, 4.0));
    let covered = covering.apply(&wide);
    let rows: Vec<f32> = (0..8).map(|y| row(&covered, y)).collect();
    assert_eq!(rows, [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5]);
}

#[test]
fn a_setting_out_of_range_is_named() {
    let error = |preparation: Preparation| preparation.check().unwrap_err().to_string();
    let size = error(Preparation {
        size: 4,
        ..Preparation::default()
    });
    assert!(
        size.contains("preparation.size") && size.contains("8 to 1024"),
        "{size}"
    );
    let margin = error(Preparation {
        margin: f32::NAN,
        ..Preparation::default()
    });
    assert!(margin.contains("margin") && margin.contains("NaN"));
    let registered = |margin, mask| Preparation {
        register: true,
        margin,
        mask,
        ..Preparation::default()
    };
    for preparation in [registered(0.0, false), registered(0.2, true)] {
        let register = error(preparation);
        assert!(register.contains("preparation.register must be false"));
    }
    registered(0.2, false).check().unwrap();
    let template = error(Preparation {
        template: Template::new(&[0.0; 16]),
        ..registered(0.2, false)
    });
    assert!(template.contains("template"), "{template}");
    Preparation::default().check().unwrap();
}

/// A picture whose body lies elsewhere is prepared like the one whose body lies in the middle, and
/// the frame says where that was.
#[test]
fn a_registered_picture_is_seen_where_it_is_like_the_template() {
    let at = |x: usize, y: usize| {
        let level = |at: usize| {
            let (column, row) = (at % 128, at / 128);
            let inside = (x..x + 40).contains(&column) && (y..y + 60).contains(&row);
            if inside {
                0.9 - (column - x) as f32 / 80.0
            } else {
                0.1
            }
        };
        GreyImage::new(128, 128, (0..128 * 128).map(level).collect()).unwrap()
    };
    let before = Preparation {
        margin: 0.2,
        crop: false,
        register: true,
        exposure: Exposure::Asis,
        ..Preparation::default()
    };
    let side = before.window();
    let inner = Area::whole(&before.survey(&at(44, 34))).without(0.2);
    assert_eq!((inner.width, inner.height), (side, side));
    let template = Template::new(inner.of(&before.survey(&at(44, 34))).pixels());
    let after = Preparation {
        template,
        ..before.clone()
    };
    after.check().unwrap();
    let (expected, middle) = before.framed(&at(44, 34));
    for (dx, dy) in [(0, 0), (10, -6), (-20, 14)] {
        let moved = at((44 + dx) as usize, (34 + dy) as usize);
        let (found, frame) = after.framed(&moved);
        assert_eq!(
            (frame.x - middle.x, frame.y - middle.y),
            (dx.into(), dy.into())
        );
        assert_eq!(found, expected);
    }
    assert_ne!(before.apply(&at(54, 28)), expected);
}

#[test]
fn its_json_is_pinned() {
    let text = serde_json::to_string(&Preparation::default()).unwrap();
    let expected = r#"{"size":64,"crop":true,"margin":0.08,"register":false,"mask":false,"aspect":"cover","exposure":"spread"}"#;
    assert_eq!(text, expected);
    let read: Preparation = serde_json::from_str("{}").unwrap();
    assert_eq!(read, Preparation::default());
    serde_json::from_str::<Preparation>(r#"{"colour":true}"#).unwrap_err();
}
