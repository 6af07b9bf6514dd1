//! Why a row of a table can't be predicted.

/// A point that the model can't take.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum KnnError {
    /// A feature has no value, and the training part had none missing to learn a filling from.
    #[error(
        "feature \"{0}\" has no value; give one (training with --missing impute makes it optional)"
    )]
    Missing(String),
    /// NaN or infinity.
    #[error("feature \"{0}\" must be a finite number")]
    NotFinite(String),
    /// Text where a number belongs.
    #[error("feature \"{0}\" must be a number, not text")]
    NotNumeric(String),
    /// A value for something that the model does not know.
    #[error("the model has no feature \"{name}\"; it has {known}")]
    Unknown {
        /// What was given.
        name: String,
        /// What there is, separated by commas.
        known: String,
    },
}
