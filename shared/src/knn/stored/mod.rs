//! A model as two files: its definition, and its rows with a byte for each
//! number and category and two for each target.

mod reader;
mod writer;

use super::codebook;
use super::model::{KnnModel, Task};
use super::novelty::Novelty;
use super::preparation::{Numeric, Preparation, UNSEEN};
use super::rows::Rows;
use super::rule::{Rule, Weights};
use super::space::Distance;
use crate::bundle::Cursor;
use reader::Reader;
use writer::Writer;

/// Most rows that are read.
const MOST_ROWS: usize = 8_000_000;

/// What a bundle holds of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredModel {
    /// Everything but the rows.
    pub definition: Vec<u8>,
    /// The rows.
    pub rows: Vec<u8>,
}

impl Numeric {
    /// What codes are fitted in: the logarithm of a skewed feature.
    fn warped(&self, value: f32) -> f32 {
        match self.log {
            Some((offset, _)) => (value + offset as f32).max(f32::MIN_POSITIVE).ln(),
            None => value,
        }
    }
}

/// Encodes a model of at most 2³² rows.
pub fn encode(model: &KnnModel) -> StoredModel {
    let (preparation, rows) = (&model.preparation, model.rows());
    let all = 0..rows.len() as u32;
    let column = |at: usize| -> Vec<f32> { all.clone().map(|row| rows.values(row)[at]).collect() };
    let mut writer = Writer::default();
    let mut codes = Writer::default();
    codes.size(rows.len());
    writer.text(&model.target);
    match &model.task {
        Task::Regression { least, most } => {
            writer.size(0);
            writer.floats(&[*least, *most]);
        }
        Task::Classification(classes) => {
            writer.size(classes.len());
            classes.iter().for_each(|class| writer.text(class));
        }
    }
    writer.size(preparation.numeric.len());
    for (at, feature) in preparation.numeric.iter().enumerate() {
        let values = column(at);
        let levels = codebook::levels(&values, |v| feature.warped(v));
        let code = |&value: &f32| codebook::code(&levels, value, |v| feature.warped(v));
        codes.bytes.extend(values.iter().map(code));
        writer.text(&feature.name);
        writer.optional(feature.age_at);
        writer.optional(feature.fill);
        writer.standard(&feature.standard);
        writer.optional(feature.log.map(|(offset, _)| offset));
        feature
            .log
            .iter()
            .for_each(|(_, standard)| writer.standard(standard));
        writer.list(&feature.quantiles);
        writer.list(&levels);
    }
    writer.size(preparation.categorical.len());
    for (at, feature) in preparation.categorical.iter().enumerate() {
        writer.text(&feature.name);
        writer.size(feature.fill.map_or(0, |fill| usize::from(fill) + 1));
        writer.size(feature.values.len());
        feature.values.iter().for_each(|value| writer.text(value));
        // The last code stands for a category that the training part lacks.
        for row in all.clone() {
            let own = rows.categories(row)[at].min(feature.values.len() as u16);
            codes.code(usize::from(own), feature.values.len() + 1);
        }
    }
    let targets = Scale::of(&model.task);
    for row in all.clone() {
        codes
            .bytes
            .extend(targets.code(rows.target(row)).to_le_bytes());
    }
    writer.size(match model.space.distance {
        Distance::Euclidean => 0,
        Distance::Manhattan => 1,
        Distance::Cosine => 2,
    });
    writer.list(model.space.scales.as_deref().unwrap_or_default());
    writer.list(&model.space.mismatch);
    writer.size(model.rule.neighbours());
    match &model.rule {
        Rule::Mean { weights, .. } => writer.size(match weights {
            Weights::Uniform => 0,
            Weights::Distance => 1,
        }),
        Rule::Local(local) => {
            writer.size(2);
            writer.floats(&[local.sharpness]);
            writer.list(&local.ridge);
            writer.list(&local.baseline.coefficients);
        }
    }
    writer.list(
        model
            .novelty
            .as_ref()
            .map_or(&[][..], |novelty| &novelty.quantiles),
    );
    StoredModel {
        definition: writer.bytes,
        rows: codes.bytes,
    }
}

