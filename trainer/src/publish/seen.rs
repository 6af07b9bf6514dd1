//! Whether a bundle has seen what it is to be judged by.

use doorstep_shared::bundle::DataSummary;

use super::bundled::CATALOGUE;
use super::training_part;

/// What to say before figures of a bundle on the data of this `fingerprint`, divided by `protocol`;
/// `None` where its models have not seen the test part.
pub fn seen(bundle: &DataSummary, fingerprint: &str, protocol: &str) -> Option<String> {
    let fitted_on = &bundle.fitted_on;
    if fitted_on == CATALOGUE {
        return None;
    }
    if bundle.fingerprint != fingerprint {
        return Some(format!(
            "note: the bundle was fitted on {fitted_on} of other data, or of these read in another way (columns, filters, order): figures are \
             of use where it has not seen the test cases, which can't be told from here"
        ));
    }
    (*fitted_on != training_part(protocol)).then(|| {
        format!(
            "warning: the bundle was fitted on {fitted_on} of this very file, so it may have seen the test cases: its figures here say \
             nothing about new ones (to judge a bundle, train it with --split {protocol} and without --refit)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_training_part_of_the_same_division_leaves_the_test_unseen() {
        let said = |fitted_on: &str, fingerprint: &str| {
            let bundle = DataSummary {
                fingerprint: "own".to_owned(),
                interactions: 9,
                fitted_on: fitted_on.to_owned(),
            };
            seen(&bundle, fingerprint, "every:5")
        };
        let part = training_part("every:5");
        assert_eq!(said(&part, "own"), None);
        assert_eq!(said(CATALOGUE, "own"), None);
        for (fitted_on, fingerprint, what) in [
            ("all rows", "own", "warning: "),
            (&training_part("every:4"), "own", "--split every:5"),
            (&part, "other", "note: "),
            ("all rows", "other", "can't be told"),
        ] {
            let said = said(fitted_on, fingerprint).unwrap();
            assert!(said.contains(what), "{said}");
        }
    }
}
