//! What can go wrong with a bundle or a query.

/// A bundle that can't be used, or a query that can't be answered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BundleError {
    /// A file is not what its digest, its length or the format says.
    #[error("{file} is damaged: {why}; publish the bundle again")]
    Damaged {
        /// Path inside the bundle.
        file: String,
        /// What does not hold.
        why: String,
    },
    /// The bundle was written by a newer major version.
    #[error(
        "the bundle has format version {found}, this engine reads version {supported}; \
         update the engine files or publish the bundle again with this version"
    )]
    UnsupportedVersion {
        /// Major version found.
        found: u32,
        /// Major version understood.
        supported: u32,
    },
    /// The item is not in the catalogue.
    #[error("item \"{0}\" is not in the catalogue of this bundle")]
    UnknownItem(String),
    /// A field of the query is out of range, or asks for what the bundle lacks.
    #[error("{0}")]
    InvalidQuery(String),
    /// The device that networks run on failed.
    #[cfg(feature = "neural")]
    #[error("the device that runs the network failed: {0}")]
    Device(String),
}

impl BundleError {
    /// A damaged file.
    pub fn damaged(file: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Damaged {
            file: file.into(),
            why: why.into(),
        }
    }

    /// A short stable name for programs: `damaged`, `unsupported-version`,
    /// `unknown-item`, `invalid-query` or `device`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "damaged",
            Self::UnsupportedVersion { .. } => "unsupported-version",
            Self::UnknownItem(_) => "unknown-item",
            Self::InvalidQuery(_) => "invalid-query",
            #[cfg(feature = "neural")]
            Self::Device(_) => "device",
        }
    }
}

/// A failed read: the store's own error, or what was wrong with what it gave.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReadError<E> {
    /// The store could not get the file.
    #[error("{0}")]
    Store(E),
    /// The bundle or the query is at fault.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}
