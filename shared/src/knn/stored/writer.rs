//! Appends the parts of a definition.

use super::width;
use crate::bundle::put_varint;
use crate::knn::preparation::Standard;

/// Bytes so far.
#[derive(Default)]
pub struct Writer {
    pub bytes: Vec<u8>,
}

impl Writer {
    pub fn size(&mut self, size: usize) {
        put_varint(&mut self.bytes, size as u32);
    }

    pub fn text(&mut self, text: &str) {
        self.size(text.len());
        self.bytes.extend(text.as_bytes());
    }

    pub fn floats(&mut self, values: &[f32]) {
        values
            .iter()
            .for_each(|v| self.bytes.extend(v.to_le_bytes()));
    }

    pub fn list(&mut self, values: &[f32]) {
        self.size(values.len());
        self.floats(values);
    }

    pub fn optional(&mut self, value: Option<f64>) {
        self.size(usize::from(value.is_some()));
        value
            .iter()
            .for_each(|v| self.bytes.extend(v.to_le_bytes()));
    }

    pub fn standard(&mut self, standard: &Standard) {
        self.bytes.extend(standard.mean.to_le_bytes());
        self.bytes.extend(standard.deviation.to_le_bytes());
    }

    pub fn code(&mut self, code: usize, size: usize) {
        self.bytes
            .extend(&(code as u16).to_le_bytes()[..width(size)]);
    }
}
