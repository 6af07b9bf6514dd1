//! Tables: typed reading, preparation fitted on the training part, nearest
//! neighbour models of one column, their search, judgement and publication.

mod args;
mod baseline;
mod columns;
pub mod compare;
mod diagnosis;
pub mod evaluate;
mod fit;
mod folds;
mod frame;
mod gradient;
mod interval;
mod judge;
mod novelty;
mod parts;
mod prepare;
mod prepared;
mod publish;
mod read;
pub mod report;
mod roles;
mod search;
mod settings;
mod size;
mod typed;

pub use args::{Missing, TableArgs};
pub use columns::{Cells, Column, Kind};
pub use fit::{Fitted, fit, fit_mean};
pub use folds::folds;
pub use frame::{Frame, Target, load};
pub use judge::{Figures, classification, judge, predictions, regression};
pub use parts::{Parts, parts};
pub use prepare::{PrepareOptions, prepare, rows};
pub use publish::Publish;
pub use search::{Curve, Point, search};
pub use settings::Steps;
pub use settings::{KnnConfig, KnnLocalConfig, TableModel, table_models};
