//! Pictures that come twice, so that one may be learnt from and the other judged by.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::images::set::Picture;

/// Which pictures are earlier ones once more, pixel by pixel, in a sentence; nothing where none is.
pub(super) fn repeated(pictures: &[Picture]) -> Option<String> {
    let mut first: BTreeMap<Vec<u8>, &Picture> = BTreeMap::new();
    let (mut named, mut n, mut contrary) = (None, 0, 0);
    for picture in pictures {
        let mut digest = Sha256::new();
        for form in [&picture.plain, &picture.prepared] {
            let levels = form.pixels().iter().flat_map(|pixel| pixel.to_le_bytes());
            digest.update(levels.collect::<Vec<u8>>());
        }
        let digest = digest.finalize().to_vec();
        let Some(earlier) = first.get(&digest) else {
            first.insert(digest, picture);
            continue;
        };
        n += 1;
        contrary += usize::from(earlier.label != picture.label);
        named = named.or(Some((picture.name.as_str(), earlier.name.as_str())));
    }
    let (own, earlier) = named?;
    let same = match n {
        1 => format!("{own} is the same picture as {earlier}"),
        n => format!("{n} pictures are the same as earlier ones (first {own} as {earlier})"),
    };
    let labels = match contrary {
        0 => String::new(),
        n => format!(", {n} with another label"),
    };
    Some(format!(
        "{same}{labels}; where one is learnt from and the other judged by, figures are not those of new pictures"
    ))
}

#[cfg(test)]
mod tests {
    use doorstep_shared::images::GreyImage;

    use super::*;

    fn picture(name: &str, label: &str, level: f32) -> Picture {
        let point = GreyImage::new(1, 1, vec![level]).unwrap();
        Picture {
            name: name.to_owned(),
            label: label.to_owned(),
            patient: None,
            part: None,
            grade: None,
            survey: None,
            prepared: point.clone(),
            plain: point,
        }
    }

    #[test]
    fn equal_pixels_are_told_with_the_names() {
        let mut all = vec![picture("a", "ok", 0.1), picture("b", "ok", 0.2)];
        assert_eq!(repeated(&all), None);
        all.push(picture("c", "ok", 0.1));
        let told = repeated(&all).unwrap();
        assert!(
            told.starts_with("c is the same picture as a; where"),
            "{told}"
        );
        all.push(picture("d", "odd", 0.1));
        let told = repeated(&all).unwrap();
        let wanted =
            "2 pictures are the same as earlier ones (first c as a), 1 with another label; where";
        assert!(told.starts_with(wanted), "{told}");
    }
}
