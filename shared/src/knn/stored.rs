//! A model as two files: its definition, and its rows with a byte for each
//! number and category and two for each target.

use super::baseline::Baseline;
use super::codebook;
use super::local::Local;
use super::model::{KnnModel, Task};
use super::novelty::Novelty;
use super::preparation::{Categorical, Numeric, Preparation, Standard, UNSEEN};
use super::rows::Rows;
use super::rule::{Rule, Weights};
use super::space::{Distance, Space};
use crate::bundle::{Cursor, put_varint};

/// Most features, neighbours or values of a category that are read.
const MOST: usize = 4096;
/// Most rows that are read.
const MOST_ROWS: usize = 8_000_000;

/// Largest number that a definition may hold.
const LARGEST: f32 = 1e15;
/// Largest weight of a column.
const LARGEST_WEIGHT: f32 = 1e6;

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
    let mut reader = Reader(Cursor::new(definition));
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
    if !reader.0.is_at_end() {
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

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn size(&mut self, size: usize) {
        put_varint(&mut self.bytes, size as u32);
    }

    fn text(&mut self, text: &str) {
        self.size(text.len());
        self.bytes.extend(text.as_bytes());
    }

    fn floats(&mut self, values: &[f32]) {
        values
            .iter()
            .for_each(|v| self.bytes.extend(v.to_le_bytes()));
    }

    fn list(&mut self, values: &[f32]) {
        self.size(values.len());
        self.floats(values);
    }

    fn optional(&mut self, value: Option<f64>) {
        self.size(usize::from(value.is_some()));
        value
            .iter()
            .for_each(|v| self.bytes.extend(v.to_le_bytes()));
    }

    fn standard(&mut self, standard: &Standard) {
        self.bytes.extend(standard.mean.to_le_bytes());
        self.bytes.extend(standard.deviation.to_le_bytes());
    }

    fn code(&mut self, code: usize, size: usize) {
        self.bytes
            .extend(&(code as u16).to_le_bytes()[..width(size)]);
    }
}

struct Reader<'a>(Cursor<'a>);

impl Reader<'_> {
    fn size(&mut self) -> Option<usize> {
        let size = self.0.varint()? as usize;
        (size <= MOST).then_some(size)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.size()?;
        let bytes = self.0.take(length)?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }

    fn float(&mut self) -> Option<f32> {
        let value = f32::from_le_bytes(self.0.take(4)?.try_into().ok()?);
        // Within this no arithmetic of a prediction overflows; NaN is not.
        (value.abs() <= LARGEST).then_some(value)
    }

    fn double(&mut self) -> Option<f64> {
        let value = f64::from_le_bytes(self.0.take(8)?.try_into().ok()?);
        value.is_finite().then_some(value)
    }

    fn list(&mut self) -> Option<Vec<f32>> {
        let length = self.0.varint()? as usize;
        if length > self.0.remaining() / 4 {
            return None;
        }
        (0..length).map(|_| self.float()).collect()
    }

    fn list_of(&mut self, length: usize) -> Option<Vec<f32>> {
        self.list().filter(|list| list.len() == length)
    }

    fn optional(&mut self) -> Option<Option<f64>> {
        match self.size()? {
            0 => Some(None),
            _ => self.double().map(Some),
        }
    }

    fn standard(&mut self) -> Option<Standard> {
        let (mean, deviation) = (self.double()?, self.double()?);
        (deviation > 0.0).then_some(Standard { mean, deviation })
    }

    fn numeric(&mut self) -> Option<Numeric> {
        Some(Numeric {
            name: self.text()?,
            age_at: self.optional()?,
            fill: self.optional()?,
            standard: self.standard()?,
            log: match self.optional()? {
                Some(offset) => Some((offset, self.standard()?)),
                None => None,
            },
            quantiles: self.list()?,
        })
    }

    fn categorical(&mut self) -> Option<Categorical> {
        let name = self.text()?;
        let fill = self.size()?;
        let n = self.size()?;
        let values = (0..n).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        (fill <= n).then(|| Categorical {
            name,
            fill: fill.checked_sub(1).map(|fill| fill as u16),
            values,
        })
    }

    fn space(&mut self, preparation: &Preparation) -> Option<Space> {
        let distance = match self.size()? {
            0 => Distance::Euclidean,
            1 => Distance::Manhattan,
            2 => Distance::Cosine,
            _ => return None,
        };
        let scales = self.list()?;
        let fits = scales.is_empty() || scales.len() == preparation.columns();
        let bounded = scales.iter().all(|s| s.abs() <= LARGEST_WEIGHT);
        (fits && bounded).then_some(())?;
        Some(Space {
            distance,
            scales: Some(scales).filter(|scales| !scales.is_empty()),
            mismatch: self
                .list_of(preparation.categorical.len())
                .filter(|costs| costs.iter().all(|&cost| cost >= 0.0))?,
        })
    }

    fn rule(&mut self, preparation: &Preparation, task: &Task) -> Option<Rule> {
        let neighbours = self.size()?;
        if neighbours == 0 {
            return None;
        }
        let weights = match self.size()? {
            0 => Weights::Uniform,
            1 => Weights::Distance,
            2 => {
                let categories: Vec<usize> = preparation
                    .categorical
                    .iter()
                    .map(|f| f.values.len())
                    .collect();
                let columns = preparation.columns();
                let terms = Baseline::terms(columns, &categories);
                let local = Local {
                    neighbours,
                    sharpness: self.float()?,
                    ridge: self.list_of(columns)?,
                    baseline: Baseline {
                        coefficients: self.list_of(terms)?,
                        categories,
                    },
                };
                let positive = (0.0..=LARGEST_WEIGHT).contains(&local.sharpness)
                    && local.ridge.iter().all(|&r| r > 0.0);
                let number = matches!(task, Task::Regression { .. });
                return (positive && number).then_some(Rule::Local(local));
            }
            _ => return None,
        };
        Some(Rule::Mean {
            neighbours,
            weights,
        })
    }
}

#[cfg(test)]
#[path = "stored_test.rs"]
mod stored_test;
