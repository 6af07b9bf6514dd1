//! The options of every command that reads a table.

use std::path::PathBuf;

use clap::ValueEnum;

/// Which table to read, and what its columns are.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Table")]
pub struct TableArgs {
    /// CSV or TSV files with the same header, read one after another: predict a column instead of recommending.
    #[arg(long, num_args = 1.., value_name = "FILE", conflicts_with = "interactions")]
    pub table: Vec<PathBuf>,
    /// The column to predict: numbers, or classes with --classify.
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Predict a class by vote instead of a number.
    #[arg(long)]
    pub classify: bool,
    /// Columns to leave out.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub exclude: Vec<String>,
    /// Columns that hold categories, also where they look like numbers.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub categorical: Vec<String>,
    /// Columns that hold numbers, whatever they look like.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub numeric: Vec<String>,
    /// Columns that hold text, which models don't use.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub text: Vec<String>,
    /// Columns that hold years: replaced by the age at --reference-year.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "COLUMN,…",
        requires = "reference_year"
    )]
    pub year: Vec<String>,
    /// The year at which --year columns are ages; recorded in the model.
    #[arg(long, value_name = "YEAR")]
    pub reference_year: Option<f64>,
    /// What happens to rows with missing values.
    #[arg(long, value_enum, default_value_t)]
    pub missing: Missing,
    /// Standardise by all rows instead of the training part, as some notebooks do; flatters the figures a little.
    #[arg(long)]
    pub scale_before_split: bool,
    /// Text column that identifies a row, published with it.
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Text columns that name a row to people, published with it; what many rows share first, such as artist,track.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub name: Vec<String>,
}

/// What happens to rows with missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Missing {
    /// They are left out and counted.
    #[default]
    Drop,
    /// The training part's median or most frequent category stands in; a missing target still drops the row.
    Impute,
}

impl TableArgs {
    /// Whether a table was asked for.
    pub fn is_given(&self) -> bool {
        !self.table.is_empty()
    }
}