/// Decodes what [`encode`] wrote; `None` where it breaks the format.
pub fn decode(definition: &[u8], rows: &[u8]) -> Option<KnnModel> {
    let mut reader = Reader::new(definition);
    let target = reader.text()?;
    let task = match reader.size()? {
        0 => {
            let (least, most) = (reader.float()?, reader.float()?);
            (least <= most).then_some(Task::Regression { least, most })?
        }
        classes => {
            Task::Classification((0..classes).map(|_| reader.text()).collect::<Option<_>>()?)
        }
    };
    let mut preparation = Preparation::default();
    let mut codebooks = Vec::new();
    for _ in 0..reader.size()? {
        preparation.numeric.push(reader.numeric()?);
        codebooks.push(reader.list()?);
    }
    for _ in 0..reader.size()? {
        preparation.categorical.push(reader.categorical()?);
    }
    let space = reader.space(&preparation)?;
    let rule = reader.rule(&preparation, &task)?;
    let novelty = Some(reader.list()?).filter(|q| !q.is_empty());
    if !reader.is_at_end() {
        return None;
    }
    let rows = decode_rows(&preparation, &codebooks, &Scale::of(&task), rows)?;
    if rows.len() < rule.neighbours() {
        return None;
    }
    if let Task::Classification(classes) = &task
        && rows
            .targets()
            .iter()
            .any(|&class| class as usize >= classes.len())
    {
        return None;
    }
    let mut model = KnnModel::new(preparation, space, rule, task, rows);
    model.novelty = novelty.map(|quantiles| Novelty { quantiles });
    model.target = target;
    Some(model)
}

fn decode_rows(
    preparation: &Preparation,
    codebooks: &[Vec<f32>],
    targets: &Scale,
    bytes: &[u8],
) -> Option<Rows> {
    let mut cursor = Cursor::new(bytes);
    let n = cursor.varint()? as usize;
    if n > MOST_ROWS || n > cursor.remaining() {
        return None;
    }
    let mut values = Vec::with_capacity(codebooks.len());
    for _ in codebooks {
        values.push(cursor.take(n)?);
    }
    let mut categories = Vec::with_capacity(preparation.categorical.len());
    for feature in &preparation.categorical {
        let width = width(feature.values.len() + 1);
        categories.push((cursor.take(n * width)?, width, feature.values.len()));
    }
    let stored = cursor.take(n * 2)?;
    if !cursor.is_at_end() {
        return None;
    }
    let mut rows = Rows::new(preparation);
    let (mut own, mut codes) = (Vec::new(), Vec::new());
    for row in 0..n {
        own.clear();
        codes.clear();
        for (column, levels) in values.iter().zip(codebooks) {
            own.push(f64::from(*levels.get(usize::from(column[row]))?));
        }
        for &(column, width, known) in &categories {
            let code = match width {
                1 => u16::from(column[row]),
                _ => u16::from_le_bytes([column[2 * row], column[2 * row + 1]]),
            };
            codes.push(if usize::from(code) < known {
                code
            } else {
                UNSEEN
            });
        }
        let target = u16::from_le_bytes([stored[2 * row], stored[2 * row + 1]]);
        rows.push(preparation, &own, &codes, targets.value(target));
    }
    Some(rows)
}

/// Bytes that hold a code below `size`.
fn width(size: usize) -> usize {
    if size <= 256 { 1 } else { 2 }
}

/// Targets as 16-bit steps between the least and the largest, or class numbers.
enum Scale {
    Steps(f32, f32),
    Classes,
}

impl Scale {
    fn of(task: &Task) -> Self {
        match *task {
            Task::Regression { least, most } => Self::Steps(least, most),
            Task::Classification(_) => Self::Classes,
        }
    }

    fn code(&self, target: f32) -> u16 {
        match *self {
            Self::Classes => target as u16,
            Self::Steps(least, most) if most > least => {
                let share =
                    (f64::from(target) - f64::from(least)) / (f64::from(most) - f64::from(least));
                (share * 65535.0).round() as u16
            }
            Self::Steps(..) => 0,
        }
    }

    fn value(&self, code: u16) -> f32 {
        match *self {
            Self::Classes => f32::from(code),
            Self::Steps(least, most) => {
                let (least, most) = (f64::from(least), f64::from(most));
                (least + (most - least) * f64::from(code) / 65535.0) as f32
            }
        }
    }
}

#[cfg(test)]
mod stored_test;
