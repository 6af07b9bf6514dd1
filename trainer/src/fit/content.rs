//! What is known of items besides who interacted with them.

use std::collections::BTreeSet;

use doorstep_shared::ItemRecord;

use crate::data::ItemVectors;

/// What content models are fitted on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ItemContent<'a> {
    /// By item index. May go on beyond the items of the histories, with items that
    /// nobody has interacted with yet; empty where no records are known.
    pub records: &'a [ItemRecord],
    /// By the ids of the records.
    pub vectors: Option<&'a ItemVectors>,
}

impl<'a> ItemContent<'a> {
    /// The same of the first `n_items` alone.
    pub fn of_first(self, n_items: usize) -> Self {
        Self {
            records: &self.records[..n_items.min(self.records.len())],
            ..self
        }
    }
}

/// The text of a record's `fields` (`title`, `description` or the names of
/// attributes), separated by spaces; empty where it has none.
pub(super) fn text(record: &ItemRecord, fields: &[String]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for field in fields {
        match field.as_str() {
            "title" => parts.extend(record.title.as_deref()),
            "description" => parts.extend(record.description.as_deref()),
            attribute => {
                let values = record.attributes.get(attribute).into_iter().flatten();
                parts.extend(values.map(String::as_str));
            }
        }
    }
    parts.join(" ")
}

/// What [`text`] could read of any of the records.
pub(crate) fn text_fields(records: &[ItemRecord]) -> Vec<&str> {
    let mut fields = BTreeSet::new();
    for record in records {
        fields.extend(record.title.as_ref().map(|_| "title"));
        fields.extend(record.description.as_ref().map(|_| "description"));
        fields.extend(record.attributes.keys().map(String::as_str));
    }
    fields.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_that_of_the_fields_in_their_order() {
        let record = ItemRecord {
            title: Some("Red kettle".into()),
            attributes: [("colour".into(), vec!["red".into(), "dark red".into()])].into(),
            ..ItemRecord::bare("a")
        };
        let of = |fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|f| (*f).to_owned()).collect();
            text(&record, &fields)
        };
        assert_eq!(of(&["colour", "title"]), "red dark red Red kettle");
        assert_eq!(of(&["description", "brand"]), "");
    }
}
